"""Things put into hands of a rendered person, and in the place of what is held."""

from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest
from PIL import Image

from figureground import InHand, NothingHeldError, Segmenter, ThingError
from figureground.hands.putting import held_thing
from helpers.drawing import hands
from helpers.hands import open_hand

GREEN = (20, 220, 20)


def card(height: int = 60, width: int = 40) -> np.ndarray:
    """A green card, opaque but for its corner."""
    picture = np.full((height, width, 4), (*GREEN, 255), np.uint8)
    picture[0, 0, 3] = 0
    return picture


def green(photo: np.ndarray) -> np.ndarray:
    values = photo[..., :3].astype(int)
    return np.asarray(values[..., 1] - np.maximum(values[..., 0], values[..., 2]) > 60)


@pytest.fixture(scope="module")
def person() -> np.ndarray:
    """The mask of the rendered person."""
    return Segmenter("fast").mask(hands()[0])


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_thing_goes_into_the_hand_that_is_named(side: str, person: np.ndarray) -> None:
    photo, grips, length = hands()
    put, mask = InHand(card(), hand=side).put_into(photo, person, None)  # type: ignore[arg-type]
    rows, columns = np.nonzero(green(put))
    assert abs(np.median(rows) - grips[side][0]) < 0.5 * length
    assert abs(np.median(columns) - grips[side][1]) < 0.5 * length
    assert mask[green(put)].min() > 0
    far = np.hypot(*(np.indices(mask.shape) - np.reshape(grips[side], (2, 1, 1)))) > 2 * length
    np.testing.assert_array_equal(put[far], photo[far])


def test_fingers_stay_before_the_thing(person: np.ndarray) -> None:
    photo, _, _ = hands()
    put, _ = InHand(card(), hand="right", scale=1.5).put_into(photo, person, None)
    shown = green(put)
    around = cv2.morphologyEx(shown.view(np.uint8), cv2.MORPH_CLOSE, np.ones((41, 41), np.uint8)) > 0
    fingers = around & ~shown & (person > 127)
    assert np.count_nonzero(fingers) > 150
    assert np.abs(put[fingers].astype(int) - photo[fingers]).mean() < 12


def test_hands_are_counted_from_the_left(person: np.ndarray) -> None:
    photo, _, _ = hands()
    by_number = InHand(card(), hand=1).put_into(photo, person, None)[0]
    np.testing.assert_array_equal(by_number, InHand(card(), hand="right").put_into(photo, person, None)[0])


def test_scale_and_turn_correct_what_comes_out(person: np.ndarray) -> None:
    photo, _, _ = hands()
    plain, large, turned = (
        green(InHand(card(), hand="right", **wish).put_into(photo, person, None)[0])  # type: ignore[arg-type]
        for wish in ({}, {"scale": 1.5}, {"turn": 90})
    )
    assert np.count_nonzero(large) > 1.6 * np.count_nonzero(plain)
    assert np.ptp(np.nonzero(plain)[0]) > np.ptp(np.nonzero(plain)[1])
    assert np.ptp(np.nonzero(turned)[0]) < np.ptp(np.nonzero(turned)[1])


def test_a_thing_takes_the_place_of_an_old_one_which_goes_away(person: np.ndarray) -> None:
    photo, _, _ = hands()
    held = np.zeros(photo.shape[:2], np.uint8)
    held[200:300, 300:380] = 255  # something blue before the chest
    photo = photo.copy()
    photo[held > 0] = 0, 0, 255
    without = np.minimum(person, 255 - held)
    put, mask = InHand(card(90, 40)).put_into(photo, without, held)
    rows, columns = np.nonzero(green(put))
    assert (rows.mean(), columns.mean()) == pytest.approx((250, 340), abs=6)
    assert mask[210:290, 310:370].min() == 255  # the chest goes on behind
    red, _, blue = put[205:295, 302:378].astype(int).transpose(2, 0, 1)
    assert (blue - red).max() < 60  # none of the old thing is left


def test_where_there_is_no_hand_and_nothing_is_held_it_is_said() -> None:
    wall = np.full((200, 300, 3), 90, np.uint8)
    nobody = np.zeros((200, 300), np.uint8)
    with pytest.raises(NothingHeldError, match="no hand found in this photo, and nothing that somebody holds"):
        InHand("mug").put_into(wall, nobody, nobody)
    for hand, reason in (("left", "no left hand found in this photo, no hands in all"), (2, "hand 2: no hands found")):
        with pytest.raises(NothingHeldError, match=reason):
            InHand("mug", hand=hand).put_into(wall, nobody, None)  # type: ignore[arg-type]


def test_a_thing_larger_than_the_photo_is_refused(person: np.ndarray) -> None:
    with pytest.raises(ThingError, match="mug: would be larger than the photo; give a smaller scale"):
        InHand("mug", hand="right", scale=20).put_into(hands()[0], person, None)


@pytest.mark.parametrize("wish", [{"hand": "both"}, {"hand": 0}, {"scale": 0.0}, {"scale": float("nan")}])
def test_wishes_that_cannot_be_are_refused(wish: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"hand must be|scale must be"):
        InHand("mug", **wish)  # type: ignore[arg-type]


def test_of_several_held_things_the_largest_counts_or_the_one_the_hand_holds() -> None:
    held, person = np.zeros((2, 200, 240), np.uint8)
    held[20:60, 180:230] = held[90:110, 110:130] = held[150:, :100] = 255
    person[60:140, 100:230] = 255 - held[60:140, 100:230]
    largest, near = held_thing(held, person, []), held_thing(held, person, [open_hand(length=40)])
    assert largest is not None and largest[30, 200] and not largest[100, 120]
    assert near is not None and near[100, 120] and not near[30, 200]
    assert largest is not None and not largest[180, 50]  # nobody touches the largest of all
    assert held_thing(np.zeros((200, 240), np.uint8), person, []) is None


def test_it_can_be_sent_to_another_process(person: np.ndarray) -> None:
    thing = InHand("mug", hand="right")
    again = pickle.loads(pickle.dumps(thing))
    for one, other in zip(
        thing.put_into(hands()[0], person, None), again.put_into(hands()[0], person, None), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_segmenter_puts_things_in_and_replaces_what_is_held_in_the_kind_it_is_given() -> None:
    photo, _, _ = hands()
    segmenter, thing = Segmenter("fast"), InHand(card(), hand="right")
    put = segmenter.put(photo, thing)
    assert put.shape == photo.shape and green(put).any()
    image = segmenter.put(Image.fromarray(photo), thing)
    np.testing.assert_array_equal(np.array(image), put)
    cutout = segmenter.cut(photo, held="replace", thing=thing)
    assert cutout.shape == (*photo.shape[:2], 4) and cutout[..., 3][green(cutout)].min() > 0
    for held, given in (("replace", None), ("drop", thing)):
        with pytest.raises(ValueError, match="belong together"):
            segmenter.cut(photo, held=held, thing=given)  # type: ignore[call-overload]
