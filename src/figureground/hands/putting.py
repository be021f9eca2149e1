"""Puts a thing into somebody's hand, or in the place of what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.hands.finding import HandFinder
from figureground.hands.fingers import in_front
from figureground.hands.hand import Hand, Side
from figureground.hands.placing import Place, distance, in_hand, instead_of
from figureground.hands.surroundings import fitted_into, measured
from figureground.hands.things import Thing, ThingError, ThingLike, thing_of
from figureground.pictures import Picture
from figureground.runtime.bands import fitted_inside
from figureground.runtime.foreground import clean_edges
from figureground.runtime.held_things import REACH, NothingHeldError
from figureground.runtime.second_look import Region

Which: TypeAlias = Side | int
_Where = NDArray[np.bool_]

_REACH = 1.0  # of the hand's length: what is held no further from the grip is held by that hand
_HELD = 5e-4  # of the photo: less is no thing that could be replaced
_SCRAP = 0.6  # of the hand's length, from corner to corner
_HOLE = 0.6  # of what surrounds a place that is person: there the person goes on behind
_WIDER = 0.006  # of the photo's longer side, by which the place of an old thing is widened before it is filled
_FILLED_SIDE = 400  # pixels of the longer side at which a place is filled: what is made up has no detail
_FILL_REACH = 0.02  # of that side
_FINGERS = 0.12  # of the root of the old thing's area: notches up to twice as wide in its mask are fingers
_AROUND = 0.5  # of the thing's box, added on each side where light, blur and noise are measured
LARGEST_SCALE = 20.0


class InHand:
    """A thing, and how it is to be held: what `Segmenter.put` and `Segmenter.cut` take.

    Where the model tells that a hand holds something, the thing takes its place, with its size and turn; else, or where
    a hand is named, it goes between the thumb and the fingers of a hand. Fingers in front stay in front, and the thing
    gets the light, blur and noise of what is around.

    Args:
        thing: The name of one that comes with the package, such as "mug"; a file's path or bytes; an array (uint8 HxWx3
            RGB or HxWx4 RGBA) or a Pillow image. Without transparency its background is cut away, if it is plain.
        hand: "left" or "right", the person's own; or a number, 1 for the leftmost hand in the photo.
        scale: Makes it so much larger than it comes out, 0.05 to 20.
        turn: Degrees, clockwise, by which it is turned further.
        text: What is written on it, if it has a place for that, as the placard has.
    Raises:
        ThingError: The thing or its text cannot be used.
        PictureError: The thing's file cannot be read.
        ValueError: `hand` or `scale` is none of these.
    Example:
        segmenter.put(photo, InHand("mug", hand="left"))
    """

    def __init__(
        self, thing: ThingLike, hand: Which | None = None, scale: float = 1.0, turn: float = 0.0, text: str = ""
    ) -> None:
        if hand not in (None, "left", "right") and not (isinstance(hand, int) and hand >= 1):
            raise ValueError(f"hand must be left, right or a number from 1 on, not {hand}")
        if not 1 / LARGEST_SCALE <= scale <= LARGEST_SCALE:
            raise ValueError(f"scale must be {1 / LARGEST_SCALE:g} to {LARGEST_SCALE:g}, not {scale:g}")
        self.name = thing if isinstance(thing, str) else str(getattr(thing, "name", "thing"))
        self.thing: Thing = thing_of(thing).with_text(text, self.name)
        self._hand, self._scale, self._turn = hand, scale, turn

    def put_into(self, photo: Picture, person: Picture, held: Picture | None) -> tuple[Picture, Picture]:
        """The photo with the thing, and the mask of its people with it.

        Args:
            photo: uint8 HxWx3 RGB.
            person: uint8 HxW, 0 background to 255 person.
            held: uint8 HxW, 255 at what is held; None where nothing is known of it.
        Returns:
            uint8 HxWx3 and uint8 HxW.
        Raises:
            NothingHeldError: There is no such hand, and nothing is held.
            ThingError: The thing would be larger than the photo, or lie outside of it.
        """
        place, hand, old = self.place(photo, person, held)
        size = photo.shape[0], photo.shape[1]
        region, layer = place.layer(self.thing, size)
        if region.area == 0:
            raise ThingError(f"{self.name}: would lie outside of the photo; give another hand")
        if max(place.scale * side / most for side, most in zip(self.thing.picture.shape, size, strict=False)) > 1:
            raise ThingError(f"{self.name}: would be larger than the photo; give a smaller scale")
        around = _widened(region, size)
        left_out = old if old is not None else np.zeros(size, bool)
        layer = fitted_into(layer, measured(around.of(photo), _part(left_out, around)))
        front = _in_front(photo, person, hand, old, region)
        photo, person = (photo.copy(), person.copy()) if old is None else _without(photo, person, old)
        _lay(photo, person, region, layer, front)
        return photo, person

    def place(
        self, photo: Picture, person: Picture, held: Picture | None
    ) -> tuple[Place, Hand | None, NDArray[np.bool_] | None]:
        """Where the thing goes, the hand that takes it, if any, and the old thing that goes away, if any: bool HxW.

        What a hand holds comes first, then a hand, and last what somebody carries of whom no hand is found.

        Raises:
            NothingHeldError: There is none of these.
        """
        hands = finder().find(photo, person)
        chosen = _chosen(hands, self._hand)
        old = held_thing(held, person, hands if self._hand is None else [chosen]) if held is not None else None
        hand = chosen if old is None or self._hand is not None else _nearest(hands, old)
        if old is not None and self._hand is None and (hand is None or _is_of_size(old, hand)):
            place = instead_of(self.thing, old)
        elif hand is not None:
            place = in_hand(self.thing, hand)
        else:
            raise NothingHeldError("no hand found in this photo, and nothing that somebody holds")
        return place.corrected(self._scale, self._turn), hand, old


@cache
def finder() -> HandFinder:
    """One for the whole process: its networks take a tenth of a second to load."""
    return HandFinder()


def held_thing(held: Picture, person: Picture, hands: Sequence[Hand | None]) -> _Where | None:
    """The largest thing that one of these hands holds, or that somebody touches where there are none: bool HxW.

    Args:
        held, person: Masks, uint8 HxW.
    """
    reach = 2 * max(1, round(REACH * max(held.shape))) + 1
    touched = cv2.dilate(person, np.ones((reach, reach), np.uint8)) > 127
    count, labels, found, _ = cv2.connectedComponentsWithStats((held > 127).view(np.uint8), connectivity=8)
    order = sorted(range(1, count), key=lambda label: -found[label, cv2.CC_STAT_AREA])
    for label in order:
        if found[label, cv2.CC_STAT_AREA] < _HELD * held.size:
            return None
        thing: _Where = labels == label
        within = [hand for hand in hands if hand and distance(hand.grip, thing) <= _REACH * hand.length]
        if (thing & touched).any() and (within or not hands):
            return thing
    return None


def _chosen(hands: list[Hand], which: Which | None) -> Hand | None:
    """The hand that is meant; None where none is named and none is found."""
    if which is None:
        return hands[0] if hands else None
    if isinstance(which, int):
        if which > len(hands):
            raise NothingHeldError(f"hand {which}: {_counted(len(hands))} found in this photo")
        return sorted(hands, key=lambda hand: hand.grip[1])[which - 1]
    same = [hand for hand in hands if hand.side == which]
    if not same:
        raise NothingHeldError(f"no {which} hand found in this photo, {_counted(len(hands))} in all")
    return same[0]


def _counted(count: int) -> str:
    return f"{count or 'no'} hand{'' if count == 1 else 's'}"


def _is_of_size(old: _Where, hand: Hand) -> bool:
    """Whether an old thing says how large a new one is to be: of many the hand hides all but a scrap."""
    return float(np.hypot(*np.ptp(np.argwhere(old), axis=0))) >= _SCRAP * hand.length


def _nearest(hands: list[Hand], old: _Where) -> Hand | None:
    """The hand that holds a thing."""
    within = [hand for hand in hands if distance(hand.grip, old) <= _REACH * hand.length]
    return min(within, key=lambda hand: distance(hand.grip, old), default=None)


def _widened(region: Region, size: tuple[int, int]) -> Region:
    down, across = (round(_AROUND * side) for side in (region.bottom - region.top, region.right - region.left))
    return Region(
        max(0, region.top - down), max(0, region.left - across), min(size[0], region.bottom + down),
        min(size[1], region.right + across),
    )  # fmt: skip


def _part(where: _Where, region: Region) -> _Where:
    return where[region.top : region.bottom, region.left : region.right]


def _in_front(photo: Picture, person: Picture, hand: Hand | None, old: _Where | None, region: Region) -> Picture:
    """uint8, 255 where a person is before the thing: fingers of the hand, and those that lay before the old thing."""
    front = np.zeros((region.bottom - region.top, region.right - region.left), np.uint8)
    if hand is not None:
        front = in_front(photo, person, hand, region)
    if old is not None:
        side = 2 * round(_FINGERS * float(np.sqrt(np.count_nonzero(old)))) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        closed = cv2.morphologyEx(old.view(np.uint8), cv2.MORPH_CLOSE, kernel, borderValue=0)
        over = np.where(_part((closed > 0) & ~old, region), region.of(person), np.uint8(0))
        front = np.maximum(front, over)
    return front


def _without(photo: Picture, person: Picture, old: _Where) -> tuple[Picture, Picture]:
    """Photo and mask without the old thing: its place is filled with what is around, and person where that is.

    What was behind it is made up by OpenCV's inpainting (Telea 2004, "An Image Inpainting Technique").
    """
    size = photo.shape[0], photo.shape[1]
    reach = 2 * max(1, round(_WIDER * max(size))) + 1
    place = cv2.dilate(old.view(np.uint8), np.ones((reach, reach), np.uint8))
    place[person > 200] = 0
    rows, columns = np.flatnonzero(place.any(axis=1)), np.flatnonzero(place.any(axis=0))
    around = _widened(Region(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1), size)
    part, hole = np.ascontiguousarray(around.of(photo)), np.ascontiguousarray(around.of(place))
    small = fitted_inside(hole.shape, _FILLED_SIDE)
    few = cv2.resize(hole, small[::-1], interpolation=cv2.INTER_NEAREST)
    few = cv2.dilate(few, np.ones((3, 3), np.uint8))
    shrunk = cv2.resize(part, small[::-1], interpolation=cv2.INTER_AREA)
    made_up = cv2.inpaint(shrunk, few, max(1.0, _FILL_REACH * max(small)), cv2.INPAINT_TELEA)
    made_up = cv2.resize(made_up, hole.shape[::-1], interpolation=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), max(0.5, reach / 6))[..., np.newaxis]
    photo, person = photo.copy(), person.copy()
    around.of(photo)[:] = np.rint(part + soft * (made_up.astype(np.float32) - part)).astype(np.uint8)
    rim = cv2.dilate(place, np.ones((3, 3), np.uint8)) > place
    if rim.any() and float((person[rim] > 127).mean()) > _HOLE:
        person[place > 0] = 255
    return photo, person


def _lay(photo: Picture, person: Picture, region: Region, layer: NDArray[np.float32], front: Picture) -> None:
    """Lay the thing into photo and mask, in place, behind what is in front."""
    part, mask = region.of(photo), region.of(person)
    before = front[..., np.newaxis].astype(np.float32) / 255
    hand = clean_edges(np.ascontiguousarray(part), front).astype(np.float32) / 255
    opacity = layer[..., 3:]
    own = part.astype(np.float32) / 255
    mixed = own * (1 - opacity) + before * opacity * hand + (1 - before) * layer[..., :3]
    part[:] = np.rint(np.clip(mixed, 0, 1) * 255).astype(np.uint8)
    mask[:] = np.maximum(mask, np.rint(opacity[..., 0] * 255).astype(np.uint8))
