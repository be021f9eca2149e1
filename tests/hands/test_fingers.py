"""Which part of a hand lies before what it holds."""

from __future__ import annotations

import numpy as np

from figureground.hands.fingers import in_front
from figureground.runtime.second_look import Region
from helpers.hands import open_hand

SIZE = (200, 240)
WHOLE = Region(0, 0, *SIZE)


def skin() -> tuple[np.ndarray, np.ndarray]:
    """A photo of one colour, so that it draws no outline of its own, all of it person."""
    return np.full((*SIZE, 3), 128, np.uint8), np.full(SIZE, 255, np.uint8)


def at(front: np.ndarray, points: np.ndarray) -> np.ndarray:
    rows, columns = points.round().astype(int).T
    return np.asarray(front[rows, columns])


def test_fingers_lie_in_front_and_the_palm_behind() -> None:
    photo, person = skin()
    hand = open_hand(nearer=20)
    front = in_front(photo, person, hand, WHOLE)
    assert front.shape == SIZE and front.dtype == np.uint8
    assert at(front, hand.landmarks[[7, 11, 15, 19]]).min() == 255
    assert at(front, hand.landmarks[[0]] + np.array([[0, 20]])).max() == 0


def test_fingers_that_are_further_away_than_the_thing_lie_behind_it() -> None:
    photo, person = skin()
    hand = open_hand(nearer=-40)
    assert at(in_front(photo, person, hand, WHOLE), hand.landmarks[[8, 12, 16, 20]]).max() == 0


def test_only_what_is_person_lies_in_front() -> None:
    photo, person = skin()
    person[:100] = 0
    front = in_front(photo, person, open_hand(nearer=20), WHOLE)
    assert front[:100].max() == 0 and front[100:].max() == 255


def test_a_part_far_from_the_hand_has_nothing_in_front() -> None:
    photo, person = skin()
    front = in_front(photo, person, open_hand(length=30), Region(150, 180, 200, 240))
    assert front.shape == (50, 60) and front.max() == 0
