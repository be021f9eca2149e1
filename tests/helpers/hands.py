"""Hands whose landmarks are set by hand, for tests that need no network."""

from __future__ import annotations

from typing import Literal

import numpy as np

from figureground.hands.crops import turned
from figureground.hands.hand import FINGERS, Hand


def open_hand(
    pointing: Literal["right", "down"] = "right",
    length: float = 100.0,
    middle: tuple[float, float] = (100.0, 100.0),
    nearer: float = 0.0,
) -> Hand:
    """A right hand of this length whose fingers lie side by side, the index finger uppermost where they point right.

    Args:
        middle: (row, column) of the knuckles.
        nearer: Pixels by which the fingers are nearer to the camera than thumb and palm.
    """
    landmarks = np.zeros((21, 2), np.float32)
    landmarks[0] = 0, -0.45 * length
    depths = np.zeros(21, np.float32)
    for number, finger in enumerate(FINGERS):
        across = (number - 2.5) * 0.1 * length
        first, step = (-0.3 * length, 0.12 * length) if number == 0 else (0.0, 0.17 * length)
        landmarks[list(finger)] = [(across, first + bone * step) for bone in range(4)]
        if number:
            depths[list(finger[1:])] = -nearer
    turn = 0.0 if pointing == "right" else np.pi / 2
    return Hand(1.0, "right", turned(landmarks, turn) + np.array(middle, np.float32), depths, length)
