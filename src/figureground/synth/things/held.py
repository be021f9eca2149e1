"""Things held and carried: phones, cups, books, rackets, umbrellas, bags. None of them is person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from figureground.synth.figures.person import Person
from figureground.synth.geometry.mesh import join
from figureground.synth.geometry.rotations import axes_along
from figureground.synth.geometry.shapes import ball, box
from figureground.synth.geometry.vectors import UP, unit
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Part, PartBuilder, Thing
from figureground.synth.materials.palette import Palette
from figureground.synth.things import decor
from figureground.synth.things.attachment import Grip, hand, torso
from figureground.synth.things.hand_held import MAKERS, ball_cover
from figureground.synth.things.shoulder_bags import on_shoulder


def hold(rng: np.random.Generator, person: Person) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Something for the person's hands, shoulders or both.

    What is held fits the hands that `person.facts["grip"]` names ("L", "R", "LR" or ""): a hand that grips nothing
    gets nothing, for its fingers are open. Bags hang from the shoulders of who stands.

    Returns:
        The parts, all `held` and none person, and the things' names; none where who does not stand has no hand free.
    """
    palette = Palette(rng)
    builder, names = PartBuilder(), []
    free = [side for side in "LR" if side in str(person.facts.get("grip", "")) and _gesture(person, side) != "strap"]
    straps = [side for side in "LR" if _gesture(person, side) == "strap"]
    if len(free) == 2 and rng.random() < 0.5 and (both := _between_hands(palette, person)):
        builder.extend(both[1])
        names.append(both[0])
    elif free:
        name, thing = _in_hand(palette, person, hand(person, free[int(rng.integers(len(free)))]))
        builder.extend(thing)
        names.append(name)
    # The strap of who sits or lies would run through lap, chair or floor.
    if person.posture == "standing" and (straps or not names or rng.random() < 0.2):
        name, thing = on_shoulder(palette, person, straps)
        builder.extend(thing)
        names.append(name)
    return tuple(replace(part, held=True) for part in builder.parts()), tuple(names)


def _gesture(person: Person, side: str) -> str:
    """What the arm of that side does, by `facts["arms"]`, the left one's and the right one's joined by +; or ""."""
    arms = str(person.facts.get("arms", "")).split("+")
    return arms["LR".index(side)] if len(arms) == 2 else ""


GESTURES: dict[str, dict[str, float]] = {
    "ear": {"phone": 1.0},
    "selfie": {"phone": 1.0},
    "phone": {"phone": 4.0, "book": 0.5},
    "read": {"book": 2.0, "phone": 1.0},
    "cup": {"cup": 4.0, "bottle": 1.0, "phone": 0.7, "umbrella": 1.0, "ball": 0.4},
    "desk_hold": {"phone": 2.0, "cup": 1.5, "book": 0.5},
}
"""What arms that were posed for something hold, and how often."""


def _in_hand(palette: Palette, person: Person, grip: Grip) -> tuple[str, Thing]:
    low = grip.middle[1] < person.joints[f"lowerarm01.{grip.side}"][1] - 0.05
    upright = grip.along[1] > 0.45
    standing = person.posture == "standing"
    odds = {
        "phone": 3.0,
        "cup": 3.0 if upright else 0.3,
        "bottle": 1.5 if upright or low else 0.3,
        "book": 1.5,
        "bag": 9.0 if low and standing else 0.0,
        "clutch": 1.5 if standing else 0.3,
        "umbrella": 1.2 if grip.along[1] > -0.2 and standing else 0.0,
        "closed umbrella": 1.0 if low and standing else 0.0,
        "walking stick": 1.5 if low and standing else 0.0,
        "racket": 1.0,
        "ball": 0.8,
        "laptop": 1.0 if low and standing else 0.2,
        "tray": 0.7 if grip.out[1] > 0.5 else 0.0,
    }
    odds = GESTURES.get(_gesture(person, grip.side), odds)
    name = palette.pick(odds)
    return name, MAKERS[name](palette, person, grip)


def _between_hands(palette: Palette, person: Person) -> tuple[str, Thing] | None:
    """A ball, parcel, tray or open book for two hands that are as near to one another as that takes, or None."""
    hands = [hand(person, side) for side in "LR"]
    apart = float(np.linalg.norm(hands[0].palm - hands[1].palm))
    middle = (hands[0].palm + hands[1].palm) / 2
    if not 0.12 < apart < 0.5:
        return None
    across = unit(hands[0].palm - hands[1].palm)
    facing = float(hands[0].out @ -across) > 0.4 and float(hands[1].out @ across) > 0.4
    frame = axes_along(UP, np.cross(across, UP))
    if facing and apart < 0.3 and palette.chance(0.5):
        return "ball", [(ball_cover(palette), ball(apart / 2, 20, 14).translated(*middle))]
    if facing:
        height, depth = palette.between(0.12, 0.35), palette.between(0.15, 0.35)
        parcel = box(apart, height, depth).translated(y=-height / 2)
        return "box", [(surfaces.paint(palette.rng, hsv(0.09, 0.35, 0.55)), parcel.transformed(frame, middle))]
    level = min(hands[0].palm[1], hands[1].palm[1])
    if apart > 0.25:
        plate: Thing = [(palette.wood, box(apart + 0.08, 0.015, 0.3))]
        plate += decor.raised(decor.cup(palette), 0.015)
        return "tray", [(s, m.transformed(frame, middle * [1, 0, 1] + [0, level, 0])) for s, m in plate]
    halves = [box(0.15, 0.21, 0.012).translated(s * 0.075).rotated(s * -0.25) for s in (-1, 1)]
    tilt = axes_along(unit(UP + 0.9 * torso(person).front), -torso(person).front + 0.8 * UP)
    pages = [
        (palette.white, join(halves).translated(y=-0.08)),
        (palette.colour(), join(halves).scaled(1.03).translated(y=-0.085, z=-0.008)),
    ]
    return "book", [(material, mesh.transformed(tilt, middle)) for material, mesh in pages]
