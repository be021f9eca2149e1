from __future__ import annotations

import keras
import numpy as np
import pytest

from figureground.models.layers import AlignedResize, Unfold


@pytest.fixture(params=["tensorflow", "jax"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """TensorFlow's own operators, and what stands for them elsewhere, computed by TensorFlow all the same."""
    monkeypatch.setattr("keras.backend.backend", lambda: request.param)
    return str(request.param)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize(
    ("cells", "pixels"),
    [
        ([0.0, 4.0], [0.0, 1.0, 2.0, 3.0, 4.0]),
        ([3.0], [3.0, 3.0]),
        ([1.0, 9.0, 5.0], [1.0]),
        ([1.0, 9.0, 5.0, 7.0], [1.0, 7.0]),
        ([1.0, 4.0, 7.0, 1.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 5.0, 3.0, 1.0]),
    ],
)
def test_resizing_lays_corner_on_corner(cells: list[float], pixels: list[float]) -> None:
    row = np.array(cells, np.float32).reshape(1, 1, -1, 1)
    for axes in ((0, 1, 2, 3), (0, 2, 1, 3)):
        like = np.zeros((1, 1, len(pixels), 1), np.float32).transpose(axes)
        resized = keras.ops.convert_to_numpy(AlignedResize()([row.transpose(axes), like]))
        assert resized.shape == like.shape
        np.testing.assert_allclose(resized.ravel(), pixels, rtol=1e-6)


@pytest.mark.usefixtures("backend")
def test_four_channels_unfold_to_four_pixels_row_by_row() -> None:
    cells = np.arange(8, dtype=np.float32).reshape(1, 1, 2, 4)
    pixels = keras.ops.convert_to_numpy(Unfold()(cells))
    assert pixels[0, :, :, 0].tolist() == [[0, 1, 4, 5], [2, 3, 6, 7]]
