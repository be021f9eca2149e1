"""Xception as Keras publishes it (Chollet 2017, Xception)."""

from __future__ import annotations

from functools import partial

from keras.applications import Xception

from figureground.models.applications import build_application, load_published
from figureground.models.encoder import Encoder

INITIAL_WEIGHTS = ("imagenet",)

ENCODER = Encoder(
    build=partial(build_application, Xception),
    load=partial(load_published, Xception),
    features=("block3_sepconv2_bn", "block4_sepconv2_bn", "block14_sepconv2_act"),
    scale=2.0,
    offset=(-1.0,) * 3,
    same_padding=True,
)
