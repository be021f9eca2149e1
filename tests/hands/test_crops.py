"""Turned squares of a photo: what they show, and where their points lie."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.hands.crops import Crop, turned


def gradient(height: int, width: int) -> np.ndarray:
    """Red grows with the rows, green with the columns."""
    rows, columns = np.indices((height, width))
    return np.dstack([rows, columns, np.zeros_like(rows)]).astype(np.uint8)


@pytest.mark.parametrize("turn", [0.0, 0.5, -2.0, np.pi])
@pytest.mark.parametrize("side, pixels", [(60.0, 60), (60.0, 20), (40.0, 80)])
def test_a_crop_shows_what_lies_where_it_says(turn: float, side: float, pixels: int) -> None:
    crop = Crop(90, 110, side, turn)
    shown = crop.of(gradient(200, 220), pixels).astype(float)
    points = np.array([[0.3, 0.4], [0.5, 0.5], [0.7, 0.25]], np.float32) * pixels
    for (row, column), place in zip(points, crop.to_photo(points, pixels), strict=True):
        value = shown[int(row), int(column), :2] + 0.5
        assert value == pytest.approx(place, abs=1.5 * side / pixels + 1)


def test_past_the_photo_a_crop_is_black() -> None:
    photo = np.full((50, 50, 3), 200, np.uint8)
    shown = Crop(0, 0, 40).of(photo, 40)
    assert shown[:19, :19].max() == 0 and shown[22:, 22:].min() == 200
    assert Crop(500, 500, 40).of(photo, 40).max() == 0


def test_a_crop_moves_towards_its_own_top() -> None:
    moved = Crop(100, 100, 40, np.pi / 2).moved(0.5, 2)
    assert (moved.row, moved.column, moved.side) == pytest.approx((100, 120, 80))


def test_points_turn_clockwise_as_one_sees_them() -> None:
    up = np.array([[-1, 0]], np.float32)
    np.testing.assert_allclose(turned(up, np.pi / 2), [[0, 1]], atol=1e-6)  # to the right
