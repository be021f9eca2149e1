"""What an encoder of DeepLabV3+ is, and how its last strides are turned into dilation.

A file of `models/encoders` holds `ENCODER`, an `Encoder`, and the constants of `figureground.encoder_facts`. All
encoders take the same way: the network as published, cut behind its last features, then copied with the strides
past the output stride removed and the filters behind them dilated by as much (Chen et al. 2018, DeepLabV3+, section 3),
so that published weights fit.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from figureground.encoder_facts import encoder_names

Size = tuple[int | None, int | None]

_REFERENCE_SIZE = 512  # pixels, on which strides are read off the layers' shapes


@dataclass(frozen=True)
class Encoder:
    """A published network and where to tap it.

    Attributes:
        build: The network as published, with random weights, for a (height, width).
        load: Loads the weights that `model.init` names into a model of `build_encoder`, in place; it is called with
            what `INITIAL_WEIGHTS` of its file admits and raises a FiguregroundError, one line, where that fails.
        features: Layers whose outputs are the features, from the finest: at strides 4, 8 and the output stride, which
            DeepLabV3+ decodes, or at 4, 8, 16 and 32, which a pyramid does.
        scale, offset: What its weights expect: `photo * scale + offset` for a photo in 0..1; offset a channel, RGB.
        logits: Layers whose outputs are logits of its own, if the network was trained to find people, from the finest.
            With one at the output stride its deepest features need no ASPP of ours; a pyramid takes those of the
            strides 8, 16 and 32.
        frozen: What the names of those layers begin with that stay as they came even where the encoder is trained.
        floating: What the names of those layers begin with that int8 exports leave in floating point, since
            rounding them to whole numbers costs too much of the masks.
        same_padding: Whether all its padding is replaced by that of Keras's "same", which any photo size survives.
    """

    build: Callable[[tuple[int, int]], keras.Model]
    load: Callable[[keras.Model, str], None]
    features: Sequence[str]
    scale: float
    offset: Sequence[float]
    logits: Sequence[str] = ()
    same_padding: bool = False
    frozen: Sequence[str] = ()
    floating: Sequence[str] = ()


def find_encoder(name: str) -> Encoder:
    """The encoder of the file `name` of `models/encoders`."""
    encoder: Encoder = importlib.import_module(f"figureground.models.encoders.{name}").ENCODER
    return encoder


def encoder_layers(model: keras.Model) -> list[keras.Model]:
    """The encoder in a model of `deeplab.build_model`; nothing in another model."""
    return [layer for layer in model.layers if layer.name in encoder_names()]


def build_encoder(name: str, output_stride: int, input_shape: Size) -> keras.Model:
    """An encoder with random weights, named `name`.

    Args:
        name: A file of `models/encoders`.
        output_stride: 8, 16 or 32.
        input_shape: (height, width) in pixels, either may be None.
    Returns:
        A model from normalised float32 (B, H, W, 3) to the features, as [low-level (B, H/4, W/4, ·), mid-level (B, H/8,
        W/8, ·), deep (B, H/stride, W/stride, ·)], sizes rounded up, and, where the encoder has them, its logits, of
        deep's size; of a pyramid [features at strides 4, 8, 16 and 32, logits at 8, 16 and 32]. Its weights stand in
        the order of those of the network as published.
    """
    encoder = find_encoder(name)
    network = tapped(encoder.build((_REFERENCE_SIZE, _REFERENCE_SIZE)), (*encoder.features, *encoder.logits))

    def copy(layer: keras.layers.Layer) -> keras.layers.Layer:
        return _atrous(layer, output_stride, encoder.same_padding)

    clone = keras.models.clone_model(network, keras.Input((*input_shape, 3), name="normalised"), clone_function=copy)
    clone.name = name
    return clone


def tapped(network: keras.Model, layers: Sequence[str]) -> keras.Model:
    """The network up to the last of these layers, with their outputs as its own."""
    return keras.Model(network.input, [network.get_layer(layer).output for layer in layers])


def set_weights_by_layer(model: keras.Model, weights: Mapping[str, Sequence[Any]]) -> None:
    """Set the weights of each layer that has some; `weights` may hold more layers."""
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(weights[layer.name])


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
