"""Arms that reach for a place on or before the body: a pocket, an ear, a desk; by two-bone inverse kinematics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from figureground.synth.figures.body import Body, Skeleton
from figureground.synth.figures.hands import palm
from figureground.synth.figures.makehuman import Pose
from figureground.synth.geometry.rotations import (
    fraction_of,
    from_rotation_vector,
    rotation,
    rotation_between,
    rotation_vector,
    twist_angle,
)
from figureground.synth.geometry.vectors import Floats, unit

_SHOULDER = 0.18  # the share of the upper arm's lift that the shoulder blade takes


@dataclass(frozen=True)
class Arm:
    """What an arm does.

    Attributes:
        wrist: Where the wrist goes, of (rng, ArmLandmarks): see `_near`.
        elbow: Which way the elbow points: outwards, upwards, forwards, in the chest's frame.
        palm: Which way the palm faces, likewise; (0, 0, 0) leaves it as it comes.
        hand: The fingers' pose (hands.py).
        grips: Whether the hand holds, or could hold, something.
        touches: Whether it rests on or in what the body wears, so that it may be near it.
    """

    wrist: Callable[[np.random.Generator, ArmLandmarks], Floats]
    elbow: tuple[float, float, float] = (0.5, -0.5, -1.0)
    palm: tuple[float, float, float] = (-1.0, 0.0, 0.0)
    hand: str = "relaxed"
    grips: bool = False
    touches: bool = False


@dataclass(frozen=True)
class ArmLandmarks:
    """Landmarks for one arm in the chest's frame, with x outwards from the middle of the body (decimetres).

    Attributes:
        shoulder, hip, knee, ear, chest: Places, seen from the chest's own origin.
        length: Of upper arm and forearm together.
    """

    shoulder: Floats
    hip: Floats
    knee: Floats
    ear: Floats
    chest: Floats
    length: float


def _near(
    landmark: str, low: tuple[float, float, float], high: tuple[float, float, float]
) -> Callable[[np.random.Generator, ArmLandmarks], Floats]:
    """A place in a box about a landmark; corners in arm's lengths outwards, upwards, forwards."""

    def place(rng: np.random.Generator, reach: ArmLandmarks) -> Floats:
        return np.asarray(getattr(reach, landmark) + rng.uniform(low, high) * reach.length)

    return place


def _on_thigh(rng: np.random.Generator, reach: ArmLandmarks) -> Floats:
    """A hand's thickness above the thigh, on the side that faces the chest."""
    along = reach.knee - reach.hip
    above = np.array([0.0, 1.0, 0.0]) - unit(along) * unit(along)[1]
    return np.asarray(reach.hip + along * rng.uniform(0.6, 0.9) + unit(above) * 0.23 * reach.length)


ARMS = {
    "hang": Arm(_near("shoulder", (0.12, -0.97, -0.12), (0.28, -0.93, 0.2)), hand="relaxed"),
    "carry": Arm(_near("shoulder", (0.14, -0.98, -0.05), (0.24, -0.95, 0.1)), hand="grip", grips=True),
    "pocket": Arm(
        _near("hip", (0.14, 0.2, -0.02), (0.17, 0.26, 0.04)), (0.9, 0.1, -0.8), (-1, 0, 0.2), "fist", touches=True
    ),
    "hip": Arm(_near("hip", (0.12, 0.26, 0.0), (0.16, 0.34, 0.08)), (1, 0, -0.35), (-1, -0.2, 0), "fist", touches=True),
    "crossed": Arm(_near("chest", (-0.06, -0.24, 0.3), (0.03, -0.18, 0.34)), (1, -0.6, 0.2), (-0.2, 0, -1), "relaxed"),
    "crossed_over": Arm(
        _near("chest", (-0.06, -0.16, 0.4), (0.03, -0.1, 0.45)), (1, -0.6, 0.3), (-0.2, 0, -1), "relaxed"
    ),
    "cup": Arm(_near("shoulder", (-0.3, -0.42, 0.5), (0.02, -0.22, 0.66)), hand="grip", grips=True),
    "bent": Arm(_near("shoulder", (-0.25, -0.55, 0.4), (0.15, -0.25, 0.66)), palm=(-0.7, 0.5, 0)),
    "folded": Arm(_near("chest", (0.05, -0.62, 0.38), (0.1, -0.5, 0.44)), (0.9, -0.5, -0.4), (-0.5, 0.2, -1)),
    "ear": Arm(
        _near("ear", (0.12, -0.17, 0.05), (0.17, -0.08, 0.14)), (0.5, -1, 0.3), (-1, 0, -0.2), "grip", True, True
    ),
    "phone": Arm(_near("chest", (0.02, -0.18, 0.55), (0.16, 0.1, 0.72)), (0.7, -1, 0), (-0.4, 0.5, -1), "grip", True),
    "read": Arm(_near("chest", (0.1, -0.25, 0.5), (0.22, -0.05, 0.66)), (0.8, -1, 0), (-1, 0.5, -0.4), "grip", True),
    "selfie": Arm(_near("shoulder", (0.1, 0.15, 0.72), (0.45, 0.45, 0.85)), (0.6, -1, 0), (0, 0, -1), "grip", True),
    "strap": Arm(
        _near("shoulder", (-0.14, -0.26, 0.27), (-0.04, -0.12, 0.32)), (0.7, -1, 0.1), (-0.3, 0, -1), "fist", True, True
    ),
    "wave": Arm(_near("shoulder", (0.35, 0.25, 0.1), (0.55, 0.6, 0.35)), (1, -0.5, -0.2), (0, 0.2, 1), "flat"),
    "out": Arm(_near("shoulder", (0.45, -0.6, 0.0), (0.8, 0.0, 0.4)), palm=(-0.2, -0.2, 1)),
    "forward": Arm(_near("shoulder", (-0.15, -0.45, 0.6), (0.2, -0.05, 0.85)), palm=(-1, 0.4, 0)),
    "chin": Arm(
        _near("ear", (-0.14, -0.42, 0.32), (-0.06, -0.34, 0.38)), (0.6, -1, 0.2), (-0.3, 0, -1), "fist", False, True
    ),
    "behind": Arm(
        _near("hip", (-0.18, 0.18, -0.34), (-0.08, 0.3, -0.28)), (1, 0, -0.4), (0, 0, -1), "relaxed", False, True
    ),
    "desk": Arm(_near("hip", (-0.16, 0.42, 0.62), (0.1, 0.5, 0.86)), (1, -0.4, -0.3), (0, -1, 0), "flat"),
    "desk_hold": Arm(_near("hip", (-0.1, 0.45, 0.6), (0.1, 0.55, 0.8)), (1, -0.4, -0.3), (-1, -0.2, 0), "grip", True),
    "thigh": Arm(_on_thigh, (1, 0.2, -0.4), (0, -1, 0), "flat", touches=True),
    "spread": Arm(_near("shoulder", (0.3, -0.9, 0.0), (0.6, -0.75, 0.15)), palm=(0, 0, -1)),
}

# Pairs (left, right) or single arms, with their odds, by posture.
_UPRIGHT = {
    "hang": 30, "carry": 9, "pocket": 11, "hip": 6, "cup": 10, "bent": 5, "folded": 5, "ear": 6, "phone": 8, "strap": 6,
    "wave": 2, "out": 2, "forward": 4, "chin": 2, "behind": 5,
}  # fmt: skip
_SEATED = {"thigh": 38, "desk": 24, "desk_hold": 8, "cup": 8, "bent": 4, "ear": 4, "phone": 8, "chin": 3, "forward": 3}
_LOW = {"thigh": 50, "bent": 15, "phone": 12, "cup": 10, "folded": 6, "forward": 7}
_LYING = {"hang": 45, "spread": 35, "folded": 20}
_PAIRS = {
    "upright": {("crossed", "crossed_over"): 9, ("read", "read"): 5, ("hang", "selfie"): 5, ("behind", "behind"): 4,
                ("pocket", "pocket"): 6, ("folded", "folded"): 4, ("hang", "hang"): 18},
    "seated": {("desk", "desk"): 25, ("thigh", "thigh"): 15, ("crossed", "crossed_over"): 5, ("read", "read"): 6},
}  # fmt: skip
_LOOK_ODD_BELOW = ("desk", "desk_hold", "behind")
_ONE_HAND_AT_A_TIME = ("ear", "chin", "phone", "strap", "wave", "selfie")


def draw_arms(rng: np.random.Generator, posture: str, framing: str) -> tuple[str, str]:
    """What the left and right arm do: now and then a pair that belongs together, else each for itself."""
    upright = posture in ("standing", "walking")
    pairs = _PAIRS["upright" if upright else posture] if upright or posture == "seated" else {}
    if pairs and rng.random() < (0.4 if posture != "walking" else 0.25):
        kinds = list(pairs)
        left, right = kinds[_pick(rng, list(pairs.values()))]
        return (right, left) if rng.random() < 0.5 else (left, right)
    odds = dict(_UPRIGHT if upright else {"seated": _SEATED, "lying": _LYING}.get(posture, _LOW))
    if framing == "full" and not upright:
        odds = {kind: weight for kind, weight in odds.items() if kind not in _LOOK_ODD_BELOW}
    first = list(odds)[_pick(rng, list(odds.values()))]
    if first in _ONE_HAND_AT_A_TIME:
        del odds[first]
    second = list(odds)[_pick(rng, list(odds.values()))]
    return (first, second) if rng.random() < 0.5 else (second, first)


def _pick(rng: np.random.Generator, odds: list[int]) -> int:
    return int(rng.choice(len(odds), p=np.array(odds) / sum(odds)))


def reach(rng: np.random.Generator, body: Body, heads: Floats, pose: Pose, side: str, arm: Arm) -> Pose:
    """Rotations that take a wrist where `arm` wants it, or as near as the arm is long.

    The elbow's place follows from the lengths of upper arm and forearm by the law of cosines; the elbow bends about the
    axis about which it bends at rest, and the forearm turns the palm.
    """
    outwards = np.array([1.0 if side == "L" else -1.0, 1.0, 1.0])
    skeleton = Skeleton(body, heads, pose)
    chest = skeleton.turn("spine01")
    start = heads[body.index[f"upperarm01.{side}"]]
    elbow, wrist = heads[body.index[f"lowerarm01.{side}"]], heads[body.index[f"wrist.{side}"]]
    upper, fore = elbow - start, wrist - elbow
    goal = skeleton.place("spine01") + chest @ (arm.wrist(rng, _landmarks(skeleton, side, upper, fore)) * outwards)
    pole = chest @ (np.asarray(arm.elbow) * outwards)
    blade = fraction_of(_upper_turn(skeleton, side, goal, pole, upper, fore)[0], _SHOULDER)
    lifted = pose | {f"shoulder01.{side}": _limited(blade)}
    skeleton = Skeleton(body, heads, lifted)
    swing, fore_way = _upper_turn(skeleton, side, goal, pole, upper, fore)
    return lifted | _chain(body, heads, skeleton, side, swing, fore_way, chest @ (np.asarray(arm.palm) * outwards))


def _landmarks(skeleton: Skeleton, side: str, upper: Floats, fore: Floats) -> ArmLandmarks:
    origin, frame = skeleton.place("spine01"), skeleton.turn("spine01")
    sign = np.array([1.0 if side == "L" else -1.0, 1.0, 1.0])

    def seen(place: Floats) -> Floats:
        return np.asarray(frame.T @ (place - origin) * sign)

    ear = skeleton.place("head") + skeleton.turn("head") @ np.array([0.62 * sign[0], 0.35, -0.1])
    return ArmLandmarks(
        seen(skeleton.place(f"upperarm01.{side}")),
        seen(skeleton.place(f"upperleg01.{side}")),
        seen(skeleton.place(f"lowerleg01.{side}")),
        seen(ear),
        np.array([0.0, 0.0, 0.6]),
        float(np.linalg.norm(upper) + np.linalg.norm(fore)),
    )


def _upper_turn(
    skeleton: Skeleton, side: str, goal: Floats, pole: Floats, upper: Floats, fore: Floats
) -> tuple[Floats, Floats]:
    """Rotation of the upper arm against the shoulder, and the direction of the forearm."""
    start, base = skeleton.place(f"upperarm01.{side}"), skeleton.turn(f"shoulder01.{side}")
    first, second = float(np.linalg.norm(upper)), float(np.linalg.norm(fore))
    way = unit(goal - start)
    distance = float(
        np.clip(np.linalg.norm(goal - start), abs(first - second) + 0.25 * first, (first + second) * 0.995)
    )
    cosine = np.clip((first**2 + distance**2 - second**2) / (2 * first * distance), -1, 1)
    across = unit(pole - way * (pole @ way))
    elbow = start + first * (way * cosine + across * np.sqrt(1 - cosine**2))
    upper_way, fore_way = unit(elbow - start), unit(start + way * distance - elbow)
    hinge, wanted = np.cross(upper, fore), np.cross(upper_way, fore_way)
    swing = rotation_between(base @ upper, upper_way) @ base
    twist = twist_angle(swing @ hinge, upper_way, wanted)
    return np.asarray(base.T @ rotation(unit(upper_way), twist) @ swing), fore_way


def _limited(turn: Floats, most: float = 0.45) -> Floats:
    vector = rotation_vector(turn)
    return from_rotation_vector(vector * min(1.0, most / (float(np.linalg.norm(vector)) + 1e-9)))


def _chain(
    body: Body, heads: Floats, skeleton: Skeleton, side: str, turn: Floats, fore_way: Floats, palm_way: Floats
) -> Pose:
    """The arm's bones; the twist of upper arm and forearm is spread over two bones each, so that the skin follows."""
    elbow, wrist = heads[body.index[f"lowerarm01.{side}"]], heads[body.index[f"wrist.{side}"]]
    upper, fore = elbow - heads[body.index[f"upperarm01.{side}"]], wrist - elbow
    base = skeleton.turn(f"shoulder01.{side}")
    plain = base.T @ rotation_between(base @ upper, base @ turn @ upper) @ base
    twist = rotation_vector(plain.T @ turn)
    first, second = plain @ from_rotation_vector(twist / 2), from_rotation_vector(twist / 2)
    upper_turn = base @ first @ second
    bent = rotation_between(upper_turn @ fore, fore_way) @ upper_turn
    roll = twist_angle(bent @ palm(body, heads, side), fore_way, palm_way) if np.any(palm_way) else 0.0
    roll = float(np.clip(roll, -1.6, 1.6))
    return {
        f"upperarm01.{side}": first,
        f"upperarm02.{side}": second,
        f"lowerarm01.{side}": upper_turn.T @ bent,
        f"lowerarm02.{side}": rotation(unit(fore), roll * 0.6),
        f"wrist.{side}": rotation(unit(fore), roll * 0.4),
    }
