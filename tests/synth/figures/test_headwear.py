"""Hats, glasses and headphones sit where they belong."""

from __future__ import annotations

import numpy as np

from figureground.synth.figures.body import SKIN
from figureground.synth.figures.figure import Figure
from figureground.synth.figures.headwear import HeadHull, beanie, cap, glasses, headphones
from figureground.synth.materials.fabrics import flat


def test_hats_sit_outside_the_skull(figure: Figure) -> None:
    head, rng = HeadHull(figure), np.random.default_rng(0)
    skin = figure.vertices[:SKIN][figure.body.weights[:SKIN, figure.body.index["head"]] > 0.5]
    crown = skin[skin[:, 1] > head.centre[1] + 0.5]
    for made in (cap(rng, head, flat((0.1, 0.1, 0.1))), beanie(rng, head, flat((0.1, 0.1, 0.1)))):
        points = made[0].vertices
        assert points[:, 1].max() > crown[:, 1].max()
        assert np.ptp(points[:, 0]) > np.ptp(crown[:, 0])


def test_glasses_lie_before_the_eyes_and_lenses_let_them_through(figure: Figure) -> None:
    head = HeadHull(figure)
    frame, lenses = glasses(np.random.default_rng(0), head, dark=False)
    assert lenses.vertices[:, 2].min() > head.eyes[0][2]
    assert lenses.opacity is not None and lenses.opacity.max() < 0.2
    assert np.ptp(frame.vertices[:, 0]) < 2.2 * figure.scale


def test_a_microphone_reaches_before_the_mouth(figure: Figure) -> None:
    head = HeadHull(figure)
    plain = headphones(np.random.default_rng(0), head, microphone=False)[0]
    headset = headphones(np.random.default_rng(0), head, microphone=True)[0]
    assert headset.vertices[:, 2].max() > plain.vertices[:, 2].max() + 0.5
