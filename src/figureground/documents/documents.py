"""Document photos: the head found, the photo cut to a standard's measures, and what it lacks said plainly."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from itertools import product
from math import atan2, degrees
from pathlib import Path

import numpy as np

from figureground.documents.faces import Face, FaceFinder, part_of
from figureground.documents.framing import DOTS, DPI, DocumentError, framed, head_of, shortcomings_of
from figureground.documents.people import are_in, chosen, faces_of, is_on, without
from figureground.documents.standards import Standard
from figureground.photos.saving import JPEG_QUALITY, encoded
from figureground.photos.streams import Stream, check_streams, content_of, file_name, write
from figureground.pictures import Picture, read_photo, resize_photo
from figureground.processes import without_chatter
from figureground.runtime.backgrounds import Background, BackgroundError, Colour, background_of, composed
from figureground.runtime.segmenter import NobodyError, Segmenter, shows_person

PAPER = (100.0, 150.0)  # mm: the usual small print
_TILT, _TURN = 6.0, 0.25  # degrees; nose beside the middle of the eyes, in distances between the eyes
_LIGHT = 150  # of 255: the least brightness of a background
_QUALITIES = (JPEG_QUALITY, 90, 85, 80, 75)  # of JPEG, the first whose file is small enough
_GAP = 2.0  # mm between copies on a sheet
_LINE = 160  # grey of the lines to cut along


@dataclass(frozen=True)
class Document:
    """The picture, uint8 RGB at 300 dots per inch, and a sentence for everything that it does not satisfy."""

    picture: Picture
    shortcomings: tuple[str, ...]


def id_photo(
    photo: Picture,
    segmenter: Segmenter,
    finder: FaceFinder,
    standard: Standard,
    background: Colour | None,
    face: int | None = None,
) -> Document:
    """Cut a photo to a standard.

    Args:
        photo: uint8 HxWx3 RGB.
        background: A light colour, or None to leave the original untouched; some authorities refuse altered photos.
        face: Whose, where several people are shown: 1 for the one on the left.
    Raises:
        NobodyError: No person or no face is found.
        DocumentError: Several people and no `face`, or the photo is too tight for its original background to be kept.
    """
    mask = segmenter.mask(photo)
    if not shows_person(mask):
        raise NobodyError("no person found in this photo")
    faces = faces_of(photo, mask, finder)
    own = chosen(faces, face)
    others = [other for other in faces if other is not own]
    mask = without(mask, others, own)
    head = head_of(own, mask)
    frame = framed(head, standard, mask, fill=background is not None)
    said = [*_of_the_pose(own), *shortcomings_of(head, frame, standard, mask)]
    if are_in(frame, standard, [each for each in others if background is None or is_on(mask, each)]):
        said.append("another person is in the picture; it must show one person alone")
    whole = photo if background is None else composed(photo, mask, Background(colour=background))
    corner, size = (round(frame.top), round(frame.left)), _pixels(standard, frame.scale)
    part = part_of(whole, *corner, size, background or (0, 0, 0))
    return Document(resize_photo(part, *_pixels(standard, DOTS)), tuple(said))


def document_file(path: Path, document: Document, standard: Standard) -> tuple[bytes, tuple[str, ...]]:
    """The document photo in the format of the path's suffix, with as few bytes as the standard asks for.

    Returns:
        The file's bytes, and the document's shortcomings with the file's own.
    Raises:
        SavingError: As `encoded`.
    """
    most = standard.file_bytes or sys.maxsize
    for quality in _QUALITIES:
        content = encoded(path, document.picture, DPI, quality)
        if len(content) <= most:
            return content, document.shortcomings
    remedy = "save it as .jpg" if path.suffix.lower() == ".png" else "the photo has too much noise to be made smaller"
    said = f"the file has {len(content) / 1000:.0f} kB, at most {most / 1000:g} are taken; {remedy}"
    return content, (*document.shortcomings, said)


def photo_file(
    source: Path | Stream,
    target: Path | Stream,
    standard: Standard,
    background: str,
    printed: Path | None,
    model: str | Path,
    face: int | None = None,
) -> tuple[str, ...]:
    """`id_photo` from file to file, with the dots per inch noted in the files.

    Args:
        target: Standard output gets a JPEG.
        background: A colour as `background_of` takes it, or "original".
        printed: File for a sheet of copies, or None.
    Returns:
        The document's shortcomings.
    Raises:
        As `id_photo`; BackgroundError: `background` is no light colour. PictureError: The photo cannot be read.
        SavingError: A file's format cannot hold its picture; nothing is written then.
        StreamError: As `check_streams`.
        OSError: A file cannot be written.
    """
    colour = None if background == "original" else light_colour(background, background_of(background))
    check_streams(source, target)
    _check_names(source, target, printed)
    with without_chatter():
        segmenter, finder = Segmenter(model), FaceFinder()
    document = id_photo(read_photo(content_of(source), str(source)), segmenter, finder, standard, colour, face)
    content, shortcomings = document_file(file_name(target, ".jpg"), document, standard)
    contents = {target: content}
    if printed is not None:
        contents[printed] = encoded(printed, sheet(document.picture), DPI)
    for place, each in contents.items():
        write(place, each)
    return shortcomings


def _check_names(source: Path | Stream, target: Path | Stream, printed: Path | None) -> None:
    """Refuses names by which a result would replace the photo or the other result."""
    taken = {os.path.realpath(source): "photo"} if isinstance(source, Path) else {}
    for path, what in ((target, "document photo"), (printed, "sheet")):
        if not isinstance(path, Path):
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


def sheet(picture: Picture) -> Picture:
    """As many copies as a print of 10 x 15 cm at 300 dots per inch holds, with thin grey lines to cut along."""
    short, long = (round(side * DOTS) for side in PAPER)
    papers = [np.full((*size, 3), 255, np.uint8) for size in ((short, long), (long, short))]
    paper = max(papers, key=lambda candidate: np.prod(_copies(picture, candidate)))
    rows, columns = _copies(picture, paper)
    if 0 in (rows, columns):
        raise DocumentError("this document photo is larger than a print of 10 x 15 cm")
    gap = round(_GAP * DOTS)
    height, width = picture.shape[0] + gap, picture.shape[1] + gap
    top, left = (paper.shape[0] + gap - rows * height) // 2, (paper.shape[1] + gap - columns * width) // 2
    for row, column in product(range(rows), range(columns)):
        y, x = top + row * height, left + column * width
        paper[max(0, y - 1) : y + picture.shape[0] + 1, max(0, x - 1) : x + picture.shape[1] + 1] = _LINE
        paper[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    return paper


def _copies(picture: Picture, paper: Picture) -> tuple[int, int]:
    gap = round(_GAP * DOTS)
    return (paper.shape[0] + gap) // (picture.shape[0] + gap), (paper.shape[1] + gap) // (picture.shape[1] + gap)


def _pixels(standard: Standard, scale: float) -> tuple[int, int]:
    return max(1, round(standard.height * scale)), max(1, round(standard.width * scale))
