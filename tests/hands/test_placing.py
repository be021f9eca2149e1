"""Where things go, how large and how turned."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from figureground.hands.hand import LENGTH_CM
from figureground.hands.placing import Place, distance, in_hand, instead_of
from figureground.hands.things import Thing
from helpers.hands import open_hand


def thing(height: int = 40, width: int = 20, **facts: object) -> Thing:
    return Thing(np.full((height, width, 4), 255, np.uint8), **facts)  # type: ignore[arg-type]


def box(height: float, width: float, degrees: float) -> np.ndarray:
    """A rectangle in a photo of 300 x 300, turned clockwise about the middle."""
    corners = cv2.boxPoints(((150, 150), (width, height), degrees))
    filled = cv2.fillPoly(np.zeros((300, 300), np.uint8), [corners.round().astype(np.int32)], 1)
    return np.asarray(filled > 0)


def test_a_thing_of_known_width_is_as_large_as_the_hand_says() -> None:
    hand = open_hand(length=185)
    place = in_hand(thing(width_cm=10.0), hand)
    assert (place.row, place.column) == hand.grip
    assert place.scale * 20 == pytest.approx(10 * 185 / LENGTH_CM)


def test_a_thing_takes_the_turn_of_the_hand() -> None:
    assert in_hand(thing(), open_hand("right")).turn == pytest.approx(0, abs=0.05)
    assert in_hand(thing(), open_hand("down")).turn == pytest.approx(np.pi / 2, abs=0.25)
    assert in_hand(thing(up="along"), open_hand("right")).turn == pytest.approx(np.pi / 2, abs=0.25)


def test_a_hand_seen_from_its_side_holds_things_upright() -> None:
    hand = open_hand("down")
    flat = hand.landmarks.copy()
    flat[[5, 9, 13, 17]] = flat[9]  # all knuckles one behind the other
    assert in_hand(thing(), replace(hand, landmarks=flat)).turn == pytest.approx(0)


def test_only_what_may_be_mirrored_is_mirrored_in_a_left_hand() -> None:
    left = replace(open_hand(), side="left")
    assert in_hand(thing(mirrored=True), left).mirrored and not in_hand(thing(), left).mirrored
    assert not in_hand(thing(mirrored=True), open_hand()).mirrored


@pytest.mark.parametrize("degrees", [0, 20, -35])
def test_a_thing_takes_place_size_and_turn_of_an_old_one(degrees: float) -> None:
    place = instead_of(thing(), box(120, 60, degrees))
    assert np.degrees(place.turn) == pytest.approx(degrees, abs=2)
    assert place.scale == pytest.approx(3, rel=0.05)
    assert (place.row, place.column) == pytest.approx((150, 150), abs=2)


def test_the_longer_sides_of_both_come_together_and_what_is_up_stays_up() -> None:
    lying = instead_of(thing(), box(60, 120, 10))
    assert abs(np.degrees(lying.turn)) == pytest.approx(80, abs=2)
    assert abs(np.degrees(instead_of(thing(30, 30), box(60, 120, 10)).turn)) == pytest.approx(10, abs=2)


def test_the_middle_of_a_thing_held_below_lies_in_the_middle_of_the_old_one() -> None:
    place = instead_of(thing(grip=(1.0, 0.5)), box(120, 60, 0))
    assert (place.row, place.column) == pytest.approx((210, 150), abs=3)


@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_a_layer_shows_the_thing_with_its_grip_where_the_place_is(scale: float) -> None:
    picture = np.zeros((40, 20, 4), np.uint8)
    picture[:, :, 3] = 255
    picture[30:, :, 0] = 255  # its lower end is red
    region, layer = Place(150, 80, scale).layer(Thing(picture, grip=(1.0, 0.5)), (200, 200))
    rows, columns = np.nonzero(layer[..., 3] > 0.5)
    assert (rows.max() + 1 + region.top, rows.min() + region.top) == pytest.approx((150, 150 - 40 * scale), abs=1)
    assert columns.mean() + 0.5 + region.left == pytest.approx(80, abs=1)
    assert layer[rows.max() - 1, layer.shape[1] // 2, 0] > 0.9 and layer[rows.min() + 1, layer.shape[1] // 2, 0] < 0.1


def test_a_turned_layer_points_where_it_is_turned_to() -> None:
    region, layer = Place(100, 100, 1, np.pi / 2).layer(thing(grip=(1.0, 0.5)), (200, 200))
    rows, columns = np.nonzero(layer[..., 3] > 0.5)
    assert columns.mean() + region.left == pytest.approx(120, abs=1) and rows.mean() + region.top == pytest.approx(
        99.5, abs=1
    )


def test_corrections_are_about_the_grip_and_outside_of_the_photo_there_is_nothing() -> None:
    place = Place(10, 20, 2, 0.1).corrected(1.5, 90)
    assert place == Place(10, 20, 3, 0.1 + np.pi / 2)
    region, layer = Place(-500, 50, 1).layer(thing(), (100, 100))
    assert region.area == 0 and layer.size == 0


def test_distance_is_to_the_nearest_pixel() -> None:
    where = np.zeros((20, 20), bool)
    where[10, 10:15] = True
    assert distance((7, 6), where) == pytest.approx(5)
