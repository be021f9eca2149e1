"""People together with what they hold or carry, as one shape: both maps are joined before the edge is found.

Two masks that are refined apart and laid one over the other leave a seam where each gives way to the other. The joined
map has none, and one edge around both.
"""

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError
from figureground.pictures import Picture
from figureground.runtime.second_look import SMALLEST, Logits

Held: TypeAlias = Literal["drop", "keep"]
HELD: Final[tuple[Held, ...]] = get_args(Held)


class NothingHeldError(FiguregroundError):
    """A photo where nobody holds anything, and without the hand that could."""


class Replacement(Protocol):
    """Something to be put in the place of what people hold, or into a hand: see `hands.putting.InHand`."""

    def put_into(self, photo: Picture, person: Picture, held: Picture | None) -> tuple[Picture, Picture]:
        """The photo with it, and the mask of its people with it; all uint8 and of one size.

        Args:
            held: What people hold, 255; None where nothing is known of it.
        Raises:
            NothingHeldError: There is no place for it.
        """


REACH = 0.01  # of the map's longer side: a thing so near to a person is taken to be touched
LARGEST_HOLE = 0.03  # of the things around it; that of a handle is larger, and shows what is behind

_CERTAIN = 20.0  # a logit
_Where = NDArray[np.bool_]


def with_held(logits: Logits) -> Logits:
    """Logits of people together with what they hold, from those of either.

    A pixel shows a person, something held or the background: that is exp(person) : exp(held) : 1, and the first two
    together against the last are log(exp(person) + exp(held)). Where each of the two is as likely as not, which is what
    a model says of the border between them, their union is twice as likely as the background.

    Things that nobody touches are left out, and holes that are small beside the things around them are closed.

    Args:
        logits: float32 hxwx2, of person and of held things.
    Returns:
        float32 hxw.
    """
    person, held = logits[..., 0], logits[..., 1]
    either = np.logaddexp(person, held)
    near = _near_people(either > 0, person > 0)
    joined = np.where(near, either, person)
    joined[_small_holes(joined > 0, near & (held > 0))] = _CERTAIN
    return joined


def _near_people(shown: _Where, person: _Where) -> _Where:
    """Shapes, and what lies within REACH of them, that hold more of a person than a speck."""
    side = 2 * int(REACH * max(shown.shape)) + 1
    widened = cv2.dilate(shown.view(np.uint8), np.ones((side, side), np.uint8))
    count, labels = cv2.connectedComponents(widened, connectivity=8)
    people = np.bincount(labels[person], minlength=count) >= max(1, SMALLEST * person.size)
    people[0] = False
    touched: _Where = people[labels]
    return touched


def _small_holes(shown: _Where, held: _Where) -> _Where:
    """What lies within the shapes, beside held things, and is small beside these."""
    things = cv2.connectedComponentsWithStats(held.view(np.uint8), connectivity=8)
    _, labels, found, _ = cv2.connectedComponentsWithStats((~shown).view(np.uint8), connectivity=8)
    height, width = shown.shape
    closed = np.zeros_like(shown)
    for label, (left, top, across, down, area) in enumerate(found.tolist()):
        if label == 0 or left == 0 or top == 0 or left + across == width or top + down == height:
            continue  # the shapes themselves, or what reaches the photo's edge
        box = np.s_[top - 1 : top + down + 1, left - 1 : left + across + 1]
        hole = labels[box] == label
        around = cv2.dilate(hole.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
        beside = np.unique(things[1][box][around])
        if area <= LARGEST_HOLE * things[2][beside[beside > 0], cv2.CC_STAT_AREA].sum():
            closed[box] |= hole
    return closed
