"""Places: sound meshes, nobody in them, free floor where people shall stand, the same from the same seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from figureground.synth.figures.person import Person
from figureground.synth.materials.material import Part, Texture
from figureground.synth.scenes import lights
from figureground.synth.scenes.empty import ODDS as CONTENT_ODDS
from figureground.synth.scenes.empty import build_empty_scenery
from figureground.synth.scenes.peopled import KINDS, build_scenery
from figureground.synth.scenes.scenery import Scenery
from figureground.synth.things import dummies
from helpers.simple_person import standing


def build(kind: str, seed: int = 0, framing: str = "full", people: int = 3, seats: int = 1) -> Scenery:
    return build_scenery(np.random.default_rng(seed), (), framing=framing, people=people, seats=seats, kind=kind)


def assert_sound(part: Part) -> None:
    assert part.vertices.shape == part.normals.shape == (len(part.vertices), 3)
    assert part.faces.shape == part.uv_faces.shape
    assert part.faces.min() >= 0 and part.faces.max() < len(part.vertices)
    assert part.uv_faces.min() >= 0 and part.uv_faces.max() < len(part.uv)
    for numbers in (part.vertices, part.normals, part.uv, part.colour):
        assert np.isfinite(numbers).all()
    assert part.colour.dtype == np.float32 and part.colour.min() >= 0 and part.colour.max() <= 1
    assert max(part.colour.shape[:2]) <= 512
    assert part.opacity is None or (part.opacity.dtype == np.float32 and part.opacity.ndim == 2)
    assert not part.person


def points_on(part: Part, step: float = 0.1) -> np.ndarray:
    """Points (N, 3) strewn over a part's triangles, about `step` metres from one another."""
    rng = np.random.default_rng(0)
    corners = part.vertices[part.faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    # The largest triangles are the ground's and reach beyond sight; a cap keeps them from taking all the points.
    counts = np.minimum(np.ceil(area / step**2).astype(int), 20_000)
    rows = np.repeat(np.arange(len(corners)), counts)
    share = rng.dirichlet([1, 1, 1], len(rows))
    return np.asarray(np.einsum("nk,nki->ni", share, corners[rows]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_scenery_is_sound_and_has_a_spot_for_everybody(kind: str) -> None:
    scenery = build(kind)
    for part in scenery.parts:
        assert_sound(part)
    assert len(scenery.spots) == 3
    assert sum(spot.height > 0 for spot in scenery.spots) == 1
    assert [spot.z for spot in scenery.spots] == sorted((spot.z for spot in scenery.spots), reverse=True)
    assert scenery.light.dtype == np.float32 and np.isfinite(scenery.light).all() and scenery.light.min() >= 0
    assert sum(len(part.faces) for part in scenery.parts) < 60_000
    assert scenery.credits and scenery.facts["place"] == scenery.kind


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "plate"])
@pytest.mark.parametrize("seed", range(4))
def test_nothing_reaches_into_a_standing_spot(kind: str, seed: int) -> None:
    scenery = build(kind, seed, people=4, seats=0)
    points = np.concatenate([points_on(part) for part in scenery.parts])
    body = points[(points[:, 1] > 0.35) & (points[:, 1] < 1.6)]  # grass may hide feet
    for spot in scenery.spots:
        near = np.hypot(body[:, 0] - spot.x, body[:, 2] - spot.z) < 0.2
        assert not near.any(), f"{kind} {seed}: something stands at {spot}"


def test_spots_keep_their_distance() -> None:
    for seed in range(8):
        spots = build("park", seed, people=6, seats=2).spots
        apart = [np.hypot(a.x - b.x, a.z - b.z) for i, a in enumerate(spots) for b in spots[:i]]
        assert min(apart) > 0.55


def test_a_seat_is_under_who_sits() -> None:
    for kind in ("room", "office", "cafe", "street"):
        scenery = build(kind, people=1, seats=1)
        (spot,) = scenery.spots
        points = np.concatenate([part.vertices for part in scenery.parts])
        below = np.hypot(points[:, 0] - spot.x, points[:, 2] - spot.z) < 0.3
        tops = points[below & (points[:, 1] < spot.height + 0.05), 1]
        assert spot.height - 0.06 < tops.max() <= spot.height + 0.05


def same(a: Scenery, b: Scenery) -> bool:
    alike = (
        a.spots == b.spots and a.facts == b.facts and a.light_turn == b.light_turn and np.array_equal(a.light, b.light)
    )
    pairs = zip(a.parts, b.parts, strict=True)
    return alike and all(
        np.array_equal(p.vertices, q.vertices) and np.array_equal(p.colour, q.colour) and np.array_equal(p.uv, q.uv)
        for p, q in pairs
    )


@pytest.mark.parametrize("kind", ["office", "street", "park"])
def test_the_same_seed_gives_the_same_scenery(kind: str) -> None:
    assert same(build(kind, 5), build(kind, 5))
    assert build(kind, 5).spots != build(kind, 6).spots


def test_a_plate_is_only_a_picture() -> None:
    scenery = build("plate", people=1, seats=0, framing="portrait")
    assert scenery.parts == () and scenery.backdrop is not None
    assert scenery.backdrop.dtype == np.float32 and scenery.backdrop.shape[2] == 3
    assert scenery.backdrop.min() >= 0 and scenery.backdrop.max() <= 1


def test_walls_take_given_tones() -> None:
    red = np.array([0.7, 0.1, 0.1])
    rng = np.random.default_rng(1)
    scenery = build_scenery(rng, (), framing="half", people=1, kind="studio", tones=[red])
    paper = scenery.parts[0].colour.mean((0, 1))
    assert paper[0] > 3 * paper[1]


@pytest.mark.parametrize("kind", CONTENT_ODDS)
@pytest.mark.parametrize("persons", [(), (standing(),)], ids=["alone", "with shapes"])
def test_empty_contents_hold_nobody_and_say_where_to_look(kind: str, persons: tuple[Person, ...]) -> None:
    scenery = build_empty_scenery(np.random.default_rng(3), (), persons=persons, kind=kind)
    assert scenery.spots == ()
    for part in scenery.parts:
        assert_sound(part)
    assert float(scenery.facts["span"]) > 0.1
    assert all(isinstance(scenery.facts[f"aim_{axis}"], float) for axis in "xyz")


def test_a_statue_has_the_persons_shape_in_one_material() -> None:
    person = standing()
    for seed in range(6):
        scenery = build_empty_scenery(np.random.default_rng(seed), (), persons=[person], kind="statue")
        assert len(scenery.parts[-1].faces) == len(person.parts[0].faces)
        assert not scenery.parts[-1].person


def test_some_shop_dummies_have_no_head() -> None:
    person = standing()
    tops = set()
    for seed in range(12):
        parts = dummies.shop_dummy(np.random.default_rng(seed), person)
        assert not any(part.person for part in parts)
        tops.add(round(max(float(part.vertices[part.faces, 1].max()) for part in parts), 1))
    assert min(tops) < 1.5 < max(tops)


def test_light_maps_are_cured_of_dark_rings_and_negative_values() -> None:
    light = np.full((32, 64, 3), 0.5, np.float32)
    light[10, 20] = 40.0
    light[11, 20:22] = -0.2
    cured = lights.cured(light)
    assert cured.shape == (32 * lights.TIMES, 64 * lights.TIMES, 3)
    assert cured.min() > 0.1 and cured.max() > 10


@pytest.mark.parametrize("paint", [lights.sky, lights.room])
def test_painted_light_is_brighter_above_than_below(paint: Callable[[np.random.Generator], Texture]) -> None:
    for seed in range(5):
        light = paint(np.random.default_rng(seed))
        assert light.dtype == np.float32 and light.min() >= 0
        assert light[: len(light) // 2].mean() > light[len(light) // 2 :].mean()
