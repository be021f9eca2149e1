"""A hand in a photo, as 21 landmarks tell it: where it would hold something, how large it is and how it is turned.

Landmarks are those of MediaPipe Hands (Zhang et al. 2020, "MediaPipe Hands: On-device Real-time Hand Tracking"), in its
order: the wrist, then four of each finger from its root to its tip, thumb first. Points are (row, column) in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Side: TypeAlias = Literal["left", "right"]
Point: TypeAlias = tuple[float, float]

WRIST: Final = 0
THUMB, INDEX, MIDDLE, RING, LITTLE = ((first, first + 1, first + 2, first + 3) for first in (1, 5, 9, 13, 17))
KNUCKLES: Final = (INDEX[0], MIDDLE[0], RING[0], LITTLE[0])
LENGTH_CM: Final = 18.5  # from wrist to the tip of the middle finger: the mean of adults (NASA-STD-3000, 3.3.1)


@dataclass(frozen=True)
class Hand:
    """A hand in pixels of the photo.

    Attributes:
        score: How likely it is a hand, 0 to 1.
        side: The person's own left or right.
        landmarks: float32 21x2, (row, column) each.
        length: Pixels from the wrist to the tip of the middle finger, were the hand flat and facing the camera.
    """

    score: float
    side: Side
    landmarks: NDArray[np.float32]
    length: float

    @property
    def palm(self) -> Point:
        """The middle of the palm: of the wrist and the four knuckles."""
        return _point((self.landmarks[WRIST] + self.landmarks[list(KNUCKLES)].mean(axis=0)) / 2)

    @property
    def grip(self) -> Point:
        """Between the thumb and the fingers, where a thing is held."""
        tips = self.landmarks[[INDEX[2], MIDDLE[2]]].mean(axis=0)
        return _point((self.landmarks[THUMB[3]] + tips + self.landmarks[list(KNUCKLES)].mean(axis=0)) / 3)

    @property
    def across(self) -> float:
        """Turn, in radians, that brings what is upright to the direction from the little finger to the index finger.

        0 is upright in the photo, and positive turns go clockwise. A stick in a fist points this way.
        """
        return _turn(self.landmarks[INDEX[0]] - self.landmarks[LITTLE[0]])

    @property
    def along(self) -> float:
        """As `across`, to the direction from the wrist to the middle finger's knuckle."""
        return _turn(self.landmarks[MIDDLE[0]] - self.landmarks[WRIST])

    @property
    def pixels_a_cm(self) -> float:
        """How large a thing appears that is as far away as the hand, if that is of the usual size."""
        return self.length / LENGTH_CM


def _point(values: NDArray[np.float32]) -> Point:
    return float(values[0]), float(values[1])


def _turn(direction: NDArray[np.float32]) -> float:
    return float(np.arctan2(direction[1], -direction[0]))
