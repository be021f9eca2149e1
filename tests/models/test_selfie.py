"""The second network: the port against the original, and how far it shifts the logits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import keras
import numpy as np
import pytest

from figureground.models import selfie
from figureground.models.deeplab import build_model, load_model
from figureground.models.litert_file import LiteRTFileError
from figureground.params import ModelParams
from figureground.runtime.packaged import MODELS
from figureground.training.weights import WeightsError, load_initial_weights, load_selfie_network
from helpers import drawing
from helpers.embedded_set import stored_start
from helpers.places import ROOT

Build = Callable[..., ModelParams]
SIDE = 65


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored_start("selfie_segmentation.tflite", tmp_path_factory.mktemp("published"))


def test_the_port_computes_what_the_original_does(published: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(published))
    interpreter.allocate_tensors()
    model = selfie.build_selfie()
    selfie.load_selfie(model, published)
    photo = cv2.cvtColor(cv2.imread(str(ROOT / "tests/portrait.jpg")), cv2.COLOR_BGR2RGB)
    photo = cv2.resize(photo, (selfie.SIZE, selfie.SIZE), interpolation=cv2.INTER_AREA)[None].astype(np.float32) / 255
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], photo)
    interpreter.invoke()
    theirs = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    ours = keras.ops.convert_to_numpy(keras.ops.sigmoid(model(photo)))
    assert 0.05 < (theirs > 0.5).mean() < 0.95
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


@pytest.mark.slow
def test_another_file_is_refused_by_name(published: Path, tmp_path: Path, model_params: Build) -> None:
    junk = tmp_path / "junk.tflite"
    junk.write_bytes(b"no model at all")
    with pytest.raises(LiteRTFileError, match=r"junk\.tflite: cannot be read as a LiteRT model"):
        selfie.load_selfie(selfie.build_selfie(), junk)
    network = build_model(model_params(selfie_network="given"), (SIDE, SIDE))
    other = MODELS / "face.tflite"
    with pytest.raises(WeightsError, match=r"^model\.selfie_network: .*not MediaPipe's selfie segmentation"):
        load_selfie_network(network, str(other))
    with pytest.raises(WeightsError, match=r"^model\.selfie_network: .*gone\.tflite: no such file"):
        load_selfie_network(network, str(tmp_path / "gone.tflite"))


def half(left: float, right: float) -> np.ndarray:
    """Logits of 4 x 4, one value in the left half, another in the right."""
    return np.repeat(np.array([[left, left, right, right]], np.float32), 4, axis=0)[None, ..., None]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (half(9, -9), half(9, -9), 1.0),  # the same people
        (half(9, -9), half(-9, 9), 0.0),  # others
        (half(-9, -9), half(9, 9), 0.0),  # nobody, and everywhere
        (half(9, -9), half(0.2, -9), 0.5),  # 0.55 of 1, half-way from LEAST to FULL
    ],
)
def test_agreement_is_of_the_photo_as_a_whole(one: np.ndarray, other: np.ndarray, expected: float) -> None:
    agreed = keras.ops.convert_to_numpy(selfie.Agreement()([one, other]))
    assert agreed.shape == (1, 1, 1, 1)
    assert agreed.item() == pytest.approx(expected, abs=0.01)
    assert selfie.Agreement()([other, one]).numpy().item() == pytest.approx(agreed.item())


def test_the_fusion_takes_away_more_than_it_adds_and_weighs_agreement() -> None:
    logits, other = half(1, -0.5), half(-100, 100)
    full, none = np.ones((1, 1, 1, 1), np.float32), np.zeros((1, 1, 1, 1), np.float32)
    fusion = selfie.ClippedFusion()
    np.testing.assert_allclose(fusion([logits, other, none]), logits)
    expected = half(1 + selfie.MIN_SHIFT, -0.5 + selfie.MAX_SHIFT)
    np.testing.assert_allclose(fusion([logits, other, full]), expected, rtol=1e-6)
    mild = half(1 - selfie.WEIGHT, -0.5 + selfie.WEIGHT)
    np.testing.assert_allclose(fusion([logits, half(-1, 1), full]), mild, rtol=1e-6)


@pytest.mark.slow
def test_it_shifts_the_logits_of_the_model_and_training_leaves_it_as_it_came(
    published: Path, model_params: Build
) -> None:
    network = build_model(model_params(selfie_network=str(published)), (SIDE, SIDE))
    load_selfie_network(network, str(published))
    assert not [variable.path for variable in network.trainable_variables if "selfie" in variable.path]
    before = network.get_layer("selfie").get_weights()
    photos = np.stack([drawing.person(seed, SIDE, SIDE)[0] for seed in range(4)]).astype(np.float32) / 255
    masks = np.stack([drawing.person(seed, SIDE, SIDE)[1] for seed in range(4)])[..., None].astype(np.float32) / 255
    network.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    network.fit(photos, masks, verbose=0)
    assert all(map(np.array_equal, before, network.get_layer("selfie").get_weights()))
    # The rest sees everybody everywhere, so where the other does as well, it counts.
    layer = network.get_layer("logits")
    layer.set_weights([np.zeros_like(layer.get_weights()[0]), np.full(1, 4.0, np.float32)])
    network.get_layer("selfie").get_layer("logits").set_weights(
        [np.zeros((1, 1, 16, 4), np.float32), np.full(4, 9.0, np.float32)]
    )
    np.testing.assert_allclose(network(photos, training=False), 4.0 + selfie.MAX_SHIFT, atol=1e-5)


@pytest.mark.slow
def test_a_saved_model_keeps_it_and_one_without_starts_one_with(
    published: Path, tmp_path: Path, model_params: Build, caplog: pytest.LogCaptureFixture
) -> None:
    alone = build_model(model_params(), (SIDE, SIDE))
    alone.save(tmp_path / "alone.keras")
    both = build_model(model_params(selfie_network=str(published)), (SIDE, SIDE))
    load_initial_weights(both, str(tmp_path / "alone.keras"))
    assert not caplog.records  # of layers that the file lacks
    load_selfie_network(both, str(published))
    photos = np.random.default_rng(1).random((1, SIDE, SIDE, 3), np.float32)
    without = keras.Model(both.input, both.get_layer("upsample").output)
    np.testing.assert_allclose(without(photos, training=False), alone(photos, training=False), atol=1e-5)
    both.save(tmp_path / "both.keras")
    again = load_model(tmp_path / "both.keras")
    kept = again.get_layer("selfie_fusion").get_config() | again.get_layer("selfie_agreement").get_config()
    assert {
        "weight": 0.5,
        "lowest": -5.0,
        "highest": 0.7,
        "least": 0.4,
        "full": 0.7,
    }.items() <= kept.items()  # not the program's of then
    np.testing.assert_allclose(again(photos, training=False), both(photos, training=False), atol=1e-5)
