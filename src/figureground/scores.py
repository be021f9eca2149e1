"""How good a mask is: person IoU, binary IoU, boundary F and false area, with bootstrap intervals.

Everywhere a prediction is bool HxW (True = person) and a mask uint8 HxW with 255 = person, 0 = background and
128 = void, which is never scored. A score that cannot be told is nan, and the means leave nan out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from math import ceil, hypot, nan
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from figureground.pictures import PERSON, VOID

Bools = NDArray[np.bool_]
Mask = NDArray[np.uint8]

_BLOCK = 4_000_000  # indices drawn at once by the bootstrap: 32 MB
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_SQUARE = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))


@dataclass(frozen=True)
class Counts:
    """Pixels by prediction and truth, void left out; counts of several photos add up with `+`."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def judged(self) -> int:
        """Pixels that are not void."""
        return self.true_positive + self.false_positive + self.false_negative + self.true_negative


@dataclass(frozen=True)
class Interval:
    """A mean and the bounds of its bootstrap interval; all three nan where there was nothing to average."""

    value: float
    low: float
    high: float


def count(prediction: Bools, mask: Mask) -> Counts:
    """Pixel counts of one photo.

    Raises:
        ValueError: The prediction is not bool, or its shape is not the mask's.
    """
    _check(prediction, mask)
    person = mask == PERSON
    called, persons = int(np.count_nonzero(prediction)), int(np.count_nonzero(person))
    true_positive = int(np.count_nonzero(prediction & person))
    void = mask == VOID
    void_called = int(np.count_nonzero(prediction & void))
    background = mask.size - persons - int(np.count_nonzero(void))
    false_positive = called - true_positive - void_called
    return Counts(true_positive, false_positive, persons - true_positive, background - false_positive)


def person_iou_of(counts: Counts) -> float:
    """Intersection over union of the person class, in 0..1; nan where the truth has no person."""
    if counts.true_positive + counts.false_negative == 0:
        return nan
    return counts.true_positive / (counts.true_positive + counts.false_positive + counts.false_negative)


def person_iou(prediction: Bools, mask: Mask) -> float:
    """Intersection over union of the person class, in 0..1; nan where the mask has no person.

    Raises:
        ValueError: As `count`.
    """
    return person_iou_of(count(prediction, mask))


def false_area_of(counts: Counts) -> float:
    """Share of the judged pixels wrongly called person, in 0..1; nan where all is void."""
    return counts.false_positive / counts.judged if counts.judged else nan


def false_area(prediction: Bools, mask: Mask) -> float:
    """Share of the pixels (void left out) wrongly called person, in 0..1: the score of photos with nobody.

    Raises:
        ValueError: As `count`.
    """
    return false_area_of(count(prediction, mask))


def binary_iou(counts: Counts) -> float:
    """Mean of person and background IoU, as Keras' `BinaryIoU` has it; a class that is nowhere is left out.

    Give the sum of a set's counts: the metric is defined on a set, not on the mean of its photos.
    """
    return float(_binary_iou(np.array([astuple(counts)], np.float64))[0])


def boundary_f(prediction: Bools, mask: Mask, tolerance: float = 0.0075) -> float:
    """F1 of the person's outline (Csurka et al. 2013, "What is a good evaluation measure for semantic segmentation?").

    As DAVIS has it (Perazzi et al. 2016, `db_eval_boundary`): precision is the share of predicted outline pixels within
    reach of the true outline, recall the share of true ones within reach of the predicted outline, and reach is
    ceil(tolerance x diagonal) pixels. The frame's edge is no outline. Outline pixels in void or touching it are not
    counted, but count as reached: the true outline runs somewhere in there.

    Args:
        prediction, mask: bool and uint8 HxW.
        tolerance: Share of the photo's diagonal.
    Returns:
        0..1. Two empty outlines give 1, one empty outline 0. nan where the person's whole outline touches void.
    Raises:
        ValueError: As `count`.
    """
    _check(prediction, mask)
    reach = ceil(tolerance * hypot(*mask.shape))
    true, predicted = _outline(mask == PERSON), _outline(prediction)
    near_void: Mask = cv2.dilate((mask == VOID).view(np.uint8), _SQUARE)
    true_counted, predicted_counted = true & (near_void == 0), predicted & (near_void == 0)
    if true.any() and not true_counted.any():
        return nan
    precision = _share_within(predicted_counted, true, reach)
    recall = _share_within(true_counted, predicted, reach)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(frozen=True)
class Bootstrap:
    """How an interval is drawn (Efron & Tibshirani 1993, chapter 13: percentiles).

    Attributes:
        resamples: Number of draws with replacement.
        confidence: Share of the resampled values between the bounds, 0..1.
        seed: Of the draws.
    """

    resamples: int
    confidence: float
    seed: int


def bootstrap_mean(values: ArrayLike, bootstrap: Bootstrap) -> Interval:
    """Mean of `values`, one number a photo, with its interval; nan is left out."""
    rows = np.asarray(values, np.float64).reshape(-1, 1)
    return _bootstrap(rows[~np.isnan(rows[:, 0])], lambda means: means[:, 0], bootstrap)


def bootstrap_binary_iou(counts: Sequence[Counts], bootstrap: Bootstrap) -> Interval:
    """Binary IoU of a set with its interval: photos are drawn, their counts summed."""
    rows = np.array([astuple(each) for each in counts if each.judged], np.float64).reshape(-1, 4)
    return _bootstrap(rows, _binary_iou, bootstrap)


def paired_difference(a: ArrayLike, b: ArrayLike, bootstrap: Bootstrap) -> Interval:
    """Mean of `a - b` over the same photos with its interval: above zero, `a` is the larger.

    Photos where either is nan are left out.

    Raises:
        ValueError: The two are not equally long.
    """
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if first.shape != second.shape:
        raise ValueError(f"paired scores must be of the same photos, got {first.size} and {second.size}")
    return bootstrap_mean(first - second, bootstrap)


def _check(prediction: NDArray[Any], mask: Mask) -> None:
    if prediction.dtype != np.bool_ or prediction.shape != mask.shape:
        raise ValueError(
            f"a prediction is bool of the mask's shape {mask.shape}, got {prediction.dtype} {prediction.shape}"
        )


def _outline(person: Bools) -> Bools:
    """Person pixels with a neighbour above, below or beside that is none; what lies past the frame counts as person."""
    inside: Mask = cv2.erode(person.view(np.uint8), _CROSS, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    outline: Bools = person & (inside == 0)
    return outline


def _share_within(counted: Bools, target: Bools, reach: int) -> float:
    """Share of the `counted` pixels at most `reach` from `target`; 1 where none is counted."""
    total = int(np.count_nonzero(counted))
    if total == 0:
        return 1.0
    if not target.any():
        return 0.0
    distance = cv2.distanceTransform((~target).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return int(np.count_nonzero(distance[counted] <= reach + 1e-3)) / total


def _binary_iou(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Binary IoU of each row of (true positive, false positive, false negative, true negative)."""
    true_positive, false_positive, false_negative, true_negative = rows.T
    wrong = false_positive + false_negative
    unions = np.stack([true_positive + wrong, true_negative + wrong])
    present = unions > 0
    ious = np.divide([true_positive, true_negative], unions, out=np.zeros_like(unions), where=present)
    classes = present.sum(axis=0)
    means: NDArray[np.float64] = np.divide(ious.sum(axis=0), classes, out=np.full(len(rows), nan), where=classes > 0)
    return means


def _bootstrap(
    rows: NDArray[np.float64],
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    bootstrap: Bootstrap,
) -> Interval:
    """`statistic` of the rows' means (Rx.. in, R out), with the percentiles of its value on resampled rows."""
    if len(rows) == 0:
        return Interval(nan, nan, nan)
    value = float(statistic(rows.mean(axis=0, keepdims=True))[0])
    drawn = np.concatenate([statistic(rows[index].mean(axis=1)) for index in _draws(len(rows), bootstrap)])
    low, high = np.quantile(drawn, [(1 - bootstrap.confidence) / 2, (1 + bootstrap.confidence) / 2])
    return Interval(value, float(low), float(high))


def _draws(photos: int, bootstrap: Bootstrap) -> Iterator[NDArray[np.int64]]:
    """Blocks of resamples, each row `photos` indices drawn with replacement; blocks keep memory bounded."""
    generator = np.random.default_rng(bootstrap.seed)
    block = max(1, _BLOCK // photos)
    for start in range(0, bootstrap.resamples, block):
        yield generator.integers(photos, size=(min(block, bootstrap.resamples - start), photos))
