"""How a picture is put together: who gets which place, and that bodies stay above the floor and on their seats."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth import picture
from figureground.synth.figures.person import Person
from figureground.synth.geometry.mesh import vertex_normals
from figureground.synth.materials.material import Part
from figureground.synth.picture import COUNTS, LEAST, POSTURES, SHOT_ODDS, _Composition
from figureground.synth.rendering.rays import View
from figureground.synth.rendering.scene import Camera
from figureground.synth.scenes.scenery import Scenery, Spot
from figureground.synth.things.held import hold
from helpers.simple_person import standing


def somebody(posture: str = "standing", seat_height: float = 0.0) -> Person:
    corners = np.array([[-0.2, 0, 0.1], [0.2, 0, 0.1], [0, 1.7, 0.1]])
    faces = np.array([[0, 1, 2]])
    grey = np.full((1, 1, 3), 0.5, np.float32)
    part = Part(corners, faces, vertex_normals(corners, faces), corners[:, :2], faces, grey, person=True)
    return Person((part,), {"head": np.array([0, 1.6, 0.1])}, {}, posture, seat_height, {"female": 1})


def place(*spots: Spot) -> Scenery:
    return Scenery("room", (), spots, np.ones((2, 4, 3), np.float32))


def test_who_sits_gets_a_seat_and_the_nearest_comes_first() -> None:
    people = [somebody(), somebody("seated", 0.45), somebody("lying")]
    scenery = place(Spot(0, 0), Spot(1, -0.5, 0.3, 0.45), Spot(-1, -1))
    placed = picture._placed(np.random.default_rng(0), "full", people, scenery)
    assert {person.posture: spot.height for person, spot in placed} == {"standing": 0, "seated": 0.45, "lying": 0}
    assert [person.posture for person, _ in placed][-1] == "lying"
    assert {spot.yaw for person, spot in placed if person.posture == "seated"} == {0.3}


def test_before_a_webcam_people_look_into_it() -> None:
    turns = [
        picture._placed(np.random.default_rng(seed), "webcam", [somebody()], place(Spot(0, 0)))[0][1].yaw
        for seed in range(50)
    ]
    assert np.abs(turns).max() < 1.5


@pytest.mark.parametrize(("seat", "own", "lift"), [(0.5, 0.42, 0.08), (0.4, 0.46, 0.0)])
def test_on_a_seat_feet_may_hang_but_never_go_through_the_floor(seat: float, own: float, lift: float) -> None:
    moved = picture._moved(somebody("seated", own), Spot(1.0, -2.0, np.pi / 2, seat))
    assert moved.parts[0].vertices[:, 1].min() == pytest.approx(lift)
    np.testing.assert_allclose(moved.joints["head"], [1.1, 1.6 + lift, -2.0], atol=1e-9)
    np.testing.assert_allclose(moved.parts[0].normals, [[1, 0, 0]] * 3, atol=1e-9)


def test_pictures_are_as_long_as_asked_whatever_their_shape() -> None:
    sizes = {picture._draw_size(np.random.default_rng(seed), "half", 1, 320) for seed in range(60)}
    assert {max(size) for size in sizes} == {320}
    assert {height > width for height, width in sizes} == {True, False}
    assert all(width > height for height, width in [picture._draw_size(np.random.default_rng(1), "webcam", 1, 320)])


def test_odds_are_odds() -> None:
    assert sum(COUNTS) == pytest.approx(1)
    assert all(sum(odds) == pytest.approx(1) for odds in SHOT_ODDS.values())
    assert all(sum(odds.values()) == pytest.approx(1) for odds in POSTURES.values())
    assert POSTURES.keys() == LEAST.keys()


def seen_from_the_front(person: Person, things: tuple[Part, ...]) -> View:
    """The view of a composition of that person alone, 96 x 64 pixels, from 4 m before it."""
    camera = Camera(np.array([0.0, 1.0, 4.0]), np.array([0.0, 1.0, 0.0]), 40.0)
    composition = _Composition("full", (96, 64), place(Spot(0, 0)), (person,), (things,), ((),))
    return composition.scene().look(camera, composition.size)


@pytest.mark.usefixtures("renderer")
@pytest.mark.slow
def test_what_somebody_holds_is_held_and_hides_the_person_behind_it() -> None:
    person = standing(raised=True)
    things = next(
        things
        for things, names in (hold(np.random.default_rng(seed), person) for seed in range(100))
        if names == ("ball",)
    )
    alone, holding = seen_from_the_front(person, ()), seen_from_the_front(person, things)
    assert not alone.held.any()
    hidden = (alone.coverage == 1) & (holding.coverage == 0)
    assert hidden.sum() > 10
    np.testing.assert_array_equal(holding.held[hidden], 1)
