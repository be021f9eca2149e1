"""DeepLabV3+ for one class, after Chen et al. 2018, Encoder-Decoder with Atrous Separable Convolution."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from figureground.errors import FiguregroundError, first_line
from figureground.models import pyramid, selfie
from figureground.models.encoder import Size, build_encoder, find_encoder
from figureground.models.layers import AlignedResize, norm_relu
from figureground.params import ModelParams


class ModelError(FiguregroundError):
    """A saved model that cannot be used."""


def build_model(params: ModelParams, input_shape: Size) -> keras.Model:
    """The network with random weights; `weights.load_initial_weights` loads those that `params.init` names.

    DeepLabV3+, or the decoder of `pyramid` where the encoder has features of four strides.

    Args:
        params: Encoder, output stride and widths.
        input_shape: (height, width) in pixels, each a multiple of the output stride plus one, lest features are joined
            beside their places; None leaves one open, which LiteRT serves worse.
    Returns:
        A functional model "figureground" from float32 photos (B, H, W, 3) in 0..1, RGB, to float32 logits (B, H, W, 1),
        whatever the precision of its inner layers; with the decoder of `pyramid` (B, H, W, 2), of person and of held
        things.
    """
    encoder = find_encoder(params.encoder)
    if len(encoder.features) == pyramid.LEVELS:
        return pyramid.build_model(params, input_shape)
    photo = keras.Input((*input_shape, 3), name="photo")
    x = keras.layers.Rescaling(encoder.scale, list(encoder.offset), name="normalise")(photo)
    features = build_encoder(params.encoder, params.output_stride, input_shape)
    if params.freeze_batch_norm:
        _freeze_batch_norm(features)
    low_level, mid_level, deep, *encoder_logits = features(x)
    x = deep if encoder_logits else _aspp(deep, params)
    x = keras.layers.Dropout(params.dropout, name="aspp_dropout")(x)
    x = _decoder(x, low_level, mid_level, params)
    # Classified before upsampling: both are linear, so the logits are the same for a sixteenth of the work.
    zeros = {"kernel_initializer": "zeros"} if encoder_logits else {}  # so training begins with the encoder's logits
    x = keras.layers.Conv2D(1, 1, dtype="float32", name="logits", **zeros)(x)
    if encoder_logits:
        x = keras.layers.Add(dtype="float32", name="refined")(
            [x, AlignedResize(name="encoder_logits")([*encoder_logits, x])]
        )
        if params.bound_by_encoder:
            x = _bounded(x, *encoder_logits)
    coarse, x = x, AlignedResize(dtype="float32", name="upsample")([x, photo])
    if params.selfie_network:
        x = selfie.fuse_selfie(x, coarse, photo)
    return keras.Model(photo, x, name="figureground")


def without_selfie(model: keras.Model) -> keras.Model:
    """A model of `build_model` without its selfie network, of the same layers; the model itself if it has none."""
    if not any(layer.name == selfie.NAME for layer in model.layers):
        return model
    return keras.Model(model.input, model.get_layer("upsample").output, name=model.name)


def load_model(path: Path) -> keras.Model:
    """A model that training has saved, for use, not for more training.

    Raises:
        ModelError: The file is missing or holds no model of this version.
    """
    try:
        return keras.models.load_model(path, compile=False)
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{path}: cannot be loaded ({first_line(error)}); run the train stage again") from None


def _freeze_batch_norm(encoder: keras.Model) -> None:
    """Statistics of a dozen photos are worse than those that the weights came with (Chen et al. 2017, section 4)."""
    for layer in encoder.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _aspp(x: Any, params: ModelParams) -> Any:
    """Atrous spatial pyramid pooling: a 1x1 branch, one a dilation and the pooled image, projected to one width."""
    width = params.aspp_width
    branches = [_pointwise(x, width, "aspp_point")]
    for rate in params.aspp_rates:
        dilation = max(1, rate * 16 // params.output_stride)
        branches.append(_separable(x, width, f"aspp_rate{rate}", dilation))
    x_image = keras.layers.GlobalAveragePooling2D(keepdims=True, name="aspp_image_pool")(x)
    # No batch norm: the statistics of one pixel a photo are too noisy for small batches.
    x_image = keras.layers.Conv2D(width, 1, activation="relu", name="aspp_image_conv")(x_image)
    # A 1x1 convolution of a concatenation is the sum of 1x1 convolutions, so the pooled image need not be spread out.
    x_image = keras.layers.Conv2D(width, 1, use_bias=False, name="aspp_image_project")(x_image)
    x = keras.layers.Concatenate(name="aspp_concat")(branches)
    x = keras.layers.Conv2D(width, 1, use_bias=False, name="aspp_project")(x)
    return norm_relu(keras.layers.Add(name="aspp_add")([x, x_image]), "aspp_project")


def _decoder(x: Any, low_level: Any, mid_level: Any, params: ModelParams) -> Any:
    """Deep features at the size of the low-level ones, which are narrowed lest they outweigh the deep; two filters.

    With `mid_level_width` they take a step between, at stride 8, where small people still show.
    """
    if params.mid_level_width:
        x = _joined(x, mid_level, params.mid_level_width, "decoder_mid")
        x = _separable(x, 2 * params.decoder_width, "decoder_0")
    x = _joined(x, low_level, params.low_level_width, "decoder")
    x = _separable(x, params.decoder_width, "decoder_1")
    return _separable(x, params.decoder_width, "decoder_2")


def _bounded(logits: Any, encoder_logits: Any) -> Any:
    """The logits, nowhere above the encoder's own highest within a cell.

    So the decoder moves outlines and takes away, but makes nobody up where the encoder, which has seen far more kinds
    of things than a decoder's few photos show, sees nobody. No gradient comes from where the bound holds: the decoder
    does not learn to shout down an encoder that misses somebody.
    """
    best = keras.layers.MaxPooling2D(3, 1, padding="same", name="highest_encoder_logit")(encoder_logits)
    bound = AlignedResize(name="bound")([best, logits])
    return keras.layers.Minimum(dtype="float32", name="bounded")([logits, bound])


def _joined(x: Any, features: Any, width: int, name: str) -> Any:
    features = _pointwise(features, width, f"{name}_low_level")
    x = AlignedResize(name=f"{name}_upsample")([x, features])
    return keras.layers.Concatenate(name=f"{name}_concat")([x, features])


def _separable(x: Any, width: int, name: str, dilation: int = 1) -> Any:
    x = keras.layers.DepthwiseConv2D(
        3, padding="same", dilation_rate=dilation, use_bias=False, name=f"{name}_depthwise"
    )(x)
    return _pointwise(x, width, name)


def _pointwise(x: Any, width: int, name: str) -> Any:
    return norm_relu(keras.layers.Conv2D(width, 1, use_bias=False, name=f"{name}_conv")(x), name)
