"""Training on drawn pairs: it learns, keeps the best averaged weights, resumes after a kill, stops on not-a-number."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from figureground.augment.shards import Index
from figureground.models.deeplab import build_model, without_selfie
from figureground.models.litert_file import read_convolutions
from figureground.training.batches import training_batches, validation_batches
from figureground.training.fit import (
    Trained,
    TrainingError,
    averaged_weights,
    compile_model,
    fit,
    precision_policy,
    warn_of_few_steps,
)
from figureground.training.weights import WeightsError
from helpers.embedded_set import stored_start
from helpers.places import ROOT
from helpers.small_training import SIZE, small_params, tiny_network, values

pytestmark = pytest.mark.slow


def test_it_learns_and_returns_the_best_epoch(index: Index, tmp_path: Path) -> None:
    params = small_params(epochs=8, learning_rate=0.01, deterministic=False)
    rows: list[int] = []
    trained = fit(
        index, params.model, params.loss, params.train,
        init="none", seed=3, work=tmp_path / "work", on_epoch=lambda epoch, row: rows.append(epoch),
    )  # fmt: skip
    assert rows == list(range(len(trained.history)))
    assert trained.history[-1]["loss"] < trained.history[0]["loss"]
    assert trained.best_person_iou == max(row["val_person_iou"] for row in trained.history)
    scores = trained.model.evaluate(validation_batches(index, batch_size=4), return_dict=True, verbose=0)
    assert scores["person_iou"] == pytest.approx(trained.best_person_iou, abs=1e-5)


def test_a_second_network_comes_from_its_file_and_leaves_the_training_as_it_came(index: Index, tmp_path: Path) -> None:
    def trained(selfie_network: str | None) -> Trained:
        params = small_params(epochs=1)
        model = params.model.model_copy(update={"selfie_network": selfie_network})
        work = tmp_path / f"work{selfie_network is None}"
        return fit(index, model, params.loss, params.train, init="none", seed=3, work=work)

    with pytest.raises(WeightsError, match=r"model\.selfie_network: gone\.tflite: no such file"):
        trained("gone.tflite")
    published = stored_start("selfie_segmentation.tflite", tmp_path)
    both, alone = trained(str(published)), trained(None)
    kernel, bias = both.model.get_layer("selfie").get_layer("stem_conv").get_weights()
    expected = read_convolutions(published)[0]
    assert np.array_equal(kernel, expected[0]) and np.array_equal(bias, expected[1])
    assert both.best_person_iou == pytest.approx(alone.best_person_iou)
    photos, _ = next(iter(validation_batches(index, batch_size=4)))
    without = keras.ops.convert_to_numpy(without_selfie(both.model)(photos, training=False))
    np.testing.assert_allclose(without, alone.model(photos, training=False), atol=1e-4)


def test_a_student_learns_what_its_teacher_answers(index: Index, tmp_path: Path) -> None:
    photo = keras.Input((2 * SIZE, 2 * SIZE, 3))  # it sees pictures at its own size
    everywhere = keras.layers.Conv2D(1, 1, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(4))
    teacher = tmp_path / "teacher.keras"
    keras.Model(photo, everywhere(photo)).save(teacher)
    found = {}
    for share in (0.0, 1.0):
        params = small_params(
            epochs=8, learning_rate=0.01, deterministic=False, teachers={str(teacher): 1.0}, teachers_share=share
        )
        trained = fit(
            index, params.model, params.loss, params.train, init="none", seed=3, work=tmp_path / f"work{share}"
        )
        photos, _ = next(iter(validation_batches(index, batch_size=4)))
        logits = trained.model(photos, training=False)
        found[share] = float(np.mean(keras.ops.convert_to_numpy(logits) > 0))
        alone = build_model(params.model, (SIZE, SIZE))
        assert type(trained.model) is type(alone) and trained.model.count_params() == alone.count_params()
    assert found[1.0] > 0.95 > 0.7 > found[0.0]


def test_averaged_weights_are_swapped_in_and_out_to_the_last_bit(index: Index) -> None:
    model = tiny_network(ema_momentum=0.9, learning_rate=0.01)
    for photos, masks in training_batches(index, batch_size=4, seed=1, first_epoch=0, epochs=1):
        model.train_on_batch(photos, masks)
    raw = values(model)
    with averaged_weights(model):
        assert not any(np.array_equal(was, now) for was, now in zip(raw, values(model), strict=True))
    assert all(np.array_equal(was, now) for was, now in zip(raw, values(model), strict=True))


def test_the_average_forgets_the_random_start(index: Index) -> None:
    model = tiny_network(ema_momentum=0.995, learning_rate=0.01)
    expected = None
    for step, (photos, masks) in enumerate(training_batches(index, batch_size=4, seed=1, first_epoch=0, epochs=3)):
        model.train_on_batch(photos, masks)
        momentum = step / (step + 9)
        raw = values(model)[0]
        expected = raw if expected is None else momentum * expected + (1 - momentum) * raw
    assert step > 4
    with averaged_weights(model):
        assert values(model)[0] == pytest.approx(expected, abs=1e-5)


def test_the_encoder_learns_at_its_share_of_the_rate() -> None:
    params = small_params(encoder_lr_scale=0.25, weight_decay=0.0, learning_rate=0.001)
    model = build_model(params.model, (SIZE, SIZE))
    compile_model(model, params.loss, params.train, steps=100)
    before = {layer.name: layer.get_weights() for layer in model.layers}
    photos = np.random.default_rng(1).random((2, SIZE, SIZE, 3), np.float32)
    model.train_on_batch(photos, np.uint8(255) * (photos[..., :1] > 0.5))

    def moved(layer: str) -> float:
        pairs = zip(before[layer], model.get_layer(layer).get_weights(), strict=True)
        return max(float(np.abs(new - old).max()) for old, new in pairs)

    # Adam's first step is as long as the rate, whatever the gradient.
    assert moved("logits") == pytest.approx(0.001, rel=0.02)
    encoder = model.get_layer("mobilenet_v2")
    first = next(layer for layer in encoder.layers if layer.name == "Conv1")
    assert float(np.abs(first.get_weights()[0] - before["mobilenet_v2"][0]).max()) == pytest.approx(0.00025, rel=0.02)


def test_an_encoder_without_a_rate_stays_as_it_is() -> None:
    params = small_params(encoder_lr_scale=0.0, learning_rate=0.001)
    model = build_model(params.model, (SIZE, SIZE))
    compile_model(model, params.loss, params.train, steps=100)
    encoder, head = model.get_layer("mobilenet_v2"), model.get_layer("logits")
    before, head_before = encoder.get_weights(), head.get_weights()
    photos = np.random.default_rng(1).random((2, SIZE, SIZE, 3), np.float32)
    model.train_on_batch(photos, np.uint8(255) * (photos[..., :1] > 0.5))
    assert all(np.array_equal(old, new) for old, new in zip(before, encoder.get_weights(), strict=True))
    assert not np.array_equal(head_before[0], head.get_weights()[0])


def test_a_frozen_batch_norm_stays_frozen_in_an_encoder_that_learns() -> None:
    params = small_params(encoder_lr_scale=0.25, learning_rate=0.001)
    model = build_model(params.model.model_copy(update={"freeze_batch_norm": True}), (SIZE, SIZE))
    compile_model(model, params.loss, params.train, steps=100)
    layers = model.get_layer("mobilenet_v2").layers
    norms = [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert norms and not any(layer.trainable for layer in norms)
    assert all(layer.trainable for layer in layers if isinstance(layer, keras.layers.Conv2D))


def test_a_training_of_few_steps_is_told_what_to_set(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_few_steps(steps=40, epochs=5)
    assert caplog.text == ""
    warn_of_few_steps(steps=3, epochs=5)
    assert "5 epochs of 3 batches" in caplog.text and "train.epochs and train.patience to 34 or more" in caplog.text


def test_early_stop_after_patience_epochs_without_a_better_one(index: Index, tmp_path: Path) -> None:
    # A learning rate of (almost) nothing: the first epoch stays the best.
    params = small_params(epochs=9, patience=2, learning_rate=1e-30, ema_momentum=0.0, weight_decay=0.0)
    trained = fit(index, params.model, params.loss, params.train, init="none", seed=3, work=tmp_path / "work")
    assert trained.stopped_early
    assert len(trained.history) <= 1 + trained.best_epoch + params.train.patience


RUN = """
import os, signal, sys
from pathlib import Path
from figureground.augment.shards import read_index
from figureground.training import checkpoint
from figureground.training.fit import fit
from helpers.small_training import small_params
params = small_params()
whole_save, saves = checkpoint.save, []
def save(*arguments):
    saves.append(arguments)
    if len(saves) == {dies_at}:
        os.kill(os.getpid(), signal.SIGKILL)
    whole_save(*arguments)
checkpoint.save = save
def tell(epoch, row):
    print("EPOCH", epoch, row["val_loss"], row["val_person_iou"], flush=True)
fit(read_index(Path({shards!r})), params.model, params.loss, params.train, init="none", seed=5,
    work=Path({work!r}), on_epoch=tell)
"""


def train(shards: Path, work: Path, dies_at: int = 0) -> tuple[int, list[list[float]]]:
    """Exit status and figures of a training that is killed when that epoch's state is about to be written."""
    code = RUN.format(shards=str(shards), work=str(work), dies_at=dies_at)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    lines = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("EPOCH")]
    return done.returncode, [[float(cell) for cell in line] for line in lines]


def test_killed_training_resumes_to_the_same_figures(shards: Path, tmp_path: Path) -> None:
    _, uninterrupted = train(shards, tmp_path / "a")
    status, before = train(shards, tmp_path / "b", dies_at=2)
    assert status == -signal.SIGKILL and len(before) == 1
    _, resumed = train(shards, tmp_path / "b")
    assert len(uninterrupted) == len(resumed) == 3
    np.testing.assert_allclose(resumed, uninterrupted, atol=1e-6)


def test_not_a_number_stops_with_step_names_and_the_batch(index: Index, tmp_path: Path) -> None:
    params = small_params(learning_rate=1e30, ema_momentum=0.0)
    with pytest.raises(TrainingError, match=r"not a number at epoch \d, step \d of 4 \(drawn/"):
        fit(index, params.model, params.loss, params.train, init="none", seed=3, work=tmp_path / "work")
    with np.load(tmp_path / "not_a_number.npz") as saved:
        assert saved["photos"].shape == (4, SIZE, SIZE, 3)
        assert len(saved["names"]) == 4


def test_without_a_gpu_precision_is_float32() -> None:
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("a GPU is there")
    assert precision_policy("auto") == "float32"
    assert precision_policy("mixed_bfloat16") == "mixed_bfloat16"
