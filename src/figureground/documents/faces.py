"""Faces in a photo, with their eyes and mouth: BlazeFace (Bazarevsky et al. 2019), packaged as face.tflite.

The network sees 128 x 128 pixels and gives 896 predictions, each relative to an anchor: two for every cell of a grid of
16 x 16 and six for every cell of a grid of 8 x 8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from figureground.pictures import Picture, resize_photo
from figureground.runtime.backgrounds import Colour
from figureground.runtime.packaged import packaged_content
from figureground.runtime.segmenter import load_interpreter, sigmoid

Point = tuple[float, float]
Box = tuple[float, float, float, float]

_SIDE = 128
_GRIDS = ((16, 2), (8, 6))  # cells a side, anchors a cell
_LEAST_SCORE = 0.6
_SAME_FACE = 0.3  # intersection over union of two boxes


@dataclass(frozen=True)
class Face:
    """A face in pixels of the photo: points are (row, column), the box is (top, left, bottom, right).

    Right and left are the person's own.
    """

    score: float
    box: Box
    right_eye: Point
    left_eye: Point
    nose: Point
    mouth: Point

    @property
    def height(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def middle(self) -> Point:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


class FaceFinder:
    """Finds faces that are at least an eighth or so of the searched square.

    Raises:
        SegmenterError: The packaged model is missing or changed.
    """

    def __init__(self) -> None:
        self._interpreter = load_interpreter(*packaged_content("face.tflite"), threads=1)
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = {int(detail["shape"][-1]): detail["index"] for detail in self._interpreter.get_output_details()}
        self._shapes, self._scores = outputs[16], outputs[1]

    def find(self, photo: Picture, top: int = 0, left: int = 0, side: int | None = None) -> list[Face]:
        """Faces in a square part of the photo, best first; without `side` in the square around the whole photo.

        Args:
            photo: uint8 HxWx3 RGB.
            top, left, side: The square in pixels; it may reach past the photo.
        """
        if side is None:
            side = max(photo.shape[:2])
            top, left = (photo.shape[0] - side) // 2, (photo.shape[1] - side) // 2
        small = resize_photo(part_of(photo, top, left, (side, side)), _SIDE, _SIDE)
        self._interpreter.set_tensor(self._input, small[np.newaxis].astype(np.float32) / np.float32(127.5) - 1)
        self._interpreter.invoke()
        scores = sigmoid(self._interpreter.get_tensor(self._scores)[0, :, 0])
        shapes = self._interpreter.get_tensor(self._shapes)[0]
        likely = np.flatnonzero(scores >= _LEAST_SCORE)
        order = likely[np.argsort(-scores[likely])]
        faces = [_face(float(scores[k]), shapes[k] / _SIDE, _ANCHORS[k], (top, left, side)) for k in order]
        return _without_doubles(faces)


def _anchors() -> NDArray[np.float32]:
    """(x, y) of the anchors' middles in 0..1, in the network's order: 896x2."""
    points = []
    for cells, each in _GRIDS:
        rows, columns = np.mgrid[0:cells, 0:cells]
        middles = np.stack([columns.ravel(), rows.ravel()], axis=1) + 0.5
        points.append(np.repeat(middles / cells, each, axis=0))
    return np.concatenate(points).astype(np.float32)


_ANCHORS = _anchors()


def _face(score: float, shape: NDArray[np.float32], anchor: NDArray[np.float32], place: tuple[int, int, int]) -> Face:
    """A prediction in pixels: its numbers are x, y, width, height, then x and y of six points, of the square's side."""
    top, left, side = place
    points = shape.reshape(8, 2)
    (x, y), (width, height) = points[0] + anchor, points[1]
    eyes_nose_mouth = [(top + side * float(py), left + side * float(px)) for px, py in points[2:6] + anchor]
    box = (y - height / 2, x - width / 2, y + height / 2, x + width / 2)
    upper, outer, lower, inner = (float(value) * side for value in box)
    return Face(score, (top + upper, left + outer, top + lower, left + inner), *eyes_nose_mouth)


def _without_doubles(faces: list[Face]) -> list[Face]:
    kept: list[Face] = []
    for face in faces:
        if not any(is_same(face, other) for other in kept):
            kept.append(face)
    return kept


def is_same(a: Face, b: Face) -> bool:
    """Whether two boxes are one face: they overlap, or the middle of one lies in the other."""
    return _overlap(a.box, b.box) >= _SAME_FACE or _holds(a.box, b.middle) or _holds(b.box, a.middle)


def _holds(box: Box, point: Point) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    height, width = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, height) * max(0.0, width)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def part_of(photo: Picture, top: int, left: int, size: tuple[int, int], fill: Colour = (0, 0, 0)) -> Picture:
    """The part of the photo with this corner and (height, width), filled where it reaches past the photo."""
    part = np.full((*size, 3), fill, np.uint8)
    inside = photo[max(0, top) : max(0, top + size[0]), max(0, left) : max(0, left + size[1])]
    down, across = max(0, -top), max(0, -left)
    part[down : down + inside.shape[0], across : across + inside.shape[1]] = inside
    return part
