"""Polygons and boxes of people as annotations have them, drawn into masks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from figureground.importing.layouts.pairing import MaskError
from figureground.pictures import PERSON, VOID, Picture

Bools = NDArray[np.bool_]
Size = tuple[int, int]  # height, width

_MOST_PIXELS = 200_000_000  # of a photo; a mask is drawn at the size that a file states, whatever that is
NO_AREA = "a person without an area, neither an outline nor a box of more than a pixel; draw it again or remove it"


def photo_size(height: Any, width: Any) -> Size:
    """Height and width as a file states them.

    Raises:
        MaskError: They are no size of a photo.
    """
    try:
        size = int(height), int(width)
    except (TypeError, ValueError, OverflowError):
        size = 0, 0
    if min(size) < 1 or size[0] * size[1] > _MOST_PIXELS:
        raise MaskError(f"height {height} and width {width} are no size of a photo; correct them in the file")
    return size


def polygon_area(polygons: Iterable[Any], size: Size) -> Bools:
    """Where at least one polygon (x, y, x, y, … in pixels) covers a photo; those of no more than a pixel are left out.

    Raises:
        MaskError: A coordinate is no number, not finite, or further outside than the photo is long; or a polygon has
            an odd number of them.
    """
    drawn = [
        corners.ravel().tolist() for corners in (_corners(polygon, size) for polygon in polygons) if _wide(corners)
    ]
    if not drawn:
        return np.zeros(size, np.bool_)
    return np.asarray(coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(drawn, *size))), np.bool_)


def box_area(left: Any, top: Any, right: Any, bottom: Any, size: Size) -> Bools:
    """The pixels that a box touches; none for one of no more than a pixel.

    Raises:
        MaskError: As `polygon_area`.
    """
    return polygon_area([[left, top, right, top, right, bottom, left, bottom]], size)


def people_mask(size: Size, people: Sequence[Bools], unknown: Sequence[Bools]) -> Picture:
    """uint8 HxW: 255 where people are, 128 where it is not known, 0 elsewhere."""
    mask = np.zeros(size, np.uint8)
    for area in unknown:
        mask[area] = VOID
    for area in people:
        mask[area] = PERSON
    return mask


def _corners(polygon: Any, size: Size) -> NDArray[np.float64]:
    try:
        corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    except (TypeError, ValueError, OverflowError):
        raise MaskError("an outline that is no list of x, y, x, y, …; export it again") from None
    longest = max(size)
    for wrong in corners[~((corners >= -longest) & (corners <= 2 * longest))]:
        raise MaskError(
            f"a coordinate of {wrong:g} in a photo of {size[0]} x {size[1]} (height x width); correct it in the file"
        )
    return corners


def _wide(corners: NDArray[np.float64]) -> bool:
    """Whether this is more than a point, a line of two corners, or coordinates of 0 to 1 taken for pixels."""
    return len(corners) >= 3 and bool((np.ptp(corners, axis=0) > 1).any())
