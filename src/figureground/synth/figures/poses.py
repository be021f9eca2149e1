"""Poses: whole-body poses of the assets, legs set by angles, arms reaching for a place, fingers.

A pose is a rotation by bone, about the axes of the body at rest; what is not named stays as it is. The rest pose has
the arms half down at the sides. MakeHuman's frame: decimetres, y up, people look along +z.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from figureground.synth.figures.arms import ARMS, Arm, draw_arms, reach
from figureground.synth.figures.body import Body, Skeleton
from figureground.synth.figures.hands import curl
from figureground.synth.figures.makehuman import Pose
from figureground.synth.geometry.rotations import fraction_of, mirrored, rotation
from figureground.synth.geometry.vectors import Floats, X, Y, Z

POSTURES = ("standing", "walking", "seated", "ground", "lying", "crouching")
FRAMINGS = ("close", "half", "full")
SIDES = ("L", "R")

_TRIES = 6
_LEGS = re.compile(r"upperleg|lowerleg|foot|toe|pelvis")
_THIGH_TO_SHIN = 0.95  # their lengths
_STANDS = ("standing01", "standing02", "standing03", "standing04")


@dataclass(frozen=True)
class Stance:
    """A drawn pose, and what the hands do.

    Attributes:
        pose: Rotations by bone.
        grip: The hands that hold, or could hold, something: "", "L", "R" or "LR".
        arms: What the left and the right arm do, by name.
    """

    pose: Pose
    grip: str
    arms: tuple[str, str]


def draw_stance(
    rng: np.random.Generator, body: Body, heads: Floats, library: Mapping[str, Pose], *, posture: str, framing: str
) -> Stance:
    """A pose for a posture. Arms that would run through the body are drawn again, and hang if nothing else fits."""
    if posture not in POSTURES or framing not in FRAMINGS:
        raise ValueError(f"posture is one of {POSTURES} and framing one of {FRAMINGS}, not {posture!r} and {framing!r}")
    whole = _whole_body(rng, library, posture, framing)
    if whole is not None:
        return Stance(whole, "", ("library", "library"))
    pose = _legs(rng, library, posture) | _torso(rng, posture)
    for attempt in range(_TRIES + 1):
        kinds = draw_arms(rng, posture, framing) if attempt < _TRIES else ("hang", "hang")
        arms = tuple(ARMS[kind] for kind in kinds)
        posed = _with_arms(rng, body, heads, pose, kinds)
        if attempt == _TRIES or not runs_through(Skeleton(body, heads, posed), arms):
            break
    grip = "".join(side for side, arm in zip(SIDES, arms, strict=True) if arm.grips)
    return Stance(posed, grip, kinds)


def _whole_body(rng: np.random.Generator, library: Mapping[str, Pose], posture: str, framing: str) -> Pose | None:
    """Now and then a pose of the assets as it is: arms and legs of one piece, so that it can stand."""
    if posture == "ground" and rng.random() < 0.4:
        name = "sit01"
    elif posture == "walking" and rng.random() < 0.12:
        name = "run01"
    elif posture == "standing" and framing != "close" and rng.random() < 0.22:
        name = str(rng.choice(_STANDS))
    else:
        return None
    found = {bone: turn for bone, turn in library[name].items() if bone != "root" or posture != "standing"}
    return mirror(found) if rng.random() < 0.5 else found


def mirror(pose: Pose) -> Pose:
    """Left and right exchanged."""
    return {_other_side(bone): mirrored(turn) for bone, turn in pose.items()}


def _other_side(bone: str) -> str:
    stem, dot, side = bone.rpartition(".")
    return f"{stem}.{'R' if side == 'L' else 'L'}" if dot and side in SIDES else bone


def _torso(rng: np.random.Generator, posture: str) -> Pose:
    """Back, neck and head, each turned a little; leaning where the posture asks for it."""
    lean = rng.normal({"crouching": 24, "ground": 6, "seated": 3}.get(posture, 1), 5 if posture != "walking" else 2)
    twist, tilt = rng.normal(0, 6), rng.normal(0, 3)
    third = _mixed(lean / 3, twist / 3, tilt / 3)
    nod, shake, roll = rng.normal(0, [7, 15, 5]) - np.array([lean * 0.5, twist * 0.5, 0])
    half = _mixed(nod / 2, shake / 2, roll / 2)
    return {"spine04": third, "spine03": third, "spine02": third, "neck02": half, "head": half}


def _mixed(nod: float, shake: float, roll: float) -> Floats:
    nod, shake, roll = np.radians([nod, shake, roll])
    return np.asarray(rotation(Y, shake) @ rotation(X, nod) @ rotation(Z, roll))


def _lying(rng: np.random.Generator) -> Pose:
    """On the back, on one side or, seldom, on the belly; the head to the left or right of the picture."""
    kind = str(rng.choice(["back", "side", "belly"], p=[0.6, 0.3, 0.1]))
    roll = {"back": rng.normal(0, 8), "side": rng.choice([-85, 85]) + rng.normal(0, 6), "belly": 180.0}[kind]
    turned = rotation(Y, rng.choice([-1, 1]) * np.radians(90)) @ rotation(X, -np.pi / 2) @ rotation(Y, np.radians(roll))
    pose: Pose = {"root": np.asarray(turned)}
    together = rng.uniform(0, 55)
    for sign, side in ((1, "L"), (-1, "R")):
        own = together + rng.normal(0, 8) if kind == "side" else rng.choice([rng.uniform(0, 6), rng.uniform(15, 55)])
        thigh = np.radians(max(0.0, own)) if kind != "belly" else 0.0
        knee = thigh + np.arcsin(min(_THIGH_TO_SHIN * np.sin(thigh), 1.0))  # the foot lies on the floor again
        pose[f"upperleg01.{side}"] = rotation(Y, sign * np.radians(rng.uniform(0, 10))) @ rotation(X, -thigh)
        pose[f"lowerleg01.{side}"] = rotation(X, knee)
        pose[f"foot.{side}"] = rotation(X, np.radians(rng.uniform(15, 35)))
    return pose


def _legs(rng: np.random.Generator, library: Mapping[str, Pose], posture: str) -> Pose:
    if posture == "standing" and rng.random() < 0.55:
        name = str(rng.choice(_STANDS))
        chosen = mirror(library[name]) if rng.random() < 0.5 else library[name]
        return {bone: turn for bone, turn in chosen.items() if _LEGS.match(bone)}
    if posture in ("standing", "walking"):
        return _step(rng, rng.uniform(13, 27) * rng.choice([-1, 1]) if posture == "walking" else rng.normal(0, 2.5))
    if posture == "lying":
        return _lying(rng)
    if posture == "ground":
        return _cross_legged(rng) if rng.random() < 0.5 else _knees_up(rng)
    if posture == "crouching" and rng.random() < 0.5:
        return _on_one_knee(rng)
    return _bent_legs(rng, posture)


def _step(rng: np.random.Generator, swing: float) -> Pose:
    """One thigh forwards and one back by `swing` degrees; the rear knee bends, the front foot stays flat."""
    pose: Pose = {}
    for sign, side in ((1, "L"), (-1, "R")):
        forward = sign * swing
        knee = (abs(swing) * 0.25 if forward > 0 else abs(swing) * rng.uniform(0.9, 1.3)) + rng.uniform(0, 4)
        spread = rotation(Z, sign * np.radians(rng.uniform(-4, 4)))
        pose[f"upperleg01.{side}"] = rotation(X, np.radians(-forward)) @ spread
        pose[f"lowerleg01.{side}"] = rotation(X, np.radians(knee))
        pose[f"foot.{side}"] = rotation(X, np.radians(forward - knee if forward > 0 else rng.uniform(0, 12)))
    return pose


def _bent_legs(rng: np.random.Generator, posture: str) -> Pose:
    """Thigh, knee and foot bent as the posture asks; degrees."""
    thigh, knee, foot, spread = {
        "seated": ((80, 92), (72, 100), (-8, 8), (0, 14)),
        "crouching": ((112, 126), (136, 148), (-24, -16), (6, 22)),
    }[posture]
    pose: Pose = {}
    both = rng.random(3)
    for sign, side in ((1, "L"), (-1, "R")):
        own = np.clip(both + rng.normal(0, 0.15, 3), 0, 1)
        wide = rotation(Y, sign * np.radians(rng.uniform(*spread)))
        pose[f"upperleg01.{side}"] = wide @ rotation(X, -np.radians(thigh[0] + own[0] * (thigh[1] - thigh[0])))
        pose[f"lowerleg01.{side}"] = rotation(X, np.radians(knee[0] + own[1] * (knee[1] - knee[0])))
        pose[f"foot.{side}"] = rotation(X, np.radians(foot[0] + own[2] * (foot[1] - foot[0])))
    return pose


def _knees_up(rng: np.random.Generator) -> Pose:
    """Sitting on the floor with the feet on it, legs drawn up or out before the body."""
    pose: Pose = {}
    both = rng.uniform(94, 138)
    for sign, side in ((1, "L"), (-1, "R")):
        thigh = np.radians(np.clip(both + rng.choice([rng.normal(0, 5), rng.uniform(-40, 0)], p=[0.7, 0.3]), 92, 140))
        shin = np.arccos(np.clip(_THIGH_TO_SHIN * -np.cos(thigh) + 0.04, -1, 1))  # from the vertical
        pose[f"upperleg01.{side}"] = rotation(Y, sign * np.radians(rng.uniform(0, 14))) @ rotation(X, -thigh)
        pose[f"lowerleg01.{side}"] = rotation(X, thigh - shin)
        pose[f"foot.{side}"] = rotation(X, min(shin, 0.4) * rng.uniform(0.3, 1))
    return pose


def _on_one_knee(rng: np.random.Generator) -> Pose:
    front, back = ("L", "R") if rng.random() < 0.5 else ("R", "L")
    sign = 1 if front == "L" else -1
    thigh, rear = np.radians(rng.uniform(82, 94)), np.radians(rng.uniform(-8, 4))
    return {
        f"upperleg01.{front}": rotation(Y, sign * np.radians(rng.uniform(4, 18))) @ rotation(X, -thigh),
        f"lowerleg01.{front}": rotation(X, thigh + np.radians(rng.uniform(-4, 8))),
        f"upperleg01.{back}": rotation(Y, -sign * np.radians(rng.uniform(0, 8))) @ rotation(X, -rear),
        f"lowerleg01.{back}": rotation(X, np.radians(rng.uniform(78, 88)) + rear),
        f"foot.{back}": rotation(X, np.radians(rng.uniform(-12, 5))),
    }


def _cross_legged(rng: np.random.Generator) -> Pose:
    pose: Pose = {}
    for sign, side in ((1, "L"), (-1, "R")):
        out = rotation(Y, sign * np.radians(rng.uniform(40, 50)))
        roll = rotation(Y, sign * np.radians(rng.uniform(72, 80)))  # lays the shins flat before the body
        pose[f"upperleg01.{side}"] = out @ rotation(X, -np.radians(rng.uniform(86, 93))) @ roll
        pose[f"lowerleg01.{side}"] = rotation(X, np.radians(rng.uniform(116, 128)))
        pose[f"foot.{side}"] = rotation(X, np.radians(25))
    return pose


def _with_arms(rng: np.random.Generator, body: Body, heads: Floats, pose: Pose, kinds: tuple[str, str]) -> Pose:
    """The pose with both arms and hands set. Arms that hang by a lying or leaning body hang along it."""
    posed = dict(pose)
    for side, kind in zip(SIDES, kinds, strict=True):
        posed |= reach(rng, body, heads, posed, side, ARMS[kind])
        posed |= curl(rng, body, heads, side, ARMS[kind].hand)
    if "phone" in kinds or "read" in kinds:  # who looks at what is held looks down
        nod = fraction_of(rotation(X, np.radians(rng.uniform(14, 34))), 0.5)
        posed |= {bone: nod @ posed[bone] for bone in ("neck02", "head")}
    return posed


def runs_through(skeleton: Skeleton, arms: tuple[Arm, ...]) -> bool:
    """Whether an elbow, wrist or hand lies inside the torso or head, as capsules about the spine and a ball."""
    width = float(np.linalg.norm(skeleton.place("upperarm01.L") - skeleton.place("upperarm01.R")))
    ends = skeleton.place("spine05"), skeleton.place("neck01")
    crown = skeleton.place("head") + skeleton.turn("head") @ np.array([0, 0.5, 0.3])
    for side, arm in zip(SIDES, arms, strict=True):
        for bone, share in (("lowerarm01", 0.3), ("wrist", 0.34), ("finger3-1", 0.3)):
            place = skeleton.place(f"{bone}.{side}")
            if not arm.touches and _distance(place, *ends) < share * width:
                return True
            if float(np.linalg.norm(place - crown)) < 0.95:
                return True
    return False


def _distance(point: Floats, start: Floats, end: Floats) -> float:
    along = np.clip((point - start) @ (end - start) / ((end - start) @ (end - start)), 0, 1)
    return float(np.linalg.norm(point - start - along * (end - start)))
