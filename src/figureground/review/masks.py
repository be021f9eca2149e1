"""What of a mask can be judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from figureground.dataset.metadata import pair_held, pair_mask
from figureground.pictures import PERSON, VOID, Picture


def judged_mask(data: Path, name: str) -> Picture:
    """The mask of a pair, uint8 HxW of 0, 128 and 255; void where somebody has drawn that a thing is held.

    There the mask leaves out on purpose what models take for a part of the person.

    Raises:
        PictureError: A mask is missing or damaged.
    """
    mask, held = pair_mask(data, name), pair_held(data, name)
    if held is None:
        return mask
    return np.where((held == PERSON) & (mask != PERSON), np.uint8(VOID), mask)
