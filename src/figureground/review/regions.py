"""Where mask and model disagree over more than an outline's width, and how each such region lies to the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import PERSON, VOID

MIN_AREA = 0.0006  # of the photo: a smaller region of disagreement is left out
THINNEST = 0.02  # of the longer edge: narrower strips of disagreement are left out, every drawn mask has them
DAMPING = 0.02  # of the photo, added to the people's area: a speck on a photo with nobody is not a wrong mask

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Disagreement:
    """A piece of the photo that the mask misses or has too much, as the model sees it.

    Attributes:
        missed: The mask has no person there and the model has; else the other way round.
        share: Its area over that of all people, mask's and model's.
        doubt: The same with each pixel counted by how sure the model is of it, 0..1.
        certainty: Of the model, 0..1, that three in four of its pixels pass.
        enclosed: Share of its surroundings that is person in the mask.
    """

    missed: bool
    share: float
    doubt: float
    certainty: float
    enclosed: float


def disagreements(mask: NDArray[np.uint8], probability: NDArray[np.float32]) -> list[Disagreement]:
    """The regions of a mask (uint8 HxW, 255 person, 128 void) beside a probability (float32 HxW in 0..1)."""
    label, judged, predicted = mask == PERSON, mask != VOID, probability >= 0.5
    people = np.count_nonzero((label | predicted) & judged) + DAMPING * mask.size
    sure = np.abs(2 * probability - 1)
    width = max(3, round(THINNEST * max(mask.shape))) | 1
    found = []
    for missed, disagreement in ((True, judged & ~label & predicted), (False, label & ~predicted)):
        for window, region in _thick_pieces(disagreement, width):
            certain = sure[window][region]
            around = _ring(region, width)
            found.append(
                Disagreement(
                    missed=missed,
                    share=float(certain.size / people),
                    doubt=float(certain.sum() / people),
                    certainty=float(np.quantile(certain, 0.25)),
                    enclosed=_share(label[window], around),
                )
            )
    return found


def _thick_pieces(disagreement: Bools, width: int) -> Iterator[tuple[tuple[slice, slice], Bools]]:
    """Each piece that is neither thin nor small, with the window around it that it is given in."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    # OpenCV's default border makes a strip along the frame no thinner than it looks.
    thick = cv2.morphologyEx(disagreement.astype(np.uint8), cv2.MORPH_OPEN, disc)
    number, pieces, boxes, _ = cv2.connectedComponentsWithStats(thick, connectivity=8)
    for piece in range(1, number):
        left, top, across, down, area = boxes[piece].tolist()
        if area >= MIN_AREA * disagreement.size:
            window = (
                slice(max(0, top - width), top + down + width),
                slice(max(0, left - width), left + across + width),
            )
            yield window, pieces[window] == piece


def _ring(region: Bools, width: int) -> Bools:
    square = np.ones((2 * width + 1, 2 * width + 1), np.uint8)
    around: Bools = (cv2.dilate(region.astype(np.uint8), square) > 0) & ~region
    return around


def _share(label: Bools, around: Bools) -> float:
    total = int(np.count_nonzero(around))
    return int(np.count_nonzero(label & around)) / total if total else 0.0
