"""Exact and near duplicates among photos, and the groups that they make."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from figureground.pictures import PERSON, Picture, resize_photo

THUMB = 48  # pixels; the size at which look-alikes are compared pixel by pixel
MARGIN = 4  # pixels of the thumb by which one photo may be moved against the other: crops of one shot differ so
BLOCKS = 5  # a side: no block of a true duplicate may differ much more than the whole
BLOCK_FACTOR = 2.5  # by how much more than the whole
CHUNK = 1024  # hashes compared with all others at once


@dataclass(frozen=True)
class Fingerprint:
    """What is kept of a pair to find its duplicates.

    Attributes:
        hashes: Perceptual hashes (64 bits) of the photo and of the mirrored photo.
        digest: Of the photo's pixels. `mask_digest`: of the mask's.
        thumb: uint8 48x48x3. `mask_thumb`: uint8 48x48, share of person (255 = all).
    """

    hashes: tuple[int, int]
    digest: bytes
    mask_digest: bytes
    thumb: Picture
    mask_thumb: Picture


@dataclass(frozen=True)
class Duplicate:
    """Two photos, by index, that show the same. `agreement` is the person IoU of their masks, 1 if both are empty."""

    first: int
    second: int
    exact: bool
    mirrored: bool
    agreement: float


def fingerprint(photo: Picture, mask: Picture) -> Fingerprint:
    return Fingerprint(
        hashes=(perceptual_hash(photo), perceptual_hash(np.ascontiguousarray(photo[:, ::-1]))),
        digest=_digest(photo),
        mask_digest=_digest(mask),
        thumb=resize_photo(photo, THUMB, THUMB),
        mask_thumb=resize_photo((mask == PERSON).astype(np.uint8) * 255, THUMB, THUMB),
    )


def perceptual_hash(photo: Picture) -> int:
    """64-bit DCT hash: which of the 8x8 lowest frequencies of the 32x32 grey photo are above their median.

    Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), section 3.2.1.
    """
    grey = cv2.cvtColor(resize_photo(photo, 32, 32), cv2.COLOR_RGB2GRAY).astype(np.float32)
    low = cv2.dct(grey)[:8, :8].ravel()
    return int.from_bytes(np.packbits(low > np.median(low[1:])).tobytes(), "big")


def find_duplicates(prints: Sequence[Fingerprint], max_bits: int, max_difference: float) -> list[Duplicate]:
    """All pairs of photos that are equal, nearly equal, or nearly equal when one is mirrored.

    Args:
        prints: Of all photos, in an order that stays the same.
        max_bits: Hash bits up to which two photos are compared pixel by pixel.
        max_difference: Mean difference of the pixels, 0..1, up to which they are duplicates, after the one is moved
            onto the other; 2.5 times that in each of 5x5 blocks, so that another person before the same wall is none.
    """
    found = []
    for first, second, mirrored in _look_alikes(prints, max_bits):
        one, other = prints[first], _mirror(prints[second]) if mirrored else prints[second]
        exact = one.digest == other.digest and not mirrored
        place = (MARGIN, MARGIN) if exact else _best_place(one.thumb, other.thumb)
        if exact or _same_pixels(one.thumb, other.thumb, place, max_difference):
            agreement = _agreement(one.mask_thumb, other.mask_thumb, place)
            found.append(Duplicate(first, second, exact, mirrored, agreement))
    return found


def join_groups(groups: Sequence[str], duplicates: Sequence[Duplicate]) -> list[str]:
    """Group of each pair after groups that share duplicates are joined; the name that sorts first is kept."""
    numbers = {group: number for number, group in enumerate(sorted(set(groups)))}
    start = [numbers[groups[item.first]] for item in duplicates]
    end = [numbers[groups[item.second]] for item in duplicates]
    links = coo_array((np.ones(len(start)), (start, end)), shape=(len(numbers), len(numbers)))
    _, component = connected_components(links, directed=False)
    names: dict[int, str] = {}
    for group, number in numbers.items():
        names.setdefault(int(component[number]), group)
    return [names[int(component[numbers[group]])] for group in groups]


def _look_alikes(prints: Sequence[Fingerprint], max_bits: int) -> list[tuple[int, int, bool]]:
    """Index pairs (first < second) with near hashes, and whether only the mirrored photo is near."""
    if not prints:
        return []
    plain, mirror = np.array([item.hashes for item in prints], np.uint64).T
    pairs: dict[tuple[int, int], bool] = {}
    for start in range(0, len(prints), CHUNK):
        for mirrored, other in ((False, plain), (True, mirror)):
            distance = np.bitwise_count(plain[start : start + CHUNK, None] ^ other[None, :])
            for row, second in np.argwhere(distance <= max_bits).tolist():
                if start + row < second:
                    pairs.setdefault((start + row, second), mirrored)
    return [(first, second, mirrored) for (first, second), mirrored in sorted(pairs.items())]


def _mirror(item: Fingerprint) -> Fingerprint:
    thumb, mask_thumb = (np.ascontiguousarray(picture[:, ::-1]) for picture in (item.thumb, item.mask_thumb))
    return replace(item, thumb=thumb, mask_thumb=mask_thumb)


def _best_place(one: Picture, other: Picture) -> tuple[int, int]:
    """Where (row, column) in `other` the middle of `one` fits best; (MARGIN, MARGIN) if they lie alike."""
    errors = cv2.matchTemplate(other, _middle(one, (MARGIN, MARGIN)), cv2.TM_SQDIFF)
    column, row = cv2.minMaxLoc(errors)[2]
    return row, column


def _middle(thumb: Picture, place: tuple[int, int]) -> Picture:
    side = THUMB - 2 * MARGIN
    return thumb[place[0] : place[0] + side, place[1] : place[1] + side]


def _same_pixels(one: Picture, other: Picture, place: tuple[int, int], limit: float) -> bool:
    difference = cv2.absdiff(_middle(one, (MARGIN, MARGIN)), _middle(other, place)).mean(axis=2) / 255
    side = len(difference) // BLOCKS
    blocks = difference.reshape(BLOCKS, side, BLOCKS, side).mean(axis=(1, 3))
    return bool(difference.mean() <= limit and blocks.max() <= BLOCK_FACTOR * limit)


def _agreement(one: Picture, other: Picture, place: tuple[int, int]) -> float:
    """Person IoU of two mask thumbs, on the part that both show."""
    a, b = _middle(one, (MARGIN, MARGIN)), _middle(other, place)
    union = np.maximum(a, b).sum(dtype=np.int64)
    return float(np.minimum(a, b).sum(dtype=np.int64) / union) if union else 1.0


def _digest(pixels: NDArray[np.uint8]) -> bytes:
    return hashlib.sha256(repr(pixels.shape).encode() + np.ascontiguousarray(pixels).tobytes()).digest()
