"""Faults put into right masks on purpose, of the kinds that are found in data sets.

The review learns from them what a wrong mask looks like beside a model's answer; the benchmark counts how many of
others it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import PERSON

Mask = NDArray[np.uint8]
Bools = NDArray[np.bool_]

LEAST_PERSON = 0.01  # of the photo: with less of a person, a fault can hardly be told from a speck
LARGE_PIECE = 0.1  # of the people's area: a smaller piece is not somebody who is missed
TRIES = 30  # places tried for a thing that is no person


def plant(kind: str, mask: Mask, other: Mask, generator: np.random.Generator) -> Mask | None:
    """A copy of a mask with a fault of one of `KINDS`; None where there is no room for it.

    Args:
        mask: uint8 HxW, 255 person, 0 background, 128 void.
        other: Mask of another photo of the set, of any size.
    """
    if np.count_nonzero(mask == PERSON) < LEAST_PERSON * mask.size:
        return None
    changed = _PLANTERS[kind](mask, other, generator)
    return None if changed is None or np.array_equal(changed, mask) else changed


def _shifted(mask: Mask, other: Mask, generator: np.random.Generator) -> Mask:
    """Moved by 1 to 4 % of the longer edge; past the frame all goes on as it is at its edge."""
    angle, length = generator.uniform(0, 2 * np.pi), generator.uniform(0.01, 0.04) * max(mask.shape)
    rows = np.clip(np.arange(mask.shape[0]) - round(length * np.sin(angle)), 0, mask.shape[0] - 1)
    columns = np.clip(np.arange(mask.shape[1]) - round(length * np.cos(angle)), 0, mask.shape[1] - 1)
    return np.ascontiguousarray(mask[rows[:, None], columns])


def _widened(mask: Mask, other: Mask, generator: np.random.Generator) -> Mask:
    """Dilated by 1 to 2.5 % of the longer edge."""
    wide = cv2.dilate((mask == PERSON).astype(np.uint8), _disc(mask, generator)) > 0
    return _with(mask, wide)


def _narrowed(mask: Mask, other: Mask, generator: np.random.Generator) -> Mask | None:
    """Eroded by 1 to 2.5 % of the longer edge, where a fifth of the person is left."""
    person = mask == PERSON
    narrow = cv2.erode(person.astype(np.uint8), _disc(mask, generator)) > 0
    return None if narrow.sum() < 0.2 * person.sum() else _without(mask, person & ~narrow)


def _disc(mask: Mask, generator: np.random.Generator) -> Mask:
    radius = max(1, round(generator.uniform(0.01, 0.025) * max(mask.shape)))
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)


def _holed(mask: Mask, other: Mask, generator: np.random.Generator) -> Mask | None:
    """An ellipse of 4 to 15 % of the person's area is missing, well within the person."""
    person = mask == PERSON
    depth = cv2.distanceTransform(person.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    rows, columns = np.nonzero(depth >= 0.5 * depth.max())
    place = int(generator.integers(len(rows)))
    radius = np.sqrt(generator.uniform(0.04, 0.15) * person.sum() / np.pi)
    oblong = generator.uniform(0.6, 1.0)
    drawn = np.zeros_like(mask)
    axes = (max(1, int(radius / oblong)), max(1, int(radius * oblong)))
    centre = (int(columns[place]), int(rows[place]))
    cv2.ellipse(drawn, centre, axes, generator.uniform(0, 180), 0, 360, 1, cv2.FILLED)
    hole = (drawn > 0) & (depth > 2)  # a rim is left
    return None if hole.sum() < 0.02 * person.sum() else _without(mask, hole)


def _cut(mask: Mask, other: Mask, generator: np.random.Generator) -> Mask:
    """Head, feet or an arm is missing: 6 to 20 % of the person, at one end of it."""
    rows, columns = np.nonzero(mask == PERSON)
    angle = generator.uniform(0, 2 * np.pi)
    along = rows * np.sin(angle) + columns * np.cos(angle)
    beyond = along > np.quantile(along, 1 - generator.uniform(0.06, 0.2))
    cut = mask.copy()
    cut[rows[beyond], columns[beyond]] = 0
    return cut


def _missed(mask: Mask, other: Mask, generator: np.random.Generator) -> Mask:
    """One of several people is missing, or the only one."""
    person = mask == PERSON
    _, pieces, numbers, _ = cv2.connectedComponentsWithStats(person.astype(np.uint8), connectivity=8)
    areas = numbers[1:, cv2.CC_STAT_AREA]
    large = 1 + np.flatnonzero(areas >= max(LARGE_PIECE * areas.sum(), LEAST_PERSON * mask.size))
    return _without(mask, pieces == generator.choice(large) if len(large) > 1 else person)


def _too_much(mask: Mask, other: Mask, generator: np.random.Generator) -> Mask | None:
    """Something beside the person, of 8 to 30 % of the person's area, is in the mask too."""
    area = np.count_nonzero(mask == PERSON)
    for _ in range(TRIES):
        size, oblong = generator.uniform(0.08, 0.3) * area, generator.uniform(0.5, 1.8)
        centre = (generator.uniform(0, mask.shape[1]), generator.uniform(0, mask.shape[0]))
        sides = (np.sqrt(size / oblong), np.sqrt(size * oblong))
        drawn = np.zeros_like(mask)
        cv2.fillPoly(drawn, [cv2.boxPoints((centre, sides, generator.uniform(0, 90))).astype(np.int32)], 1)
        beside = (drawn > 0) & (mask == 0)
        if beside.sum() >= max(0.05 * area, 0.6 * drawn.sum()):
            return _with(mask, beside)
    return None


def _swapped(mask: Mask, other: Mask, generator: np.random.Generator) -> Mask:
    """The mask of another photo."""
    return np.asarray(cv2.resize(other, mask.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


def _with(mask: Mask, part: Bools) -> Mask:
    changed = mask.copy()
    changed[part] = PERSON
    return changed


def _without(mask: Mask, part: Bools) -> Mask:
    changed = mask.copy()
    changed[part] = 0
    return changed


_PLANTERS: Final[dict[str, Callable[[Mask, Mask, np.random.Generator], Mask | None]]] = {
    "shifted": _shifted,
    "outline too wide": _widened,
    "outline too narrow": _narrowed,
    "hole": _holed,
    "part missing": _cut,
    "person missing": _missed,
    "thing too much": _too_much,
    "mask of another photo": _swapped,
}
KINDS: Final[Sequence[str]] = tuple(_PLANTERS)
