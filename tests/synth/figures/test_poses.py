"""Rotations, arms that reach where they should, hands, and postures that keep out of the body."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from figureground.synth.figures.arms import ARMS, draw_arms, reach
from figureground.synth.figures.body import Body, Skeleton, draw_phenotype
from figureground.synth.figures.hands import curl, palm
from figureground.synth.figures.makehuman import Assets
from figureground.synth.figures.poses import FRAMINGS, POSTURES, draw_stance, mirror, runs_through
from figureground.synth.geometry.rotations import rotation, rotation_between
from figureground.synth.geometry.vectors import Y


def test_mirroring_a_pose_twice_gives_it_back() -> None:
    pose = {"upperarm01.L": rotation([1, 2, 3], 0.7), "head": rotation(Y, 0.2)}
    other = mirror(pose)
    assert set(other) == {"upperarm01.R", "head"}
    assert np.allclose(mirror(other)["upperarm01.L"], pose["upperarm01.L"])


@pytest.mark.parametrize("side", ["L", "R"])
@pytest.mark.parametrize("kind", ["cup", "ear", "desk", "phone", "hip"])
def test_the_wrist_gets_where_it_should(body: Body, side: str, kind: str) -> None:
    _, heads = body.shape(draw_phenotype(np.random.default_rng(2)))
    wanted: list[np.ndarray] = []

    def remembered(rng: np.random.Generator, landmarks: object) -> np.ndarray:
        wanted.append(ARMS[kind].wrist(rng, landmarks))  # type: ignore[arg-type]
        return wanted[-1]

    arm = replace(ARMS[kind], wrist=remembered)
    pose = {"lowerleg01.L": np.eye(3)}
    skeleton = Skeleton(body, heads, reach(np.random.default_rng(4), body, heads, pose, side, arm))
    outwards = np.array([1 if side == "L" else -1, 1, 1])
    assert np.linalg.norm(skeleton.place(f"wrist.{side}") - skeleton.place("spine01") - wanted[0] * outwards) < 0.25


def test_palms_face_the_body_at_rest(body: Body) -> None:
    _, heads = body.shape(draw_phenotype(np.random.default_rng(2)))
    left, right = palm(body, heads, "L"), palm(body, heads, "R")
    assert left[0] < 0 < right[0]
    assert np.allclose(left * [-1, 1, 1], right, atol=0.02)


def test_a_grip_brings_the_fingertips_to_the_palm(body: Body) -> None:
    _, heads = body.shape(draw_phenotype(np.random.default_rng(2)))
    apart = {}
    for hand in ("flat", "grip", "fist"):
        skeleton = Skeleton(body, heads, curl(np.random.default_rng(0), body, heads, "L", hand))
        apart[hand] = np.linalg.norm(skeleton.place("finger3-3.L") - skeleton.place("wrist.L"))
    assert apart["fist"] < apart["grip"] < apart["flat"]


def test_arms_through_the_torso_are_noticed(body: Body) -> None:
    _, heads = body.shape(draw_phenotype(np.random.default_rng(2)))
    arms = ARMS["hang"], ARMS["hang"]
    assert not runs_through(Skeleton(body, heads, {}), arms)
    inwards = {"upperarm01.L": rotation_between([1, -1, 0], [-1, -0.6, -0.1])}
    assert runs_through(Skeleton(body, heads, inwards), arms)


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("posture", POSTURES)
def test_arms_are_drawn_for_every_posture(posture: str, framing: str) -> None:
    rng = np.random.default_rng(0)
    drawn = {kind for _ in range(200) for kind in draw_arms(rng, posture, framing)}
    assert drawn <= ARMS.keys() and len(drawn) >= 3


@pytest.mark.parametrize("posture", POSTURES)
def test_a_stance_is_rotations_of_known_bones(body: Body, assets: Assets, posture: str) -> None:
    _, heads = body.shape(draw_phenotype(np.random.default_rng(2)))
    for seed in range(6):
        rng = np.random.default_rng(seed)
        stance = draw_stance(rng, body, heads, assets.poses, posture=posture, framing="half")
        assert stance.grip in ("", "L", "R", "LR")
        for turn in stance.pose.values():
            assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-6) and np.linalg.det(turn) > 0


def test_an_unknown_posture_is_refused(body: Body, assets: Assets) -> None:
    _, heads = body.shape(draw_phenotype(np.random.default_rng(2)))
    with pytest.raises(ValueError, match="flying"):
        draw_stance(np.random.default_rng(0), body, heads, assets.poses, posture="flying", framing="half")
