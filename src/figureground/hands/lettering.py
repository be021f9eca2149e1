"""A text on a thing, as large as its place allows, in the font that comes with Pillow."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from figureground.pictures import Picture

Area: TypeAlias = tuple[float, float, float, float]

_SMALLEST = 0.07  # of the place's height: letters lower than that cannot be read at a placard's usual size
_LINES = 6
_INK = (24, 24, 24)


def lettered(picture: Picture, area: Area, text: str) -> Picture | None:
    """The picture with a text in (top, left, bottom, right), shares of height and width; None if that is too small.

    Lines end where words do, or where the text has them end.

    Args:
        picture: uint8 HxWx4 RGBA.
    """
    height, width = picture.shape[:2]
    top, left, bottom, right = (round(share * side) for share, side in zip(area, (height, width) * 2, strict=True))
    size = bottom - top, right - left
    drawn = _largest(text, size)
    if drawn is None:
        return None
    lines, font = drawn
    image = Image.fromarray(np.ascontiguousarray(picture))
    middle = (left + right) / 2, (top + bottom) / 2
    ImageDraw.Draw(image).multiline_text(middle, lines, fill=(*_INK, 255), font=font, anchor="mm", align="center")
    return np.array(image)


def _largest(text: str, size: tuple[int, int]) -> tuple[str, ImageFont.FreeTypeFont | ImageFont.ImageFont] | None:
    """The text in lines and the font with which it fits into (height, width) at its largest."""
    measure = ImageDraw.Draw(Image.new("L", (1, 1)))
    best = None
    for count in range(1, _LINES + 1):
        lines = in_lines(text, count)
        share = 0.9 * size[0] / count / 1.2
        font = ImageFont.load_default(max(1.0, share))
        left, top, right, bottom = measure.multiline_textbbox((0, 0), lines, font=font, align="center")
        fit = min(1.0, size[1] / max(1.0, right - left), size[0] / max(1.0, bottom - top))
        if best is None or share * fit > best[1]:
            best = lines, share * fit
    if best is None or best[1] < _SMALLEST * size[0]:
        return None
    return best[0], ImageFont.load_default(best[1])


def in_lines(text: str, count: int) -> str:
    """The text in at most so many lines of about the same length, parted between words.

    Example:
        >>> in_lines("free hugs for everybody", 2)
        'free hugs for\\neverybody'
    """
    words = text.split()
    length = len(" ".join(words))
    lines: list[list[str]] = [[]]
    written = 0
    for word in words:
        if lines[-1] and len(lines) < count and written + len(word) / 2 > length * len(lines) / count:
            lines.append([])
        lines[-1].append(word)
        written += len(word) + 1
    return "\n".join(" ".join(line) for line in lines)
