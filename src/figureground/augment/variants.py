"""One variant of one pair, from the pair's files to the bytes of its record: what a worker process does."""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from figureground.augment.compose import Donors, add_person, replace_background
from figureground.augment.records import encode_example, frame
from figureground.dataset.metadata import coverage_path, held_path, mask_path, pair_held, pair_mask, photo_path
from figureground.errors import FiguregroundError
from figureground.params import AugmentParams
from figureground.pictures import (
    HELD,
    MAYBE_HELD,
    PERSON,
    VOID,
    decode_photo,
    encode_jpeg,
    encode_png,
    resize_mask,
    resize_photo,
)

if TYPE_CHECKING:
    import albumentations

Picture = NDArray[np.uint8]


class AugmentError(FiguregroundError):
    """Pairs that cannot be augmented. The message names the pair or file and says what to do."""


@dataclass(frozen=True)
class Recipe:
    """All that a record depends on beside the name of its pair and the number of the variant.

    Attributes:
        data: Folder of the data set.
        backgrounds, people: Names of training pairs that may lend theirs, sorted.
        showings: How often each training pair is shown in each pass, by name (see `weighting.showings`).
    """

    data: Path
    params: AugmentParams
    input_size: int
    seed: int
    backgrounds: tuple[str, ...]
    people: tuple[str, ...]
    showings: Mapping[str, tuple[int, ...]]

    @functools.cached_property
    def pipeline(self) -> albumentations.Compose:
        from figureground.augment.transforms import build_pipeline  # takes a second to import

        return build_pipeline(self.params, self.input_size)

    @functools.cached_property
    def donors(self) -> Donors:
        return Donors(self.backgrounds, self.people, self.read)

    def read(self, name: str) -> tuple[Picture, Picture]:
        """Photo and mask of a pair; much larger ones are shrunk once, to twice the input size on the shorter edge."""
        photo, mask = read_pair(self.data, name)
        shorter = min(mask.shape)
        if shorter > 3 * self.input_size:
            height, width = (round(side / shorter * 2 * self.input_size) for side in mask.shape)
            return resize_photo(photo, height, width), resize_mask(mask, height, width)
        return photo, mask

    def training_records(self, name: str) -> list[list[bytes]]:
        """The framed records of a training pair by pass, each of another variant; its files are read once."""
        photo, mask = self.read(name)
        numbers = itertools.count()
        return [
            [
                self._record(name, make_variant(photo, mask, name=name, variant=next(numbers), recipe=self))
                for _ in range(shown)
            ]
            for shown in self.showings[name]
        ]

    def validation_record(self, name: str) -> bytes:
        """The framed record of a pair that is only resized."""
        photo, mask = read_pair(self.data, name)
        side = self.input_size
        return self._record(name, Variant(resize_photo(photo, side, side), resize_mask(mask, side, side), ()))

    def _record(self, name: str, variant: Variant) -> bytes:
        mask = variant.mask
        if mask.any() and not held_path(self.data, name).is_file():  # where nobody is, nothing is held
            mask = np.where(mask == 0, np.uint8(MAYBE_HELD), mask)
        encode = encode_jpeg if self.params.photo_format == "jpeg" else encode_png
        features = {
            "photo": encode(variant.photo),
            "mask": encode_png(mask),
            "name": name.encode(),
            "done": ", ".join(variant.done).encode(),
        }
        return frame(encode_example(features))


@dataclass(frozen=True)
class Variant:
    """One augmented copy of a pair: uint8 SxSx3, uint8 SxS of 0, 32, 64, 128, 255, and in words what was done to it."""

    photo: Picture
    mask: Picture
    done: tuple[str, ...]


def make_variant(photo: Picture, mask: Picture, *, name: str, variant: int, recipe: Recipe) -> Variant:
    """One augmented copy of a pair at model size, a function of the pair, the recipe and the variant's number alone.

    Args:
        photo: uint8 HxWx3 RGB of any size; not changed.
        mask: uint8 HxW with 0, 32, 64, 128, 255; not changed.
        name: The pair's name, source/stem.
    """
    from figureground.augment.transforms import transform

    rng = np.random.default_rng(variant_seed(recipe.seed, name, variant))
    new_background, second_person = rng.random(2)
    steps = (
        ("another background", new_background < recipe.params.background_share, replace_background),
        ("another person", second_person < recipe.params.second_person_share, add_person),
    )
    composed = []
    for words, drawn, compose in steps:
        before = photo
        if drawn and recipe.params.strength > 0:
            photo, mask = compose(photo, mask, name, recipe.donors, rng)
        if photo is not before:  # nothing fitting may have been found
            composed.append(words)
    photo, mask, done = transform(recipe.pipeline, photo, mask, int(rng.integers(2**63)))
    return Variant(photo, mask, (*composed, *done))


def variant_seed(seed: int, name: str, variant: int) -> int:
    """64 bits that depend on the three alone (Python's own hash of a text differs from process to process)."""
    return int.from_bytes(hashlib.sha256(f"{seed}\n{name}\n{variant}".encode()).digest()[:8], "big")


def read_pair(data: Path, name: str) -> tuple[Picture, Picture]:
    """Photo (uint8 HxWx3) and mask (uint8 HxW of 0, 32 maybe held, 64 held, 128, 255) of a pair of the data set.

    Raises:
        AugmentError: The mask is missing, or the mask or what is held is not of the photo's shape.
        MetadataError: The photo is missing.
        PictureError: A file is no picture.
    """
    photo = decode_photo(photo_path(data, name).read_bytes())
    missing = mask_path(data, name)
    if not missing.is_file() and not coverage_path(data, name).is_file():
        raise AugmentError(f"{missing}: not found; run the audit stage again (`dvc repro audit`)")
    mask = pair_mask(data, name)
    if photo.shape[:2] != mask.shape:
        raise AugmentError(
            f"{name}: photo of {photo.shape[:2]} and mask of {mask.shape} pixels; run the audit stage again"
        )
    if (held := pair_held(data, name)) is not None:
        if held.shape != mask.shape:
            path = held_path(data, name)
            raise AugmentError(f"{path}: {held.shape} pixels, the photo has {mask.shape}; import the source again")
        background = mask == 0
        mask[(held == PERSON) & background] = HELD
        mask[(held == VOID) & background] = MAYBE_HELD
    return photo, mask
