"""Inverted residual blocks, of which networks for phones are made (Sandler et al. 2018, MobileNetV2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras

BATCH_NORM_EPSILON = 1e-3


class BlockStage(NamedTuple):
    """Blocks of one width; only the first has the stride."""

    repeats: int
    kernel_size: int
    stride: int
    expansion: int
    width: int


def inverted_residuals(x: Any, stages: Sequence[BlockStage], normed: bool) -> Any:
    """The blocks of all stages behind features (B, H, W, C); their layers are called block0_…, block1_… and so on.

    Args:
        normed: Whether batch norm follows each convolution, which has a bias otherwise.
    """
    blocks = [(stage, stage.stride if repeat == 0 else 1) for stage in stages for repeat in range(stage.repeats)]
    for number, (stage, stride) in enumerate(blocks):
        x = _inverted_residual(x, stage, stride, f"block{number}", normed)
    return x


def convolve(
    x: Any, width: int, name: str, normed: bool, kernel_size: int = 1, strides: int = 1, activate: bool = True
) -> Any:
    """A convolution with what follows it: the layers `name`_conv, `name`_bn if normed, `name`_relu if activated."""
    x = keras.layers.Conv2D(width, kernel_size, strides, padding="same", use_bias=not normed, name=f"{name}_conv")(x)
    return _finished(x, name, normed, activate)


def _inverted_residual(x: Any, stage: BlockStage, stride: int, name: str, normed: bool) -> Any:
    """Widen, filter each channel, narrow; the sum where shapes agree."""
    shortcut, width = x, x.shape[-1]
    if stage.expansion != 1:
        x = convolve(x, width * stage.expansion, f"{name}_expand", normed)
    x = keras.layers.DepthwiseConv2D(
        stage.kernel_size, stride, padding="same", use_bias=not normed, name=f"{name}_depthwise_conv"
    )(x)
    x = _finished(x, f"{name}_depthwise", normed)
    x = convolve(x, stage.width, f"{name}_project", normed, activate=False)
    if stride == 1 and width == stage.width:
        x = keras.layers.Add(name=f"{name}_add")([x, shortcut])
    return x


def _finished(x: Any, name: str, normed: bool, activate: bool = True) -> Any:
    if normed:
        x = keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=f"{name}_bn")(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(x) if activate else x
