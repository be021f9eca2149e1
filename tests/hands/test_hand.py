"""What 21 landmarks tell of a hand, on ones that are set by hand."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.hands.hand import FINGERS, LENGTH_CM, Hand
from helpers.hands import open_hand


def test_a_hand_whose_knuckles_stand_upright_is_not_turned() -> None:
    assert open_hand(pointing="right").turn == pytest.approx(0)
    assert open_hand(pointing="down").turn == pytest.approx(np.pi / 2)


def test_the_grip_lies_between_thumb_and_fingers_and_the_palm_behind_it() -> None:
    hand = open_hand(pointing="right")
    tips = np.array([hand.landmarks[finger[3]] for finger in FINGERS])
    assert tips[:, 0].min() < hand.grip[0] < tips[:, 0].max()
    assert hand.landmarks[0, 1] < hand.palm[1] < hand.grip[1] < tips[:, 1].max()


def test_what_is_as_large_as_a_usual_hand_has_its_length_in_centimetres() -> None:
    hand = open_hand()
    assert isinstance(hand, Hand) and hand.pixels_a_cm * LENGTH_CM == pytest.approx(hand.length)
