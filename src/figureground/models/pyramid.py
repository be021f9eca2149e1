"""Decoder of masks from features of four strides, for encoders that find people in them already.

From coarse to fine, as in a feature pyramid network (Lin et al. 2017): each stride's features and the encoder's own
scores of people are narrowed, added to what the coarser ones have become, and filtered. Plain convolutions of few
channels stand where DeepLabV3+ has separable ones of more: on CPUs they are trained several times as fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from figureground.models import movenet, selfie
from figureground.models.encoder import Size, build_encoder, find_encoder
from figureground.models.layers import norm_relu
from figureground.params import ModelParams

LEVELS = 4
# Residual blocks by stride. They join what belongs to one body, which is cheap where cells are few.
_BLOCKS = {32: 2, 16: 1, 8: 0}
SCORE_SCALE = 0.25  # scores are logits of up to 25, features of about 1


def build_model(params: ModelParams, input_shape: Size) -> keras.Model:
    """An encoder with features of four strides and this file's decoder, with random weights.

    Args:
        params: Encoder, dropout and `decoder_width`, the channels at stride 8; half of them at stride 4, half as many
            again at 16 and 32.
        input_shape: (height, width) in pixels, each a multiple of 32; None leaves one open.
    Returns:
        A functional model "figureground" from float32 photos (B, H, W, 3) in 0..1, RGB, to float32 logits (B, H, W, 2)
        of person and of held things, whatever the precision of its inner layers.
    """
    encoder = find_encoder(params.encoder)
    photo = keras.Input((*input_shape, 3), name="photo")
    x = keras.layers.Rescaling(encoder.scale, list(encoder.offset), name="normalise")(photo)
    answers = build_encoder(params.encoder, params.output_stride, input_shape)(x)
    second = movenet.build_movenet(input_shape)(photo) if params.pose_network else ()
    width = params.decoder_width
    widths = (width // 2, width, width + width // 2, width + width // 2)
    x = decode(answers[:LEVELS], answers[LEVELS:], widths, params.dropout, second)
    # Cells of stride 2 are centred where resizing with half-pixel centres puts them.
    coarse, x = x, keras.layers.UpSampling2D(2, interpolation="bilinear", dtype="float32", name="upsample")(x)
    if params.selfie_network:
        person = selfie.fuse_selfie(x[..., :1], coarse[..., :1], photo)
        x = keras.layers.Concatenate(dtype="float32", name="selfie_and_held")([person, x[..., 1:]])
    return keras.Model(photo, x, name="figureground")


def decode(
    features: Sequence[Any], scores: Sequence[Any], widths: Sequence[int], dropout: float, second: Sequence[Any] = ()
) -> Any:
    """Logits of person and of held things, float32 (B, H/2, W/2, 2), from features of strides 4, 8, 16 and 32.

    Args:
        features: (B, H/s, W/s, ·), finest first.
        scores: (B, H/s, W/s, ·) of the three coarser strides.
        widths: Channels of the decoder at each stride, finest first.
        second: Another network's features of the same four strides, finest first, or nothing.
    """
    low_level, *deeper = features
    low_level_second, *deeper_second = second or (None,) * LEVELS
    x: Any = None
    of_strides = zip((32, 16, 8), deeper[::-1], deeper_second[::-1], scores[::-1], widths[:0:-1], strict=True)
    for stride, feature, other, score, width in of_strides:
        name = f"decoder{stride}"
        score = keras.layers.Rescaling(SCORE_SCALE, name=f"{name}_score")(score)
        joined = keras.layers.Concatenate(name=f"{name}_join")([feature, score])
        x = _level(joined, other, x, width, name, 1 if stride == 32 else 3)
        if stride == 32:
            x = keras.layers.Dropout(dropout, name="decoder_dropout")(_in_context(x, width))
        for block in range(_BLOCKS[stride]):
            x = _residual(x, width, f"{name}_block{block}")
    x = _level(low_level, low_level_second, x, widths[0], "decoder4", 3)
    # Four pixels of stride 2 from each cell: outlines finer than the cells.
    return keras.layers.Conv2DTranspose(2, 2, 2, dtype="float32", name="person_held")(x)


def _level(feature: Any, second: Any, coarser: Any, width: int, name: str, size: int) -> Any:
    x = keras.layers.Conv2D(width, 1, use_bias=coarser is None, name=f"{name}_narrow")(feature)
    if second is not None:
        # It adds nothing when training begins, so that a decoder which has not known it begins where it was.
        other = keras.layers.Conv2D(width, 1, use_bias=False, kernel_initializer="zeros", name=f"{name}_second")(second)
        x = keras.layers.Add(name=f"{name}_both")([x, other])
    if coarser is not None:
        coarser = keras.layers.Conv2D(width, 1, use_bias=False, name=f"{name}_coarser")(coarser)
        x = keras.layers.Add(name=f"{name}_add")([x, doubled(coarser, f"{name}_coarser")])
        x = norm_relu(x, f"{name}_add")
        x = keras.layers.Conv2D(width, size, padding="same", use_bias=False, name=name)(x)
    return norm_relu(x, name)


def _in_context(x: Any, width: int) -> Any:
    """With what the whole photo shows."""
    pooled = keras.layers.GlobalAveragePooling2D(keepdims=True, name="context_pool")(x)
    pooled = keras.layers.Conv2D(width, 1, activation="relu", name="context")(pooled)
    return keras.layers.Add(name="context_add")([x, pooled])


def _residual(x: Any, width: int, name: str) -> Any:
    """Two filters beside the features (He et al. 2016); what they add is nothing when training begins."""
    y = keras.layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"{name}_in")(x)
    y = keras.layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"{name}_out")(norm_relu(y, f"{name}_in"))
    y = keras.layers.BatchNormalization(momentum=0.9, gamma_initializer="zeros", name=f"{name}_out_bn")(y)
    return keras.layers.ReLU(name=f"{name}_relu")(keras.layers.Add(name=f"{name}_add")([x, y]))


def doubled(x: Any, name: str) -> Any:
    """Features at twice the size, linear between cells, cell j going to 2j, where features of half the stride see it.

    Resizing with half-pixel centres would lay them half a cell beside.
    """
    x = keras.layers.UpSampling2D(2, name=f"{name}_up")(x)
    return keras.layers.AveragePooling2D(2, 1, padding="same", name=f"{name}_smooth")(x)
