"""The comparison of two models' scores, by hand."""

from __future__ import annotations

from math import nan

import pytest

from figureground.scores import Bootstrap
from figureground.tracking.registry.decision import Comparison, PhotoScore, compare


def side(*values: float, sha256: str = "") -> dict[str, PhotoScore]:
    return {str(i): PhotoScore(value, sha256) for i, value in enumerate(values)}


def decide(challenger: dict[str, PhotoScore], champion: dict[str, PhotoScore]) -> Comparison:
    return compare(challenger, champion, Bootstrap(resamples=1000, confidence=0.95, seed=3))


def test_better_on_every_photo_is_better() -> None:
    found = decide(side(*[0.9] * 6), side(*[0.8] * 6))
    assert found.better and found.photos == 6
    assert (found.difference, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))
    assert found.reason == "better than the champion: person IoU +0.1000 (+0.1000 to +0.1000) on 6 photos"


def test_better_on_average_only_is_not_enough() -> None:
    found = decide(side(0.9, 0.9, 0.9, 0.2, 0.9, 0.9), side(0.8, 0.8, 0.8, 0.6, 0.8, 0.8))
    assert not found.better and found.low is not None and found.low < 0.0 < (found.difference or 0.0)


def test_equal_is_not_better() -> None:
    assert not decide(side(*[0.9] * 8), side(*[0.9] * 8)).better


def test_a_handful_of_photos_decides_nothing() -> None:
    found = decide(side(*[0.9] * 5), side(*[0.1] * 5))
    assert (found.better, found.photos, found.difference) == (False, 5, None)
    assert found.reason == "5 test photos in common with the champion, 6 needed"


def test_photos_with_nobody_and_photos_that_changed_are_left_out() -> None:
    assert decide(side(*[0.9] * 6, nan), side(*[0.1] * 6, 0.1)).photos == 6
    assert decide(side(*[0.9] * 6, sha256="a"), side(*[0.1] * 6, sha256="b")).photos == 0
    assert decide(side(*[0.9] * 6, sha256="a"), side(*[0.1] * 6)).photos == 6
