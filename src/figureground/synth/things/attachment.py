"""Where a person's hands and shoulders are, and how a strap lies on the body: what things are hung and held by."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from figureground.synth.figures.person import Person
from figureground.synth.geometry.vectors import UP, Floats, unit

PALM = 0.018
"""Metres from the middle of the hand's bones to the palm's skin."""
FINGER = 0.009
"""Half a finger's thickness in metres."""


@dataclass(frozen=True)
class Grip:
    """A hand that holds.

    Attributes:
        side: L or R, the person's own.
        middle: (3,) centre of the hollow of the hand.
        palm: (3,) centre of the palm's skin.
        along: Unit vector out of the fist on the thumb's side: the axis of a held rod.
        out: Unit vector out of the palm.
        forward: Unit vector from the wrist to the knuckles.
        radius: Metres of the rod that the bent fingers would just clasp.
    """

    side: str
    middle: Floats
    palm: Floats
    along: Floats
    out: Floats
    forward: Floats
    radius: float

    @property
    def frame(self) -> Floats:
        """Axes as columns: x towards the knuckles, y along the rod, z as near to out of the palm as that allows."""
        x = unit(self.forward - self.along * (self.forward @ self.along))
        return np.stack([x, self.along, np.cross(x, self.along)], axis=1)


def hand(person: Person, side: str) -> Grip:
    """A hand, from the bones' heads.

    Raises:
        KeyError: The person lacks the bones `wrist` and `finger2-1` to `finger5-3` of that side.
    """
    joints = person.joints
    wrist = joints[f"wrist.{side}"]
    knuckles = np.array([joints[f"finger{k}-1.{side}"] for k in (2, 3, 4, 5)])
    tips = np.array([joints[f"finger{k}-3.{side}"] for k in (2, 3, 4, 5)])
    forward = unit(knuckles.mean(0) - wrist)
    along = unit(knuckles[0] - knuckles[3])
    out = unit(np.cross(forward, along) if side == "L" else np.cross(along, forward))
    palm = 0.35 * wrist + 0.65 * knuckles.mean(0) + PALM * out
    # Fingers that are bent bring their last joints over the palm; those of an open hand lie flat before it.
    depth = float((tips.mean(0) - palm) @ out)
    radius = float(np.clip((depth - FINGER) / 2, 0.008, 0.045))
    return Grip(side, palm + out * radius, palm, along, out, forward, radius)


@dataclass(frozen=True)
class Torso:
    """The body's own axes: `left`, `front` unit vectors, both level; heights in metres."""

    left: Floats
    front: Floats
    middle: Floats
    hip: float
    shoulder: float


def torso(person: Person) -> Torso:
    """The torso's axes, from shoulders and hips."""
    joints = person.joints
    shoulders = np.array([joints["upperarm01.L"], joints["upperarm01.R"]])
    hips = np.array([joints["upperleg01.L"], joints["upperleg01.R"]])
    left = shoulders[0] - shoulders[1]
    left = unit(left * [1, 0, 1])
    return Torso(
        left, np.cross(left, UP), (shoulders.mean(0) + hips.mean(0)) / 2, hips[:, 1].mean(), shoulders[:, 1].mean()
    )


def torso_points(person: Person, body: Torso) -> Floats:
    """The vertices (N, 3) of skin and clothes between hip and neck that are not an arm's."""
    vertices = np.concatenate([part.vertices[np.unique(part.faces)] for part in person.parts if part.opacity is None])
    level = (vertices[:, 1] > body.hip - 0.1) & (vertices[:, 1] < body.shoulder + 0.12)
    vertices = vertices[level]
    half = abs((person.joints["upperarm01.L"] - body.middle) @ body.left)
    for side in "LR":
        a, b, c = (person.joints[f"{bone}.{side}"] for bone in ("upperarm01", "lowerarm01", "wrist"))
        reach = 0.3 * (b - a)
        near = np.minimum(from_bone(vertices, a + reach, b), from_bone(vertices, b, c)) < 0.09
        near |= np.abs((vertices - body.middle) @ body.left) > half + 0.05
        vertices = vertices[~near]
    return vertices


def from_bone(points: Floats, start: Floats, end: Floats) -> Floats:
    """Distances (N,) of points from the stretch between two joints."""
    along = end - start
    t = np.clip((points - start) @ along / (along @ along + 1e-12), 0, 1)
    return np.asarray(np.linalg.norm(points - start - t[:, None] * along, axis=1))


def taut_band(points: Floats, across: Floats, up: Floats, ends: Floats, slack: float = 0.006) -> Floats:
    """The way (K, 3) of a taut band in the plane of `across` and `up` round points (N, 3) and the `ends` (M, 3).

    It is the hull of all in that plane, as a stretched string would lie, `slack` metres off; it starts and ends at the
    lowest point.
    """
    origin = ends.mean(0)
    both = np.concatenate([points, ends])
    flat = np.stack([(both - origin) @ across, (both - origin) @ up], 1)
    hull = cv2.convexHull(flat.astype(np.float32))[:, 0].astype(np.float64)
    hull = hull + slack * (hull - hull.mean(0)) / (np.linalg.norm(hull - hull.mean(0), axis=1, keepdims=True) + 1e-9)
    hull = np.roll(hull, -int(np.argmin(hull[:, 1])), axis=0)
    ring = np.vstack([hull, hull[:1]])
    where = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
    even = np.linspace(0, where[-1], 40)
    way = np.stack([np.interp(even, where, ring[:, k]) for k in (0, 1)], 1)
    return np.asarray(origin + way[:, :1] * across + way[:, 1:] * up)
