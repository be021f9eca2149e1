"""Layout "folders": a folder of photos and a folder of mask pictures with the same stems."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from figureground.data.layouts.pairing import PICTURE_SUFFIXES, Found, Item, Listed, MaskError, list_files, pair_up
from figureground.data.sources import Source, SourceError
from figureground.pictures import PERSON, VOID, Picture, read_drawn_mask


@dataclass(frozen=True)
class PictureMask:
    """A mask picture: values from `threshold` on are person, `void` (if any) is void, the rest is background."""

    file: Listed
    threshold: int
    void: int | None

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

    def read_held(self) -> None:
        return None

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
        SourceError: A folder is missing, or photos and masks are the same folder.
    """
    masks_folder = source.masks
    if masks_folder is None:
        photos, refused = list_files(source.name, source.photos, PICTURE_SUFFIXES)
        return Found([Item(photo, None) for photo in photos.values()], refused)
    if masks_folder.resolve() == source.photos.resolve():
        raise SourceError(f"{source.name}: photos and masks are the same folder; put the masks into one of their own")
    photos, refused = list_files(source.name, source.photos, PICTURE_SUFFIXES, without=masks_folder)
    masks, refused_masks = list_files(source.name, masks_folder, PICTURE_SUFFIXES, without=source.photos)
    stems, unpaired = pair_up(source.name, photos, masks)
    items = [Item(photos[stem], PictureMask(masks[stem], source.mask_threshold, source.void)) for stem in stems]
    return Found(items, refused + refused_masks + unpaired)
