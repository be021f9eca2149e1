"""What of a mask can be judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from figureground.dataset.metadata import held_path, pair_mask
from figureground.pictures import PERSON, VOID, Picture, read_mask


def judged_mask(data: Path, name: str) -> Picture:
    """The mask of a pair, uint8 HxW of 0, 128 and 255; void where somebody has drawn that a thing is held.

    There the mask leaves out on purpose what models take for a part of the person.

    Raises:
        PictureError: A mask is missing or damaged.
    """
    mask = pair_mask(data, name)
    if held_path(data, name).is_file():
        held = read_mask(held_path(data, name)) == PERSON
        mask = np.where(held & (mask != PERSON), np.uint8(VOID), mask)
    return mask
