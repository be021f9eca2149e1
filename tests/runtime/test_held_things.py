"""Maps of people and of what they hold, drawn by hand, joined into one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from figureground.runtime.held_things import LARGEST_HOLE, REACH, with_held

SIDE = 200  # pixels of the maps
Box = tuple[slice, slice]


def logits(person: Box | None, *things: Box) -> NDArray[np.float32]:
    """A person of logit 5 and things of logit 5 in boxes of a map, -5 elsewhere."""
    maps = np.full((SIDE, SIDE, 2), -5, np.float32)
    if person:
        maps[..., 0][person] = 5
    for thing in things:
        maps[..., 1][thing] = 5
    return maps


PERSON = np.s_[40:180, 40:100]
BAG = np.s_[100:160, 100:150]


def test_both_are_one_shape_and_the_rest_stays_background() -> None:
    joined = with_held(logits(PERSON, BAG))
    expected = np.zeros((SIDE, SIDE), np.bool_)
    expected[PERSON] = expected[BAG] = True
    assert joined.shape == (SIDE, SIDE) and joined.dtype == np.float32
    np.testing.assert_array_equal(joined > 0, expected)


def test_a_border_that_belongs_to_either_as_likely_as_not_is_no_gap() -> None:
    maps = logits(PERSON, BAG)
    maps[100:160, 97:103] = 0  # each gives way to the other
    joined = with_held(maps)
    np.testing.assert_allclose(joined[110:150, 97:103], np.log(2), rtol=1e-5)
    maps[100:160, 97:103] = -0.5  # a narrow doubt of both
    assert with_held(maps)[110:150, 97:103].min() > 0


def test_certain_logits_stay_finite() -> None:
    joined = with_held(logits(PERSON, BAG) * np.float32(1e4))
    assert np.isfinite(joined).all()


def test_where_nothing_is_held_the_person_stays_the_same() -> None:
    maps = logits(PERSON)
    maps[..., 1] = -80
    np.testing.assert_allclose(with_held(maps), maps[..., 0], atol=1e-5)


def test_what_nobody_touches_is_left_out() -> None:
    reach = round(REACH * SIDE)
    near, far = np.s_[100:160, 100 + reach : 150], np.s_[20:60, 150:190]
    joined = with_held(logits(PERSON, near, far))
    assert joined[near].min() > 0
    assert joined[far].max() < 0
    assert with_held(logits(None, BAG)).max() < 0  # a bag on its own


def test_a_thing_on_another_thing_is_held_too() -> None:
    flower = np.s_[60:100, 110:140]
    assert with_held(logits(PERSON, BAG, flower))[flower].min() > 0


def test_holes_that_are_small_beside_the_thing_are_closed_and_others_stay() -> None:
    maps = logits(PERSON, BAG)
    large = np.s_[130:150, 120:140]
    side = int(np.sqrt(LARGEST_HOLE * (60 * 50 - 20 * 20) * 0.9))
    small = np.s_[110 : 110 + side, 110 : 110 + side]
    in_person = np.s_[60:63, 60:63]
    maps[small] = maps[large] = maps[in_person] = -5
    joined = with_held(maps)
    assert joined[small].min() > 0
    assert joined[large].max() < 0  # a handle
    assert joined[in_person].max() < 0  # as where nothing is kept


def test_a_gap_that_reaches_the_photos_edge_is_no_hole() -> None:
    maps = logits(np.s_[0:180, 40:100], np.s_[0:60, 100:160])
    gap = np.s_[0:3, 120:123]
    maps[gap] = -5
    assert with_held(maps)[gap].max() < 0
