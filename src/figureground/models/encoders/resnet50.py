"""ResNet-50 as Keras publishes it (He et al. 2016, Deep Residual Learning), but for photos in RGB."""

from __future__ import annotations

from functools import partial

import keras
from keras.applications import ResNet50

from figureground.models.applications import build_application, load_published
from figureground.models.encoder import Encoder

INITIAL_WEIGHTS = ("imagenet",)


def _load(encoder: keras.Model, init: str) -> None:
    load_published(ResNet50, encoder, init)
    turn_to_rgb(encoder)


def turn_to_rgb(encoder: keras.Model) -> None:
    """Turn the first kernel of weights that want BGR round, instead of each photo."""
    stem = encoder.get_layer("conv1_conv")
    kernel, bias = stem.get_weights()
    stem.set_weights([kernel[:, :, ::-1], bias])


ENCODER = Encoder(
    build=partial(build_application, ResNet50),
    load=_load,
    features=("conv2_block3_out", "conv3_block4_out", "conv5_block3_out"),
    scale=255.0,
    offset=(-123.68, -116.779, -103.939),
)
