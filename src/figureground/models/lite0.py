"""EfficientNet-Lite0 as published: EfficientNet-B0 without squeeze-and-excitation, ReLU6 for swish.

Architecture: github.com/tensorflow/tpu, models/official/efficientnet/lite; Tan and Le 2019, EfficientNet.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import keras

BATCH_NORM_EPSILON = 1e-3


class Stage(NamedTuple):
    """Inverted residual blocks of one width; only the first has the stride."""

    repeats: int
    kernel_size: int
    stride: int
    expansion: int
    width: int


STEM_WIDTH = 32
STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
HEAD_WIDTH = 1280
CLASSES = 1000


def build_lite0(input_shape: tuple[int | None, int | None]) -> keras.Model:
    """The ImageNet classifier, with random weights.

    Args:
        input_shape: (height, width) in pixels.
    Returns:
        A model from float32 (B, H, W, 3), normalised to (255 * photo - 127) / 128, to logits (B, 1000).
    """
    photo = keras.Input((*input_shape, 3), name="photo")
    x = _convolve(photo, STEM_WIDTH, "stem", kernel_size=3, strides=2)
    block = 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            x = _inverted_residual(x, stage, stage.stride if repeat == 0 else 1, f"block{block}")
            block += 1
    x = _convolve(x, HEAD_WIDTH, "head")
    x = keras.layers.GlobalAveragePooling2D(name="head_pool")(x)
    return keras.Model(photo, keras.layers.Dense(CLASSES, name="head_classes")(x), name="efficientnet_lite0")


def _inverted_residual(x: Any, stage: Stage, stride: int, name: str) -> Any:
    """Sandler et al. 2018, MobileNetV2: widen, filter each channel, narrow; the sum where shapes agree."""
    shortcut, width = x, x.shape[-1]
    if stage.expansion != 1:
        x = _convolve(x, width * stage.expansion, f"{name}_expand")
    x = keras.layers.DepthwiseConv2D(
        stage.kernel_size, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )(x)
    x = _norm(x, f"{name}_depthwise", activate=True)
    x = _convolve(x, stage.width, f"{name}_project", activate=False)
    if stride == 1 and width == stage.width:
        x = keras.layers.Add(name=f"{name}_add")([x, shortcut])
    return x


def _convolve(x: Any, width: int, name: str, kernel_size: int = 1, strides: int = 1, activate: bool = True) -> Any:
    x = keras.layers.Conv2D(width, kernel_size, strides, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return _norm(x, name, activate)


def _norm(x: Any, name: str, activate: bool) -> Any:
    x = keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=f"{name}_bn")(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(x) if activate else x
