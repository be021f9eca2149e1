"""Layers that Keras lacks, and two that all decoders put behind a filter.

Saved models name the layers, so whatever loads a model imports this file. They run on every backend of Keras.
On TensorFlow two of them take its own operators, each one operator of LiteRT too.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("figureground")
class AlignedResize(keras.layers.Layer):  # type: ignore[misc]
    """Bilinear resizing of the first input, (B, h, w, C), to height and width of the second, corner on corner.

    A convolution with stride 2 and padding 1 puts its cell i on pixel 2i of an odd number of pixels, first on first and
    last on last, so this lays features of any stride back where they were seen (as Chen et al.'s own code does, with
    `align_corners=True` and inputs of 513). With even sizes and half-pixel centres those of stride 16 would lie half
    a cell beside the finer ones that the decoder joins them with.
    """

    def call(self, inputs: list[Any]) -> Any:
        features, like = inputs
        size = ops.shape(like)[1:3]
        return ops.cast(_resize_corner_on_corner(features, size), features.dtype)

    def compute_output_shape(self, input_shape: list[tuple[int | None, ...]]) -> tuple[int | None, ...]:
        features, like = input_shape
        return (features[0], *like[1:3], features[3])


@keras.saving.register_keras_serializable("figureground")
class ResizeLike(keras.layers.Layer):  # type: ignore[misc]
    """Bilinear resizing of the first input, (B, h, w, C), to height and width of the second, with half-pixel centres.

    So pictures are resized. Models from before `AlignedResize` resize features so, too.
    """

    def call(self, inputs: list[Any]) -> Any:
        features, like = inputs
        return ops.image.resize(features, ops.shape(like)[1:3], interpolation="bilinear")

    def compute_output_shape(self, input_shape: list[tuple[int | None, ...]]) -> tuple[int | None, ...]:
        features, like = input_shape
        return (features[0], *like[1:3], features[3])


@keras.saving.register_keras_serializable("figureground")
class Unfold(keras.layers.Layer):  # type: ignore[misc]
    """The four channels of a cell as its 2 x 2 pixels, row by row: (B, h, w, 4) to (B, 2h, 2w, 1)."""

    def call(self, inputs: Any) -> Any:
        return _depth_to_space(inputs)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, _ = input_shape
        return (batch, height and 2 * height, width and 2 * width, 1)


@keras.saving.register_keras_serializable("figureground")
class Largest(keras.layers.Layer):  # type: ignore[misc]
    """The largest of the channels, (B, H, W, C) to (B, H, W, 1)."""

    def call(self, inputs: Any) -> Any:
        return ops.max(inputs, axis=-1, keepdims=True)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], 1)


def norm_relu(x: Any, name: str) -> Any:
    """Batch normalisation and ReLU, named `name` and what they are."""
    # Keras' momentum of 0.99 needs some five hundred steps to forget its start, more than a short training has.
    x = keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x)


def _resize_corner_on_corner(features: Any, size: tuple[Any, Any]) -> Any:
    """(B, h, w, C) at (height, width), bilinear, the first cells on the first pixels, the last on the last; float32."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.raw_ops.ResizeBilinear(images=features, size=size, align_corners=True)
    features = ops.cast(features, "float32")
    rows, columns = (_linear_weights(features.shape[axis], size[axis - 1]) for axis in (1, 2))
    return ops.einsum("yh,bhwc,xw->byxc", rows, features, columns)


def _linear_weights(cells: int, pixels: int) -> Any:
    """float32 (pixels, cells): how much of each pixel comes from each cell, ends on ends."""
    places = ops.linspace(0.0, cells - 1.0, pixels)
    return ops.relu(1.0 - ops.abs(places[:, None] - ops.arange(cells, dtype="float32")))


def _depth_to_space(cells: Any) -> Any:
    """(B, h, w, 4) to (B, 2h, 2w, 1)."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.nn.depth_to_space(cells, 2)
    _, height, width, _ = ops.shape(cells)
    pixels = ops.transpose(ops.reshape(cells, (-1, height, width, 2, 2)), (0, 1, 3, 2, 4))
    return ops.reshape(pixels, (-1, 2 * height, 2 * width, 1))
