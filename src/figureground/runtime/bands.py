"""The band of undecided pixels along a person's edge, the only ones that need work at the photo's full size."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.uint8]
Indices = NDArray[np.intp]

_ROWS = 256  # taken at once: bounds the memory that a photo without any clear pixel needs
_ROW_LENGTH = 1024  # OpenCV's remap refuses pictures with more than 32767 rows
_SQUARE = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))


def undecided(mask: Mask) -> NDArray[np.bool_]:
    """Pixels with a value other than 0 or 255, or beside a pixel that is not like them: bool HxW."""
    outside, inside = cv2.dilate(mask, _SQUARE) == 0, cv2.erode(mask, _SQUARE) == 255
    band: NDArray[np.bool_] = ~(outside | inside)
    return band


def pixels_of(band: NDArray[np.bool_]) -> Iterator[Indices]:
    """Places of the True pixels, counted row by row, in blocks of bounded size; empty blocks are left out.

    One number a pixel: numpy gathers and scatters by it in a third of the time that it needs with row and column.
    """
    for top in range(0, band.shape[0], _ROWS):
        pixels = np.flatnonzero(band[top : top + _ROWS])
        if pixels.size:
            yield pixels + top * band.shape[1]


def values_at(picture: Mask, pixels: Indices) -> Mask:
    """Values of an HxWxC picture at N pixels of `pixels_of`: NxC; of an HxW one as Nx1."""
    return picture.reshape(picture.shape[0] * picture.shape[1], -1).take(pixels, axis=0)


def put_values(picture: Mask, pixels: Indices, values: Mask) -> None:
    """Sets pixels of a contiguous HxWxC picture to NxC values."""
    picture.reshape(-1, picture.shape[2])[pixels] = values


def sampled(maps: Floats, pixels: Indices, size: tuple[int, int]) -> Floats:
    """Values of a small picture at pixels of a large one that shows the same, bilinear.

    Args:
        maps: float32 hxwxC, C at most 4.
        pixels: N places in the large picture, as `pixels_of` gives them.
        size: (height, width) of the large picture.
    Returns:
        float32 NxC.
    """
    down, across = maps.shape[0] / size[0], maps.shape[1] / size[1]
    rows = pixels // size[1]
    columns = pixels - rows * size[1]
    count = -(-pixels.size // _ROW_LENGTH) * _ROW_LENGTH
    places = np.zeros((2, count), np.float32)
    places[0, : pixels.size] = (columns + 0.5) * across - 0.5
    places[1, : pixels.size] = (rows + 0.5) * down - 0.5
    x, y = places.reshape(2, -1, _ROW_LENGTH)
    values = cv2.remap(maps, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values.reshape(count, -1)[: pixels.size], np.float32)


def fitted_inside(size: tuple[int, int], side: int) -> tuple[int, int]:
    """(height, width) with the same proportions whose longer side is at most `side`; neither is ever below 1."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
