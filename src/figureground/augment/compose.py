"""Composing photos: another photo's background behind the person, or a second person beside the first.

Both paste a person by the same rules: the sides where the frame cuts the person stay at the frame, the outline is soft,
what the person holds comes along, and what is not known to be person or background stays void. Copy-paste as an
augmentation: Dwibedi et al. 2017, Ghiasi et al. 2021.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import HELD, PERSON, VOID, resize_mask, resize_photo

Picture = NDArray[np.uint8]
Read = Callable[[str], tuple[Picture, Picture]]

MAX_BACKGROUND_PERSON = 0.6  # share of person in a photo that may still lend its background
MIN_PASTED_PERSON = 0.03  # share of person in a photo that may lend that person, or change its background
_TRIES = 4  # photos looked at for a background or person that can be used
_RECTANGLES = 400  # drawn in a photo to find the one that lends the most background
_MIN_RECTANGLE = 0.06  # of a photo; what is smaller would be a blur
_CLEARANCE = 0.015  # of the longer edge, kept between a borrowed background and the people it stood behind
_MARGIN = 4  # pixels kept around a cut-out, for its soft outline
_MAX_ENLARGEMENT = 1.5  # of a pasted person
_PLACES = 4  # tried for a second person


@dataclass(frozen=True)
class Donors:
    """Where backgrounds and second people come from: names of training photos, sorted, and how to read a pair."""

    backgrounds: Sequence[str]
    people: Sequence[str]
    read: Read


@dataclass(frozen=True)
class Cutout:
    """A person's bounding box: photo, mask, and the sides where the photo's frame cuts the person."""

    photo: Picture
    mask: Picture
    top: bool
    bottom: bool
    left: bool
    right: bool

    def mirrored(self) -> Cutout:
        photo, mask = (np.ascontiguousarray(picture[:, ::-1]) for picture in (self.photo, self.mask))
        return Cutout(photo, mask, self.top, self.bottom, left=self.right, right=self.left)


@dataclass(frozen=True)
class Position:
    """Where a cut-out goes in a photo, in pixels; it may reach past the photo's left and right edges."""

    top: int
    left: int
    height: int
    width: int


def replace_background(
    photo: Picture, mask: Picture, name: str, donors: Donors, rng: np.random.Generator
) -> tuple[Picture, Picture]:
    """The people of a photo before the background of another, at their own size or smaller.

    The new background comes from a rectangle without people or void, so that nobody is labelled background. Void of
    the photo keeps its pixels and stays void.

    Returns:
        New photo and mask of the same size; the given ones where there is nobody, or only somebody so small that only
        the old background told what it was, or no background was found.
    """
    cutout = cut_out(photo, mask, mask != 0)
    if cutout is None or np.mean(mask == PERSON) < MIN_PASTED_PERSON:
        return photo, mask
    background = _borrowed_background(photo.shape[:2], name, donors, rng)
    if background is None:
        return photo, mask
    height = cutout.mask.shape[0]
    if rng.random() < 0.5:
        height = max(round(height * rng.uniform(0.45, 1.0)), min(height, round(0.35 * mask.shape[0])))
    place = _place(cutout, photo.shape[:2], height, rng)
    return paste(background, np.zeros_like(mask), _harmonised(cutout, background, rng), place, rng)


def add_person(
    photo: Picture, mask: Picture, name: str, donors: Donors, rng: np.random.Generator
) -> tuple[Picture, Picture]:
    """The photo with one more person, taken from another photo, beside, before or behind those who are there.

    Of some places the freest is taken. Who looks larger is nearer, so stands in front, but hides nobody by half.

    Returns:
        New photo and mask of the same size, the mask being the union; the given ones where no person was found.
    """
    cutout = _borrowed_person(name, donors, rng)
    if cutout is None:
        return photo, mask
    height = round(photo.shape[0] * rng.uniform(0.45, 0.95))
    height = min(height, round(cutout.mask.shape[0] * _MAX_ENLARGEMENT))
    people = mask == PERSON
    places = [_place(cutout, photo.shape[:2], height, rng) for _ in range(_PLACES)]
    shared, place = min(((_shared(people, cutout, place), place) for place in places), key=lambda pair: pair[0])
    area = np.mean(cutout.mask == PERSON) * place.height * place.width
    behind = bool(area < people.sum() or shared > 0.5 * people.sum())
    return paste(photo.copy(), mask.copy(), _harmonised(cutout, photo, rng), place, rng, behind=behind)


def cut_out(photo: Picture, mask: Picture, wanted: NDArray[np.bool_]) -> Cutout | None:
    """The part of photo and mask around the pixels wanted; what is not wanted becomes background in the mask."""
    rows, columns = (np.flatnonzero(wanted.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    height, width = mask.shape
    near = max(1, round(0.01 * max(height, width)))  # masks often end a little before the frame
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    cut = (top <= near, bottom >= height - near, left <= near, right >= width - near)
    top, left = max(top - _MARGIN, 0), max(left - _MARGIN, 0)
    part = np.s_[top : bottom + _MARGIN, left : right + _MARGIN]
    return Cutout(photo[part], np.where(wanted[part], mask[part], np.uint8(0)), *cut)


def paste(
    photo: Picture, mask: Picture, cutout: Cutout, place: Position, rng: np.random.Generator, *, behind: bool = False
) -> tuple[Picture, Picture]:
    """Write a cut-out into photo and mask, in place, with a soft outline just inside the mask's.

    Args:
        behind: Only where the mask is background so far.
    Returns:
        The same photo and mask.
    """
    left, right = max(place.left, 0), min(place.left + place.width, mask.shape[1])
    top, bottom = max(place.top, 0), min(place.top + place.height, mask.shape[0])
    if left >= right or top >= bottom:
        return photo, mask
    seen = np.s_[top - place.top : bottom - place.top, left - place.left : right - place.left]
    part = np.s_[top:bottom, left:right]
    new_mask = resize_mask(cutout.mask, place.height, place.width)[seen]
    new_photo = resize_photo(cutout.photo, place.height, place.width)[seen]
    softness = rng.uniform(0.6, 1.6)
    weight = _soft(new_mask != 0, softness)
    if behind:
        weight *= 1 - _soft(mask[part] != 0, softness)
        new_mask = np.where(mask[part] == 0, new_mask, np.uint8(0))
    photo[part] = cv2.blendLinear(np.ascontiguousarray(new_photo), photo[part].copy(), weight, 1 - weight)
    mask[part] = np.where(new_mask != 0, new_mask, mask[part])
    return photo, mask


def empty_rectangle(mask: Picture, aspect: float, rng: np.random.Generator) -> tuple[int, int, int, int] | None:
    """The largest of some random rectangles that hold no person and no void, shapes near `aspect` preferred.

    Args:
        mask: uint8 HxW.
        aspect: Width over height that is wanted.
    Returns:
        (top, left, height, width), the whole photo where nothing stands in the way, None where there is no room.
    """
    if not mask.any():
        return 0, 0, *mask.shape
    reach = 2 * max(1, round(_CLEARANCE * max(mask.shape))) + 1
    taken = cv2.dilate((mask != 0).astype(np.uint8), np.ones((reach, reach), np.uint8))
    total = cv2.integral(taken)
    shape = np.array(mask.shape)[:, None]
    sizes = np.ceil(shape * rng.uniform(0.2, 1.0, (2, _RECTANGLES))).astype(int)
    starts = np.floor((shape - sizes + 1) * rng.random((2, _RECTANGLES))).astype(int)
    (top, left), (bottom, right) = starts, starts + sizes
    free = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left] == 0
    area = sizes[0] * sizes[1] / mask.size
    misfit = np.abs(np.log(sizes[1] / sizes[0] / aspect))
    score = np.where(free & (area >= _MIN_RECTANGLE), area * np.exp(-misfit), 0)
    best = int(np.argmax(score))
    if score[best] <= 0:
        return None
    return int(top[best]), int(left[best]), int(sizes[0, best]), int(sizes[1, best])


def _borrowed_background(shape: tuple[int, ...], name: str, donors: Donors, rng: np.random.Generator) -> Picture | None:
    height, width = shape
    for donor in _drawn(donors.backgrounds, name, rng):
        photo, mask = donors.read(donor)
        if rectangle := empty_rectangle(mask, width / height, rng):
            top, left, rows, columns = rectangle
            part = photo[top : top + rows, left : left + columns]
            return resize_photo(_of_aspect(part, width / height), height, width)
    return None


def _of_aspect(part: Picture, aspect: float) -> Picture:
    """The picture continued by its mirror image on the side that is too short, rather than stretched."""
    if part.shape[1] / part.shape[0] < 0.6 * aspect:
        return _of_aspect(np.concatenate([part, part[:, ::-1]], axis=1), aspect)
    if part.shape[1] / part.shape[0] > aspect / 0.6:
        return _of_aspect(np.concatenate([part[::-1], part], axis=0), aspect)
    return part


def _borrowed_person(name: str, donors: Donors, rng: np.random.Generator) -> Cutout | None:
    for donor in _drawn(donors.people, name, rng):
        photo, mask = donors.read(donor)
        cutout = cut_out(photo, mask, _largest_person(mask))
        if cutout is not None and not (cutout.left and cutout.right) and not (cutout.top and cutout.bottom):
            return cutout.mirrored() if rng.random() < 0.5 else cutout
    return None


def _drawn(names: Sequence[str], other_than: str, rng: np.random.Generator) -> list[str]:
    if not names:
        return []
    drawn = (names[number] for number in rng.integers(len(names), size=_TRIES))
    return [name for name in drawn if name != other_than]


def _largest_person(mask: Picture) -> NDArray[np.bool_]:
    """The largest connected piece of person and what is held, with the void that touches it."""
    _, labels, pieces, _ = cv2.connectedComponentsWithStats(((mask == PERSON) | (mask == HELD)).astype(np.uint8))
    if len(pieces) < 2:
        return np.zeros(mask.shape, bool)
    person = labels == 1 + int(np.argmax(pieces[1:, cv2.CC_STAT_AREA]))
    if not (mask == VOID).any():
        return np.asarray(person)
    around = cv2.dilate(person.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    return np.asarray(person | (around & (mask == VOID)))


def _place(cutout: Cutout, shape: tuple[int, ...], height: int, rng: np.random.Generator) -> Position:
    """A place of about that height: sides that the frame cut lie at the frame, feet stand in the lower part."""
    rows, columns = shape
    aspect = cutout.mask.shape[1] / cutout.mask.shape[0]
    if (cutout.top and cutout.bottom) or (cutout.left and cutout.right):
        height = cutout.mask.shape[0]
    height = max(1, min(height, rows, round(columns / aspect)))
    width = max(1, min(round(height * aspect), columns))
    top = _along(cutout.top, cutout.bottom, rows - height, rng, spread=(0.5, 1.0))
    past = round(0.25 * width)
    left = _along(cutout.left, cutout.right, columns - width + 2 * past, rng, spread=(0.0, 1.0))
    if not (cutout.left or cutout.right):
        left -= past
    elif cutout.right:
        left = columns - width
    return Position(top, left, height, width)


def _along(at_start: bool, at_end: bool, room: int, rng: np.random.Generator, spread: tuple[float, float]) -> int:
    if at_start or at_end:
        return 0 if at_start else room
    return round(room * rng.uniform(*spread))


def _shared(people: NDArray[np.bool_], cutout: Cutout, place: Position) -> int:
    """Pixels of `people` that the cut-out would stand before."""
    left, top = max(place.left, 0), max(place.top, 0)
    pasted = resize_mask(cutout.mask, place.height, place.width)[top - place.top :, left - place.left :] != 0
    under = people[top : top + pasted.shape[0], left : left + pasted.shape[1]]
    return int((under & pasted[: under.shape[0], : under.shape[1]]).sum())


def _soft(area: NDArray[np.bool_], softness: float) -> NDArray[np.float32]:
    """Weights 0..1 that fall to 0 at the area's outline: a cut-out must not bring its old background along."""
    blurred = cv2.GaussianBlur(area.astype(np.float32), (0, 0), softness, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(2 * blurred - 0.8, 0, 1), np.float32)


def _harmonised(cutout: Cutout, background: Picture, rng: np.random.Generator) -> Cutout:
    """The cut-out's mean colour moved a part of the way to the background's, by no more than 25 of 255."""
    wanted = np.array(cv2.mean(background)[:3])
    present = np.array(cv2.mean(cutout.photo, (cutout.mask == PERSON).astype(np.uint8))[:3])
    shift = np.clip((wanted - present) * rng.uniform(0.0, 0.4), -25, 25)
    photo = cv2.add(np.ascontiguousarray(cutout.photo), (*shift, 0.0))
    return Cutout(np.asarray(photo, np.uint8), cutout.mask, cutout.top, cutout.bottom, cutout.left, cutout.right)
