"""The hand finder on a rendered person whose hands are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from figureground.documents.faces import FaceFinder
from figureground.hands.finding import HandFinder, around, overlap, searched
from figureground.pictures import resize_photo
from helpers.drawing import hands
from helpers.hands import open_hand


@pytest.fixture(scope="module")
def finder() -> HandFinder:
    return HandFinder()


def test_both_hands_are_found_where_and_as_large_as_they_are(finder: HandFinder) -> None:
    photo, grips, length = hands()
    found = {hand.side: hand for hand in finder.find(photo)}
    assert found.keys() == grips.keys()
    for side, hand in found.items():
        assert np.hypot(*np.subtract(hand.grip, grips[side])) < 0.4 * length
        assert hand.length == pytest.approx(length, rel=0.25)
        assert 0.7 <= hand.score <= 1 and hand.landmarks.shape == (21, 2) and hand.depths.shape == (21,)


def test_hands_of_a_person_who_is_small_in_the_photo_are_found_in_the_persons_box(finder: HandFinder) -> None:
    photo, grips, length = hands()
    wide = np.full((1440, 3200, 3), 200, np.uint8)
    wide[600:1080, 2000:2640] = photo
    person = np.zeros(wide.shape[:2], np.uint8)
    person[600:1080, 2180:2440] = 255
    found = finder.find(wide, person)
    near = [
        min(np.hypot(row + 600 - hand.grip[0], column + 2000 - hand.grip[1]) for hand in found)
        for row, column in grips.values()
    ]
    assert max(near) < 0.4 * length


def test_a_wall_shows_no_hand(finder: HandFinder) -> None:
    assert finder.find(np.full((300, 200, 3), 90, np.uint8)) == []
    assert finder.find(np.zeros((1, 1, 3), np.uint8)) == []


def test_a_face_is_no_hand(finder: HandFinder) -> None:
    photo, _, length = hands()
    (face,) = FaceFinder().find(photo, 0, 150, 150)
    middle, half = np.array(face.middle, np.float32), np.float32(face.height / 4)
    taken = replace(
        open_hand(length=length), landmarks=middle + half * np.array([[-1, -1], [1, 1], [0, 0]] * 7, np.float32)
    )
    assert finder._is_face(photo, taken)
    assert not any(finder._is_face(photo, hand) for hand in finder.find(photo))


def test_what_is_no_photo_is_refused(finder: HandFinder) -> None:
    with pytest.raises(ValueError, match="photo must be"):
        finder.find(np.zeros((8, 8), np.uint8))


def test_a_mirrored_photo_shows_the_other_hands(finder: HandFinder) -> None:
    photo, grips, _ = hands()
    found = {hand.side: hand.grip[1] for hand in finder.find(np.ascontiguousarray(photo[:, ::-1]))}
    assert found["left"] == pytest.approx(640 - grips["right"][1], abs=40)


def test_a_larger_photo_shows_the_same_hands(finder: HandFinder) -> None:
    photo, _, length = hands()
    large = finder.find(resize_photo(photo, 1440, 1920))
    assert {hand.side for hand in large} == {"left", "right"}
    assert np.median([hand.length for hand in large]) == pytest.approx(3 * length, rel=0.25)


def test_squares_cover_every_person_and_nothing_else() -> None:
    person = np.zeros((400, 800), np.uint8)
    person[100:300, 500:580] = 255
    whole, *parts = searched((400, 800), person)
    assert (whole.side, whole.row, whole.column) == (800, 200, 400)
    assert len(parts) > 5 and all(abs(part.column - 540) < 300 for part in parts)
    assert list(searched((400, 800), np.zeros((400, 800), np.uint8))) == [whole]


def test_the_square_around_landmarks_holds_them_all_and_has_the_fingers_at_its_top() -> None:
    for pointing, turn in (("right", np.pi / 2), ("down", np.pi)):
        hand = open_hand(pointing)  # type: ignore[arg-type]
        crop = around(hand.landmarks)
        assert np.cos(crop.turn - turn) > 0.95
        middle, half = np.array([crop.row, crop.column]), crop.side / 2
        assert np.abs(hand.landmarks - middle).max() < 1.1 * half


def test_boxes_overlap_by_what_they_share() -> None:
    one = np.array([0, 0, 10, 10], np.float32)
    assert overlap(one, one) == pytest.approx(1)
    assert overlap(one, one + np.array([0, 5, 0, 5], np.float32)) == pytest.approx(1 / 3)
    assert overlap(one, one + 20) == 0
