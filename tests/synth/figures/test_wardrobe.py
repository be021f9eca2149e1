"""Clothes cover the body they are made for."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.figures.asset_clothes import unmarked
from figureground.synth.figures.body import SKIN
from figureground.synth.figures.figure import Figure
from figureground.synth.figures.makehuman import Assets
from figureground.synth.figures.tailoring import Tailor
from figureground.synth.materials.fabrics import flat


@pytest.mark.parametrize(("name", "place"), [("female_casualsuit01", (119, 432)), ("male_casualsuit06", (82, 274))])
def test_emblems_are_painted_over(assets: Assets, name: str, place: tuple[int, int]) -> None:
    texture, _ = assets.picture(assets.textures("clothes", name)[0])
    row, column = place
    window = np.s_[row - 20 : row + 20, column - 30 : column + 30]
    assert texture[window].std(axis=(0, 1)).max() > 0.03
    assert unmarked(name, texture)[window].std(axis=(0, 1)).max() < 0.02


def test_trousers_and_shirt_cover_the_torso(figure: Figure) -> None:
    tailor = Tailor(np.random.default_rng(0), figure)
    grey = flat((0.5, 0.5, 0.5))
    shirt = tailor.top(grey, sleeve=1.9, hem=figure.hip, neck=figure.neck, ease=0.1)
    tailor.trousers(grey, waist=figure.waist, end=figure.ankle, ease=0.1)
    y = figure.vertices[:SKIN, 1]
    torso = (figure.arm[:SKIN] < 0.1) & (y > figure.knee) & (y < figure.head("spine01")[1])
    assert tailor.hidden[:SKIN][torso].all()
    head = figure.body.weights[:SKIN, figure.body.index["head"]] > 0.5
    assert not tailor.hidden[:SKIN][head].any()
    assert shirt.vertices[:, 1].min() > figure.hip - 0.3


def test_an_open_jacket_is_open_and_a_flared_skirt_wider(figure: Figure) -> None:
    grey = flat((0.5, 0.5, 0.5))

    def jacket(gap: float | None) -> np.ndarray:
        made = Tailor(np.random.default_rng(0), figure).top(
            grey, sleeve=1.9, hem=figure.hip, neck=figure.neck, ease=0.2, gap=gap
        )
        front = (np.abs(made.vertices[:, 0]) < 0.2) & (made.vertices[:, 2] > figure.front + 0.3)
        return np.asarray(front & (made.vertices[:, 1] < figure.neck - 0.6))

    assert jacket(None).any() and not jacket(0.6).any()
    wide = [
        np.ptp(
            Tailor(np.random.default_rng(0), figure)
            .skirt(grey, waist=figure.waist, end=figure.knee, ease=0.1, flare=flare)
            .vertices[:, 0]
        )
        for flare in (0.0, 0.4)
    ]
    assert wide[1] > 1.2 * wide[0]
