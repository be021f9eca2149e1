"""Encoders of DeepLabV3+: networks whose last strides are turned into dilation.

All take the same way: the network as published, cut behind its last features, then copied with the strides
past the output stride removed and the filters behind them dilated by as much (Chen et al. 2018, DeepLabV3+, section 3),
so that published weights fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from figureground.models.deeplab_mobilenet import build_deeplab_mobilenet
from figureground.models.lite0 import build_lite0

_REFERENCE_SIZE = 512  # pixels, on which strides are read off the layers' shapes


@dataclass(frozen=True)
class Encoder:
    """A published network and where to tap it.

    Attributes:
        network: Builds it for an (height, width) with given weights: None (random) or "imagenet".
        low_level: Layer whose output is the low-level features, at stride 4.
        mid_level: Layer whose output is the features at stride 8.
        deep: Layer whose output is the deep features, at the output stride.
        scale, offset: What its weights expect: `photo * scale + offset` for a photo in 0..1; offset a channel, RGB.
        logits: Layer whose output is a logit at the output stride, if the network was trained to find people; its deep
            features have been through image pooling and need no ASPP of ours.
        same_padding: Whether all its padding is replaced by that of Keras's "same", which any photo size survives.
    """

    network: Callable[[tuple[int, int], str | None], keras.Model]
    low_level: str
    mid_level: str
    deep: str
    scale: float
    offset: Sequence[float]
    same_padding: bool = False
    logits: str | None = None


def _application(build: Callable[..., keras.Model]) -> Callable[[tuple[int, int], str | None], keras.Model]:
    return lambda size, weights: build(include_top=False, weights=weights, input_shape=(*size, 3))


ENCODERS: dict[str, Encoder] = {
    "efficientnet_lite0": Encoder(
        lambda size, _: build_lite0(size),
        "block2_add",
        "block4_add",
        "block15_project_bn",
        255 / 128,
        (-127 / 128,) * 3,
    ),
    "mobilenet_v2": Encoder(
        _application(keras.applications.MobileNetV2),
        "block_2_add",
        "block_5_add",
        "block_16_project_BN",
        2.0,
        (-1.0,) * 3,
        True,
    ),
    "mobilenet_v2_deeplab": Encoder(
        lambda size, _: build_deeplab_mobilenet(size),
        "block2_add",
        "block5_add",
        "head_relu",
        2.0,
        (-1.0,) * 3,
        logits="person_margin",
    ),
    # Keras's weights want BGR; `weights.py` turns the first kernel round instead of each photo.
    "resnet50": Encoder(
        _application(keras.applications.ResNet50),
        "conv2_block3_out",
        "conv3_block4_out",
        "conv5_block3_out",
        255.0,
        (-123.68, -116.779, -103.939),
    ),
    "xception": Encoder(
        _application(keras.applications.Xception),
        "block3_sepconv2_bn",
        "block4_sepconv2_bn",
        "block14_sepconv2_act",
        2.0,
        (-1.0,) * 3,
        True,
    ),
}


def build_backbone(name: str, weights: str | None = None) -> keras.Model:
    """The network as published up to its deep features, for photos of 512 x 512; outputs as `build_encoder`'s."""
    encoder = ENCODERS[name]
    network = encoder.network((_REFERENCE_SIZE, _REFERENCE_SIZE), weights)
    layers = (encoder.low_level, encoder.mid_level, encoder.deep, encoder.logits)
    taps = [network.get_layer(layer).output for layer in layers if layer is not None]
    return keras.Model(network.input, taps, name=name)


def build_encoder(name: str, output_stride: int, input_shape: tuple[int | None, int | None]) -> keras.Model:
    """An encoder with random weights, named `name`.

    Args:
        name: A key of `ENCODERS`.
        output_stride: 8, 16 or 32.
        input_shape: (height, width) in pixels, either may be None.
    Returns:
        A model from normalised float32 (B, H, W, 3) to [low-level (B, H/4, W/4, ·), mid-level (B, H/8, W/8, ·),
        deep (B, H/stride, W/stride, ·)], sizes rounded up, and, where the encoder has them, its logits of deep's size.
        Its weights stand in the order of `build_backbone`'s.
    """

    def copy(layer: keras.layers.Layer) -> keras.layers.Layer:
        return _atrous(layer, output_stride, ENCODERS[name].same_padding)

    backbone = build_backbone(name)
    encoder = keras.models.clone_model(backbone, keras.Input((*input_shape, 3), name="normalised"), clone_function=copy)
    encoder.name = name
    return encoder


def _atrous(layer: keras.layers.Layer, output_stride: int, same_padding: bool) -> keras.layers.Layer:
    """A copy that keeps to the output stride: its own stride goes if it would pass it, and its filter is dilated by
    the stride that the layers before have lost (the first filter of a stage hence by half of what the others are)."""
    config = layer.get_config()
    if same_padding and isinstance(layer, keras.layers.ZeroPadding2D):
        return keras.layers.Identity(name=layer.name)
    if "strides" in config:
        stride_before = _stride(layer.input)
        if stride_before * max(config["strides"]) > output_stride:
            config["strides"] = (1, 1)
        if "dilation_rate" in config and max(config["kernel_size"]) > 1:
            config["dilation_rate"] = (max(1, stride_before // output_stride),) * 2
        if same_padding:
            config["padding"] = "same"
    return type(layer).from_config(config)


def _stride(features: Any) -> int:
    """Of features of the reference size: the nearest power of two, as padding adds a few pixels."""
    return int(2 ** round(math.log2(_REFERENCE_SIZE / features.shape[1])))
