"""EfficientNet-Lite0 as published: EfficientNet-B0 without squeeze-and-excitation, ReLU6 for swish.

Architecture: github.com/tensorflow/tpu, models/official/efficientnet/lite; Tan and Le 2019, EfficientNet.
"""

from __future__ import annotations

import keras

from figureground.models.inverted_residuals import BlockStage, convolve, inverted_residuals

STEM_WIDTH = 32
STAGES = (
    BlockStage(1, 3, 1, 1, 16),
    BlockStage(2, 3, 2, 6, 24),
    BlockStage(2, 5, 2, 6, 40),
    BlockStage(3, 3, 2, 6, 80),
    BlockStage(3, 5, 1, 6, 112),
    BlockStage(4, 5, 2, 6, 192),
    BlockStage(1, 3, 1, 6, 320),
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
    x = convolve(photo, STEM_WIDTH, "stem", normed=True, kernel_size=3, strides=2)
    x = inverted_residuals(x, STAGES, normed=True)
    x = convolve(x, HEAD_WIDTH, "head", normed=True)
    x = keras.layers.GlobalAveragePooling2D(name="head_pool")(x)
    return keras.Model(photo, keras.layers.Dense(CLASSES, name="head_classes")(x), name="efficientnet_lite0")
