"""Smoothing over time: flicker goes, and nothing trails behind."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.scores import person_iou
from figureground.video.smoothing import MEMORY, Smoother
from helpers.drawing import Picture, person


def scene(left: int, seed: int, noise: int = 4) -> tuple[Picture, Picture]:
    """A frame of 128 x 128 with a person `left` pixels from the edge, and its mask."""
    photo, mask = person(3, 128, 96)
    rng = np.random.default_rng(9)
    frame = rng.integers(20, 110, (128, 256, 3), np.uint8).repeat(1, 0)[:, 64:192].copy()
    frame = np.minimum(frame, 120)
    truth = np.zeros((128, 128), np.uint8)
    width = min(96, 128 - left)
    seen = mask[:, :width] == 255
    frame[:, left : left + width][seen] = photo[:, :width][seen]
    truth[:, left : left + width] = mask[:, :width]
    noisy = frame + np.random.default_rng(seed).integers(-noise, noise + 1, frame.shape)
    return noisy.clip(0, 255).astype(np.uint8), truth


def doubtful(truth: Picture, seed: int) -> np.ndarray:
    """A model's answer that is right on the whole and trembles."""
    sure = np.where(truth == 255, 0.8, 0.2)
    return (sure + np.random.default_rng(seed).normal(0, 0.1, truth.shape)).clip(0, 1).astype(np.float32)


def test_what_trembles_before_a_still_scene_is_damped() -> None:
    smoother, before, after = Smoother(), [], []
    for number in range(20):
        photo, truth = scene(10, number)
        before.append(doubtful(truth, number))
        after.append(smoother.steady(photo, before[-1]))
    flicker = [np.abs(np.diff(answers[8:], axis=0)).mean() for answers in (before, after)]
    assert flicker[1] < 0.4 * flicker[0]
    assert person_iou(after[-1] >= 0.5, truth) > 0.99


def test_a_dropout_of_one_frame_is_bridged() -> None:
    smoother = Smoother()
    photo, truth = scene(10, 0)
    for number in range(6):
        smoother.steady(scene(10, number)[0], (truth / 255).astype(np.float32))
    bridged = smoother.steady(photo, np.zeros((128, 128), np.float32))
    assert person_iou(bridged >= 0.5, truth) > 0.99


@pytest.mark.parametrize("other", [scene(32, 99), (255 - scene(10, 99)[0], np.zeros((128, 128), np.uint8))])
def test_a_cut_is_followed_in_its_first_frame(other: tuple[Picture, Picture]) -> None:
    smoother = Smoother()
    for number in range(6):
        photo, truth = scene(10, number)
        smoother.steady(photo, (truth / 255).astype(np.float32))
    photo, truth = np.flip(other[0], 0).copy(), np.flip(other[1], 0).copy()
    answer = smoother.steady(photo, (truth / 255).astype(np.float32))
    assert np.mean((answer >= 0.5) == (truth == 255)) > 0.98


@pytest.mark.parametrize("step", [1, 3, 8, 20])
def test_a_moving_person_is_not_lagged_behind(step: int) -> None:
    """A plain average of the same memory is, which shows that the test can tell."""
    smoother, plain, scores, lagged = Smoother(), np.zeros((128, 128), np.float32), [], []
    for number in range(12):
        photo, truth = scene(abs((number * step) % 60 - 30), number)
        answer = (truth / 255).astype(np.float32)
        plain = answer if number == 0 else MEMORY * plain + (1 - MEMORY) * answer
        scores.append(person_iou(smoother.steady(photo, answer) >= 0.5, truth))
        lagged.append(person_iou(plain >= 0.5, truth))
    assert np.mean(scores) > 0.985
    assert np.mean(scores) > np.mean(lagged)


def test_another_size_begins_anew() -> None:
    smoother = Smoother()
    smoother.steady(np.full((64, 64, 3), 90, np.uint8), np.ones((64, 64), np.float32))
    small = np.full((32, 48), 0.25, np.float32)
    np.testing.assert_array_equal(smoother.steady(np.full((32, 48, 3), 90, np.uint8), small), small)


def test_answers_are_the_callers_own() -> None:
    smoother, photo = Smoother(), np.full((32, 32, 3), 90, np.uint8)
    first = smoother.steady(photo, np.ones((32, 32), np.float32))
    first[:] = 0
    assert smoother.steady(photo, np.ones((32, 32), np.float32)).min() == 1
