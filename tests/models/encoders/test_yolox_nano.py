"""The port of the published detector, against figures of the original and by itself."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from figureground.models.encoder import build_encoder, set_weights_by_layer
from figureground.models.encoders.yolox_nano import _layers, _unfocused, build_yolox_nano, read_yolox_nano
from figureground.models.onnx_file import OnnxFileError

PUBLISHED = Path(__file__).parents[3] / "weights/yolox_nano.onnx"
SIDE = 416  # of the original's input
# Of the original, run by ONNX Runtime on `waves`: size, mean, deviation, and the answers at three places.
ORIGINAL = [
    ((104, 104, 32), 0.80692, 1.4287, -0.08355, 1.46017, -0.07528),
    ((52, 52, 64), 0.2506, 0.41908, 0.12395, -0.24356, 0.56597),
    ((26, 26, 128), 0.09778, 0.35713, 0.77571, -0.23006, 0.28022),
    ((13, 13, 256), 0.049, 0.44442, 0.13459, -0.11126, -0.27808),
    ((52, 52, 2), -7.06342, 4.41534, -14.82508, -1.53206, -4.76607),
    ((26, 26, 2), -5.85458, 2.77995, -13.32873, -2.3089, -5.37482),
    ((13, 13, 2), -4.94086, 2.91064, -11.17931, -2.05486, -9.39604),
]


def waves() -> np.ndarray:
    """A coloured pattern, float32 RGB in 0..255."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    lengths = ((31, 47), (17, -29), (53, 11))
    return np.stack([127.5 + 127.5 * np.sin(rows / a + columns / b) for a, b in lengths], -1).astype(np.float32)


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="needs the published yolox_nano.onnx in weights/")
def test_the_port_computes_what_the_original_does() -> None:
    encoder = build_encoder("yolox_nano", 32, (SIDE, SIDE))
    set_weights_by_layer(encoder, read_yolox_nano(PUBLISHED))
    answers = encoder(waves()[None], training=False)
    for answer, (size, *figures) in zip(answers, ORIGINAL, strict=True):
        ours = keras.ops.convert_to_numpy(answer)[0].astype(np.float64)
        places = ours[0, 0, 0], ours[-1, 3, 1], ours[size[0] // 2, size[1] // 3, -1]
        assert ours.shape == size
        np.testing.assert_allclose((ours.mean(), ours.std(), *places), figures, atol=1e-4, rtol=1e-5)


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.onnx"
    file.write_bytes(b"\x08\x07")
    with pytest.raises(OnnxFileError, match=r"other\.onnx: holds no tensors"):
        read_yolox_nano(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OnnxFileError, match=r"nowhere\.onnx: cannot be read"):
        read_yolox_nano(tmp_path / "nowhere.onnx")


def test_each_convolution_has_its_place_in_the_file() -> None:
    boxes = {
        name for name in _layers() if not name.startswith("head") or "obj" in name or "cls" in name or "in" in name
    }
    scores = {layer.name for layer in build_yolox_nano((32, 32)).layers if layer.name.endswith("_pred")}
    ours = {layer.name for layer in build_yolox_nano((32, 32)).layers if layer.weights}
    assert boxes | scores == ours


def test_one_convolution_of_6_x_6_is_the_published_focus_and_its_convolution_of_3_x_3() -> None:
    rng = np.random.default_rng(5)
    photo = rng.normal(size=(8, 8, 3)).astype(np.float32)
    kernel = rng.normal(size=(4, 12, 3, 3)).astype(np.float32)
    bgr = photo[..., ::-1]
    cells = np.concatenate([bgr[row::2, column::2] for row, column in ((0, 0), (1, 0), (0, 1), (1, 1))], axis=-1)
    focused = keras.ops.conv(cells[None], kernel.transpose(2, 3, 1, 0), padding="valid")
    whole = keras.ops.conv(photo[None], _unfocused(kernel), strides=2, padding="valid")
    np.testing.assert_allclose(whole, focused, atol=1e-4)


def test_a_cell_of_stride_4_is_centred_half_a_pixel_past_its_first() -> None:
    encoder = build_encoder("yolox_nano", 32, (64, 64))
    for layer in encoder.layers:
        if layer.weights:  # alike on all sides
            layer.set_weights([np.full(weight.shape, 0.01, np.float32) for weight in layer.weights])
    photo = np.zeros((1, 64, 64, 3), np.float32)
    photo[:, 32:34, 32:34] = 255.0  # around the pixel 32.5, in the cell 8
    answer = keras.ops.convert_to_numpy(encoder(photo, training=False)[0])[0]
    around = answer[8 - 5 : 8 + 6, 8 - 5 : 8 + 6]
    np.testing.assert_allclose(around, around[::-1], rtol=1e-4)
    np.testing.assert_allclose(around, around[:, ::-1], rtol=1e-4)
    assert np.unravel_index(around[..., 0].argmax(), (11, 11)) == (5, 5)
