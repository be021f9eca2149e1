"""What the audit finds in one pair alone: faults for which it is not used, and suspicions by which it is ranked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.audit.duplicates import Fingerprint, fingerprint
from figureground.dataset.manifest import framing
from figureground.dataset.metadata import (
    MetadataError,
    coverage_path,
    held_path,
    mask_path,
    pair_held,
    pair_mask,
    photo_path,
)
from figureground.drawn_masks import read_drawn_mask
from figureground.params import AuditParams
from figureground.pictures import PERSON, VOID, Picture, PictureError, read_photo

SPECK = 0.0005  # of the photo; smaller pieces of person and smaller holes are specks
FULL = 0.999  # of the known pixels: a mask with so much person has no outline to learn
NEARLY_FULL = 0.97
BLANK = 3.0  # of 255: standard deviation of a photo's grey levels up to which nothing can be seen


@dataclass(frozen=True)
class Fault:
    """Why a pair is not used: `reason` in a few words that are the same for all such pairs, `detail` about this one."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Suspicion:
    """What looks wrong about a pair that is used.

    Attributes:
        score: In 0..1, where 1 is certain.
        kind: In a few words that are the same for all such pairs.
        reason: About this pair.
    """

    score: float
    kind: str
    reason: str


@dataclass(frozen=True)
class Appearance:
    """What is kept of a readable pair for the comparison with others.

    Attributes:
        width, height: Of the photo in pixels.
        person_share, void_share: Of the photo, 0..1.
        border_share, centre_share: Share of person along the left, right and upper edge, and in the middle quarter.
        second_piece: Size of the second largest piece of person over that of the largest.
    """

    width: int
    height: int
    framing: str
    person_share: float
    void_share: float
    border_share: float
    centre_share: float
    second_piece: float
    prints: Fingerprint


@dataclass(frozen=True)
class Examined:
    """One pair, looked at alone; `appearance` is None where photo or mask could not be read or do not fit."""

    name: str
    fault: Fault | None = None
    suspicions: tuple[Suspicion, ...] = ()
    appearance: Appearance | None = None


def examine(data: Path, name: str, params: AuditParams) -> Examined:
    """Read a pair and judge it by itself."""
    try:
        photo = read_photo(photo_path(data, name))
    except MetadataError as error:
        return Examined(name, Fault("mask without photo", str(error)))
    except PictureError as error:
        return Examined(name, Fault("photo unreadable", str(error)))
    mask = _mask(data, name)
    if isinstance(mask, Fault):
        return Examined(name, mask)
    if mask.shape != photo.shape[:2]:
        return Examined(name, _shape_fault(photo, mask))
    appearance = _appearance(photo, mask)
    fault = _held_fault(data, name, mask) or _fault(photo, mask, params)
    suspicions = () if fault else tuple(_suspicions(mask, params))
    return Examined(name, fault, suspicions, appearance)


def ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, straight between: turns a measure into a score."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _mask(data: Path, name: str) -> Picture | Fault:
    path = mask_path(data, name)
    if not path.is_file() and not coverage_path(data, name).is_file():
        return Fault("photo without mask", f"{path}: not found; an empty mask says that nobody is there")
    try:
        return pair_mask(data, name)
    except PictureError as error:
        try:
            read_drawn_mask(path)
        except PictureError:
            return Fault("mask unreadable", str(error))
        return Fault("mask not two-valued", str(error))


def _held_fault(data: Path, name: str, mask: Picture) -> Fault | None:
    """What is held need not be known; where it is, it has to fit."""
    try:
        held = pair_held(data, name)
    except PictureError as error:
        return Fault("held mask unreadable", str(error))
    if held is None or held.shape == mask.shape:
        return None
    sizes = f"{held.shape[1]} x {held.shape[0]} for a photo of {mask.shape[1]} x {mask.shape[0]} (width x height)"
    return Fault("sizes differ", f"{held_path(data, name)}: {sizes}; import it again")


def _shape_fault(photo: Picture, mask: Picture) -> Fault:
    height, width = photo.shape[:2]
    sizes = f"photo {width} x {height}, mask {mask.shape[1]} x {mask.shape[0]} (width x height)"
    if mask.shape == (width, height):
        return Fault("mask transposed", f"{sizes}: one of them is turned, as by an EXIF orientation; import it again")
    return Fault("sizes differ", f"{sizes}; import it again")


def _fault(photo: Picture, mask: Picture, params: AuditParams) -> Fault | None:
    height, width = mask.shape
    if min(height, width) < params.min_side:
        return Fault("too small", f"{width} x {height}; audit.min_side is {params.min_side}")
    spread = float(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).std())
    if spread <= BLANK:
        return Fault("photo blank", f"grey levels spread by {spread:.1f} of 255")
    void = float(np.mean(mask == VOID))
    if void > params.max_void_share:
        return Fault("too much void", f"{void:.0%} of the photo; audit.max_void_share is {params.max_void_share:.0%}")
    if _known_share(mask) >= FULL:
        return Fault("full mask", "every pixel is person")
    return None


def _suspicions(mask: Picture, params: AuditParams) -> list[Suspicion]:
    found = []
    specks = count_specks(mask)
    if specks > params.max_specks:
        score = 0.3 + 0.5 * ramp(specks, params.max_specks, 5 * params.max_specks + 1)
        found.append(Suspicion(score, "specks and small holes", f"{specks} specks and small holes"))
    full = _known_share(mask)
    if full > NEARLY_FULL:
        found.append(Suspicion(0.5, "person nearly everywhere", f"person covers {full:.1%}"))
    return found


def count_specks(mask: Picture) -> int:
    """Pieces of person, and of background within, below 0.05 % of the photo."""
    person = (mask == PERSON).astype(np.uint8)
    return sum(int(np.sum(_piece_areas(part) < SPECK * mask.size)) for part in (person, (mask == 0).astype(np.uint8)))


def _appearance(photo: Picture, mask: Picture) -> Appearance:
    person = mask == PERSON
    height, width = mask.shape
    centre = person[height // 4 : height - height // 4, width // 4 : width - width // 4]
    areas = np.sort(_piece_areas(person.astype(np.uint8)))
    return Appearance(
        width=width,
        height=height,
        framing=framing(mask),
        person_share=float(person.mean()),
        void_share=float(np.mean(mask == VOID)),
        border_share=float(np.concatenate([person[0], person[:, 0], person[:, -1]]).mean()),
        centre_share=float(centre.mean()),
        second_piece=float(areas[-2] / areas[-1]) if len(areas) > 1 else 0.0,
        prints=fingerprint(photo, mask),
    )


def _piece_areas(part: Picture) -> NDArray[np.int32]:
    _, _, pieces, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    return np.asarray(pieces[1:, cv2.CC_STAT_AREA], np.int32)


def _known_share(mask: Picture) -> float:
    """Person over all pixels that are not void."""
    known = np.count_nonzero(mask != VOID)
    return np.count_nonzero(mask == PERSON) / known if known else 0.0
