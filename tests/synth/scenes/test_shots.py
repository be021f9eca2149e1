"""Where cameras stand: people stay in the picture, cameras above ground and out of people."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.geometry.vectors import Floats
from figureground.synth.rendering.scene import Camera
from figureground.synth.scenes.camera import CLEARANCE, SHOTS, Subject, frame, point_at, survey

SIZES = ((320, 240), (240, 320), (180, 320))


def somebody(x: float = 0.0, z: float = 0.0, height: float = 1.7) -> Subject:
    grid = np.stack(np.meshgrid([-0.25, 0, 0.25], np.linspace(0, height, 18), [-0.15, 0.15]), -1).reshape(-1, 3)
    return Subject(grid + np.array([x, 0, z]), np.array([x, height - 0.15, z]))


def project(camera: Camera, points: Floats, size: tuple[int, int]) -> Floats:
    """Places in the picture, (0, 0) its middle, its edges at -1 and 1; the roll is left out."""
    forward = (camera.aim - camera.eye) / np.linalg.norm(camera.aim - camera.eye)
    right = np.cross(forward, [0, 1, 0]) / np.linalg.norm(np.cross(forward, [0, 1, 0]))
    seen = (points - camera.eye) @ np.stack([right, np.cross(right, forward), forward], 1)
    half = np.tan(np.radians(camera.fov / 2)) * np.array([size[1], size[0]]) / max(size)
    return np.asarray(seen[:, :2] / seen[:, 2:] / half)


@pytest.mark.parametrize("shot", SHOTS)
@pytest.mark.parametrize("size", SIZES)
def test_the_head_is_in_the_picture_and_the_camera_is_nowhere_it_cannot_be(shot: str, size: tuple[int, int]) -> None:
    heads = []
    for seed in range(40):
        people = [somebody(), somebody(0.8, -0.6)]
        camera = frame(np.random.default_rng(seed), shot, people, size)
        heads.append(project(camera, people[0].head[None], size)[0])
        assert camera.eye[1] > 0.1
        assert min(np.linalg.norm(person.points - camera.eye, axis=1).min() for person in people) > CLEARANCE - 1e-6
        assert camera.eye[2] > 0.3
    inside = (np.abs(heads) < 1).all(axis=1)
    assert inside.mean() >= 0.9


@pytest.mark.parametrize("size", SIZES)
def test_full_shows_all_of_a_person_as_a_rule_and_close_does_not_show_the_hips(size: tuple[int, int]) -> None:
    whole, hips = [], []
    for seed in range(40):
        person = somebody()
        seen = project(frame(np.random.default_rng(seed), "full", [person], size), person.points, size)
        whole.append(np.abs(seen[:, 1]).max() < 1)
        close = frame(np.random.default_rng(seed), "close", [person], size)
        hips.append(project(close, np.array([[0.0, 0.85, 0.15]]), size)[0, 1])
    assert np.mean(whole) > 0.7
    assert np.mean(np.array(hips) < -1) > 0.9


def test_far_is_smaller_than_full() -> None:
    def height(shot: str, seed: int) -> float:
        person = somebody()
        seen = project(frame(np.random.default_rng(seed), shot, [person], SIZES[0]), person.points, SIZES[0])
        return float(np.ptp(seen[:, 1])) / 2

    assert max(height("far", seed) for seed in range(30)) < 0.75
    assert np.mean([height("full", seed) for seed in range(30)]) > 0.6


def test_places_without_people_are_looked_at_where_they_ask_for_it() -> None:
    rng = np.random.default_rng(0)
    camera = point_at(rng, np.array([0.3, 0.5, -0.2]), 0.8, (240, 320))
    seen = project(camera, np.array([[0.3, 0.5, -0.2]]), (240, 320))
    np.testing.assert_allclose(seen, 0, atol=1e-9)
    assert all(survey(rng, shot).eye[1] >= 0.4 for shot in SHOTS)
