"""Layout "folders": a folder of photos, one of mask pictures with the same stems, perhaps one of what is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from figureground.drawn_masks import Numbers, grey_levels, read_drawn_mask, read_label_map
from figureground.importing.layouts.pairing import (
    Found,
    Item,
    Listed,
    MaskError,
    Refused,
    list_files,
    pair_up,
)
from figureground.importing.sources import Source, SourceError
from figureground.pictures import (
    PERSON,
    SUFFIXES,
    VOID,
    Picture,
)

LIKE_CLASSES = "look like numbers of classes"  # in the reason why a label map is refused
_GREY_THRESHOLD = 128
_FEW = 64  # values: a label map of one photo has no more; grey edges and a JPEG's noise soon have
_BLOCK = np.ones((3, 3), np.uint8)
_INSIDE = 0.1  # of the pixels that are no black or white: a larger share than of an edge lies within one value


@dataclass(frozen=True)
class PictureMask:
    """A mask picture. `rule` says which of its values are person, which one is void; the rest is background.

    `held`, if any, is the picture that is not 0 where something is held, and the rule's `void` where nobody can say.
    """

    file: Listed
    rule: ValueRule
    held: Listed | None = None

    @property
    def shown(self) -> str:
        return self.file.shown

    def read(self) -> Picture:
        return self.rule.mask_of(self.file.path)

    def read_held(self) -> Picture | None:
        if self.held is None:
            return None
        values = read_drawn_mask(self.held.path)[0]
        held = np.where(values > 0, np.uint8(PERSON), np.uint8(0))
        if self.rule.void is not None:
            held[values == self.rule.void] = VOID
        return held


@dataclass(frozen=True)
class ValueRule:
    """What the values of a source's mask pictures mean: see `Source.mask_threshold`, `person_values` and `void`."""

    threshold: int | None
    person_values: tuple[int, ...]
    void: int | None

    def mask_of(self, path: Path) -> Picture:
        """uint8 HxW of 0, 128 and 255.

        Raises:
            PictureError: The picture cannot be read, or has colours.
            MaskError: It is a label map, and nothing says what of it is person.
        """
        if self.person_values:
            values = read_label_map(path)
            person = np.isin(values, self.person_values)
        else:
            values, labels = read_drawn_mask(path)
            self._check_grey(values, labels)
            values = grey_levels(values)
            person = values >= (self.threshold or _GREY_THRESHOLD)
        mask = np.where(person, np.uint8(PERSON), np.uint8(0))
        if self.void is not None:
            mask[values == self.void] = VOID
        return mask

    def _check_grey(self, values: Numbers, labels: bool) -> None:
        """Label maps would be empty, or their void a person, at a threshold meant for grey levels."""
        levels = {value: level for value, level in _levels_of(values).items() if level != self.void}
        if self.threshold is not None or not any(levels) or not (labels or _has_classes(values, levels)):
            return
        told = ", ".join(map(str, list(levels)[:8])) + (", …" if len(levels) > 8 else "")
        raise MaskError(
            f"its values {told} {LIKE_CLASSES}; in sources.yaml, list those of people as "
            "person_values: [NUMBER, …] and give the one that means unknown, if any, as void: NUMBER; "
            "or, if they are greys, set mask_threshold"
        )


def _levels_of(numbers: Numbers) -> dict[int, int]:
    """The stored values that occur, in rising order, and the grey level of each."""
    countable = numbers.dtype.itemsize <= 2  # else there is too much to count, or it is negative
    seen = np.flatnonzero(np.bincount(numbers.ravel())) if countable else np.unique(numbers)
    return dict(zip(seen.tolist(), grey_levels(seen).tolist(), strict=True))


def _has_classes(numbers: Numbers, levels: Mapping[int, int]) -> bool:
    """Whether values that are neither black nor white fill areas, as classes do, and not just the pixels of an edge.

    Two greys, one darker and one lighter than the middle, are a mask nevertheless; but white beside a number may be
    void beside a class.
    """
    between = [value for value, level in levels.items() if level not in (0, PERSON)]
    if not between or len(levels) > _FEW:
        return False
    if len(levels) == 2:
        low, high = levels.values()
        if low < _GREY_THRESHOLD < high and (low == 0 or high != PERSON):
            return False
    numbered = np.asarray(np.searchsorted(between, numbers), np.uint8)
    numbered[~np.isin(numbers, between)] = len(between)
    classes = numbered < len(between)
    inside = classes & (cv2.erode(numbered, _BLOCK) == cv2.dilate(numbered, _BLOCK))
    return max(levels) == 1 or int(inside.sum()) > _INSIDE * int(classes.sum())


def find_folder_pairs(source: Source) -> Found:
    """Pairs of a source of layout "folders", or its photos alone where it shows nobody.

    Raises:
        SourceError: A folder is missing, or two of them are the same.
    """
    masks_folder = source.masks
    if masks_folder is None:
        photos, refused = list_files(source.name, source.photos, SUFFIXES)
        return Found([Item(photo, None) for photo in photos.values()], refused)
    folders = {"photos": source.photos, "masks": masks_folder} | ({"held": source.held} if source.held else {})
    _check_distinct(source.name, folders)
    listed, refused = {}, []
    for name, folder in folders.items():
        suffixes = (".png",) if name == "held" else SUFFIXES  # a JPEG's noise would count as held
        others = [other for other in folders.values() if other != folder]
        listed[name], refused_files = list_files(
            source.name, folder, suffixes, without=others, stem_pattern=source.stem_pattern
        )
        refused += refused_files
    photos, masks, held = listed["photos"], listed["masks"], listed.get("held", {})
    stems, unpaired = pair_up(source.name, photos, masks)
    lost = [
        Refused(source.name, file.shown, "no photo of this stem") for stem, file in held.items() if stem not in photos
    ]
    rule = ValueRule(source.mask_threshold, source.person_values, source.void)
    drawn = {stem: PictureMask(masks[stem], rule, held.get(stem)) for stem in stems}
    return Found([Item(photos[stem], drawn[stem]) for stem in stems], refused + unpaired + lost)


def _check_distinct(name: str, folders: Mapping[str, Path]) -> None:
    """Photos among masks would each be taken for the other."""
    for one, other in combinations(folders, 2):
        if folders[one].resolve() == folders[other].resolve():
            raise SourceError(f"{name}: {one} and {other} are the same folder; give each one of its own")
