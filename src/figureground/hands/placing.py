"""Where a thing goes in a photo, how large and how turned: in a hand, or where another thing is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.hands.crops import turned
from figureground.hands.hand import KNUCKLES, MIDDLE, WRIST, Hand, Point
from figureground.hands.things import Thing
from figureground.pictures import resize_photo
from figureground.runtime.second_look import Region

Floats = NDArray[np.float32]

_USUAL = 0.8  # of the hand's length: the longer side of a thing of which nobody says how large it is
_LONG = 1.25  # longer by shorter side, from which on a thing or its place has a direction
_MOST = 1.3  # of the old thing's sides, to which those of a new one are held
# Of the hand's length: how far apart the outer knuckles are, and the wrist and the middle finger's, seen straight on.
_ACROSS, _ALONG = 0.3, 0.5


@dataclass(frozen=True)
class Place:
    """Where the grip of a thing lies in the photo, photo pixels a pixel of the thing, and its turn.

    The turn is in radians, clockwise, and comes after the mirroring.
    """

    row: float
    column: float
    scale: float
    turn: float = 0.0
    mirrored: bool = False

    def corrected(self, scale: float, degrees: float) -> Place:
        """Larger by this factor and turned further, about the grip."""
        return replace(self, scale=self.scale * scale, turn=self.turn + float(np.radians(degrees)))

    def layer(self, thing: Thing, size: tuple[int, int]) -> tuple[Region, Floats]:
        """The thing as it lies in a photo of `size`: the part of the photo that it touches, and its pixels there.

        Returns:
            The pixels are float32 HxWx4 of 0 to 1, the colours multiplied by the last, the opacity. The part is empty
            where all of it lies outside of the photo.
        """
        picture = thing.picture[:, ::-1] if self.mirrored else thing.picture
        grip = thing.grip[0], 1 - thing.grip[1] if self.mirrored else thing.grip[1]
        whole = picture.shape[:2]
        if self.scale < 1:
            picture = resize_photo(np.ascontiguousarray(picture), *(max(1, round(side * self.scale)) for side in whole))
        # Both count from the upper left corner; OpenCV counts (x, y) from the middles of pixels.
        corners = np.array([[0, 0], [0, whole[1]], [whole[0], 0], whole], np.float32)
        placed = turned((corners - np.multiply(grip, whole)) * self.scale, self.turn)
        placed += np.array([self.row, self.column], np.float32)
        region = _bounded(placed, size)
        own = np.array([[0, 0], [0, picture.shape[1]], [picture.shape[0], 0]], np.float32)
        matrix = cv2.getAffineTransform(
            (own[:, ::-1] - 0.5).astype(np.float32),
            np.ascontiguousarray((placed[:3] - [region.top, region.left])[:, ::-1] - 0.5, np.float32),
        )
        layer = picture.astype(np.float32) / 255
        layer[..., :3] *= layer[..., 3:]
        if region.area <= 0:
            return region, np.zeros((0, 0, 4), np.float32)
        into = region.right - region.left, region.bottom - region.top
        return region, np.asarray(cv2.warpAffine(layer, matrix, into, flags=cv2.INTER_LINEAR), np.float32)


def in_hand(thing: Thing, hand: Hand) -> Place:
    """Between thumb and fingers, as large as the hand says, and turned as it is."""
    height, width = thing.picture.shape[:2]
    scale = _USUAL * hand.length / max(height, width)
    if thing.width_cm is not None:
        scale = hand.pixels_a_cm * thing.width_cm / width
    return Place(*hand.grip, scale, _turn_in(hand, thing), thing.mirrored and hand.side == "left")


def _turn_in(hand: Hand, thing: Thing) -> float:
    """The hand's turn, the nearer to upright, as things are held, the less of it the camera sees."""
    knuckles = hand.landmarks[list(KNUCKLES)]
    if thing.up == "across":
        direction, whole = knuckles[0] - knuckles[3], _ACROSS
    else:
        direction, whole = hand.landmarks[MIDDLE[0]] - hand.landmarks[WRIST], _ALONG
    direction = direction / np.float32(whole * hand.length)
    upright = max(0.0, 1 - float(np.hypot(*direction)))
    return float(np.arctan2(direction[1], -direction[0] + upright))


def instead_of(thing: Thing, old: NDArray[np.bool_]) -> Place:
    """In the place of an old thing (bool HxW): in the middle of its oriented box, with its size and its turn."""
    places = np.argwhere(old)[:, ::-1].astype(np.float32)
    (column, row), (across, down), degrees = cv2.minAreaRect(cv2.convexHull(places))
    height, width = thing.picture.shape[:2]
    turn = min(_turns(float(np.radians(degrees)), (down + 1, across + 1), (height, width)), key=abs)
    sides = (across + 1, down + 1) if _lies(turn - np.radians(degrees)) else (down + 1, across + 1)
    scale = float(np.sqrt(sides[0] * sides[1] / (height * width)))
    scale = min(scale, _MOST * sides[0] / height, _MOST * sides[1] / width)
    # The middle of the thing, not its grip, lies in the middle of the box.
    away = turned(np.array([[thing.grip[0] - 0.5, thing.grip[1] - 0.5]], np.float32) * [height, width] * scale, turn)[0]
    return Place(row + 0.5 + float(away[0]), column + 0.5 + float(away[1]), scale, turn)


def _turns(box: float, sides: tuple[float, float], thing: tuple[int, int]) -> Sequence[float]:
    """Turns of the thing that bring its sides to those of the box, the longer to the longer where both have one."""
    quarters = [_wrapped(box + quarter * np.pi / 2) for quarter in range(4)]
    ratios = sides[0] / sides[1], thing[0] / thing[1]
    if min(max(ratio, 1 / ratio) for ratio in ratios) < _LONG:
        return quarters
    alike = (ratios[0] > 1) == (ratios[1] > 1)
    return [turn for turn in quarters if _lies(turn - box) != alike]


def _lies(turn: float) -> bool:
    """Whether a turn brings what is upright nearer to lying than to standing."""
    return bool(abs(np.sin(turn)) > abs(np.cos(turn)))


def _wrapped(turn: float) -> float:
    return float(np.arctan2(np.sin(turn), np.cos(turn)))


def _bounded(points: Floats, size: tuple[int, int]) -> Region:
    """The box around points, within the photo; one without area where they lie outside."""
    low, high = np.floor(points.min(axis=0)).astype(int) - 1, np.ceil(points.max(axis=0)).astype(int) + 1
    top, left = (int(np.clip(low[k], 0, size[k])) for k in (0, 1))
    bottom, right = (int(np.clip(high[k], 0, size[k])) for k in (0, 1))
    return Region(top, left, max(top, bottom), max(left, right))


def distance(point: Point, where: NDArray[np.bool_]) -> float:
    """Pixels from a point to the nearest of a shape's (bool HxW)."""
    return float(np.sqrt(((np.argwhere(where) - point) ** 2).sum(axis=1).min()))
