"""Meshes become parts by their materials."""

from __future__ import annotations

import numpy as np

from figureground.synth.geometry.shapes import ball, box
from figureground.synth.materials.material import PartBuilder
from figureground.synth.materials.surfaces import paint, wood


def test_meshes_of_one_surface_become_one_part() -> None:
    rng, builder = np.random.default_rng(0), PartBuilder()
    oak, white = wood(rng), paint(rng)
    builder.add(oak, box(1, 1, 1))
    builder.add(white, ball(1))
    builder.put([(oak, box(1, 1, 1))], 5.0, 0.0, np.pi / 2)
    first, second = builder.parts()
    assert len(first.vertices) == 2 * len(box(1, 1, 1).vertices) and first.vertices[:, 0].max() > 5
    assert len(second.faces) == len(ball(1).faces)
