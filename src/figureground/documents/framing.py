"""What of a photo a document shows: the head measured, and the frame that a standard asks for laid around it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from figureground.documents.faces import Face
from figureground.documents.standards import Range, Standard
from figureground.errors import FiguregroundError
from figureground.pictures import Picture

DPI = 300
DOTS = DPI / 25.4  # a millimetre
_CHIN = 1.7  # from the eyes to the chin, in distances from the eyes to the mouth
_CROWN: Range = (0.85, 1.2)  # from the eyes to the crown, in distances from the eyes to the chin; more is hair or a hat
_BESIDE = 0.9  # how far to both sides hair and hats are looked for, in heads
_SPECK = 0.03  # of a head: narrower parts of the mask are no hair
_UNSAID = 0.5  # mm that may be cut off without a word


class DocumentError(FiguregroundError):
    """A photo of which no document photo can be made."""


@dataclass(frozen=True)
class HeadBox:
    """Rows of crown, eyes and chin, and the column of the face's middle, in pixels of the photo."""

    crown: float
    eyes: float
    chin: float
    column: float


@dataclass(frozen=True)
class HairBox:
    """How far hair, hat or headscarf reach, from the eyes up: the upper row and the outer columns, in pixels."""

    top: float
    left: float
    right: float


@dataclass(frozen=True)
class CropFrame:
    """What of the photo the document shows: upper left corner and pixels a millimetre; may reach past the photo."""

    top: float
    left: float
    scale: float


def head_of(face: Face, mask: Picture) -> HeadBox:
    """Chin from the eyes and the mouth, crown from the mask above the face, as far as a skull can reach.

    Args:
        mask: uint8 HxW, 0 background to 255 person.
    """
    eyes, column = ((a + b) / 2 for a, b in zip(face.right_eye, face.left_eye, strict=True))
    down = _CHIN * max(1.0, face.mouth[0] - eyes)
    half = max(1.0, abs(face.left_eye[1] - face.right_eye[1])) / 2
    strip = mask[:, max(0, round(column - half)) : max(1, round(column + half) + 1)]
    person = np.flatnonzero((strip[: max(1, round(eyes))] >= 128).any(axis=1))
    hair = float(person[0]) if person.size else eyes
    crown = eyes - np.clip(eyes - hair, _CROWN[0] * down, _CROWN[1] * down)
    return HeadBox(float(crown), float(eyes), float(eyes + down), float(column))


def hair_of(head: HeadBox, mask: Picture) -> HairBox:
    """The person above the eyes, as far to both sides as hair and hats reach.

    Args:
        mask: uint8 HxW, 0 background to 255 person.
    """
    tall = head.chin - head.crown
    first = max(0, round(head.column - _BESIDE * tall))
    part = mask[: max(1, round(head.eyes)), first : max(1, round(head.column + _BESIDE * tall))] >= 128
    least = max(1.0, _SPECK * tall)
    rows, columns = (np.flatnonzero(part.sum(axis=axis) >= least) for axis in (1, 0))
    if not rows.size or not columns.size:
        return HairBox(head.crown, head.column, head.column)
    return HairBox(min(head.crown, float(rows[0])), float(first + columns[0]), float(first + columns[-1] + 1))


def framed(head: HeadBox, standard: Standard, mask: Picture, *, fill: bool) -> CropFrame:
    """The frame within the standard's ranges that cuts off least, and among those the one nearest their middle.

    Args:
        fill: Whether a background colour can fill what lies past the photo, where the person is not cut off. Hair
            then comes before shoulders that the photo lacks.
    Raises:
        DocumentError: Without filling no frame within the standard's ranges lies inside the photo.
    """
    hair = hair_of(head, mask)
    candidates = []
    for share, place in product(np.linspace(-1, 1, 17), np.linspace(-1, 1, 9)):
        tall = _within(standard.head, share)
        scale = (head.chin - head.crown) / tall
        above = _within(_gap_range(head, standard, tall), place)
        frame = CropFrame(head.crown - above * scale, head.column - standard.width / 2 * scale, scale)
        missing = _missing(frame, standard, mask, fill=fill)
        lost = sum(_hair_lost(frame, standard, hair).values())
        cut_off = np.round((lost, missing) if fill else (missing, lost), 2)
        candidates.append(((*cut_off, abs(share) + abs(place)), missing, frame))
    _, missing, frame = min(candidates, key=lambda candidate: candidate[0])
    if missing >= 0.005 and not fill:
        raise DocumentError(
            f"too little photo around the head for {standard.width:g} x {standard.height:g} mm; "
            "take it from further away, or replace the background by a colour"
        )
    return frame


def _within(bounds: Range, place: float) -> float:
    """From the lower bound at -1 to the upper one at 1."""
    return (bounds[0] + bounds[1]) / 2 + place * (bounds[1] - bounds[0]) / 2


def _gap_range(head: HeadBox, standard: Standard, tall: float) -> Range:
    """Least and greatest gap above a head of `tall` mm, by what the standard says of eyes and gap, else by custom."""
    spare = standard.height - tall
    least, most = standard.above or (min(2.0, spare / 4), spare / 2)
    if standard.eyes is not None:
        eyes = tall * (head.eyes - head.crown) / (head.chin - head.crown)
        low, high = standard.height - standard.eyes[1] - eyes, standard.height - standard.eyes[0] - eyes
        if low <= most and high >= least:
            least, most = max(least, low), min(most, high)
        else:
            least, most = low, high
    return least, most


def _missing(frame: CropFrame, standard: Standard, mask: Picture, *, fill: bool) -> float:
    """Millimetres past the photo's edges; with `fill` only past those that cut the person."""
    total = 0.0
    for edge, millimetres in _past_the_photo(frame, standard, mask).items():
        if millimetres > 0 and not (fill and not _cuts(mask, edge)):
            total += millimetres
    return total


def _past_the_photo(frame: CropFrame, standard: Standard, mask: Picture) -> dict[str, float]:
    """How many millimetres of the frame lie past each edge of the photo; negative inside."""
    height, width = mask.shape
    return {
        "upper": -frame.top / frame.scale,
        "lower": (frame.top - height) / frame.scale + standard.height,
        "left": -frame.left / frame.scale,
        "right": (frame.left - width) / frame.scale + standard.width,
    }


def _hair_lost(frame: CropFrame, standard: Standard, hair: HairBox) -> dict[str, float]:
    """How many millimetres of the hair or headwear lie past each edge of the frame."""
    past = {
        "upper": (frame.top - hair.top) / frame.scale,
        "left": (frame.left - hair.left) / frame.scale,
        "right": (hair.right - frame.left) / frame.scale - standard.width,
    }
    return {edge: max(0.0, millimetres) for edge, millimetres in past.items()}


def _cuts(mask: Picture, edge: str) -> bool:
    """Whether the person reaches this edge of the photo."""
    border = {"upper": mask[0], "lower": mask[-1], "left": mask[:, 0], "right": mask[:, -1]}[edge]
    return bool((border >= 128).any())


def shortcomings_of(head: HeadBox, frame: CropFrame, standard: Standard, mask: Picture) -> list[str]:
    """Sentences on what the photo lacks."""
    said = []
    if frame.scale < DOTS:
        said.append(
            f"the face is too small: the head has {head.chin - head.crown:.0f} pixels, {DPI} dots per inch ask for "
            f"{(head.chin - head.crown) * DOTS / frame.scale:.0f}; use a larger photo or go closer"
        )
    for edge, millimetres in _past_the_photo(frame, standard, mask).items():
        if millimetres > _UNSAID and _cuts(mask, edge):
            said.append(f"the person is cut off: the photo ends {millimetres:.1f} mm before the {edge} edge")
    hair = hair_of(head, mask)
    if hair.top <= 1:
        what = "head" if head.crown <= 1 else "hair or headwear"
        said.append(f"the {what} is cut off by the photo's upper edge")
    for edge, millimetres in _hair_lost(frame, standard, hair).items():
        if millimetres > _UNSAID:
            said.append(f"the hair or headwear is cut off: it reaches {millimetres:.1f} mm past the {edge} edge")
    eyes = standard.height - (head.eyes - frame.top) / frame.scale
    if standard.eyes is not None and not standard.eyes[0] - 0.05 <= eyes <= standard.eyes[1] + 0.05:
        said.append(
            f"the eyes are {eyes:.1f} mm above the lower edge, not {standard.eyes[0]:.1f} to {standard.eyes[1]:.1f}"
        )
    return said
