from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from figureground.encoder_facts import encoder_facts, encoder_names
from figureground.models.deeplab import build_model
from figureground.params import ModelParams
from figureground.training.losses import MaskLoss

Build = Callable[..., ModelParams]
DILATED = [name for name in encoder_names() if len(encoder_facts(name).output_strides) > 1]


@pytest.mark.slow
@pytest.mark.parametrize("encoder", DILATED)
def test_model_gives_a_logit_a_pixel_of_odd_sizes_and_reloads_equal(
    encoder: str, model_params: Build, photos: np.ndarray, tmp_path: Path
) -> None:
    model = build_model(model_params(encoder=encoder), (97, 65))
    logits = keras.ops.convert_to_numpy(model(photos, training=False))
    assert logits.shape == (2, 97, 65, 1)
    assert logits.dtype == np.float32
    assert np.isfinite(logits).all()
    model.save(tmp_path / "model.keras")
    restored = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(restored(photos, training=False)), logits)


def test_training_of_a_network_that_finds_people_begins_with_its_own_guess(
    model_params: Build, photos: np.ndarray
) -> None:
    model = build_model(model_params(encoder="mobilenet_v2_deeplab"), (97, 65))
    *_, encoder_logits = model.get_layer("mobilenet_v2_deeplab")(photos * 2 - 1, training=False)
    logits = keras.ops.convert_to_numpy(model(photos, training=False))
    expected = aligned(aligned(encoder_logits, (25, 17)), (97, 65))
    np.testing.assert_allclose(logits, expected, atol=1e-5)


@pytest.mark.slow
def test_a_decoder_makes_nobody_up_where_the_encoder_sees_nobody(model_params: Build, photos: np.ndarray) -> None:
    model = build_model(model_params(encoder="mobilenet_v2_deeplab"), (97, 65))
    layer = model.get_layer("logits")
    *_, encoder_logits = model.get_layer("mobilenet_v2_deeplab")(photos * 2 - 1, training=False)
    best = keras.ops.max_pool(encoder_logits, 3, 1, padding="same")
    bound = aligned(aligned(best, (25, 17)), (97, 65))
    layer.set_weights([layer.get_weights()[0], np.full(1, 100.0, np.float32)])  # person everywhere
    np.testing.assert_allclose(model(photos, training=False), bound, atol=1e-5)
    layer.set_weights([layer.get_weights()[0], np.full(1, -100.0, np.float32)])  # it may take away as it likes
    assert keras.ops.convert_to_numpy(model(photos, training=False)).max() < -50
    unbound = build_model(model_params(encoder="mobilenet_v2_deeplab", bound_by_encoder=False), (97, 65))
    unbound.set_weights(model.get_weights())
    layer = unbound.get_layer("logits")
    layer.set_weights([layer.get_weights()[0], np.full(1, 100.0, np.float32)])
    assert keras.ops.convert_to_numpy(unbound(photos, training=False)).min() > 50


def test_features_at_stride_8_reach_the_logits(model_params: Build, photos: np.ndarray) -> None:
    model = build_model(model_params(mid_level_width=8), (97, 65))
    assert model.get_layer("decoder_mid_concat").output.shape[1:3] == (13, 9)
    before = keras.ops.convert_to_numpy(model(photos, training=False))
    layer = model.get_layer("decoder_mid_low_level_conv")
    layer.set_weights([-weight for weight in layer.get_weights()])
    assert not np.array_equal(keras.ops.convert_to_numpy(model(photos, training=False)), before)


@pytest.mark.slow
def test_model_of_open_size_takes_any(model_params: Build, photos: np.ndarray) -> None:
    model = build_model(model_params(), (None, None))
    for height, width in ((97, 65), (33, 64)):
        assert model(photos[:, :height, :width], training=False).shape == (2, height, width, 1)


@pytest.mark.slow
def test_a_few_steps_lower_the_loss(model_params: Build) -> None:
    keras.utils.set_random_seed(11)
    masks = np.zeros((2, 64, 48, 1), np.uint8)
    masks[0, 16:, 10:30] = 255
    masks[1, :40, 24:] = 255
    photos = np.repeat(masks / np.float32(255), 3, axis=-1) * 0.6 + 0.2
    model = build_model(model_params(output_stride=32), (64, 48))
    loss = MaskLoss("bce_dice", {"bce_coef": 1.0})
    model.compile(keras.optimizers.Adam(0.003), loss, run_eagerly=True)
    costs = [float(model.train_on_batch(photos, masks)) for _ in range(3)]
    assert costs[-1] < costs[0] - 0.05


@pytest.mark.slow
def test_logits_stay_float32_in_mixed_precision(model_params: Build, photos: np.ndarray) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_model(model_params(encoder="mobilenet_v2"), (97, 65))
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("decoder_1_conv").compute_dtype == "bfloat16"
    logits = keras.ops.convert_to_numpy(model(photos, training=False))
    assert logits.dtype == np.float32
    assert np.isfinite(logits).all()


@pytest.mark.parametrize(("output_stride", "dilations"), [(8, [12, 24]), (16, [6, 12]), (32, [3, 6])])
def test_pyramid_keeps_its_field_of_view_at_each_output_stride(
    output_stride: int, dilations: list[int], model_params: Build
) -> None:
    model = build_model(model_params(output_stride=output_stride, aspp_rates=(6, 12)), (64, 64))
    layers = [model.get_layer(f"aspp_rate{rate}_depthwise") for rate in (6, 12)]
    assert [layer.dilation_rate[0] for layer in layers] == dilations


@pytest.mark.slow
@pytest.mark.parametrize("output_stride", [8, 16, 32])
@pytest.mark.parametrize("encoder", DILATED)
def test_features_of_all_strides_lie_where_they_were_seen(
    encoder: str, output_stride: int, model_params: Build, photos: np.ndarray
) -> None:
    """A network whose filters do not tell left from right sees the mirrored scene in the mirror image, to the pixel;
    one that joined features beside their places would not."""
    model = build_model(model_params(encoder=encoder, output_stride=output_stride), (97, 65))
    model.set_weights([symmetrical(weight) for weight in model.get_weights()])
    logits = keras.ops.convert_to_numpy(model(photos, training=False))
    mirrored = keras.ops.convert_to_numpy(model(photos[:, ::-1, ::-1], training=False))
    assert np.ptp(logits) > 0
    np.testing.assert_allclose(mirrored[:, ::-1, ::-1], logits, rtol=1e-3, atol=1e-4 * np.abs(logits).max())


def symmetrical(weight: np.ndarray) -> np.ndarray:
    return (weight + weight[::-1, ::-1]) / 2 if weight.ndim == 4 else weight


def aligned(features: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """An interpolation of its own: `features` at `size` places from the first cell's centre to the last's."""
    resized = keras.ops.convert_to_numpy(features)
    for axis, length in zip((1, 2), size, strict=True):
        cells = resized.shape[axis]
        places = np.linspace(0, cells - 1, length)
        before = np.minimum(np.floor(places).astype(int), max(cells - 2, 0))
        after = np.minimum(before + 1, cells - 1)
        share = (places - before).reshape((-1,) + (1,) * (3 - axis))
        resized = resized.take(before, axis) * (1 - share) + resized.take(after, axis) * share
    return np.asarray(resized, np.float32)


@pytest.mark.slow
def test_frozen_batch_norm_keeps_the_encoders_statistics_and_scales(model_params: Callable[..., ModelParams]) -> None:
    network = build_model(model_params(init="imagenet", freeze_batch_norm=True), (64, 64))
    network.compile(keras.optimizers.SGD(0.1), "mse")
    encoder = network.get_layer("efficientnet_lite0")
    norms = [layer for layer in encoder.layers if isinstance(layer, keras.layers.BatchNormalization)]
    before = [weight for layer in norms for weight in layer.get_weights()]
    decoder = [weight.copy() for weight in network.get_layer("decoder_1_bn").get_weights()]
    random = np.random.default_rng(3)
    network.train_on_batch(random.random((2, 64, 64, 3), np.float32), random.random((2, 64, 64, 1), np.float32))
    after = [weight for layer in norms for weight in layer.get_weights()]
    assert norms and all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    assert not np.array_equal(decoder[-1], network.get_layer("decoder_1_bn").get_weights()[-1])
