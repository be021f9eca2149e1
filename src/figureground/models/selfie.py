"""MediaPipe's selfie segmentation beside our network: its logits are added where both see the same people.

Network and weights: `selfie_segmentation.tflite` of mediapipe 0.10.14 on PyPI (npm's @mediapipe/selfie_segmentation has
the same weights), Apache-2.0; an encoder as of Howard et al. 2019, Searching for MobileNetV3, and a decoder whose skips
are gated by the pooled image. It was made for people before a camera: sharp about them, lost where they are small or
many, and sure of somebody in most photos of nobody. So it moves outlines, no more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import keras

from figureground.models.layers import ResizeLike, Unfold
from figureground.models.litert_file import LiteRTFileError, read_convolutions

NAME = "selfie"  # of the network's layer; the names of all others here begin with it
SIZE = 256  # pixels, square: what it was made for

# Chosen on validation photos. Below LEAST the two see different people, from FULL on the same ones. The other network
# may take away what ours is sure of, a passer-by at the side, but add only where it wavers: what people hold is person
# to the other.
LEAST, FULL = 0.4, 0.7
WEIGHT = 0.5
MIN_SHIFT, MAX_SHIFT = -5.0, 0.7


class InvertedResidual(NamedTuple):
    """An inverted residual block; `squeezed` is the width its squeeze-and-excitation pools to, 0 without."""

    expanded: int
    width: int
    kernel_size: int
    stride: int
    activation: str
    squeezed: int


STEM_WIDTH = 16
BLOCKS = (
    InvertedResidual(16, 16, 3, 2, "relu", 8),
    InvertedResidual(72, 24, 3, 2, "relu", 0),
    InvertedResidual(88, 24, 3, 1, "relu", 0),
    InvertedResidual(96, 32, 5, 2, "hard_silu", 24),
    InvertedResidual(128, 32, 5, 1, "hard_silu", 32),
    InvertedResidual(128, 32, 5, 1, "hard_silu", 32),
    InvertedResidual(96, 32, 5, 1, "hard_silu", 24),
    InvertedResidual(96, 32, 5, 1, "hard_silu", 24),
)
HEAD_WIDTH = 128


def build_selfie() -> keras.Model:
    """The network with random weights, which no training changes.

    Returns:
        A model from float32 photos (B, SIZE, SIZE, 3) in 0..1, RGB, to float32 logits (B, SIZE, SIZE, 1).
    """
    photo = keras.Input((SIZE, SIZE, 3), name="photo")
    skips = [_convolve(photo, STEM_WIDTH, "stem", "hard_silu", kernel_size=3, strides=2)]
    x = skips[0]
    for number, block in enumerate(BLOCKS):
        x = _inverted_residual(x, block, f"block{number}")
        if number in (0, 2):  # the last at strides 4 and 8
            skips.append(x)
    pooled = keras.layers.GlobalAveragePooling2D(keepdims=True, name="head_pool")(x)
    x = _convolve(x, HEAD_WIDTH, "head", "relu")
    x = keras.layers.Multiply(name="head_scaled")([x, _convolve(pooled, HEAD_WIDTH, "head_scale", "sigmoid")])
    for skip in reversed(skips):
        x = _refined(x, skip, f"stride{SIZE // skip.shape[1]}")
    # A transposed convolution of 2 x 2 pixels with stride 2, which LiteRT would quantise whatever it is told.
    quarters = keras.layers.Conv2D(4, 1, dtype="float32", name="logits")(x)
    model = keras.Model(photo, Unfold(dtype="float32", name="unfold")(quarters), name=NAME)
    model.trainable = False
    return model


def load_selfie(model: keras.Model, path: Path) -> None:
    """Load the published weights into a model of `build_selfie`, in place.

    Raises:
        LiteRTFileError: The file is missing or holds another network.
    """
    layers = [model.get_layer(name) for name in _layer_names()]
    convolutions = read_convolutions(path)
    if convolutions and convolutions[-1][0].shape == (2, 2, 1, STEM_WIDTH):
        kernel, bias = convolutions[-1]
        convolutions[-1] = kernel.transpose(2, 3, 0, 1).reshape(1, 1, STEM_WIDTH, 4), bias.repeat(4)
    if [kernel.shape for kernel, _ in convolutions] != [tuple(layer.kernel.shape) for layer in layers]:
        raise LiteRTFileError(f"{path}: not MediaPipe's selfie segmentation; give selfie_segmentation.tflite")
    for layer, weights in zip(layers, convolutions, strict=True):
        layer.set_weights(weights)


def fuse_selfie(logits: Any, coarse: Any, photo: Any) -> Any:
    """The logits, shifted by those of the selfie network.

    The shift is WEIGHT times its logit, clipped to MIN_SHIFT..MAX_SHIFT, times how far the two agree on the photo as a
    whole. Nothing here is trained, and training leaves it out (`deeplab.without_selfie`).

    Args:
        logits: Of our network, float32 (B, H, W, 1).
        coarse: The same before upsampling, (B, h, w, 1), on which agreement is measured.
        photo: float32 (B, H, W, 3) in 0..1, RGB.
    """
    seen = keras.layers.Resizing(SIZE, SIZE, name="selfie_photo")(photo)
    selfie_logits = build_selfie()(seen)
    agreement = Agreement(dtype="float32", name="selfie_agreement")(
        [coarse, ResizeLike(dtype="float32", name="selfie_coarse")([selfie_logits, coarse])]
    )
    selfie_logits = ResizeLike(dtype="float32", name="selfie_upsample")([selfie_logits, logits])
    return ClippedFusion(WEIGHT, dtype="float32", name="selfie_fusion")([logits, selfie_logits, agreement])


@keras.saving.register_keras_serializable("figureground")
class Agreement(keras.layers.Layer):  # type: ignore[misc]
    """How far two maps of logits, each (B, H, W, 1), see the same people: 0..1, (B, 1, 1, 1).

    From their soft intersection over union, the sum of the smaller probabilities by that of the larger (Ruzicka
    similarity): 0 up to `least`, 1 from `full` on.
    """

    def __init__(self, least: float = LEAST, full: float = FULL, **layer: Any) -> None:
        super().__init__(**layer)
        self._least, self._full = least, full

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "least": self._least, "full": self._full}

    def call(self, inputs: list[Any]) -> Any:
        one, other = (keras.ops.sigmoid(logits) for logits in inputs)
        shared = keras.ops.sum(keras.ops.minimum(one, other), axis=(1, 2, 3), keepdims=True)
        either = keras.ops.sum(keras.ops.maximum(one, other), axis=(1, 2, 3), keepdims=True)
        similarity = shared / (either + keras.config.epsilon())
        return keras.ops.clip((similarity - self._least) / (self._full - self._least), 0.0, 1.0)

    def compute_output_shape(self, input_shape: list[tuple[int | None, ...]]) -> tuple[int | None, ...]:
        return (input_shape[0][0], 1, 1, 1)


@keras.saving.register_keras_serializable("figureground")
class ClippedFusion(keras.layers.Layer):  # type: ignore[misc]
    """Logits (B, H, W, 1) plus `weight` times another's, clipped to `lowest`..`highest`, times a factor.

    The factor comes as (B, 1, 1, 1), in 0..1.
    """

    def __init__(
        self, weight: float = WEIGHT, lowest: float = MIN_SHIFT, highest: float = MAX_SHIFT, **layer: Any
    ) -> None:
        super().__init__(**layer)
        self._weight, self._lowest, self._highest = weight, lowest, highest

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "weight": self._weight, "lowest": self._lowest, "highest": self._highest}

    def call(self, inputs: list[Any]) -> Any:
        logits, selfie_logits, agreement = inputs
        return logits + agreement * keras.ops.clip(self._weight * selfie_logits, self._lowest, self._highest)

    def compute_output_shape(self, input_shape: list[tuple[int | None, ...]]) -> tuple[int | None, ...]:
        return input_shape[0]


def _layer_names() -> list[str]:
    """Our convolutions in the order of the published file."""
    names = ["stem_conv"]
    for number, block in enumerate(BLOCKS):
        gate = ("squeeze_conv", "excite_conv") if block.squeezed else ()
        names += [f"block{number}_{part}" for part in ("expand_conv", "depthwise", *gate, "project_conv")]
    names += ["head_conv", "head_scale_conv"]
    parts = ("narrow_conv", "squeeze_conv", "excite_conv", "conv", "depthwise")
    return [*names, *(f"stride{stride}_{part}" for stride in (8, 4, 2) for part in parts), "logits"]


def _inverted_residual(x: Any, block: InvertedResidual, name: str) -> Any:
    shortcut = x
    x = _convolve(x, block.expanded, f"{name}_expand", block.activation)
    x = keras.layers.DepthwiseConv2D(
        block.kernel_size, block.stride, padding="same", activation=block.activation, name=f"{name}_depthwise"
    )(x)
    if block.squeezed:
        x = keras.layers.Multiply(name=f"{name}_excited")([x, _gate(x, block.squeezed, name)])
    x = _convolve(x, block.width, f"{name}_project", "linear")
    if shortcut.shape == x.shape:
        x = keras.layers.Add(name=f"{name}_add")([x, shortcut])
    return x


def _refined(x: Any, skip: Any, name: str) -> Any:
    """Features at twice the size, with those of the encoder in the measure that both together call for."""
    width = skip.shape[-1]
    x = keras.layers.UpSampling2D(2, interpolation="bilinear", name=f"{name}_upsample")(x)
    x = _convolve(x, width, f"{name}_narrow", "linear")
    both = keras.layers.Add(name=f"{name}_both")([skip, x])
    skip = keras.layers.Multiply(name=f"{name}_gated")([skip, _gate(both, width, name)])
    x = _convolve(keras.layers.Add(name=f"{name}_join")([skip, x]), width, name, "relu")
    filtered = keras.layers.DepthwiseConv2D(3, padding="same", activation="relu", name=f"{name}_depthwise")(x)
    return keras.layers.Add(name=f"{name}_add")([x, filtered])


def _gate(x: Any, squeezed: int, name: str) -> Any:
    """Squeeze and excitation (Hu et al. 2018): a factor for each channel, from the pooled image."""
    pooled = keras.layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
    return _convolve(_convolve(pooled, squeezed, f"{name}_squeeze", "relu"), x.shape[-1], f"{name}_excite", "sigmoid")


def _convolve(x: Any, width: int, name: str, activation: str, kernel_size: int = 1, strides: int = 1) -> Any:
    convolution = keras.layers.Conv2D(
        width, kernel_size, strides, padding="same", activation=activation, name=f"{name}_conv"
    )
    return convolution(x)
