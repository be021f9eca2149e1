"""How far an outline lies from the model's, on an ellipse that is moved and widened by known lengths."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from figureground.review.offsets import Offset, outline_offset


def ellipse(down: int = 0, right: int = 0, wider: int = 0) -> NDArray[np.uint8]:
    mask = np.zeros((256, 200), np.uint8)
    cv2.ellipse(mask, (100 + right, 128 + down), (50 + wider, 80 + wider), 0, 0, 360, 255, -1)
    return mask


def seen(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A model's probability: soft along the outline."""
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), 3), np.float32)


def test_a_shift_is_told_in_direction_and_length() -> None:
    offset = outline_offset(ellipse(down=-3, right=5), seen(ellipse()))
    assert offset.down == pytest.approx(-3 / 256, abs=0.001) and offset.right == pytest.approx(5 / 256, abs=0.001)
    assert offset.width == pytest.approx(0.0, abs=0.0015) and offset.gain > 0.005


@pytest.mark.parametrize("wider", [-4, 4])
def test_an_outline_drawn_too_wide_or_too_narrow_is_told_from_a_shift(wider: int) -> None:
    offset = outline_offset(ellipse(wider=wider), seen(ellipse()))
    assert offset.width == pytest.approx(-wider / 256, abs=0.002)
    assert abs(offset.down) < 0.001 and abs(offset.right) < 0.001 and offset.far == 0.0


def test_a_missing_part_is_far_and_moves_the_fit_little() -> None:
    cut = ellipse()
    cut[:100] = 0
    offset = outline_offset(cut, seen(ellipse()))
    assert offset.far > 0.1 and abs(offset.down) < 0.003 and abs(offset.width) < 0.003


def test_without_an_outline_to_judge_there_is_none() -> None:
    nobody = np.zeros((256, 200), np.uint8)
    assert outline_offset(nobody, seen(ellipse())) == Offset()
    assert outline_offset(ellipse(), seen(nobody)) == Offset()
    assert outline_offset(np.full((256, 200), 255, np.uint8), seen(ellipse())) == Offset()
    assert outline_offset(np.where(ellipse() > 0, np.uint8(128), np.uint8(0)), seen(ellipse())) == Offset()
