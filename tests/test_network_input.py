"""The one scale of photos before a network."""

from __future__ import annotations

import numpy as np

from figureground.network_input import network_input


def test_black_is_0_and_white_is_1_in_float32() -> None:
    photo = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    scaled = network_input(photo)
    assert scaled.dtype == np.float32 and scaled.shape == photo.shape
    assert scaled.min() == 0.0 and scaled.max() == 1.0
    assert np.array_equal(np.rint(scaled * 255), photo)
