"""The audit's picture sheet: what is suspect, what is not used, and what looks alike, mask outlines drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from figureground.dataset.metadata import MetadataError, pair_mask, photo_path
from figureground.pictures import Picture, PictureError, read_photo, resize_mask, resize_photo
from figureground.sheets import OUTLINES, contact_sheet, heading, legend, outline

COLUMNS = 8
TILE = 224  # pixels
NARROWEST = 900  # pixels of the whole sheet, for its words
UNREADABLE = (200, 200, 200)
COLOURS = (*OUTLINES, (UNREADABLE, "cannot be read"))


@dataclass(frozen=True)
class Section:
    """Pairs under one title, each with a caption."""

    title: str
    pairs: Sequence[tuple[str, str]]


def draw_sheet(data: Path, opening: Sequence[str], sections: Sequence[Section]) -> Picture:
    """Words, what the colours mean, then the sections that have pairs, one below the other; uint8 RGB."""
    sheets = [
        contact_sheet(
            [(_tile(data, name), f"{name}\n{caption}") for name, caption in section.pairs], COLUMNS, TILE, section.title
        )
        for section in sections
        if section.pairs
    ]
    width = max([NARROWEST, *(sheet.shape[1] for sheet in sheets)])
    top = [heading(width, opening), *([legend(width, COLOURS)] if sheets else [])]
    padded = [np.pad(sheet, ((0, 16), (0, width - sheet.shape[1]), (0, 0)), constant_values=250) for sheet in sheets]
    return np.concatenate([*top, *padded])


def _tile(data: Path, name: str) -> Picture:
    """The photo at tile size with its mask's outline; without the outline if the mask is missing or does not fit."""
    try:
        photo = read_photo(photo_path(data, name))
    except (PictureError, MetadataError):
        return np.full((TILE, TILE, 3), UNREADABLE, np.uint8)
    scale = TILE / max(photo.shape[:2])
    height, width = (max(1, round(edge * scale)) for edge in photo.shape[:2])
    small = resize_photo(photo, height, width)
    try:
        mask = pair_mask(data, name)
    except PictureError:
        return small
    return outline(small, resize_mask(mask, height, width)) if mask.shape == photo.shape[:2] else small
