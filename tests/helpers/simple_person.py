"""A hand-made person: tubes for torso, arms and legs, a ball for a head, and the bones that things are held by."""

from __future__ import annotations

import numpy as np

from figureground.synth.figures.person import Person
from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.shapes import ball, rod, tube
from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials import surfaces
from figureground.synth.materials.material import Part, covered

SIDES = {"L": 1.0, "R": -1.0}


def _hand(side: str, wrist: Floats, down: Floats, front: Floats, palm: Floats) -> dict[str, Floats]:
    """The bones of a hand whose fingers bend over a rod of about 2 cm radius."""
    joints = {f"wrist.{side}": wrist}
    for finger, offset in zip((2, 3, 4, 5), (0.03, 0.01, -0.01, -0.03), strict=True):
        knuckle = wrist + 0.09 * down + offset * front
        joints[f"finger{finger}-1.{side}"] = knuckle
        joints[f"finger{finger}-2.{side}"] = knuckle + 0.025 * down + 0.035 * palm
        joints[f"finger{finger}-3.{side}"] = knuckle - 0.005 * down + 0.065 * palm
    return joints


def standing(grip: str = "LR", *, raised: bool = False, posture: str = "standing") -> Person:
    """Somebody 1.7 m tall at the origin, looking along +z, arms hanging or both hands `raised` before the chest."""
    down = np.array([0.0, 0.0, 1.0]) if raised else np.array([0.0, -1.0, 0.0])
    front = np.array([0.0, 1.0, 0.0]) if raised else np.array([0.0, 0.0, 1.0])
    joints = {"head": np.array([0.0, 1.55, 0.02]), "neck01": np.array([0.0, 1.45, 0.0])}
    arms: list[Mesh] = []
    for side, sign in SIDES.items():
        shoulder = np.array([0.18 * sign, 1.38, 0.0])
        elbow = np.array([0.22 * sign, 1.1, 0.0])
        wrist = np.array([0.16 * sign, 1.15, 0.25]) if raised else np.array([0.25 * sign, 0.85, 0.02])
        joints |= {f"upperarm01.{side}": shoulder, f"lowerarm01.{side}": elbow}
        joints[f"upperleg01.{side}"] = np.array([0.1 * sign, 0.88, 0.0])
        joints |= _hand(side, wrist, down, front, np.array([-sign, 0.0, 0.0]))
        arms += [
            rod(shoulder, elbow, 0.05),
            rod(elbow, wrist, 0.04),
            rod(wrist, wrist + 0.1 * down, 0.03),
        ]
    torso = tube(np.linspace([0, 0.82, 0], [0, 1.44, 0], 30), 0.17, 40, flat=0.65)
    legs = [rod((0.1 * sign, 0, 0), (0.1 * sign, 0.9, 0), 0.08) for sign in SIDES.values()]
    mesh = join([torso, *arms, *legs, ball(0.11).translated(y=1.6)])
    skin = covered(mesh, surfaces.paint(np.random.default_rng(0)))
    worn = Part(**{**vars(skin), "person": True})
    return Person((worn,), joints, {}, posture, 0.0, {"grip": grip})
