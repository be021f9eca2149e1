"""Teachers: what they answer, at which size they look, and who they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from figureground.encoder_facts import ENCODER_ALONE
from figureground.models import movenet
from figureground.models.deeplab import build_model
from figureground.models.encoder import encoder_layers
from figureground.params import ModelParams, read_params
from figureground.training import distillation
from figureground.training.distillation import load_teachers
from figureground.training.weights import WeightsError
from helpers.places import ROOT


def params() -> ModelParams:
    return read_params(ROOT / "params.yaml").model


def brightness(folder: Path, side: int, factor: float) -> str:
    """A saved model whose logits are the red of each pixel times a factor."""
    photo = keras.Input((side, side, 3))
    layer = keras.layers.Conv2D(1, 1, use_bias=False)
    model = keras.Model(photo, layer(photo))
    layer.set_weights([np.array([factor, 0, 0], np.float32).reshape(1, 1, 3, 1)])
    path = folder / f"{side}-{factor}.keras"
    model.save(path)
    return str(path)


def test_several_teachers_answer_with_the_weighted_mean_of_their_logits(tmp_path: Path) -> None:
    photos = np.random.default_rng(1).random((2, 33, 33, 3), dtype=np.float32)
    weights = {brightness(tmp_path, 33, 8.0): 3.0, brightness(tmp_path, 33, -4.0): 1.0}
    answers = keras.ops.convert_to_numpy(load_teachers(weights, params())(photos))
    np.testing.assert_allclose(answers[..., 0], 1 / (1 + np.exp(-5.0 * photos[..., 0])), rtol=1e-5)


def test_a_teacher_looks_at_its_own_size(tmp_path: Path) -> None:
    photos = np.zeros((1, 33, 33, 3), np.float32)
    photos[:, :, 16:] = 1.0
    answers = keras.ops.convert_to_numpy(load_teachers({brightness(tmp_path, 97, 4.0): 1.0}, params())(photos))
    assert answers.shape == (1, 33, 33, 1)
    np.testing.assert_allclose(answers[0, :, :12], 0.5, atol=1e-4)
    np.testing.assert_allclose(answers[0, :, 20:], 1 / (1 + np.exp(-4.0)), atol=1e-4)


@pytest.mark.slow
def test_an_encoder_that_finds_people_itself_can_be_one(tmp_path: Path) -> None:
    photos = np.random.default_rng(2).random((1, 65, 65, 3), dtype=np.float32)
    start = build_model(params(), (65, 65))
    encoder_layers(start)[0].save(file := tmp_path / f"mine{ENCODER_ALONE}")
    answers = keras.ops.convert_to_numpy(load_teachers({str(file): 1.0}, params())(photos))
    np.testing.assert_allclose(answers, keras.ops.sigmoid(start(photos, training=False)), atol=1e-5)


def test_a_teacher_whose_weights_of_movenet_were_left_out_gets_them_from_their_file(
    tmp_path: Path, model_params: Callable[..., ModelParams], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(distillation, "load_pose_network", lambda model, file: asked.append(file))
    own = model_params(
        encoder="yolox_nano",
        init="none",
        freeze_batch_norm=False,
        input_size=64,
        output_stride=32,
        pose_network="m.json",
    )
    model = build_model(own, (64, 64))
    model.save(complete := tmp_path / "complete.keras")
    network = model.get_layer(movenet.NAME)
    network.set_weights([np.zeros_like(weights) for weights in network.get_weights()])
    model.save(released := tmp_path / "released.keras")
    load_teachers({str(complete): 1.0}, params())
    load_teachers({str(released): 1.0}, own)
    assert asked == ["m.json"]
    with pytest.raises(WeightsError, match=r"^train\.teachers: .*released\.keras: the weights of MoveNet are left out"):
        load_teachers({str(released): 1.0}, params())


def test_a_teacher_that_is_not_there_is_named() -> None:
    with pytest.raises(WeightsError, match=r"train\.teachers: weights/nobody\.keras: no such file"):
        load_teachers({"weights/nobody.keras": 1.0}, params())


def test_a_teacher_that_cannot_be_used_is_named_as_a_teacher(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"no weights")
    with pytest.raises(WeightsError, match=r"^train\.teachers: .*photo\.jpg: unknown kind of file"):
        load_teachers({str(tmp_path / "photo.jpg"): 1.0}, params())
