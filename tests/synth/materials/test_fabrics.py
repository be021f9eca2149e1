"""Cloth: muted colours, pictures that repeat, dyeing."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.materials.fabrics import cloth, cloth_colour, denim, knit, recoloured


def test_colours_of_clothes_are_muted() -> None:
    rng = np.random.default_rng(0)
    colours = np.array([cloth_colour(rng) for _ in range(1000)])
    colourful = np.ptp(colours, axis=1)
    assert np.median(colourful) < 0.12
    assert (colourful > 0.45).mean() < 0.08
    assert (colours.max(axis=1) < 0.3).mean() > 0.3  # a third is dark
    assert colours.min() > 0 and colours.max() < 1


@pytest.mark.parametrize("made", [cloth, denim, knit])
def test_cloth_is_a_picture_that_repeats(made: object) -> None:
    texture = made(np.random.default_rng(1))  # type: ignore[operator]
    assert texture.dtype == np.float32 and texture.shape == (256, 256, 3)
    assert texture.min() > 0 and texture.max() < 1


def test_dyeing_keeps_light_and_shade() -> None:
    texture = np.full((2, 2, 3), 0.4, np.float32)
    texture[0, 0] = 0.2
    where = np.array([[True, True], [True, False]])
    dyed = recoloured(texture, where, np.array([0.6, 0.1, 0.1]))
    assert np.allclose(dyed[1, 1], 0.4)
    assert np.allclose(dyed[0, 1], [0.6, 0.1, 0.1], atol=1e-3) and np.allclose(dyed[0, 0], [0.3, 0.05, 0.05], atol=1e-3)
