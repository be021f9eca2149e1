"""Which pixels of a hand lie in front of what it holds."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.hands.hand import FINGERS, INDEX, KNUCKLES, MIDDLE, THUMB, WRIST, Hand
from figureground.pictures import Picture
from figureground.runtime.edges import refine
from figureground.runtime.second_look import Region

Floats = NDArray[np.float32]

# Of the hand's length.
_THICK = {THUMB: 0.062}  # half of a finger's thickness, outline included
_FINGER = 0.052
_SOFT = 0.02  # how far the outline of a finger is in doubt
# How much further than the thing a bone, or the palm, may seem to be and yet be taken to be in front: depths are rough,
# so fingers are in front and the palm is behind, unless they are clearly not.
_FINGER_BEHIND, _PALM_BEHIND = 0.06, -0.15
_FEWEST = 5  # landmarks that tell the hand's colours
_TO_DEVIATION = 1.48  # from the median of the deviations, of a normal distribution
_TOLERANCE = np.array([14, 5, 5], np.float32)  # of CIE Lab in 8 bits: light varies more than colour
_ALIKE = 9.0, 18.0  # squares of deviations from the hand's colours, that are taken for the hand's and for others'


def in_front(photo: Picture, person: Picture, hand: Hand, region: Region) -> Picture:
    """The pixels of a hand that lie before what it holds, in a part of the photo: uint8, 255 where they do.

    By the landmarks' depths: what is nearer to the camera than the middle between thumb, fingertips and knuckles. The
    outline is that of the person mask, before clothes and face that of the hand's colours, and within the hand the one
    that the photo itself shows.

    Args:
        photo: uint8 HxWx3 RGB, the whole of it, and the mask of its people.
        person: uint8 HxW.
        region: The part.
    """
    part = np.ascontiguousarray(region.of(photo))
    probability = _shown(hand, region)
    if not probability.any():
        return np.zeros(part.shape[:2], np.uint8)
    return np.minimum(refine(part, probability * _alike(part, hand, region)), region.of(person))


def _shown(hand: Hand, region: Region) -> Floats:
    """How likely each pixel of the part shows a finger, or the palm, that lies in front: float32 0 to 1."""
    size = region.bottom - region.top, region.right - region.left
    nearest = np.full(size, np.float32(np.inf))
    grip = _depth_of_grip(hand)
    for finger in FINGERS:
        for first, last in pairwise(finger):
            depth = float(hand.depths[[first, last]].mean())
            if depth < grip + _FINGER_BEHIND * hand.length:
                radius = _THICK.get(finger, _FINGER) * hand.length
                bone = _from_bone(hand.landmarks[[first, last]], region, size) - radius
                nearest = np.minimum(nearest, bone)
    if float(hand.depths[[WRIST, *KNUCKLES]].mean()) < grip + _PALM_BEHIND * hand.length:
        nearest = np.minimum(nearest, _from_palm(hand, region, size))
    return np.asarray(np.clip(0.5 - nearest / (2 * _SOFT * hand.length), 0, 1), np.float32)


def _alike(part: Picture, hand: Hand, region: Region) -> Floats:
    """How much each pixel has the colours of the hand's bones: float32 0 to 1; 1 where none of them is in the part."""
    size = part.shape[0], part.shape[1]
    rows, columns = np.floor(hand.landmarks - [region.top, region.left]).astype(int).T
    within = (rows >= 0) & (columns >= 0) & (rows < size[0]) & (columns < size[1])
    if np.count_nonzero(within) < _FEWEST:
        return np.ones(size, np.float32)
    soft = cv2.GaussianBlur(part, (0, 0), max(0.5, _FINGER / 3 * hand.length))
    colours = cv2.cvtColor(soft, cv2.COLOR_RGB2LAB).astype(np.float32)
    bones = colours[rows[within], columns[within]]
    middle = np.median(bones, axis=0)
    spread = np.median(np.abs(bones - middle), axis=0) * _TO_DEVIATION + _TOLERANCE
    far = (((cv2.cvtColor(part, cv2.COLOR_RGB2LAB) - middle) / spread) ** 2).sum(axis=2)
    return np.asarray(np.clip((_ALIKE[1] - far) / (_ALIKE[1] - _ALIKE[0]), 0, 1), np.float32)


def _depth_of_grip(hand: Hand) -> float:
    tips = hand.depths[[INDEX[3], MIDDLE[3]]].mean()
    return float((hand.depths[THUMB[3]] + tips + hand.depths[list(KNUCKLES)].mean()) / 3)


def _from_bone(ends: Floats, region: Region, size: tuple[int, int]) -> Floats:
    """Pixels from the stretch between two landmarks."""
    rows, columns = np.indices(size, np.float32)
    start = ends[0] - [region.top, region.left]
    along = ends[1] - ends[0]
    down, across = rows + 0.5 - start[0], columns + 0.5 - start[1]
    share = np.clip((down * along[0] + across * along[1]) / max(1e-6, float(along @ along)), 0, 1)
    return np.asarray(np.hypot(down - share * along[0], across - share * along[1]), np.float32)


def _from_palm(hand: Hand, region: Region, size: tuple[int, int]) -> Floats:
    """Pixels from the palm's outline, less than 0 within."""
    corners = hand.landmarks[[WRIST, THUMB[0], THUMB[1], *KNUCKLES]] - [region.top, region.left]
    outline = cv2.convexHull(np.ascontiguousarray(corners[:, ::-1], np.float32)).round().astype(np.int32)
    palm = np.zeros(size, np.uint8)
    cv2.fillConvexPoly(palm, outline, 1)
    inside, outside = (cv2.distanceTransform(each, cv2.DIST_L2, 3) for each in (palm, 1 - palm))
    return np.asarray(outside - inside - _FINGER * hand.length, np.float32)
