"""Layout "folders": a folder of photos, one of mask pictures with the same stems, perhaps one of what is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
from figureground.pictures import PERSON, SUFFIXES, VOID, Picture, read_drawn_mask


@dataclass(frozen=True)
class PictureMask:
    """A mask picture: values from `threshold` on are person, `void` (if any) is void, the rest is background.

    `held`, if any, is the picture that is not 0 where something is held.
    """

    file: Listed
    threshold: int
    void: int | None
    held: Listed | None = None

    @property
    def shown(self) -> str:
        return self.file.shown

    def read(self) -> Picture:
        values, labels = read_drawn_mask(self.file.path)
        known = np.bincount(values.ravel(), minlength=256) > 0
        if self.void is not None:
            known[self.void] = False
        self._check_threshold(np.flatnonzero(known), labels)
        mask = np.where(values >= self.threshold, np.uint8(PERSON), np.uint8(0))
        if self.void is not None:
            mask[values == self.void] = VOID
        return mask

    def read_held(self) -> Picture | None:
        if self.held is None:
            return None
        return np.where(read_drawn_mask(self.held.path)[0] > 0, np.uint8(PERSON), np.uint8(0))

    def _check_threshold(self, seen: NDArray[np.intp], labels: bool) -> None:
        """Masks of 0 and 1, and label maps, are empty at a threshold meant for grey levels: refuse, do not guess."""
        highest = int(seen.max(initial=0))
        if 0 < highest < self.threshold and (labels or highest == 1):
            raise MaskError(
                f"its values are the labels {', '.join(map(str, seen[:6]))}, none of which reaches the threshold "
                f"{self.threshold}; set the source's mask_threshold"
            )


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
        listed[name], refused_files = list_files(source.name, folder, suffixes, without=others)
        refused += refused_files
    photos, masks, held = listed["photos"], listed["masks"], listed.get("held", {})
    stems, unpaired = pair_up(source.name, photos, masks)
    lost = [
        Refused(source.name, file.shown, "no photo of this stem") for stem, file in held.items() if stem not in photos
    ]
    drawn = {stem: PictureMask(masks[stem], source.mask_threshold, source.void, held.get(stem)) for stem in stems}
    return Found([Item(photos[stem], drawn[stem]) for stem in stems], refused + unpaired + lost)


def _check_distinct(name: str, folders: Mapping[str, Path]) -> None:
    """Photos among masks would each be taken for the other."""
    for one, other in combinations(folders, 2):
        if folders[one].resolve() == folders[other].resolve():
            raise SourceError(f"{name}: {one} and {other} are the same folder; give each one of its own")
