"""One training: build, start, fit, validate the averaged weights, keep the best."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from figureground import files
from figureground.augment.shards import Index
from figureground.errors import FiguregroundError
from figureground.models.deeplab import build_model, without_selfie
from figureground.models.encoder import encoder_layers, find_encoder
from figureground.params import LossParams, ModelParams, TrainParams
from figureground.training import checkpoint
from figureground.training.batches import steps_per_epoch, training_batches, validation_batches
from figureground.training.distillation import Student, load_teachers
from figureground.training.losses import build_loss
from figureground.training.metrics import BinaryIoU, FalseAlarms, HeldIoU, PersonIoU
from figureground.training.team import ALONE, Team
from figureground.training.weights import load_initial_weights, load_pose_network, load_selfie_network

log = logging.getLogger(__name__)

OnEpoch = Callable[[int, Mapping[str, float]], None]
HISTORY_COLUMNS = (
    "epoch", "loss", "person_iou", "binary_iou", "false_alarms", "held_iou", "val_loss", "val_person_iou",
    "val_binary_iou", "val_false_alarms", "val_held_iou", "learning_rate", "seconds",
)  # fmt: skip
FEW_STEPS = 100  # the default run takes four times as many


class TrainingError(FiguregroundError):
    """Training cannot start or go on."""


@dataclass(frozen=True)
class Trained:
    """A finished training: the model with its best averaged weights, and how it came about."""

    model: keras.Model
    history: list[dict[str, float]]
    best_epoch: int
    best_person_iou: float
    stopped_early: bool
    resumed_at: int


def fit(
    index: Index,
    model_params: ModelParams,
    loss_params: LossParams,
    params: TrainParams,
    *,
    init: str,
    seed: int,
    work: Path,
    on_epoch: OnEpoch | None = None,
    team: Team | None = None,
) -> Trained:
    """Train on the shards of `index`; go on from the last finished epoch where `work` holds one.

    A selfie network is loaded into the model, but loss and validation leave it out.

    Args:
        init: `model.init` with `champion` already resolved to a file.
        work: Folder for the state after each epoch and the best weights so far; the caller removes it on success.
        on_epoch: Called after each epoch, resumed ones included, with the epoch's number and its row of the history;
            what it raises ends the training.
        team: The processes that train together, each of which calls this; only the first one's `work` is used.
    Raises:
        TrainingError: No pairs to train on or to validate with, or the loss is not a number.
        WeightsError: `init` or a network beside the encoder cannot be used.
        ModelError: One of `params.teachers` cannot be used.
    """
    _refuse_empty(index)
    _seed(seed, params.deterministic)
    keras.config.set_dtype_policy(_precision(params.precision, team))
    network = build_model(model_params, (index.input_size, index.input_size))
    load_initial_weights(network, init)
    if model_params.selfie_network:
        load_selfie_network(network, model_params.selfie_network)
    if model_params.pose_network:
        load_pose_network(network, model_params.pose_network)
    # Trained with it, ours would leave to the selfie network what that does well: the portraits.
    model = alone = without_selfie(network)
    if params.teachers:
        model = Student(alone, load_teachers(params.teachers, model_params), params.teachers_share, loss_params)
    steps = steps_per_epoch(index.train_pairs, params.batch_size)
    compile_model(model, loss_params, params, steps)
    warn_of_few_steps(steps, params.epochs)
    together = team or ALONE
    if together.is_first:
        work.mkdir(parents=True, exist_ok=True)
    progress = checkpoint.restore(work, model, together)
    resumed_at = progress.finished_epochs
    for row in progress.history:
        if on_epoch:
            on_epoch(int(row["epoch"]), row)
    validation = validation_batches(index, batch_size=params.batch_size, team=team)
    epoch_end = _EpochEnd(validation, progress, params, work if together.is_first else None, on_epoch)
    if not epoch_end.is_over():
        # Metrics and loss are built here, since `fit` would take the first batch of the epoch to build them on.
        model.evaluate(validation.take(1), verbose=0)
        batches = training_batches(
            index, batch_size=params.batch_size, seed=seed, first_epoch=resumed_at, epochs=params.epochs, team=team
        )
        stop_on_nan = _StopOnNan(index, params.batch_size, seed, steps, work, team)
        model.fit(
            batches,
            initial_epoch=resumed_at,
            epochs=params.epochs,
            steps_per_epoch=steps,
            callbacks=[stop_on_nan, epoch_end],
            shuffle=False,  # the batches come shuffled
            verbose=1 if together.is_first and sys.stdout.isatty() else 0,
        )
    checkpoint.restore_best(work, model, progress.best_epoch, together)
    stopped_early = progress.finished_epochs < params.epochs
    return Trained(network, progress.history, progress.best_epoch, progress.best_person_iou, stopped_early, resumed_at)


def warn_of_few_steps(steps: int, epochs: int) -> None:
    """Says that weights can hardly leave where they began. Few photos make short epochs, after which patience ends."""
    if steps * epochs < FEW_STEPS:
        log.warning(
            "train: %d epochs of %d batches teach hardly anything; set train.epochs and train.patience to %d or more",
            epochs, steps, -(-FEW_STEPS // steps),
        )  # fmt: skip


def _precision(precision: str, team: Team | None) -> str:
    return team.auto_precision if team and precision == "auto" else precision_policy(precision)


def precision_policy(precision: str) -> str:
    """Keras dtype policy for `train.precision`.

    `auto` is bfloat16 on GPUs from compute capability 8, float16 from 7, else float32: on CPU bfloat16 was measured a
    third slower.
    """
    if precision != "auto":
        return precision
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "float32"
    major, _ = tf.config.experimental.get_device_details(gpus[0]).get("compute_capability", (0, 0))
    return "mixed_bfloat16" if major >= 8 else "mixed_float16" if major >= 7 else "float32"


def compile_model(model: keras.Model, loss: LossParams, params: TrainParams, steps: int) -> None:
    """AdamW (Loshchilov & Hutter 2019) with linear warm-up, cosine decay to zero and an average of the weights."""
    warmup = round(params.warmup_epochs * steps)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else params.learning_rate,
        decay_steps=params.epochs * steps - warmup,
        warmup_target=params.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    averaged = {"use_ema": True, "ema_momentum": params.ema_momentum} if params.ema_momentum else {}
    optimizer = AdamW(schedule, weight_decay=params.weight_decay, **averaged)
    encoders = encoder_layers(model)
    for layer in encoders:
        _freeze(layer, find_encoder(layer.name).frozen if params.encoder_lr_scale else ("",))
    optimizer.slow_down([v for layer in encoders for v in layer.trainable_variables], params.encoder_lr_scale)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    metrics = [PersonIoU(), BinaryIoU(), FalseAlarms()]
    if model.output_shape[-1] > 1:
        metrics.append(HeldIoU())
    model.compile(optimizer, build_loss(loss), metrics=metrics)
    # Compiling may wrap it for float16; whichever it is now needs its variables before a saved state can be set.
    model.optimizer.build(model.trainable_variables)


def _freeze(encoder: keras.Model, beginnings: Sequence[str]) -> None:
    """Layers with such names are not trained; without the gradients of all of them a step takes half the time."""
    for layer in encoder.layers:
        if layer.name.startswith(tuple(beginnings)):
            layer.trainable = False


class AdamW(keras.optimizers.AdamW):  # type: ignore[misc]
    """AdamW in which some variables get a share of the learning rate (Howard & Ruder 2018, section 3.2).

    The average of the weights begins short and grows to `ema_momentum`, by the rule t / (t + 9) that is known from
    `tf.train.ExponentialMovingAverage`. Else it would hold the random start for hundreds of steps: after 400 of a
    momentum of 0.995 an eighth of it.
    """

    _rates: Mapping[str, float] = {}  # replaced, never changed

    def slow_down(self, variables: Sequence[keras.Variable], share: float) -> None:
        self._rates = {variable.path: share for variable in variables}

    def update_step(self, gradient: Any, variable: keras.Variable, learning_rate: Any) -> None:
        path = self._trainable_variables[self._get_variable_index(variable)].path  # a backend's variable has none
        super().update_step(gradient, variable, learning_rate * self._rates.get(path, 1.0))

    def _update_model_variables_moving_average(self, trainable_variables: Sequence[keras.Variable]) -> None:
        if not self.use_ema:
            return
        step = keras.ops.cast(self.iterations, "float32")
        momentum = keras.ops.minimum(self.ema_momentum, step / (step + 9.0))
        for variable, average in zip(trainable_variables, self._model_variables_moving_average, strict=True):
            average.assign(momentum * average + (1.0 - momentum) * variable)


@contextlib.contextmanager
def averaged_weights(model: keras.Model) -> Iterator[None]:
    """Within the block the model has its averaged weights; after it the raw ones, to the last bit.

    Keras' own `SwapEMAWeights` swaps by adding and subtracting, which rounds.
    """
    raw = [keras.ops.convert_to_numpy(variable).copy() for variable in model.trainable_variables]
    model.optimizer.finalize_variable_values(model.trainable_variables)
    for variable in model.trainable_variables:  # JAX validates in the variables' own memory, now that of the averages
        variable.assign(keras.ops.convert_to_numpy(variable).copy())
    try:
        yield
    finally:
        for variable, value in zip(model.trainable_variables, raw, strict=True):
            variable.assign(value)


class _EpochEnd(keras.callbacks.Callback):  # type: ignore[misc]
    """Validates the averaged weights, keeps the best, saves the state, stops early.

    Args:
        work: None where another process keeps weights and state.
    """

    def __init__(
        self,
        validation: tf.data.Dataset,
        progress: checkpoint.Progress,
        params: TrainParams,
        work: Path | None,
        on_epoch: OnEpoch | None,
    ) -> None:
        super().__init__()
        self._validation, self._progress, self._params = validation, progress, params
        self._work, self._on_epoch = work, on_epoch

    def is_over(self) -> bool:
        done = self._progress.finished_epochs
        return done >= self._params.epochs or (
            done > 0 and done - 1 - self._progress.best_epoch >= self._params.patience
        )

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        progress = self._progress
        seconds = time.monotonic() - self._started
        with averaged_weights(self.model):
            scores = self.model.evaluate(self._validation, return_dict=True, verbose=0)
            if scores["person_iou"] > progress.best_person_iou:
                progress.best_epoch, progress.best_person_iou = epoch, float(scores["person_iou"])
                if self._work:
                    checkpoint.save_best(self._work, self.model, epoch)
        row = {
            "epoch": float(epoch),
            **{name: float(value) for name, value in (logs or {}).items()},
            **{f"val_{name}": float(value) for name, value in scores.items()},
            "learning_rate": float(self.model.optimizer.learning_rate),
            "seconds": seconds,  # of training; validation comes on top
        }
        progress.history.append(row)
        progress.finished_epochs = epoch + 1
        if self._work:
            checkpoint.save(self._work, self.model, progress)
            checkpoint.remove_surpassed(self._work, progress.best_epoch)
        log.info(
            "epoch %d/%d: loss %.4f, person IoU %.4f; validation %.4f (best %.4f), false alarms %.3f; %.0f s",
            epoch + 1, self._params.epochs, row["loss"], row["person_iou"], row["val_person_iou"],
            progress.best_person_iou, row["val_false_alarms"], row["seconds"],
        )  # fmt: skip
        if self._on_epoch:
            self._on_epoch(epoch, row)
        self.model.stop_training = self.is_over()


class _StopOnNan(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends the training at the first loss that is not a number, and saves the batch that it came from."""

    def __init__(self, index: Index, batch_size: int, seed: int, steps: int, work: Path, team: Team | None) -> None:
        super().__init__()
        self._index, self._batch_size, self._seed, self._team = index, batch_size, seed, team
        self._steps, self._work, self._epoch = steps, work, 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        if logs and np.isfinite(logs["loss"]):
            return
        # The order of the batches depends on seed and epoch alone, so the one at fault can be had again, with names.
        again = training_batches(
            self._index, batch_size=self._batch_size, seed=self._seed,
            first_epoch=self._epoch, epochs=self._epoch + 1, team=self._team, names=True,
        )  # fmt: skip
        photos, masks, encoded = next(iter(again.skip(batch).take(1)))
        names = [name.decode() for name in encoded.numpy()]
        place = self._work.parent / f"not_a_number{f'-{self._team.member}' if self._team else ''}.npz"
        with files.replacing(place) as draft:
            np.savez(draft, photos=photos, masks=masks, names=names)
        listed = ", ".join(names[:4])
        raise TrainingError(
            f"train: the loss is not a number at epoch {self._epoch + 1}, step {batch + 1} of {self._steps} "
            f"({listed}, …); the batch is saved in {place}; lower train.learning_rate or look at these pairs"
        )


def _refuse_empty(index: Index) -> None:
    for side, pairs in (("training", index.train_pairs), ("validation", index.val_pairs)):
        if not pairs:
            raise TrainingError(f"train: the {side} split has no pairs; add photos or change the shares in split:")


def _seed(seed: int, deterministic: bool) -> None:
    keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()


def free_memory() -> None:
    """Let go of the graphs of models that are not used any more: Keras keeps them as long as the process lives."""
    keras.utils.clear_session(free_memory=True)


def summary(trained: Trained) -> dict[str, Any]:
    """The row of `summary.csv`: plain numbers."""
    best = trained.history[trained.best_epoch]
    return {
        "best_epoch": trained.best_epoch + 1,
        "epochs": len(trained.history),
        "val_person_iou": trained.best_person_iou,
        "val_binary_iou": best["val_binary_iou"],
        "val_false_alarms": best["val_false_alarms"],
        "val_loss": best["val_loss"],
        "parameters": trained.model.count_params(),
    }
