"""Masks as people store them: cut-outs, grey pictures, palettes and maps of class numbers, before any threshold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from figureground.colour_profiles import high_byte
from figureground.image_files import loaded
from figureground.pictures import Picture, PictureError, name_of, opened, orient, orientation_of

Numbers = NDArray[np.integer[Any]]
_COLOURS_OF_CLASSES = 32  # at most, in a palette; a photo that was cut out has more
_COLOUR_TOLERANCE = 24  # of 255: how far JPEG may pull the channels of a grey picture apart


def read_drawn_mask(source: Path | bytes) -> tuple[Numbers, bool]:
    """A mask as people store it, before any threshold, and whether its values are numbers of a palette of colours.

    - Alpha that is not the same everywhere, or is zero everywhere, is the mask (a cut-out).
    - A palette of colours is a label map: its numbers are the values. So is one of few colours of which some are
      transparent, as the background of label maps may be. A palette of greys is a grey picture.
    - The file's own EXIF orientation is applied.

    Returns:
        HxW of the type in which it is stored, see `grey_levels`; and the palette flag.
    Raises:
        PictureError: As `read_photo`, or the picture has colours, so that no one channel is the mask.
    """
    with opened(source) as image:
        orientation = orientation_of(image)
        values, labels = _drawn_values(loaded(image))
        return orient(values, orientation), labels


def read_label_map(path: Path) -> Numbers:
    """The number of each pixel (HxW) as it is stored: grey of 8, 16 or 32 bits, or the entry of a palette.

    The file's own EXIF orientation is applied.

    Raises:
        PictureError: As `read_photo`, or the picture has colours instead of numbers.
    """
    with opened(path) as stored:
        orientation, image = orientation_of(stored), loaded(stored)
        if image.mode in ("P", "L") or _is_wide(image):
            return orient(_stored_numbers(image), orientation)
        colours = np.array(image.convert("RGB"))
        if (colours != colours[..., :1]).any():
            raise PictureError(f"{path}: coloured, not a map of numbers; save it with one number a pixel, as grey")
        return orient(colours[..., 0], orientation)


def grey_levels(numbers: Numbers) -> Picture:
    """Stored values as grey of 8 bits: wider ones by their high byte, unless none is above 255 (8 bits in a wide file).

    Returns:
        uint8 HxW.
    """
    if numbers.dtype == np.uint8 or numbers.max(initial=0) <= 255:
        return np.asarray(np.clip(numbers, 0, 255), np.uint8)
    return high_byte(numbers)


def _drawn_values(image: Image.Image) -> tuple[Numbers, bool]:
    if _is_wide(image):
        return _stored_numbers(image), False
    name = name_of(image)
    if image.mode == "P" and image.has_transparency_data and 2 < len(image.getcolors() or ()) <= _COLOURS_OF_CLASSES:
        return np.array(image), True
    if image.has_transparency_data:
        rgba = np.array(image.convert("RGBA"))
        alpha = rgba[..., 3]
        if alpha.min() != alpha.max() or alpha.max() == 0:
            return np.ascontiguousarray(alpha), False
        image = Image.fromarray(rgba[..., :3])
    if image.mode in ("1", "L"):
        return np.array(image.convert("L")), False
    colours = np.array(image.convert("RGB"))
    if int((colours.max(axis=2) - colours.min(axis=2)).max()) <= _COLOUR_TOLERANCE:
        return np.array(image.convert("L")), False
    if image.mode == "P":
        return np.array(image), True
    raise PictureError(
        f"{name}: coloured, so not a mask; save people white and all else black, or a map of class numbers as grey"
    )


def _is_wide(image: Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def _stored_numbers(image: Image.Image) -> Numbers:
    """Pixels of a palette, of grey of up to 32 bits, or of whole numbers that are stored as floating point."""
    numbers: Numbers = np.array(image)
    if image.mode != "F":
        return numbers
    whole = np.nan_to_num(numbers, nan=-1.0, posinf=-1.0, neginf=-1.0).clip(-1, 2**24).astype(np.int32)
    if not np.array_equal(whole, numbers):
        raise PictureError(f"{name_of(image)}: floating-point pixels of unknown range; save it with 8 bits")
    return whole
