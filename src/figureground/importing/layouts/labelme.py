"""Layout "labelme": for each photo a JSON file of shapes with labels, as LabelMe saves them (Wada, labelme)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot
from typing import Any

import numpy as np
from numpy.typing import NDArray

from figureground.drawn_masks import read_drawn_mask
from figureground.files import read_text
from figureground.importing.layouts.pairing import Found, Listed, MaskError, find_described_pairs
from figureground.importing.layouts.polygons import NO_AREA, Bools, Size, people_mask, photo_size, polygon_area
from figureground.importing.sources import Source
from figureground.pictures import Picture

Points = NDArray[np.float64]  # rows of x, y in pixels
_CORNERS_OF_A_CIRCLE = 64


@dataclass(frozen=True)
class ShapeFile:
    """The JSON file of a photo: the shapes labelled `person`. A rectangle is around a person, so its inside is void."""

    file: Listed

    @property
    def shown(self) -> str:
        return self.file.shown

    def read(self) -> Picture:
        content = self._content()
        size = photo_size(content.get("imageHeight"), content.get("imageWidth"))
        people: list[Bools] = []
        boxes: list[Bools] = []
        for shape in content["shapes"]:
            if not isinstance(shape, Mapping):
                raise MaskError("a shape that is no object with label and points; save it again with LabelMe")
            if str(shape.get("label")).strip().casefold() == "person":
                (boxes if shape.get("shape_type") == "rectangle" else people).append(_drawn(shape, size))
        return people_mask(size, people, boxes)

    def read_held(self) -> None:
        return None

    def _content(self) -> dict[str, Any]:
        try:
            content = json.loads(read_text(self.file.path))
        except (ValueError, OSError, RecursionError) as error:
            raise MaskError(f"not a JSON file that can be read ({error})") from None
        if not isinstance(content, dict) or not isinstance(content.get("shapes"), list):
            raise MaskError("a JSON file without a list of shapes, so not one of LabelMe")
        return content


def _drawn(shape: Mapping[str, Any], size: Size) -> Bools:
    kind = shape.get("shape_type") or "polygon"
    try:
        points = np.asarray(shape.get("points"), np.float64).reshape(-1, 2)
    except (TypeError, ValueError):
        raise MaskError("a person whose points are no list of x and y; save it again with LabelMe") from None
    area = _brushed(shape, points, size) if kind == "mask" else polygon_area([_outline_of(kind, points)], size)
    if not area.any():
        raise MaskError(NO_AREA)
    return area


def _outline_of(kind: str, points: Points) -> Points:
    if kind == "rectangle" and len(points) == 2:
        (left, top), (right, bottom) = points
        return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    if kind == "circle" and len(points) == 2:
        (x, y), edge = points[0], points[1] - points[0]
        turn = np.linspace(0, 2 * np.pi, _CORNERS_OF_A_CIRCLE, endpoint=False)
        return np.array([x, y]) + hypot(*edge) * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    if kind in ("polygon", "rectangle"):
        return points
    raise MaskError(f"a person drawn as a {kind}, which has no inside; draw a polygon")


def _brushed(shape: Mapping[str, Any], points: Points, size: Size) -> Bools:
    """A mask of the shape's own size, whose upper left corner is the first point."""
    try:
        brushed = read_drawn_mask(base64.b64decode(shape["mask"]))[0] > 0
        left, top = (round(coordinate) for coordinate in points[0].tolist())
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        raise MaskError("a person drawn by brush whose mask cannot be read; save it again with LabelMe") from None
    area = np.zeros(size, np.bool_)
    height, width = brushed.shape
    if left < 0 or top < 0 or top + height > size[0] or left + width > size[1]:
        raise MaskError(f"a brushed mask that reaches beyond the photo of {size[0]} x {size[1]} (height x width)")
    area[top : top + height, left : left + width] = brushed
    return area


def find_labelme_pairs(source: Source) -> Found:
    """Pairs of a source of layout "labelme"; raises what `find_described_pairs` raises."""
    return find_described_pairs(source, ".json", lambda file, photo: ShapeFile(file))
