"""How well a mask's outline follows the edges of its photo.

A right outline runs along strong gradients. One that is shifted, mirrored, belongs to another photo or was drawn
loosely does not, although strong gradients lie beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import PERSON, VOID, Picture, resize_mask, resize_photo

SIDE = 320  # pixels of the longer edge at which outlines are judged; the pixel figures below are at this size
REACH = 14  # how far a shifted mask is looked for
STEP = 2
NEAR = 2  # an edge this near supports the outline: annotators are no more exact
SMOOTH = 31  # outline pixels over which support is averaged before it counts as missing
WEAK, STRONG = 0.65, 0.9  # rank of the gradient: below there is no edge, above there is one
LEAST_OUTLINE = 40  # outline pixels; less cannot be judged
FULL_TRUST = 300  # outline pixels from which a shift is trusted fully; short outlines fit other edges by chance

Ranks = NDArray[np.float32]
Points = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class Outline:
    """What speaks against an outline; all zero for a right one.

    Attributes:
        shift_gain: Mean gradient rank (0..1) that the outline would win if the mask were moved.
        shift: That move (down, right) in shares of the photo's longer edge.
        mirror_gain: The same for the mirrored or upturned mask.
        stray: Share of the outline that lies on no edge while there is one within 4 % of the longer edge.
    """

    shift_gain: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    mirror_gain: float = 0.0
    stray: float = 0.0


def judge_outline(photo: Picture, mask: Picture) -> Outline:
    """Compare a mask's outline (uint8 HxW) with the gradients of its photo (uint8 HxWx3 RGB)."""
    scale = SIDE / max(mask.shape)
    height, width = (max(1, round(edge * scale)) for edge in mask.shape)
    if min(height, width) <= REACH:
        return Outline()
    small = resize_mask(mask, height, width)
    points = _outline_points(small)
    if len(points[0]) < LEAST_OUTLINE:
        return Outline()
    ranks = gradient_ranks(resize_photo(photo, height, width))
    field = np.pad(cv2.GaussianBlur(ranks, (0, 0), 1.0), REACH, mode="reflect")
    moved = {move: _mean_at(field, points, *move) for move in _moves(REACH)}
    here = max(moved[move] for move in _moves(NEAR))
    best = max(moved, key=lambda move: moved[move])
    rows, columns = points
    mirrors = [(rows, width - 1 - columns), (height - 1 - rows, columns)]
    mirrored = max(_mean_at(field, mirror, *move) for mirror in mirrors for move in _moves(2 * NEAR))
    trust = min(1.0, len(rows) / FULL_TRUST) ** 0.5
    return Outline(
        shift_gain=trust * max(0.0, moved[best] - here),
        shift=(best[0] / SIDE, best[1] / SIDE),
        mirror_gain=trust * max(0.0, mirrored - here),
        stray=trust * _stray_share(ranks, small),
    )


def gradient_ranks(photo: Picture) -> Ranks:
    """Rank (0..1) of each pixel's gradient within its photo, float32 HxW: comparable between sharp and soft photos.

    The gradient is the largest of the three Lab channels', so that edges between equally light colours count.
    """
    lab = cv2.cvtColor(cv2.GaussianBlur(photo, (0, 0), 1.0), cv2.COLOR_RGB2LAB)
    across, down = cv2.Sobel(lab, cv2.CV_32F, 1, 0), cv2.Sobel(lab, cv2.CV_32F, 0, 1)
    strength = np.minimum(np.sqrt(across**2 + down**2).max(axis=2), 1023).astype(np.intp)
    cumulated = np.bincount(strength.ravel(), minlength=1024).cumsum()
    return np.asarray((cumulated / strength.size)[strength], np.float32)


def _outline_points(mask: Picture) -> Points:
    """Rows and columns of person pixels beside background; not at the photo's border, where every outline ends."""
    person = (mask == PERSON).astype(np.uint8)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    beside = cv2.dilate((mask == 0).astype(np.uint8), cross, borderValue=0)
    edge = (person & beside).astype(bool)
    edge[[0, 1, -2, -1]] = False
    edge[:, [0, 1, -2, -1]] = False
    rows, columns = np.nonzero(edge)
    return rows, columns


def _moves(reach: int) -> list[tuple[int, int]]:
    steps = range(-reach, reach + 1, STEP)
    return list(product(steps, steps))


def _mean_at(field: Ranks, points: Points, down: int, right: int) -> float:
    return float(field[points[0] + REACH + down, points[1] + REACH + right].mean())


def _stray_share(ranks: Ranks, mask: Picture) -> float:
    """Share of the outline in stretches that lie on no edge though there is one near by.

    Where person and background look alike (black hair on black) there is no edge near by either, and no blame.
    """
    near = cv2.dilate(ranks, np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8))
    around = cv2.dilate(ranks, np.ones((2 * REACH - 3, 2 * REACH - 3), np.uint8))
    known = mask != VOID
    known[[0, 1, 2, -3, -2, -1]] = False
    known[:, [0, 1, 2, -3, -2, -1]] = False
    contours, _ = cv2.findContours((mask == PERSON).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    stray = total = 0
    for contour in contours:
        columns, rows = contour[:, 0, 0], contour[:, 0, 1]
        if len(rows) < SMOOTH:
            continue
        counted = known[rows, columns]
        support = _smooth(np.where(counted, near[rows, columns], 1.0))
        missed = (support < WEAK) & (_smooth(around[rows, columns]) > STRONG) & counted
        stray += int(missed.sum())
        total += int(counted.sum())
    return stray / total if total else 0.0


def _smooth(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Running mean along a closed contour."""
    half = SMOOTH // 2
    closed = np.concatenate([values[-half:], values, values[:half]])
    return np.convolve(closed, np.full(SMOOTH, 1 / SMOOTH, np.float32), "valid")
