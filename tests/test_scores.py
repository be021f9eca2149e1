"""Scores against answers that can be worked out by hand."""

from collections.abc import Callable
from math import isnan

import cv2
import numpy as np
import pytest

from figureground.scores import (
    Bootstrap,
    Counts,
    binary_iou,
    bootstrap_binary_iou,
    bootstrap_mean,
    boundary_f,
    count,
    false_area,
    paired_difference,
    person_iou,
)

BOOTSTRAP = Bootstrap(resamples=1000, confidence=0.95, seed=7)


def bools(rows: str) -> np.ndarray:
    return np.array([[mark == "#" for mark in row] for row in rows.split()])


def mask(rows: str) -> np.ndarray:
    values = {"#": 255, ".": 0, "?": 128}
    return np.array([[values[mark] for mark in row] for row in rows.split()], np.uint8)


def square(side: int, top: int, left: int, size: int) -> np.ndarray:
    picture = np.zeros((side, side), bool)
    picture[top : top + size, left : left + size] = True
    return picture


def as_mask(person: np.ndarray) -> np.ndarray:
    return np.where(person, 255, 0).astype(np.uint8)


def test_counts_by_hand() -> None:
    # predicted  ##.   truth  #.?
    #            .#.          .#?
    assert count(bools("##. .#."), mask("#.? .#?")) == Counts(2, 1, 0, 1)
    assert count(bools("### ###"), mask("#.? .#?")) == Counts(2, 2, 0, 0)
    assert Counts(1, 2, 3, 4) + Counts(10, 20, 30, 40) == Counts(11, 22, 33, 44)


def test_person_iou_by_hand() -> None:
    assert person_iou(bools("##. .#."), mask("#.? .#?")) == pytest.approx(2 / 3)
    assert person_iou(bools("... ..."), mask("#.. .#.")) == 0.0
    assert isnan(person_iou(bools("##. ..."), mask("... ..?")))


def test_false_area_counts_background_pixels_called_person() -> None:
    assert false_area(bools("##. ..."), mask("... ..?")) == pytest.approx(2 / 5)
    assert false_area(bools("... ..."), mask("... ...")) == 0.0
    assert false_area(bools("..# ..."), mask("..? ...")) == 0.0
    assert isnan(false_area(bools("##"), mask("??")))


def test_binary_iou_is_the_mean_of_both_classes_and_leaves_out_an_absent_one() -> None:
    assert binary_iou(Counts(2, 1, 0, 1)) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert binary_iou(Counts(0, 0, 0, 9)) == 1.0
    assert binary_iou(Counts(0, 3, 0, 9)) == pytest.approx((0 + 9 / 12) / 2)
    assert isnan(binary_iou(Counts(0, 0, 0, 0)))


@pytest.mark.parametrize("score", [count, person_iou, false_area, boundary_f])
def test_wrong_predictions_are_refused(score: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="float32"):
        score(np.zeros((2, 3), np.float32), mask("... ..."))
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        score(np.zeros((3, 2), bool), mask("... ..."))


def test_boundary_f_of_empty_outlines() -> None:
    empty, person = np.zeros((40, 40), bool), square(40, 10, 10, 20)
    assert boundary_f(empty, as_mask(empty)) == 1.0
    assert boundary_f(person, as_mask(person)) == 1.0
    assert boundary_f(empty, as_mask(person)) == 0.0
    assert boundary_f(person, as_mask(empty)) == 0.0


def test_boundary_f_forgives_just_its_tolerance() -> None:
    person = square(200, 60, 60, 80)  # a diagonal of 283 pixels: 0.75 % is 2.1, so three pixels are forgiven
    assert boundary_f(square(200, 63, 60, 80), as_mask(person)) == 1.0
    worse = boundary_f(square(200, 64, 60, 80), as_mask(person))
    assert 0.4 < worse < 0.6  # the sides still lie on each other, top and bottom do not


def test_boundary_f_by_hand() -> None:
    # Truth is a square of 20 (76 outline pixels), the prediction adds one of 10 (36 outline pixels) far away.
    person = square(200, 40, 40, 20)
    predicted = person | square(200, 140, 140, 10)
    precision = 76 / (76 + 36)
    assert boundary_f(predicted, as_mask(person)) == pytest.approx(2 * precision / (precision + 1))


def test_the_frame_is_no_boundary() -> None:
    whole = np.ones((50, 50), bool)
    assert boundary_f(whole, as_mask(whole)) == 1.0
    left, right = np.zeros((100, 100), bool), np.zeros((100, 100), bool)
    left[:, :50] = True
    right[:, 50:] = True
    assert boundary_f(right, as_mask(left)) == 1.0  # the one edge that both have is the line between the halves


def test_outlines_in_void_are_not_counted() -> None:
    person = square(200, 60, 60, 80)
    truth = as_mask(person)
    truth[40:160, 120:160] = 128  # the right part of the person and its surroundings cannot be judged
    cut = person.copy()
    cut[:, 125:] = False
    assert boundary_f(cut, truth) == 1.0
    assert boundary_f(person, truth) == 1.0
    ringed = as_mask(person)
    ringed[cv2.dilate(person.astype(np.uint8), np.ones((9, 9))).astype(bool) & ~person] = 128
    assert isnan(boundary_f(person, ringed))


def test_mirroring_changes_no_score() -> None:
    generator = np.random.default_rng(3)
    predicted = cv2.GaussianBlur(generator.random((90, 130)), (0, 0), 6) > 0.5
    truth = as_mask(cv2.GaussianBlur(generator.random((90, 130)), (0, 0), 6) > 0.5)
    mirrored = (np.ascontiguousarray(predicted[::-1, ::-1]), np.ascontiguousarray(truth[::-1, ::-1]))
    assert boundary_f(*mirrored) == pytest.approx(boundary_f(predicted, truth))


def test_bootstrap_covers_the_true_mean_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    covered = 0
    for seed in range(200):
        interval = bootstrap_mean(generator.normal(0.8, 0.1, 60), Bootstrap(resamples=400, confidence=0.9, seed=seed))
        covered += interval.low <= 0.8 <= interval.high
    assert 0.83 <= covered / 200 <= 0.96


def test_bootstrap_width_is_that_of_the_standard_error() -> None:
    values = np.random.default_rng(2).normal(0.5, 0.1, 400)
    interval = bootstrap_mean(values, BOOTSTRAP)
    assert interval.value == pytest.approx(values.mean())
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * 0.1 / 20, rel=0.15)


def test_bootstrap_leaves_nan_out_and_is_repeatable() -> None:
    values = [0.5, np.nan, 0.7, 0.9]
    assert bootstrap_mean(values, BOOTSTRAP) == bootstrap_mean([0.5, 0.7, 0.9], BOOTSTRAP)
    assert bootstrap_mean(values, BOOTSTRAP).value == pytest.approx(0.7)
    one = bootstrap_mean([0.25], BOOTSTRAP)
    assert (one.value, one.low, one.high) == (0.25, 0.25, 0.25)
    assert isnan(bootstrap_mean([np.nan], BOOTSTRAP).value)
    assert isnan(bootstrap_mean([], BOOTSTRAP).low)


def test_blocks_of_the_bootstrap_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(4).random(50)
    whole = bootstrap_mean(values, BOOTSTRAP)
    monkeypatch.setattr("figureground.scores._BLOCK", 1000)
    assert bootstrap_mean(values, BOOTSTRAP) == whole


def test_binary_iou_bootstrap_sums_counts() -> None:
    counts = [Counts(900, 50, 50, 1000), Counts(10, 0, 90, 1900), Counts(0, 0, 0, 0), Counts(0, 0, 0, 2000)]
    interval = bootstrap_binary_iou(counts, BOOTSTRAP)
    assert interval.value == pytest.approx(binary_iou(sum(counts, Counts(0, 0, 0, 0))))
    assert interval.low < interval.value < interval.high
    assert isnan(bootstrap_binary_iou([], BOOTSTRAP).value)


def test_paired_difference_sees_what_the_spread_of_photos_hides() -> None:
    generator = np.random.default_rng(5)
    champion = generator.uniform(0.3, 0.95, 200)
    challenger = champion + generator.normal(0.01, 0.01, 200)
    better = paired_difference(challenger, champion, BOOTSTRAP)
    assert 0 < better.low < 0.01 < better.high + 0.005
    worse = paired_difference(champion, challenger, BOOTSTRAP)
    assert worse.high < 0
    assert worse.value == pytest.approx(-better.value)
    same = paired_difference(champion, champion, BOOTSTRAP)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_paired_difference_leaves_out_photos_that_one_cannot_score() -> None:
    assert paired_difference([0.5, np.nan, 0.9], [0.4, 0.1, np.nan], BOOTSTRAP).value == pytest.approx(0.1)
    with pytest.raises(ValueError, match="same photos"):
        paired_difference([0.5], [0.5, 0.6], BOOTSTRAP)
