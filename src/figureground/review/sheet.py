"""The review's picture sheet: the most suspect masks, each with the model's outline beside its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from figureground.dataset.metadata import photo_path
from figureground.dataset.opinions import Opinion
from figureground.dataset.suspects import Suspect
from figureground.pictures import PERSON, read_photo, resize_mask, resize_photo, resize_probability
from figureground.sheets import OUTLINES, contact_sheet, heading, legend, outline

COLUMNS = 6
TILE = 288  # pixels
NARROWEST = 900  # pixels of the whole sheet, for its words
MODEL_COLOUR = (0, 200, 255)  # cyan
COLOURS = (*OUTLINES, (MODEL_COLOUR, "outline of the people that the model sees"))


def draw_sheet(data: Path, shown: Sequence[tuple[Opinion, Suspect]], doubted: int, pairs: int) -> NDArray[np.uint8]:
    """Words, what the colours mean, then these pairs, the worst first; uint8 RGB."""
    opening = [
        f"{doubted} of {pairs} masks are worth a look; the worst {len(shown)} are shown."
        if shown
        else f"None of {pairs} masks is worth a look.",
        "Score: how likely the mask is wrong, from 0 to 1, by what models say of the photo.",
    ]
    tiles = [(_tile(data, opinion), _caption(place, each)) for place, (opinion, each) in enumerate(shown, start=1)]
    if not tiles:
        return heading(NARROWEST, opening[:1])
    sheet = contact_sheet(tiles, COLUMNS, TILE)
    width = max(NARROWEST, sheet.shape[1])
    padded = np.pad(sheet, ((0, 0), (0, width - sheet.shape[1]), (0, 0)), constant_values=250)
    return np.concatenate([heading(width, opening), legend(width, COLOURS), padded])


def _caption(place: int, suspect: Suspect) -> str:
    return f"{place}. {suspect.name}\n{suspect.kind}, score {suspect.score:.2f}: {suspect.reason}"


def _tile(data: Path, opinion: Opinion) -> NDArray[np.uint8]:
    mask = opinion.mask
    scale = TILE / max(mask.shape)
    height, width = (max(1, round(edge * scale)) for edge in mask.shape)
    photo = resize_photo(read_photo(photo_path(data, opinion.pair.name)), height, width)
    model = resize_probability(opinion.probability, height, width) >= 0.5
    drawn = outline(photo, np.where(model, np.uint8(PERSON), np.uint8(0)), MODEL_COLOUR)
    return outline(drawn, resize_mask(mask, height, width))
