"""Bags stand on their own feet, and what they hang by is sewn to them and reaches as high as was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.geometry.mesh import join
from figureground.synth.materials.palette import Palette
from figureground.synth.things.bags import Bag, clutch, draw_bag

SEEDS = range(60)


def bags() -> list[Bag]:
    return [draw_bag(Palette(np.random.default_rng(seed))) for seed in SEEDS]


def test_a_bag_stands_on_the_floor_and_is_as_large_as_it_says() -> None:
    for bag in bags():
        vertices = join(mesh for _, mesh in bag.thing).vertices
        assert np.isfinite(vertices).all()
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        assert -0.02 < low[1] < 0.02
        assert np.allclose(low[0], -high[0], atol=0.02)
        assert 0.95 * bag.width < high[0] - low[0] < 1.4 * bag.width  # totes are wider at the top
        assert high[1] > 0.9 * bag.height


def test_straps_and_handles_begin_at_the_bag() -> None:
    for bag in bags():
        vertices = join(mesh for _, mesh in bag.thing).vertices
        for end in bag.ends:
            assert np.linalg.norm(vertices - end, axis=1).min() < 0.06
        handles = bag.handles(0.15).vertices
        assert handles[:, 1].max() == pytest.approx(bag.height + 0.15, abs=0.03)  # they arch a little
        assert np.abs(handles[:, 0]).max() < bag.width / 2


def test_bags_differ_in_kind_and_colour() -> None:
    drawn = bags()
    assert len({(len(bag.thing), bag.width) for bag in drawn}) == len(SEEDS)
    colours = np.array([bag.thing[0][0].colour.mean(axis=(0, 1)) for bag in drawn])
    assert colours.mean(axis=1).min() < 0.1 and colours.mean(axis=1).max() > 0.5
    assert min(clutch(Palette(np.random.default_rng(seed))).width for seed in SEEDS) < 0.25
