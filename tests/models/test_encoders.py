from __future__ import annotations

import keras
import numpy as np
import pytest

from figureground.models.encoders import ENCODERS, build_backbone, build_encoder
from figureground.training.weights import set_backbone_weights


def random_batch(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("output_stride", [8, 16, 32])
@pytest.mark.parametrize("name", ENCODERS)
def test_features_have_the_sizes_their_strides_promise(name: str, output_stride: int) -> None:
    low_level, mid_level, deep, *logits = build_encoder(name, output_stride, (97, 65)).outputs
    assert low_level.shape[1:3] == (25, 17)
    assert mid_level.shape[1:3] == (13, 9)
    assert deep.shape[1:3] == (-(-97 // output_stride), -(-65 // output_stride))
    assert [logit.shape[1:] for logit in logits] == [(*deep.shape[1:3], 1)] * bool(ENCODERS[name].logits)


# The published strides take every second place, beginning with this one; dilation must give the same values there.
@pytest.mark.parametrize(("name", "first"), [("efficientnet_lite0", 1), ("mobilenet_v2", 1), ("resnet50", 0)])
def test_dilation_keeps_what_the_strides_would_have_given(name: str, first: int) -> None:
    coarse, fine = build_encoder(name, 32, (128, 64)), build_encoder(name, 16, (128, 64))
    fine.set_weights(coarse.get_weights())
    photo = random_batch(1, 128, 64, 3)
    expected, dense = (keras.ops.convert_to_numpy(net(photo, training=False)[-1]) for net in (coarse, fine))
    np.testing.assert_allclose(dense[:, first::2, first::2], expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet50"])
def test_at_stride_32_encoders_compute_what_keras_publishes(name: str) -> None:
    backbone = build_backbone(name)
    encoder = build_encoder(name, 32, (512, 512))
    set_backbone_weights(encoder, backbone)
    photo = random_batch(1, 512, 512, 3)
    bgr = photo[..., ::-1] if name == "resnet50" else photo
    for ours, theirs in zip(encoder(photo, training=False), backbone(bgr, training=False), strict=True):
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
def test_normalisation_is_that_of_the_published_weights(name: str, expected) -> None:  # type: ignore[no-untyped-def]
    photo = np.random.default_rng(1).integers(0, 256, (1, 4, 5, 3)).astype(np.float32)
    ours = photo / 255 * ENCODERS[name].scale + np.array(ENCODERS[name].offset)
    np.testing.assert_allclose(ours, expected(photo.copy()), atol=1e-4)
