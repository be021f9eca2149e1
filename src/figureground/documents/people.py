"""The people in a photo by their faces, near and far, and the one of whom a document is made."""

from __future__ import annotations

import cv2
import numpy as np

from figureground.documents.faces import Face, FaceFinder, is_same
from figureground.documents.framing import CropFrame, DocumentError
from figureground.documents.standards import Standard
from figureground.pictures import Picture
from figureground.runtime.segmenter import NobodyError

_CLOSER = (1, 2, 4)  # how many times closer than the whole photo its parts are looked at
_OTHER_FACE = 0.4  # of the largest one's height: a smaller one is far behind
_NEAR = (2.0, 3.0, 4.0)  # sides of a face: the squares in which it is looked at closely
_SURE = 0.75  # score from near by: hands and knees have less


def faces_of(photo: Picture, mask: Picture, finder: FaceFinder) -> list[Face]:
    """The faces of the mask's people, from left to right, each looked at from near by.

    Parts of the photo are looked at ever more closely, until one step after the first that finds a face: the next one
    finds people who stand further away.

    Args:
        photo: uint8 HxWx3 RGB.
        mask: uint8 HxW, 0 background to 255 person; faces elsewhere, as on a poster, are nobody's.
    Raises:
        NobodyError: There is none.
    """
    people: list[list[Face]] = []  # views of each one's face
    for closer in _CLOSER:
        found_before = bool(people)
        found = finder.find(photo) if closer == 1 else _in_parts(photo, mask, finder, closer)
        for face in found:
            known = any(is_same(face, views[0]) for views in people)
            if not known and is_on(mask, face) and (views := _from_near_by(face, photo, finder)):
                people.append(views)
        if found_before:
            break
    if not people:
        raise NobodyError("no face found in this photo; it must be seen from the front, upright and well lit")
    people.sort(key=_score, reverse=True)
    sure = [views for views in people if _score(views) >= _SURE]
    return sorted((views[0] for views in sure or people[:1]), key=lambda face: face.middle[1])


def chosen(faces: list[Face], number: int | None) -> Face:
    """The only large face, or the one with this number, counted from the left; those far behind do not count.

    Raises:
        DocumentError: There are several and no number, or fewer.
    """
    largest = max(face.height for face in faces)
    large = [face for face in faces if face.height >= _OTHER_FACE * largest]
    if number is None and len(large) > 1:
        raise DocumentError(
            f"{len(large)} faces in this photo, and a document shows one person alone; "
            f"choose the face, 1 to {len(large)} from the left"
        )
    if number is not None and not 1 <= number <= len(large):
        shown = "there is one face" if len(large) == 1 else f"there are {len(large)} faces"
        raise DocumentError(f"face {number}: {shown} in this photo")
    return large[(number or 1) - 1]


def without(mask: Picture, others: list[Face], face: Face) -> Picture:
    """The mask without the people whose faces are `others`, unless they touch the one who is meant.

    Args:
        mask: uint8 HxW, 0 background to 255 person.
    """
    if not others:
        return mask
    nearest = cv2.distanceTransformWithLabels((mask < 128).astype(np.uint8), cv2.DIST_L2, 5)[1]  # a number a person
    away = {_at(nearest, other) for other in others} - {_at(nearest, face)}
    return np.where(np.isin(nearest, list(away)), np.uint8(0), mask)


def are_in(frame: CropFrame, standard: Standard, faces: list[Face]) -> bool:
    """Whether one of the faces is seen in the frame."""
    bottom, right = frame.top + standard.height * frame.scale, frame.left + standard.width * frame.scale
    boxes = [face.box for face in faces]
    return any(b[0] < bottom and b[2] > frame.top and b[1] < right and b[3] > frame.left for b in boxes)


def is_on(mask: Picture, face: Face) -> bool:
    """Whether the middle half of the face is a person, by the mask."""
    (row, column), half = face.middle, max(1, round(face.height / 4))
    part = mask[max(0, round(row) - half) : round(row) + half, max(0, round(column) - half) : round(column) + half]
    return part.size > 0 and float(part.mean()) >= 128


def _in_parts(photo: Picture, mask: Picture, finder: FaceFinder, closer: int) -> list[Face]:
    """Faces that lie whole in one of the squares, of which each half covers the next one."""
    height, width = mask.shape
    side = max(2, -(-max(height, width) // closer))
    faces = []
    for top in range(0, max(1, height - side // 2), side // 2):
        for left in range(0, max(1, width - side // 2), side // 2):
            if (mask[top : top + side, left : left + side] >= 128).any():
                faces += [face for face in finder.find(photo, top, left, side) if _is_whole(face, top, left, side)]
    return faces


def _is_whole(face: Face, top: int, left: int, side: int) -> bool:
    return face.box[0] >= top and face.box[1] >= left and face.box[2] <= top + side and face.box[3] <= left + side


def _from_near_by(face: Face, photo: Picture, finder: FaceFinder) -> list[Face]:
    """The same face looked at from near by, the nearest first; its points then lie where they should to a few
    hundredths of it."""
    row, column = face.middle
    sides = [max(1, round(near * face.height)) for near in _NEAR]
    views = [finder.find(photo, round(row - side / 2), round(column - side / 2), side) for side in sides]
    return [found for view in views for found in view if is_same(found, face)]


def _score(views: list[Face]) -> float:
    return max(view.score for view in views)


def _at(labels: np.ndarray, face: Face) -> int:
    """The number in the middle of the face."""
    row, column = (min(max(0, round(at)), size - 1) for at, size in zip(face.middle, labels.shape, strict=True))
    return int(labels[row, column])
