"""Document photos: the head found, the photo cut to a standard's measures, and what it lacks said plainly."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import product
from math import atan2, degrees
from pathlib import Path

import numpy as np

from figureground.documents.faces import Face, FaceFinder, part_of
from figureground.documents.standards import Range, Standard
from figureground.errors import FiguregroundError
from figureground.files import write_bytes
from figureground.photos.saving import encoded
from figureground.pictures import Picture, read_photo, resize_photo
from figureground.processes import without_chatter
from figureground.runtime.backgrounds import Background, BackgroundError, Colour, background_of, composed
from figureground.runtime.segmenter import NobodyError, Segmenter, shows_person

DPI = 300
PAPER = (100.0, 150.0)  # mm: the usual small print
_DOTS = DPI / 25.4  # a millimetre
_CHIN = 1.7  # from the eyes to the chin, in distances from the eyes to the mouth
_CROWN: Range = (0.85, 1.2)  # from the eyes to the crown, in distances from the eyes to the chin; more is hair or a hat
_OTHER_FACE = 0.4  # of the first one's height: a smaller one is far behind or on a poster
_NEAR = 2.0  # sides of a face: the square in which it is looked at closely
_TILT, _TURN = 6.0, 0.25  # degrees; nose beside the middle of the eyes, in distances between the eyes
_LIGHT = 150  # of 255: the least brightness of a background
_GAP = 2.0  # mm between copies on a sheet
_LINE = 160  # grey of the lines to cut along


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
class CropFrame:
    """What of the photo the document shows: upper left corner and pixels a millimetre; may reach past the photo."""

    top: float
    left: float
    scale: float


@dataclass(frozen=True)
class Document:
    """The picture, uint8 RGB at 300 dots per inch, and a sentence for everything that it does not satisfy."""

    picture: Picture
    shortcomings: tuple[str, ...]


def id_photo(
    photo: Picture, segmenter: Segmenter, finder: FaceFinder, standard: Standard, background: Colour | None
) -> Document:
    """Cut a photo of one person to a standard.

    Args:
        photo: uint8 HxWx3 RGB.
        background: A light colour, or None to leave the original untouched; some authorities refuse altered photos.
    Raises:
        NobodyError: No person or no face is found.
        DocumentError: Several people, or the photo is too tight for its original background to be kept.
    """
    mask = segmenter.mask(photo)
    if not shows_person(mask):
        raise NobodyError("no person found in this photo")
    face = _only_face(photo, mask, finder)
    head = head_of(face, mask)
    frame = framed(head, standard, mask, fill=background is not None)
    whole = photo if background is None else composed(photo, mask, Background(colour=background))
    corner, size = (round(frame.top), round(frame.left)), _pixels(standard, frame.scale)
    part = part_of(whole, *corner, size, background or (0, 0, 0))
    picture = resize_photo(part, *_pixels(standard, _DOTS))
    return Document(picture, tuple([*_of_the_pose(face), *_of_the_frame(head, frame, standard, mask)]))


def photo_file(
    source: Path, target: Path, standard: Standard, background: str, printed: Path | None, model: str | Path
) -> tuple[str, ...]:
    """`id_photo` from file to file, with the dots per inch noted in the files.

    Args:
        background: A colour as `background_of` takes it, or "original".
        printed: File for a sheet of copies, or None.
    Returns:
        The document's shortcomings.
    Raises:
        As `id_photo`; BackgroundError: `background` is no light colour. PictureError: The photo cannot be read.
        SavingError: A file's format cannot hold its picture; nothing is written then.
        OSError: A file cannot be written.
    """
    colour = None if background == "original" else light_colour(background, background_of(background))
    _check_names(source, target, printed)
    with without_chatter():
        segmenter, finder = Segmenter(model), FaceFinder()
    document = id_photo(read_photo(source), segmenter, finder, standard, colour)
    contents = {target: encoded(target, document.picture, DPI)}
    if printed is not None:
        contents[printed] = encoded(printed, sheet(document.picture), DPI)
    for path, content in contents.items():
        write_bytes(path, content)
    return document.shortcomings


def _check_names(source: Path, target: Path, printed: Path | None) -> None:
    """Refuses names by which a result would replace the photo or the other result."""
    taken = {os.path.realpath(source): "photo"}
    for path, what in ((target, "document photo"), (printed, "sheet")):
        if path is None:
            continue
        if (other := taken.setdefault(os.path.realpath(path), what)) != what:
            raise DocumentError(f"{path}: the {what} would replace the {other}; give another name")


def light_colour(named: str, background: Background) -> Colour:
    """The colour of a background, which a user called `named`, if documents allow it.

    Raises:
        BackgroundError: It is no colour, or too dark.
    """
    colour = background.colour
    if colour is None:
        raise BackgroundError(f"{named}: documents ask for a plain background; give a light colour, or original")
    if 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] < _LIGHT:
        raise BackgroundError(f"{named}: too dark, documents ask for a light background such as white or #e6e6e6")
    return colour


def _only_face(photo: Picture, mask: Picture, finder: FaceFinder) -> Face:
    """The person's face; where it is small in the photo it is looked for at the top of the silhouette."""
    faces = finder.find(photo)
    for top, left, side in [] if faces else _head_squares(mask):
        faces = faces or finder.find(photo, top, left, side)
    if not faces:
        raise NobodyError("no face found in this photo; it must be seen from the front, upright and well lit")
    largest = max(face.height for face in faces)
    if sum(face.height >= _OTHER_FACE * largest for face in faces) > 1:
        raise DocumentError("more than one face in this photo; a document shows one person alone")
    return _closer(max(faces, key=lambda face: face.height), photo, finder)


def _closer(face: Face, photo: Picture, finder: FaceFinder) -> Face:
    """The same face looked at from near by, so that its points lie where they should to a few hundredths of it."""
    side = max(1, round(_NEAR * face.height))
    row, column = (face.box[0] + face.box[2]) / 2, (face.box[1] + face.box[3]) / 2
    again = finder.find(photo, round(row - side / 2), round(column - side / 2), side)
    return again[0] if again else face


def _head_squares(mask: Picture) -> list[tuple[int, int, int]]:
    """(top, left, side) of squares that may hold the head of a standing person, the larger first."""
    rows = np.flatnonzero((mask >= 128).any(axis=1))
    top, height = int(rows[0]), int(rows[-1] - rows[0] + 1)
    columns = np.nonzero(mask[top : top + max(1, height // 8)] >= 128)[1]
    middle = float(np.median(columns))
    sides = [max(1, round(height * share)) for share in (0.5, 0.35, 0.22)]
    return [(top - side // 6, round(middle - side / 2), side) for side in sides]


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


def framed(head: HeadBox, standard: Standard, mask: Picture, *, fill: bool) -> CropFrame:
    """The frame within the standard's ranges that fits the photo best, and among those the one nearest their middle.

    Args:
        fill: Whether a background colour can fill what lies past the photo, where the person is not cut off.
    Raises:
        DocumentError: Without filling no frame within the standard's ranges lies inside the photo.
    """
    candidates = []
    for share, place in product(np.linspace(-1, 1, 17), np.linspace(-1, 1, 9)):
        tall = _within(standard.head, share)
        scale = (head.chin - head.crown) / tall
        above = _within(_gap_range(head, standard, tall), place)
        frame = CropFrame(head.crown - above * scale, head.column - standard.width / 2 * scale, scale)
        missing = _missing(frame, standard, mask, fill=fill)
        candidates.append((round(missing, 2), abs(share) + abs(place), frame))
    missing, _, frame = min(candidates, key=lambda candidate: candidate[:2])
    if missing > 0 and not fill:
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


def _cuts(mask: Picture, edge: str) -> bool:
    """Whether the person reaches this edge of the photo."""
    border = {"upper": mask[0], "lower": mask[-1], "left": mask[:, 0], "right": mask[:, -1]}[edge]
    return bool((border >= 128).any())


def _of_the_pose(face: Face) -> list[str]:
    """Sentences on how the head is held."""
    down, across = (b - a for a, b in zip(face.right_eye, face.left_eye, strict=True))
    tilt = abs(degrees(atan2(down, across)))
    beside = abs(face.nose[1] - (face.left_eye[1] + face.right_eye[1]) / 2)
    said = []
    if tilt > _TILT:
        said.append(f"the head is tilted by {tilt:.0f} degrees; it must be upright")
    if beside > _TURN * max(1.0, abs(across)):
        said.append("the face is turned aside; it must look straight into the camera")
    return said


def _of_the_frame(head: HeadBox, frame: CropFrame, standard: Standard, mask: Picture) -> list[str]:
    """Sentences on what the photo lacks."""
    said = []
    if frame.scale < _DOTS:
        said.append(
            f"the face is too small: the head has {head.chin - head.crown:.0f} pixels, {DPI} dots per inch ask for "
            f"{(head.chin - head.crown) * _DOTS / frame.scale:.0f}; use a larger photo or go closer"
        )
    for edge, millimetres in _past_the_photo(frame, standard, mask).items():
        if millimetres > 0.5 and _cuts(mask, edge):
            said.append(f"the person is cut off: the photo ends {millimetres:.1f} mm before the {edge} edge")
    if head.crown <= 1:
        said.append("the head is cut off by the photo's upper edge")
    eyes = standard.height - (head.eyes - frame.top) / frame.scale
    if standard.eyes is not None and not standard.eyes[0] - 0.05 <= eyes <= standard.eyes[1] + 0.05:
        said.append(
            f"the eyes are {eyes:.1f} mm above the lower edge, not {standard.eyes[0]:.1f} to {standard.eyes[1]:.1f}"
        )
    return said


def sheet(picture: Picture) -> Picture:
    """As many copies as a print of 10 x 15 cm at 300 dots per inch holds, with thin grey lines to cut along."""
    short, long = (round(side * _DOTS) for side in PAPER)
    papers = [np.full((*size, 3), 255, np.uint8) for size in ((short, long), (long, short))]
    paper = max(papers, key=lambda candidate: np.prod(_copies(picture, candidate)))
    rows, columns = _copies(picture, paper)
    if 0 in (rows, columns):
        raise DocumentError("this document photo is larger than a print of 10 x 15 cm")
    gap = round(_GAP * _DOTS)
    height, width = picture.shape[0] + gap, picture.shape[1] + gap
    top, left = (paper.shape[0] + gap - rows * height) // 2, (paper.shape[1] + gap - columns * width) // 2
    for row, column in product(range(rows), range(columns)):
        y, x = top + row * height, left + column * width
        paper[max(0, y - 1) : y + picture.shape[0] + 1, max(0, x - 1) : x + picture.shape[1] + 1] = _LINE
        paper[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    return paper


def _copies(picture: Picture, paper: Picture) -> tuple[int, int]:
    gap = round(_GAP * _DOTS)
    return (paper.shape[0] + gap) // (picture.shape[0] + gap), (paper.shape[1] + gap) // (picture.shape[1] + gap)


def _pixels(standard: Standard, scale: float) -> tuple[int, int]:
    return max(1, round(standard.height * scale)), max(1, round(standard.width * scale))
