"""Sheets of pictures with captions, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from figureground.pictures import PERSON, VOID, resize_photo

BACKGROUND = (250, 250, 250)
INK = (20, 20, 20)
PERSON_COLOUR = (255, 0, 255)  # magenta: rare in photos
VOID_COLOUR = (255, 220, 0)
OUTLINES = ((PERSON_COLOUR, "outline of the mask's people"), (VOID_COLOUR, "outline of what is not judged (void)"))
GAP = 8  # pixels between tiles
LEGEND_SIZE, LEGEND_STEP = 18, 26  # pixels: letters, and from one colour's field to what it means or the next row
CAPTION_LINES = 6  # of a tile, at most; a longer caption ends in …

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def contact_sheet(
    tiles: Sequence[tuple[NDArray[np.uint8], str]], columns: int, tile_size: int = 224, title: str = ""
) -> NDArray[np.uint8]:
    """Pictures in rows, each fitted into a square with its caption below.

    Args:
        tiles: Pictures (uint8 HxWx3 RGB or HxW grey, any size) with captions. Captions wrap; a line break is kept.
            Letters that the font lacks are drawn as boxes.
        columns: Tiles in a row.
        tile_size: Side of the square in pixels.
        title: Line above all tiles; none if empty.
    Returns:
        uint8 RGB. Without tiles a sheet that says so.
    """
    if not tiles:
        return contact_sheet([(np.full((tile_size, tile_size), 230, np.uint8), "nothing to show")], 1, tile_size, title)
    font = _font(max(11, tile_size // 17))
    columns = min(columns, len(tiles))
    step = tile_size + GAP
    rows = [
        [_wrap(caption, font, tile_size) for _, caption in tiles[i : i + columns]]
        for i in range(0, len(tiles), columns)
    ]
    line = _line_height(font)
    heights = [tile_size + line * max(len(lines) for lines in row) + GAP for row in rows]
    titles = _wrap(title, font, columns * step - GAP) if title else []
    top = GAP + line * len(titles)
    sheet = Image.new("RGB", (columns * step + GAP, top + sum(heights) + GAP), BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    _write(draw, titles, (GAP, GAP // 2), font)
    for row, height in enumerate(heights):
        for column, lines in enumerate(rows[row]):
            left = GAP + column * step
            picture = Image.fromarray(_fit(tiles[row * columns + column][0], tile_size))
            sheet.paste(picture, (left + (tile_size - picture.width) // 2, top + (tile_size - picture.height) // 2))
            _write(draw, lines, (left, top + tile_size), font)
        top += height
    return np.asarray(sheet)


def legend(width: int, entries: Sequence[tuple[tuple[int, int, int], str]]) -> NDArray[np.uint8]:
    """A strip of `width` pixels, uint8 RGB, that says what each colour stands for."""
    font = _font(LEGEND_SIZE)
    lengths = [LEGEND_STEP + round(font.getlength(text)) + 2 * GAP for _, text in entries]
    corners, left, row = [], GAP, 0
    for length in lengths:
        if left > GAP and left + length > width:
            left, row = GAP, row + 1
        corners.append((left, GAP + row * LEGEND_STEP))
        left += length
    strip = Image.new("RGB", (width, (row + 1) * LEGEND_STEP + GAP), BACKGROUND)
    draw = ImageDraw.Draw(strip)
    for (colour, text), (x, y) in zip(entries, corners, strict=True):
        draw.rectangle((x, y, x + 19, y + 19), fill=colour, outline=INK)
        draw.text((x + LEGEND_STEP, y + 9), text, fill=INK, font=font, anchor="lm")
    return np.asarray(strip)


def heading(width: int, lines: Sequence[str]) -> NDArray[np.uint8]:
    """Lines of text on a strip of `width` pixels, uint8 RGB; long ones wrap."""
    font = _font(LEGEND_SIZE)
    wrapped = [part for line in lines for part in _wrap(line, font, width - 2 * GAP)]
    strip = Image.new("RGB", (width, len(wrapped) * _line_height(font) + 2 * GAP), BACKGROUND)
    _write(ImageDraw.Draw(strip), wrapped, (GAP, GAP), font)
    return np.asarray(strip)


def outline(
    photo: NDArray[np.uint8], mask: NDArray[np.uint8], person: tuple[int, int, int] = PERSON_COLOUR
) -> NDArray[np.uint8]:
    """A copy of the photo with the person's contour in a colour and void's in yellow, dark-rimmed to show on white.

    Draw it at the size at which it is looked at: a line of one pixel is lost when the picture shrinks.

    Args:
        photo: uint8 HxWx3 RGB.
        mask: uint8 HxW with 255 person, 128 void.
    """
    drawn = photo.copy()
    thickness = max(2, round(max(mask.shape) / 250))
    for value, colour in ((VOID, VOID_COLOUR), (PERSON, person)):
        area = (mask == value).astype(np.uint8)
        contours, _ = cv2.findContours(area, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(drawn, contours, -1, INK, thickness + 2)
        cv2.drawContours(drawn, contours, -1, colour, thickness)
    return drawn


def _fit(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """uint8 HxWx3 whose longer edge is `side`; small pictures are enlarged too, so that all tiles are alike."""
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    scale = side / max(picture.shape[:2])
    height, width = (max(1, round(edge * scale)) for edge in picture.shape[:2])
    return resize_photo(picture, height, width)


@lru_cache
def _font(size: int) -> Font:
    """DejaVu knows Greek, Cyrillic and more, but is not on every machine; Pillow's own font is, and knows Latin."""
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default(size)


def _line_height(font: Font) -> int:
    _, _, _, bottom = font.getbbox("Ágy")
    return round(bottom * 1.2)


def _wrap(text: str, font: Font, width: int) -> list[str]:
    """Lines no wider than `width` pixels, broken at spaces where there are any, else (long file names) anywhere."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for character in paragraph:
            character = character if character.isprintable() else "?"
            if font.getlength(line + character) <= width or not line:
                line += character
                continue
            head, space, tail = line.rpartition(" ")
            lines.append(head if space and head else line)
            line = (tail if space and head else "") + character
        lines.append(line.strip())
    if len(lines) > CAPTION_LINES:
        lines = [*lines[: CAPTION_LINES - 1], lines[CAPTION_LINES - 1][:-1] + "…"]
    return lines


def _write(draw: ImageDraw.ImageDraw, lines: Sequence[str], corner: tuple[int, int], font: Font) -> None:
    left, top = corner
    for number, line in enumerate(lines):
        draw.text((left, top + number * _line_height(font)), line, fill=INK, font=font)
