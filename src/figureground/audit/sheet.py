"""The audit's picture sheet: what is suspect, what is not used, and what looks alike, mask outlines drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from figureground.dataset.metadata import MetadataError, pair_mask, photo_path
from figureground.pictures import Picture, PictureError, read_photo, resize_mask, resize_photo
from figureground.sheets import contact_sheet, outline

COLUMNS = 8
TILE = 224  # pixels


@dataclass(frozen=True)
class Section:
    """Pairs under one title, each with a caption."""

    title: str
    pairs: Sequence[tuple[str, str]]


def draw_sheet(data: Path, sections: Sequence[Section]) -> Picture:
    """All sections that have pairs, one below the other; uint8 RGB. What cannot be read is shown as a grey tile."""
    filled = [section for section in sections if section.pairs]
    if not filled:
        return contact_sheet([], COLUMNS, TILE, "Audit: nothing found")
    sheets = [
        contact_sheet(
            [(_tile(data, name), f"{name}\n{caption}") for name, caption in section.pairs], COLUMNS, TILE, section.title
        )
        for section in filled
    ]
    width = max(sheet.shape[1] for sheet in sheets)
    padded = [np.pad(sheet, ((0, 16), (0, width - sheet.shape[1]), (0, 0)), constant_values=250) for sheet in sheets]
    return np.concatenate(padded)


def _tile(data: Path, name: str) -> Picture:
    """The photo at tile size with its mask's outline; without the outline if the mask is missing or does not fit."""
    try:
        photo = read_photo(photo_path(data, name))
    except (PictureError, MetadataError):
        return np.full((TILE, TILE), 200, np.uint8)
    scale = TILE / max(photo.shape[:2])
    height, width = (max(1, round(edge * scale)) for edge in photo.shape[:2])
    small = resize_photo(photo, height, width)
    try:
        mask = pair_mask(data, name)
    except PictureError:
        return small
    return outline(small, resize_mask(mask, height, width)) if mask.shape == photo.shape[:2] else small
