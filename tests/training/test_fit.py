"""Training on drawn pairs: it learns, keeps the best averaged weights, resumes after a kill, stops on not-a-number."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import chain
from pathlib import Path

import keras
import numpy as np
import pytest

from figureground.augment.shards import Index, read_index
from figureground.augment.writing import augment
from figureground.dataset.manifest import Pair, framing
from figureground.models.deeplab import build_model, without_selfie
from figureground.models.litert_file import read_convolutions
from figureground.network_input import network_input
from figureground.params import Params, parse_params, read_params
from figureground.training import checkpoint
from figureground.training.batches import steps_per_epoch, training_batches, validation_batches
from figureground.training.fit import Trained, TrainingError, averaged_weights, compile_model, fit, precision_policy
from figureground.training.weights import WeightsError
from helpers import drawing
from helpers.embedded_set import stored_start

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
SIZE = 65


def small_params(**train: object) -> Params:
    values = read_params(ROOT / "params.yaml").model_dump(by_alias=True)
    values["model"] |= {
        "encoder": "mobilenet_v2", "init": "none", "freeze_batch_norm": False, "input_size": SIZE,
        "aspp_width": 16, "decoder_width": 16, "low_level_width": 8,
    }  # fmt: skip
    values["train"] |= {
        "epochs": 3, "batch_size": 4, "warmup_epochs": 0.0, "ema_momentum": 0.5, "learning_rate": 0.0006,
        "encoder_lr_scale": 0.25, "deterministic": True, **train
    }  # fmt: skip
    values["augment"] |= {"variants": 2, "background_share": 0.0, "second_person_share": 0.0, "strength": 0.3}
    return parse_params(values)


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen drawn pairs to train on and four to validate with, in two variants."""
    folder = tmp_path_factory.mktemp("shards")
    data = folder / "data"
    pairs, sides = [], {}
    for number in range(20):
        photo, mask = drawing.person(number)
        name = f"drawn/{number:03d}"
        drawing.write_pair(data, name, photo, mask)
        share = float((mask == 255).mean())
        pairs.append(Pair(name, "drawn", name, "CC0", photo.shape[1], photo.shape[0], framing(mask), share, 0.0))
        sides[name] = "val" if number >= 16 else "train"
    params = small_params()
    augment(pairs, sides, data, params.augment, input_size=SIZE, seed=1, out=folder / "out", work=folder / "work")
    return folder / "out"


@pytest.fixture
def index(shards: Path) -> Index:
    return read_index(shards)


def names(index: Index, first: int, last: int) -> list[list[str]]:
    batches = training_batches(index, batch_size=4, seed=7, first_epoch=first, epochs=last, names=True)
    return [[name.decode() for name in batch.numpy()] for _, _, batch in batches]


def test_each_epoch_shows_every_photo_once_in_its_own_order(index: Index) -> None:
    first, second = names(index, 0, 1), names(index, 1, 2)
    seen, seen_again = chain.from_iterable(first), chain.from_iterable(second)
    assert sorted(seen) == sorted(seen_again) == [f"drawn/{number:03d}" for number in range(16)]
    assert first != second


def test_a_later_start_sees_what_an_uninterrupted_run_sees(index: Index) -> None:
    steps = steps_per_epoch(index.train_pairs, 4)
    assert names(index, 0, 4)[2 * steps :] == names(index, 2, 4)


def test_batches_are_photos_as_the_runtime_scales_them_and_masks_of_known_values(index: Index) -> None:
    for batches in (
        training_batches(index, batch_size=4, seed=1, first_epoch=0, epochs=1),
        validation_batches(index, batch_size=4),
    ):
        photos, masks = next(iter(batches))
        assert photos.shape == (4, SIZE, SIZE, 3)
        assert masks.shape == (4, SIZE, SIZE, 1)
        levels = np.rint(photos.numpy() * 255).astype(np.uint8)
        assert levels.min() < levels.max()
        assert np.array_equal(photos.numpy(), network_input(levels))
        assert set(np.unique(masks)) <= {0, 128, 255}


def test_a_set_smaller_than_a_batch_is_one_step(index: Index) -> None:
    assert steps_per_epoch(3, 16) == 1
    batches = list(training_batches(index, batch_size=50, seed=1, first_epoch=0, epochs=1))
    assert [photos.shape[0] for photos, _ in batches] == [16]


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


def tiny_network(**train: object) -> keras.Model:
    """One convolution, compiled as the pipeline compiles its own network."""
    params = small_params(**train)
    model = keras.Sequential([keras.Input((SIZE, SIZE, 3)), keras.layers.Conv2D(1, 3, padding="same")])
    compile_model(model, params.loss, params.train, steps=4)
    return model


def values(model: keras.Model) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(variable).copy() for variable in model.trainable_variables]


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
sys.path.insert(0, {here!r})
from test_fit import small_params
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
    code = RUN.format(here=str(Path(__file__).parent), shards=str(shards), work=str(work), dies_at=dies_at)
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


def test_a_state_comes_back_whole_and_a_damaged_one_not_at_all(index: Index, tmp_path: Path) -> None:
    model, other = tiny_network(), tiny_network()
    for photos, masks in training_batches(index, batch_size=4, seed=1, first_epoch=0, epochs=1):
        model.train_on_batch(photos, masks)
    checkpoint.save(tmp_path, model, checkpoint.Progress(finished_epochs=1, best_epoch=0, best_person_iou=0.5))
    assert checkpoint.restore(tmp_path, other).finished_epochs == 1
    assert all(np.array_equal(one, two) for one, two in zip(values(model), values(other), strict=True))
    assert int(other.optimizer.iterations) == 4
    content = (tmp_path / "state.npz").read_bytes()
    (tmp_path / "state.npz").write_bytes(content[: len(content) // 2])
    assert checkpoint.restore(tmp_path, tiny_network()).finished_epochs == 0


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
