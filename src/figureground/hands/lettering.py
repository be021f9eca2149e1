"""A text on a thing, as large as its place allows, in the font that comes with OpenCV."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import cv2
import numpy as np

from figureground.pictures import Picture

Area: TypeAlias = tuple[float, float, float, float]

_SMALLEST = 0.07  # of the place's height: letters lower than that cannot be read at a placard's usual size
_LINES = 6
_LINE = 1.25  # of the letters' size, from one line to the next
_CAPITAL = 0.7  # of the letters' size: the height of a capital
_INK = (24, 24, 24)
_WEIGHT = 500  # of 400 for regular and 700 for bold
_MEASURE = 100  # size at which lines are measured
_NO_CHARACTER = "\uffff"


def lettered(picture: Picture, area: Area, text: str) -> Picture | None:
    """The picture with a text in (top, left, bottom, right), shares of height and width; None if that is too small.

    Lines end where words do.

    Args:
        picture: uint8 HxWx4 RGBA.
    """
    height, width = picture.shape[:2]
    top, left, bottom, right = (round(share * side) for share, side in zip(area, (height, width) * 2, strict=True))
    lines, size = max((_fitted(text, count, (bottom - top, right - left)) for count in range(1, _LINES + 1)), key=_size)
    if size < max(1.0, _SMALLEST * (bottom - top)):
        return None
    colours = np.ascontiguousarray(picture[..., :3])
    first = (top + bottom) / 2 + size * (_CAPITAL - (len(lines) - 1) * _LINE) / 2
    for number, line in enumerate(lines):
        place = round((left + right - _width(line) * size) / 2), round(first + number * _LINE * size)
        cv2.putText(colours, line, place, _INK, _font(), int(size), _WEIGHT)
    return np.dstack([colours, picture[..., 3]])


def without_glyph(text: str) -> str:
    """The characters that the font does not have, such as a smiling face: it draws a question mark for each.

    Example:
        >>> without_glyph("Größe, жук, 你好 \N{GRINNING FACE}") == "\N{GRINNING FACE}"
        True
    """
    missing = _drawn(_NO_CHARACTER)
    return "".join(letter for letter in text if letter.strip("? ") and _drawn(letter) == missing)


def in_lines(text: str, count: int) -> list[str]:
    """The text in at most so many lines of about the same length, parted between words.

    Example:
        >>> in_lines("free hugs for everybody", 2)
        ['free hugs for', 'everybody']
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
    return [" ".join(line) for line in lines]


def _fitted(text: str, count: int, place: tuple[int, int]) -> tuple[list[str], float]:
    """The text in lines, and the largest size of letters at which they fit into (height, width)."""
    lines = in_lines(text, count)
    widest = max(map(_width, lines))
    return lines, min(place[0] / (_LINE * len(lines)), place[1] / max(widest, 1e-3))


def _size(fitted: tuple[list[str], float]) -> float:
    return fitted[1]


def _width(line: str) -> float:
    """Of a line, in sizes of its letters."""
    _, _, width, _ = cv2.getTextSize((10_000, 10_000), line, (0, 0), _font(), _MEASURE, _WEIGHT)
    return float(width) / _MEASURE


def _drawn(letter: str) -> bytes:
    canvas = np.zeros((60, 60, 3), np.uint8)
    cv2.putText(canvas, letter, (5, 45), (255, 255, 255), _font(), 32, _WEIGHT)
    return canvas.tobytes()


@cache
def _font() -> Any:
    return cv2.FontFace("sans")
