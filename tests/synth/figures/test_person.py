"""Whole people: complete, dressed, the same for the same seed, muted in colour."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from figureground.synth.figures.body import SKIN, Body, draw_phenotype
from figureground.synth.figures.figure import Figure
from figureground.synth.figures.makehuman import Assets
from figureground.synth.figures.person import Person, make_person
from figureground.synth.figures.poses import POSTURES

COUNT = 50


def made(seed: int, body: Body, assets: Assets) -> Person:
    framing = ("close", "half", "full")[seed % 3]
    posture = POSTURES[seed % len(POSTURES)]
    return make_person(np.random.default_rng(seed), body, assets, posture=posture, framing=framing)


@pytest.fixture(scope="module")
def people(body: Body, assets: Assets) -> list[Person]:
    return [made(seed, body, assets) for seed in range(COUNT)]


@pytest.mark.slow
def test_meshes_are_whole_and_all_of_them_person(people: list[Person]) -> None:
    for person in people:
        assert len(person.parts) >= 5
        for part in person.parts:
            assert part.person
            assert np.isfinite(part.vertices).all() and np.isfinite(part.normals).all() and np.isfinite(part.uv).all()
            assert part.faces.min() >= 0 and part.faces.max() < len(part.vertices) == len(part.normals)
            assert part.uv_faces.min() >= 0 and part.uv_faces.max() < len(part.uv)
            assert part.faces.shape == part.uv_faces.shape
            assert part.colour.dtype == np.float32 and part.colour.min() >= 0 and part.colour.max() <= 1
            assert max(part.colour.shape) <= 512
            assert part.opacity is None or (
                part.opacity.ndim == 2 and 0 <= part.opacity.min() <= part.opacity.max() <= 1
            )


@pytest.mark.slow
def test_nobody_is_undressed(people: list[Person], body: Body) -> None:
    """No skin of the torso, from the hips to the upper chest, is in the mesh: clothes hide all of it."""
    figure = Figure(body, *body.shape(draw_phenotype(np.random.default_rng(1)) | {"age": 0.7}))
    y = figure.vertices[:SKIN, 1]
    upper_chest = figure.chest + 0.75 * (figure.head("spine01")[1] - figure.chest)
    torso = (figure.arm[:SKIN] < 0.1) & (y > figure.hip - 0.8) & (y < upper_chest)
    assert torso.sum() > 800
    for number, person in enumerate(people):
        skin = person.parts[0]
        assert len(skin.vertices) == SKIN
        shown = np.unique(skin.faces)
        assert not torso[shown].any(), (number, dict(person.facts))


@pytest.mark.slow
def test_they_stand_on_the_floor_at_the_origin_in_metres(people: list[Person]) -> None:
    for person in people:
        lowest = min(part.vertices[np.unique(part.faces), 1].min() for part in person.parts)
        assert lowest == pytest.approx(0, abs=1e-9)
        assert np.allclose(person.joints["root"][[0, 2]], 0)
        assert all(np.allclose(frame @ frame.T, np.eye(3), atol=1e-6) for frame in person.frames.values())
        assert 0.2 < person.joints["head"][1] < 2.0 or person.posture == "lying"
        assert (person.seat_height > 0.15) == (person.posture == "seated")


@pytest.mark.slow
def test_people_differ(people: list[Person]) -> None:
    facts = [person.facts for person in people]
    assert 0.3 < np.mean([fact["female"] for fact in facts]) < 0.7
    assert len({fact["outfit"] for fact in facts}) > 12
    assert len({fact["hair"] for fact in facts}) >= 8
    assert min(int(fact["age"]) for fact in facts) < 16 and max(int(fact["age"]) for fact in facts) > 50
    assert len(Counter(fact["ancestry"] for fact in facts)) == 3
    assert {"", "L", "R"} <= {fact["grip"] for fact in facts}


@pytest.mark.slow
def test_colours_are_muted_on_the_whole(people: list[Person]) -> None:
    """Clothes and shoes, all after the skin: their mean colours lie near grey."""
    means = np.array([part.colour.mean(axis=(0, 1)) for person in people for part in person.parts[1:]])
    assert np.median(np.ptp(means, axis=1)) < 0.12
    assert (np.ptp(means, axis=1) > 0.4).mean() < 0.08


@pytest.mark.slow
def test_same_seed_same_person(body: Body, assets: Assets) -> None:
    first, second, other = made(11, body, assets), made(11, body, assets), made(12, body, assets)
    assert first.facts == second.facts
    for one, two in zip(first.parts, second.parts, strict=True):
        assert np.array_equal(one.vertices, two.vertices) and np.array_equal(one.colour, two.colour)
    assert not np.array_equal(first.parts[0].vertices, other.parts[0].vertices)


@pytest.mark.slow
def test_what_is_worn_moves_with_the_bones(body: Body, assets: Assets) -> None:
    """Eyes stay in the head, whatever the pose."""
    for posture in POSTURES:
        person = make_person(np.random.default_rng(3), body, assets, posture=posture, framing="full")
        eyes = next(part for part in person.parts[1:] if len(part.vertices) < 200)
        middle = (person.joints["eye.L"] + person.joints["eye.R"]) / 2
        assert np.linalg.norm(eyes.vertices.mean(axis=0) - middle) < 0.02
