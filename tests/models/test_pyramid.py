from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from figureground.models import selfie
from figureground.models.deeplab import build_model, without_selfie
from figureground.models.pyramid import decode, doubled
from figureground.params import ModelParams


@pytest.fixture
def model(model_params: Callable[..., ModelParams]) -> keras.Model:
    params = model_params(encoder="yolox_nano", init="none", input_size=64, output_stride=32, freeze_batch_norm=False)
    return build_model(params, (64, 64))


def test_each_pixel_gets_a_logit_of_person_and_one_of_held_things(model: keras.Model) -> None:
    assert model.output_shape == (None, 64, 64, 2)


@pytest.mark.slow
def test_a_saved_model_answers_as_before(model: keras.Model, tmp_path: Path) -> None:
    photo = np.random.default_rng(3).random((1, 64, 64, 3), np.float32)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(photo, training=False), model(photo, training=False), atol=1e-6)


def test_a_selfie_network_moves_the_person_alone(model_params: Callable[..., ModelParams]) -> None:
    params = model_params(
        encoder="yolox_nano",
        init="none",
        input_size=64,
        output_stride=32,
        freeze_batch_norm=False,
        selfie_network="given",
    )
    network = build_model(params, (64, 64))
    alone = without_selfie(network)
    # Both sure of somebody everywhere, so that they agree; the held output has another bias.
    answers = network.get_layer("person_held")
    answers.set_weights([np.zeros(answers.kernel.shape, np.float32), np.array([2.0, -3.0], np.float32)])
    kernel, bias = network.get_layer("selfie").get_layer("logits").get_weights()
    network.get_layer("selfie").get_layer("logits").set_weights([np.zeros_like(kernel), np.full_like(bias, 1.0)])
    photo = np.random.default_rng(3).random((1, 64, 64, 3), np.float32)
    shift = keras.ops.convert_to_numpy(network(photo, training=False) - alone(photo, training=False))
    np.testing.assert_allclose(shift[..., 0], selfie.WEIGHT, atol=1e-4)
    np.testing.assert_array_equal(shift[..., 1], 0)


def test_doubled_features_lie_where_the_finer_ones_do() -> None:
    cells = np.arange(5, dtype=np.float32).reshape(1, 1, 5, 1).repeat(5, axis=1)
    fine = keras.ops.convert_to_numpy(doubled(keras.ops.convert_to_tensor(cells), "x"))[0, :, :, 0]
    np.testing.assert_allclose(fine, [[0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4]] * 10)


def test_the_scores_of_every_stride_are_heard() -> None:
    features = [keras.Input((64 // stride, 64 // stride, 8)) for stride in (4, 8, 16, 32)]
    scores = [keras.Input((64 // stride, 64 // stride, 2)) for stride in (8, 16, 32)]
    decoder = keras.Model([features, scores], decode(features, scores, (8, 8, 8, 8), 0.0))
    rng = np.random.default_rng(1)
    given = [rng.normal(size=(1, *layer.shape[1:])).astype(np.float32) for layer in (*features, *scores)]
    answer = keras.ops.convert_to_numpy(decoder([given[:4], given[4:]]))
    assert answer.shape == (1, 32, 32, 2)
    for level in range(3):
        other = [array + 40.0 * (number == 4 + level) for number, array in enumerate(given)]
        assert np.abs(keras.ops.convert_to_numpy(decoder([other[:4], other[4:]])) - answer).max() > 1e-3
