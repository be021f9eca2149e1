"""Hands in a photo: MediaPipe's palm detector and hand landmark network, run by LiteRT.

As in Zhang et al. 2020, "MediaPipe Hands: On-device Real-time Hand Tracking": palms are found first, since they keep
their shape whatever the fingers do; each gives an upright square around its hand, in which the second network tells 21
landmarks. Anchors and crops are those of MediaPipe 0.10.14. What is added here is where palms are
looked for, since hands are small in most photos.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.documents.faces import FaceFinder
from figureground.hands.crops import Crop
from figureground.hands.hand import INDEX, LITTLE, MIDDLE, RING, THUMB, WRIST, Hand, Side
from figureground.pictures import Picture
from figureground.runtime.packaged import packaged_content
from figureground.runtime.segmenter import check_photo, load_interpreter, sigmoid

Floats = NDArray[np.float32]

_PALM_SIDE, _HAND_SIDE = 192, 224  # pixels that the networks see
_GRIDS = ((24, 2), (12, 6))  # cells a side, anchors a cell
_LEAST_PALM, _LEAST_HAND = 0.3, 0.7  # the second network decides
_SAME_PALM = 0.3  # intersection over union of two boxes
_SAME_HAND = 0.4  # of the longer hand: two that are nearer are one
# How far a square moves towards the fingers, and how much larger it gets, around a palm and around landmarks.
_AROUND_PALM, _AROUND_LANDMARKS = (0.5, 2.6), (0.1, 2.0)
_FRAMING = (WRIST, *THUMB[:3], *INDEX[:2], *MIDDLE[:2], *RING[:2], *LITTLE[:2])  # landmarks that a crop is laid around

_FACE_VIEW, _IN_FACE = 3.0, 0.6  # side of the square where a face is looked for, in hands; share of landmarks within it

# Where palms are looked for: squares of these shares of a person's longer side, a half of their side apart.
_SHARES = (1.0, 0.5, 0.25)
_SMALLEST = 48  # pixels: a square of fewer shows no hand that could be told
_FULL = 0.03  # of a square that has to be person


@dataclass(frozen=True, eq=False)  # arrays have no single truth, so a palm equals only itself
class Palm:
    """A palm as the detector tells it: how likely, its box's (top, left, bottom, right), wrist and middle knuckle."""

    score: float
    box: Floats
    wrist: Floats
    knuckle: Floats

    @property
    def crop(self) -> Crop:
        """The square around the whole hand, the fingers towards its top."""
        middle = (self.box[:2] + self.box[2:]) / 2
        side = float((self.box[2:] - self.box[:2]).max())
        return Crop(float(middle[0]), float(middle[1]), side, _upright(self.knuckle - self.wrist)).moved(*_AROUND_PALM)


class HandFinder:
    """Finds hands in photos of any size.

    Raises:
        SegmenterError: A packaged model is missing or changed.
    """

    def __init__(self) -> None:
        self._palms = load_interpreter(*packaged_content("palm.tflite"), threads=1)
        self._hands = load_interpreter(*packaged_content("hand.tflite"), threads=1)
        self._faces = FaceFinder()

    def find(self, photo: Picture, person: Picture | None = None) -> list[Hand]:
        """The hands of a photo, the likeliest first.

        Args:
            photo: uint8 HxWx3 RGB.
            person: uint8 HxW, 255 where people are: hands are looked for there, and not elsewhere.
        Raises:
            ValueError: `photo` is none.
        """
        check_photo(photo)
        palms = [palm for crop in searched(photo.shape[:2], person) for palm in self.palms(photo, crop)]
        hands: list[Hand] = []
        for palm in _without_doubles(palms):
            hand = self.hand(photo, palm.crop)
            if hand is not None and not any(_same(hand, other) for other in hands) and not self._is_face(photo, hand):
                hands.append(hand)
        return sorted(hands, key=lambda hand: -hand.score)

    def _is_face(self, photo: Picture, hand: Hand) -> bool:
        """Whether what was taken for a hand is a face: most of its landmarks lie within one."""
        row, column = hand.palm
        side = _FACE_VIEW * hand.length
        for face in self._faces.find(photo, round(row - side / 2), round(column - side / 2), max(1, round(side))):
            inside = (hand.landmarks >= face.box[:2]) & (hand.landmarks <= face.box[2:])
            if inside.all(axis=1).mean() >= _IN_FACE:
                return True
        return False

    def palms(self, photo: Picture, crop: Crop) -> list[Palm]:
        """Palms in one square of the photo, as the detector tells them, before any are joined."""
        shapes, scores = _answers(self._palms, crop.of(photo, _PALM_SIDE))
        scores = sigmoid(scores[0, :, 0])
        likely = np.flatnonzero(scores >= _LEAST_PALM)
        return [_palm(float(scores[k]), shapes[0, k], _ANCHORS[k], crop) for k in likely]

    def hand(self, photo: Picture, crop: Crop) -> Hand | None:
        """The hand that a square shows, its fingers towards the top; looked at again in the square that fits it."""
        first = self._look(photo, crop)
        return (first and self._look(photo, around(first.landmarks))) or first

    def _look(self, photo: Picture, crop: Crop) -> Hand | None:
        landmarks, presence, rightness, world = _answers(self._hands, crop.of(photo, _HAND_SIDE))
        score = float(presence[0, 0])
        if score < _LEAST_HAND:
            return None
        seen, solid = landmarks.reshape(21, 3), world.reshape(21, 3)
        places = crop.to_photo(seen[:, 1::-1], _HAND_SIDE)
        # The landmarks in metres spread across the picture as those in pixels do, whatever way the hand is turned.
        scale = np.float32(_spread(places) / _spread(solid[:, :2]))
        bones = np.linalg.norm(np.diff(solid[[WRIST, *MIDDLE]], axis=0), axis=1)
        side: Side = "right" if rightness[0, 0] > 0.5 else "left"
        return Hand(score, side, places, (solid[:, 2] - solid[WRIST, 2]) * scale, float(bones.sum() * scale))


def searched(size: tuple[int, int], person: Picture | None) -> Iterator[Crop]:
    """Squares in which palms are looked for: the whole photo, then parts of each person's box in smaller squares."""
    yield Crop(size[0] / 2, size[1] / 2, max(size))
    for top, left, height, width in _boxes(size, person):
        for share in _SHARES:
            side = share * max(height, width)
            if _SMALLEST <= side < 0.95 * max(size):
                yield from _squares(top, left, height, width, side, person)


def around(landmarks: Floats) -> Crop:
    """The square around a hand's landmarks (21x2), the fingers towards its top."""
    fingers = (landmarks[INDEX[1]] + landmarks[RING[1]]) / 4 + landmarks[MIDDLE[1]] / 2
    turn = _upright(fingers - landmarks[WRIST])
    upright = Crop(0, 0, 1, -turn).to_photo(landmarks[list(_FRAMING)] + np.float32(0.5), 1)
    low, high = upright.min(axis=0), upright.max(axis=0)
    middle = Crop(0, 0, 1, turn).to_photo((low + high)[np.newaxis] / 2 + np.float32(0.5), 1)[0]
    side = float((high - low).max())
    return Crop(float(middle[0]), float(middle[1]), side, turn).moved(*_AROUND_LANDMARKS)


def _answers(interpreter: Any, shown: Picture) -> list[Floats]:
    """All outputs, in their order, for a square."""
    interpreter.set_tensor(
        interpreter.get_input_details()[0]["index"], shown[np.newaxis].astype(np.float32) / np.float32(255)
    )
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]


def _anchors() -> Floats:
    """(row, column) of the anchors' middles in 0..1, in the network's order: 2016x2."""
    points = []
    for cells, each in _GRIDS:
        middles = (np.indices((cells, cells)).reshape(2, -1).T + 0.5) / cells
        points.append(np.repeat(middles, each, axis=0))
    return np.concatenate(points).astype(np.float32)


_ANCHORS = _anchors()


def _palm(score: float, shape: Floats, anchor: Floats, crop: Crop) -> Palm:
    """A prediction in pixels: x, y, width and height, then x and y of seven points, all of the network's 192."""
    middle, size, *points = shape.reshape(9, 2)[:, ::-1]
    middle = middle + anchor * _PALM_SIDE
    corners = np.array([middle - size / 2, middle + size / 2, *(point + anchor * _PALM_SIDE for point in points)])
    placed = crop.to_photo(corners.astype(np.float32), _PALM_SIDE)
    return Palm(score, placed[:2].ravel(), placed[2], placed[4])


def _without_doubles(palms: Sequence[Palm]) -> list[Palm]:
    """Of palms that overlap, their mean weighted by score, as MediaPipe takes it; the likeliest first."""
    left = sorted(palms, key=lambda palm: -palm.score)
    kept = []
    while left:
        same = [palm for palm in left if overlap(palm.box, left[0].box) > _SAME_PALM] or left[:1]
        left = [palm for palm in left if palm not in same]
        weights = np.array([palm.score for palm in same], np.float32)
        mean = (
            np.average([getattr(palm, name) for palm in same], axis=0, weights=weights).astype(np.float32)
            for name in ("box", "wrist", "knuckle")
        )
        kept.append(Palm(float(weights.max()), *mean))
    return kept


def overlap(a: Floats, b: Floats) -> float:
    """Intersection over union of two boxes (top, left, bottom, right)."""
    shared = float(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod())
    return shared / max(1e-9, float((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod()) - shared)


def _same(hand: Hand, other: Hand) -> bool:
    return float(np.hypot(*np.subtract(hand.palm, other.palm))) < _SAME_HAND * max(hand.length, other.length)


def _spread(points: Floats) -> float:
    return float(np.linalg.norm(points - points.mean(axis=0)))


def _upright(direction: Floats) -> float:
    """The turn of a square whose top is in this direction (row, column)."""
    return float(np.arctan2(direction[1], -direction[0]))


def _boxes(size: tuple[int, int], person: Picture | None) -> list[tuple[int, int, int, int]]:
    """(top, left, height, width) of each group of people; of the whole photo where nothing is known of them."""
    if person is None:
        return [(0, 0, *size)]
    count, _, found, _ = cv2.connectedComponentsWithStats((person > 127).view(np.uint8), connectivity=8)
    least = _SMALLEST / 2
    boxes = [(top, left, height, width) for left, top, width, height, _ in found[1:count].tolist()]
    return [box for box in boxes if min(box[2:]) >= least / 2 and max(box[2:]) >= least]


def _squares(top: int, left: int, height: int, width: int, side: float, person: Picture | None) -> Iterator[Crop]:
    for row in _middles(top, height, side):
        for column in _middles(left, width, side):
            if person is None or _shown(person, row, column, side) >= _FULL:
                yield Crop(row, column, side)


def _middles(first: int, length: int, side: float) -> NDArray[np.float64]:
    """Middles of squares, half a side apart or less, that cover a stretch and a little more."""
    count = max(1, int(np.ceil((length - side) / (side / 2))) + 1)
    if count == 1:
        return np.array([first + length / 2])
    return np.linspace(first + 0.4 * side, first + length - 0.4 * side, count)


def _shown(person: Picture, row: float, column: float, side: float) -> float:
    """Share of a square that is person."""
    top, left = max(0, int(row - side / 2)), max(0, int(column - side / 2))
    part = person[top : int(row + side / 2), left : int(column + side / 2)]
    return cv2.countNonZero(part) / side**2
