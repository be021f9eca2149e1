"""The old background's colour leaves the edge; nothing else changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from figureground.runtime.foreground import clean_edges


def mixture(softness: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A person of one colour gradient before green, mixed by a soft mask: photo, mask, the person's own colours."""
    height, width = 400, 300
    own = np.zeros((height, width, 3), np.float32)
    own[...] = (190, 90, 60)
    own[..., 0] -= np.linspace(0, 80, height)[:, np.newaxis]
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (150, 220), (80, 140), 0, 0, 360, 255, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), softness)
    alpha = mask[..., np.newaxis] / 255
    return np.rint(own * alpha + np.array([20, 220, 30]) * (1 - alpha)).astype(np.uint8), mask, own


@pytest.mark.parametrize("softness", [1.0, 3.0, 8.0])
def test_the_colour_of_a_green_wall_is_gone_from_the_edge(softness: float) -> None:
    photo, mask, own = mixture(softness)
    edge = (mask > 25) & (mask < 250)
    spill = np.abs(photo.astype(float) - own)[edge].mean()
    left = np.abs(clean_edges(photo, mask).astype(float) - own)[edge].mean()
    assert spill > 30 and left < spill / 5


def test_pixels_that_are_wholly_person_or_background_stay_as_they_are() -> None:
    photo, mask, _ = mixture(3.0)
    before = photo.copy()
    cleaned = clean_edges(photo, mask)
    decided = (mask == 255) | (mask == 0)
    np.testing.assert_array_equal(cleaned[decided], photo[decided])
    np.testing.assert_array_equal(photo, before)
    assert (cleaned[~decided] != photo[~decided]).any()


@pytest.mark.parametrize("value", [0, 100, 255])
@pytest.mark.parametrize("size", [(1, 1), (1, 700), (900, 2)])
def test_uniform_masks_and_strips_keep_the_colour_of_a_uniform_photo(value: int, size: tuple[int, int]) -> None:
    photo = np.full((*size, 3), (10, 120, 240), np.uint8)
    cleaned = clean_edges(photo, np.full(size, value, np.uint8))
    assert np.abs(cleaned.astype(int) - photo).max() <= 1
