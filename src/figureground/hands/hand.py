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
FINGERS: Final = (THUMB, INDEX, MIDDLE, RING, LITTLE)
KNUCKLES: Final = (INDEX[0], MIDDLE[0], RING[0], LITTLE[0])
LENGTH_CM: Final = 18.5  # from wrist to the tip of the middle finger: the mean of adults (NASA-STD-3000, 3.3.1)


@dataclass(frozen=True)
class Hand:
    """A hand in pixels of the photo.

    Attributes:
        score: How likely it is a hand, 0 to 1.
        side: The person's own left or right.
        landmarks: float32 21x2, (row, column) each.
        depths: float32 21, how much further from the camera than the wrist each is, in pixels; a rough estimate.
        length: Pixels from the wrist to the tip of the middle finger, were the hand flat and facing the camera.
    """

    score: float
    side: Side
    landmarks: NDArray[np.float32]
    depths: NDArray[np.float32]
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
    def turn(self) -> float:
        """Radians, clockwise, from upright in the photo to the direction from little to index finger, in which the
        upper end of a stick points that the hand is closed around."""
        direction = self.landmarks[INDEX[0]] - self.landmarks[LITTLE[0]]
        return float(np.arctan2(direction[1], -direction[0]))

    @property
    def pixels_a_cm(self) -> float:
        """How large a thing appears that is as far away as the hand, if that is of the usual size."""
        return self.length / LENGTH_CM


def _point(values: NDArray[np.float32]) -> Point:
    return float(values[0]), float(values[1])
