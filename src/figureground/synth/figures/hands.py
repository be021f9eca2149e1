"""Fingers: relaxed, flat, a fist, or curled round something that is held."""

from __future__ import annotations

import numpy as np

from figureground.synth.figures.body import Body
from figureground.synth.figures.makehuman import Pose
from figureground.synth.geometry.rotations import rotation
from figureground.synth.geometry.vectors import Floats, unit

# Degrees by which the three bones of a finger curl towards the palm, and those of the thumb.
_CURLS = {
    "relaxed": ((14, 18, 12), (4, 8, 8)),
    "flat": ((2, 3, 2), (0, 2, 2)),
    "fist": ((70, 85, 60), (18, 38, 45)),
    "grip": ((42, 48, 30), (14, 24, 26)),
}


def palm(body: Body, heads: Floats, side: str) -> Floats:
    """Direction in which the palm faces at rest."""
    wrist, first, last = (heads[body.index[f"{bone}.{side}"]] for bone in ("wrist", "finger2-1", "finger5-1"))
    across = np.cross(first - wrist, last - wrist)
    return unit(across if side == "R" else -across)


def curl(rng: np.random.Generator, body: Body, heads: Floats, side: str, hand: str) -> Pose:
    """Rotations of the bones of one hand's fingers, each finger a little its own way."""
    fingers, thumb = _CURLS[hand]
    facing = palm(body, heads, side)
    pose: Pose = {}
    for finger in range(1, 6):
        own = rng.uniform(0.8, 1.2) + (0.08 * (finger - 3) if hand == "relaxed" else 0)
        joints = [heads[body.index[f"finger{finger}-{bone}.{side}"]] for bone in (1, 2, 3)]
        inwards = facing if finger > 1 else _across_palm(body, heads, side, facing)
        for bone, degrees in enumerate(thumb if finger == 1 else fingers, start=1):
            along = joints[min(bone, 2)] - joints[min(bone, 2) - 1]
            pose[f"finger{finger}-{bone}.{side}"] = rotation(unit(np.cross(along, inwards)), np.radians(degrees * own))
    return pose


def _across_palm(body: Body, heads: Floats, side: str, facing: Floats) -> Floats:
    """Which way the thumb closes: over the palm, towards the little finger."""
    little = heads[body.index[f"finger5-1.{side}"]] - heads[body.index[f"finger1-1.{side}"]]
    return unit(unit(little) + 0.6 * facing)
