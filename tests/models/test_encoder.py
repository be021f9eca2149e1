from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from figureground import encoder_facts
from figureground.encoder_facts import encoder_names
from figureground.models import encoders
from figureground.models.applications import copy_weights
from figureground.models.deeplab import build_model
from figureground.models.encoder import build_encoder, find_encoder, tapped
from figureground.models.encoders.resnet50 import turn_to_rgb
from figureground.params import ModelParams

DILATED = [name for name in encoder_names() if len(encoder_facts.encoder_facts(name).output_strides) > 1]


def random_batch(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).normal(size=shape).astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("output_stride", [8, 16, 32])
@pytest.mark.parametrize("name", DILATED)
def test_features_have_the_sizes_their_strides_promise(name: str, output_stride: int) -> None:
    low_level, mid_level, deep, *logits = build_encoder(name, output_stride, (97, 65)).outputs
    assert low_level.shape[1:3] == (25, 17)
    assert mid_level.shape[1:3] == (13, 9)
    assert deep.shape[1:3] == (-(-97 // output_stride), -(-65 // output_stride))
    assert [logit.shape[1:] for logit in logits] == [(*deep.shape[1:3], 1)] * len(find_encoder(name).logits)


# The published strides take every second place, beginning with this one; dilation must give the same values there.
@pytest.mark.slow
@pytest.mark.parametrize(("name", "first"), [("efficientnet_lite0", 1), ("mobilenet_v2", 1), ("resnet50", 0)])
def test_dilation_keeps_what_the_strides_would_have_given(name: str, first: int) -> None:
    coarse, fine = build_encoder(name, 32, (128, 64)), build_encoder(name, 16, (128, 64))
    fine.set_weights(coarse.get_weights())
    photo = random_batch(1, 128, 64, 3)
    expected, dense = (keras.ops.convert_to_numpy(net(photo, training=False)[-1]) for net in (coarse, fine))
    np.testing.assert_allclose(dense[:, first::2, first::2], expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet50"])
def test_at_stride_32_encoders_compute_what_keras_publishes(name: str) -> None:
    network = find_encoder(name).build((512, 512))
    encoder = build_encoder(name, 32, (512, 512))
    copy_weights(network, encoder)
    photo = bgr = random_batch(1, 512, 512, 3)
    if name == "resnet50":
        turn_to_rgb(encoder)
        bgr = photo[..., ::-1]
    published = tapped(network, find_encoder(name).features)
    for ours, theirs in zip(encoder(photo, training=False), published(bgr, training=False), strict=True):
        scale = float(keras.ops.max(keras.ops.abs(theirs)))
        np.testing.assert_allclose(ours, theirs, atol=1e-4 * scale)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("efficientnet_lite0", lambda rgb: (rgb - 127.0) / 128.0),
        ("mobilenet_v2", keras.applications.mobilenet_v2.preprocess_input),
        ("resnet50", lambda rgb: keras.applications.resnet.preprocess_input(rgb)[..., ::-1]),
        ("xception", keras.applications.xception.preprocess_input),
    ],
)
def test_normalisation_is_that_of_the_published_weights(
    name: str, expected: Callable[[np.ndarray], np.ndarray]
) -> None:
    photo = np.random.default_rng(1).integers(0, 256, (1, 4, 5, 3)).astype(np.float32)
    encoder = find_encoder(name)
    ours = photo / 255 * encoder.scale + np.array(encoder.offset)
    np.testing.assert_allclose(ours, expected(photo.copy()), atol=1e-4)


A_FILE = """
import keras
from figureground.models.encoder import Encoder

INITIAL_WEIGHTS = (".npz",)
CORNER_ALIGNED = False

def build(size):
    photo = x = keras.Input((*size, 3))
    for stride in (2, 4, 8, 16, 32):
        x = keras.layers.Conv2D(4, 3, 2, padding="same", name=f"stride{stride}")(x)
    return keras.Model(photo, x)

ENCODER = Encoder(build, lambda model, init: None, ("stride4", "stride8", "stride32"), 1.0, (0.0,) * 3)
"""


def test_a_file_more_is_an_encoder_more(
    model_params: Callable[..., ModelParams], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one_more.py").write_text(A_FILE)
    monkeypatch.setattr(encoder_facts, "_FOLDER", tmp_path)
    monkeypatch.setattr(encoders, "__path__", [str(tmp_path)])
    encoder_names.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"must be one of one_more\b"):
            model_params(encoder="xception")
        with pytest.raises(ValueError, match=r"not a multiple of output_stride 16, as encoder one_more needs; .* 64\b"):
            model_params(encoder="one_more", input_size=65)
        params = model_params(encoder="one_more", input_size=64, init="published.npz")
        assert build_model(params, (64, 64)).get_layer("one_more").outputs[2].shape == (None, 4, 4, 4)
    finally:
        encoder_names.cache_clear()
