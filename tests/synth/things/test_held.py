"""Held things touch the hand that holds them and are not person; bags hang from shoulders outside the body."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.figures.person import Person
from figureground.synth.geometry.mesh import join
from figureground.synth.materials.palette import Palette
from figureground.synth.things.attachment import hand, torso, torso_points
from figureground.synth.things.hand_held import MAKERS
from figureground.synth.things.held import hold
from helpers.simple_person import standing


def nearest(person: Person, side: str, vertices: np.ndarray) -> float:
    """Metres from the palm or the bent fingers to the nearest of a thing's vertices."""
    grip = hand(person, side)
    places = [grip.palm, grip.middle]
    return min(float(np.linalg.norm(vertices - place, axis=1).min()) for place in places)


def test_the_palm_faces_the_thigh_of_a_hanging_arm() -> None:
    for side, sign in (("L", -1.0), ("R", 1.0)):
        grip = hand(standing(), side)
        assert grip.out @ [sign, 0, 0] > 0.99
        assert grip.along @ [0, 0, 1] > 0.99
        assert 0.015 < grip.radius < 0.03


@pytest.mark.parametrize("side", ["L", "R"])
@pytest.mark.parametrize("name", sorted(MAKERS))
@pytest.mark.parametrize("raised", [False, True], ids=["hanging", "raised"])
def test_each_thing_touches_the_hand(name: str, side: str, raised: bool) -> None:
    person = standing(raised=raised)
    thing = MAKERS[name](Palette(np.random.default_rng(2)), person, hand(person, side))
    mesh = join(mesh for _, mesh in thing)
    # Of flat things and long rods the nearest vertex may be a corner: measure to points on the edges too.
    corners = mesh.vertices[mesh.faces]
    shares = np.array([[a, b, 24 - a - b] for a in range(25) for b in range(25 - a)]) / 24
    points = np.einsum("sk,nki->nsi", shares, corners).reshape(-1, 3)
    assert nearest(person, side, points) < 0.03
    assert points[:, 1].min() > -0.01


@pytest.mark.slow
def test_nothing_held_is_person_and_the_same_seed_holds_the_same() -> None:
    seen = set()
    for seed in range(40):
        for person in (standing("LR"), standing("L", raised=True), standing("")):
            parts, names = hold(np.random.default_rng(seed), person)
            again, same_names = hold(np.random.default_rng(seed), person)
            assert parts and names and names == same_names
            for part, other in zip(parts, again, strict=True):
                assert part.held and not part.person
                assert (
                    np.isfinite(part.vertices).all() and np.isfinite(part.uv).all() and np.isfinite(part.normals).all()
                )
                assert part.faces.max() < len(part.vertices)
                assert np.array_equal(part.vertices, other.vertices)
            seen |= set(names)
    assert {"phone", "cup", "book", "bag", "clutch", "shoulder bag", "backpack", "umbrella", "racket"} <= seen


def test_who_grips_nothing_has_only_bags_and_who_sits_none() -> None:
    for seed in range(20):
        _, names = hold(np.random.default_rng(seed), standing(""))
        assert set(names) <= {"shoulder bag", "handbag", "backpack"}
        assert hold(np.random.default_rng(seed), standing("", posture="seated")) == ((), ())


def test_an_arm_at_the_ear_holds_a_phone() -> None:
    person = standing("L", posture="seated")
    posed = Person(**{**vars(person), "facts": {"grip": "L", "arms": "ear+hang"}})
    assert {hold(np.random.default_rng(seed), posed)[1] for seed in range(8)} == {("phone",)}


def test_straps_lie_on_the_torso_not_in_it() -> None:
    person = standing("")
    body = torso(person)
    forearm = np.array([0.24, 0.95, 0.02])
    assert np.linalg.norm(torso_points(person, body) - forearm, axis=1).min() > 0.04
    for seed in range(12):
        parts, _ = hold(np.random.default_rng(seed), person)
        vertices = np.concatenate([part.vertices for part in parts])
        deep = (np.abs(vertices) < [0.1, 9, 0.06]).all(axis=1) & (vertices[:, 1] > 0.9) & (vertices[:, 1] < 1.4)
        assert not deep.any()
