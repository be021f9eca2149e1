"""MobileNetV2 as Keras publishes it (Sandler et al. 2018, MobileNetV2)."""

from __future__ import annotations

from functools import partial

from keras.applications import MobileNetV2

from figureground.models.applications import build_application, load_published
from figureground.models.encoder import Encoder

INITIAL_WEIGHTS = ("imagenet",)

ENCODER = Encoder(
    build=partial(build_application, MobileNetV2),
    load=partial(load_published, MobileNetV2),
    features=("block_2_add", "block_5_add", "block_16_project_BN"),
    scale=2.0,
    offset=(-1.0,) * 3,
    same_padding=True,
)
