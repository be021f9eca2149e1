"""A thing to be put into a hand: its picture, and where, how large and which way up it is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from figureground.hands.hand import Side
from figureground.pictures import Picture

Up: TypeAlias = Literal["across", "along"]


@dataclass(frozen=True)
class Thing:
    """A thing, upright as one sees it, and how it is to be held.

    A JSON file of the same name beside a thing's PNG may tell grip, width_cm, up and mirrored, by these names.

    Attributes:
        picture: uint8 HxWx4 RGBA.
        grip: (row, column) of the point that the hand is closed around, in shares of height and width.
        width_cm: Width of the whole picture in centimetres, were it a real thing; None takes the hand's length for the
            picture's longer side.
        up: Which way its top points in a hand: "across", from the little finger to the index finger, as a stick in a
            fist; or "along", from the wrist to the fingers, as a telephone.
        mirrored: Whether it is shown mirrored in a left hand, as a mug whose handle points to the hand. The picture
            shows it in a right hand, seen from the front. Not for what bears text.
        hand: Which hand takes it: of that side, or of that number, counted from 1 for the leftmost in the photo; None
            for what is held already, or else for the likeliest hand.
        scale: Makes it larger or smaller than it comes out.
        turn: Degrees, clockwise, by which it is turned further.
    """

    picture: Picture
    grip: tuple[float, float] = (0.5, 0.5)
    width_cm: float | None = None
    up: Up = "across"
    mirrored: bool = False
    hand: Side | int | None = None
    scale: float = 1.0
    turn: float = 0.0
