"""A mask brought to the size of its photo."""

from __future__ import annotations

from figureground.importing.layouts.pairing import MaskError
from figureground.pictures import Picture, orient, resize_mask

_SHAPE_TOLERANCE = 0.03  # how far the aspect ratios of photo and mask may differ through rounding of small sides


def fit_mask(mask: Picture, size: tuple[int, int], orientation: int) -> Picture:
    """A mask brought to its photo's upright size (height, width).

    A mask may be drawn on the photo as shown or on its stored pixels; the latter is turned as the photo's EXIF
    orientation says. Where both fit (square photos, half turns, mirror images) it is taken to be drawn on the photo as
    shown, as every annotation tool shows it. A mask of another size but the same shape, give or take a pixel's
    rounding, is resized.

    Raises:
        MaskError: The shapes differ.
    """
    turned = orient(mask, orientation) if orientation >= 5 else mask
    for candidate in (mask, turned):
        if candidate.shape == size:
            return candidate
    for candidate in (mask, turned):
        if _same_shape(candidate.shape, size):
            return resize_mask(candidate, *size)
    raise MaskError(f"mask of {mask.shape[0]} x {mask.shape[1]} (height x width) for a photo of {size[0]} x {size[1]}")


def _same_shape(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    across, along = one[0] * other[1], one[1] * other[0]
    return abs(across - along) <= min(max(*one, *other), _SHAPE_TOLERANCE * across)
