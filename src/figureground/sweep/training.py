"""What a trial does: the pipeline's own augmentation, training and validation with the trial's parameters."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from figureground import files
from figureground.params import Params
from figureground.stages import runner
from figureground.sweep.shards import Photos, SharedShards
from figureground.sweep.space import SpaceError
from figureground.sweep.storage import SweepError
from figureground.sweep.study import NULL


@dataclass(frozen=True)
class Task:
    """A trial as its objective sees it.

    Attributes:
        number: Of the trial.
        kind: NULL for the null model, else PRESENT or SEARCHED.
        key: The same for a trial and those that retry it.
        work: Folder for half-done work, likewise the same. The folders in it are removed once it is recorded what
            became of the trial.
        params: The trial's parameters.
        on_epoch: To be called after each epoch with its number and its row of the history; what it raises ends the
            trial and must be let through.
        on_latency: To be called with the milliseconds of the exported model where they are limited; likewise.
    """

    number: int
    kind: str
    key: str
    work: Path
    params: Params
    on_epoch: Callable[[int, Mapping[str, float]], None]
    on_latency: Callable[[float], None]


@dataclass(frozen=True)
class TrialOutcome:
    """Validation person IoU of a trial's best averaged weights, and what else is worth a line in the table."""

    person_iou: float
    notes: Mapping[str, float] = field(default_factory=dict)


class Objective(Protocol):
    """Gives a trial's outcome, or raises."""

    def __call__(self, task: Task) -> TrialOutcome: ...


class Training:
    """The objective of `figureground sweep`: train on the drawn photos, validate on others. Imports TensorFlow.

    Args:
        most_variants: The most variants of a photo that a trial uses.
        encoders: That trials start with ImageNet weights.
        workers: Processes for augmentation.
    Raises:
        SpaceError: Weights of an encoder cannot be had, so that no trial with it could begin.
    """

    def __init__(
        self, params: Params, photos: Photos, *, most_variants: int, encoders: Sequence[str] = (), workers: int = 1
    ) -> None:
        runner.prepare_tensorflow()
        import figureground.models
        import figureground.training

        _check_imagenet_weights(encoders)
        self._photos = photos
        self._shards = SharedShards(photos, params.seed, most_variants, workers)
        self._code = files.source_fingerprint(figureground.models, figureground.training)

    def __call__(self, task: Task) -> TrialOutcome:
        from figureground.training.fit import free_memory

        free_memory()  # of the trial before, of which nothing is held any more, even if it has failed
        if task.kind == NULL:
            return TrialOutcome(self._null_person_iou(task.params))
        if task.params.sweep.latency_budget_ms is not None:
            task.on_latency(_latency(task.params))
        return self._train(task)

    def _train(self, task: Task) -> TrialOutcome:
        from figureground.training.fit import fit, summary

        params, index = task.params, self._shards.index(task.params)
        sections = params.model_dump(mode="json", include={"model", "loss", "train"})
        key = files.fingerprint(index.checksum, params.seed, sections, self._code)
        began = time.monotonic()
        trained = fit(
            index, params.model, params.loss, params.train,
            init=_init(params), seed=params.seed, work=task.work / key[:16], on_epoch=task.on_epoch,
        )  # fmt: skip
        figures = summary(trained)
        notes = {name: figures[name] for name in ("best_epoch", "parameters")}
        return TrialOutcome(trained.best_person_iou, {**notes, "training_seconds": time.monotonic() - began})

    def _null_person_iou(self, params: Params) -> float:
        """Of the mean training mask on the validation photos at the network's size, as a training validates."""
        import numpy as np

        from figureground.augment.records import read_records
        from figureground.evaluation.baselines import mean_mask, null_model
        from figureground.pictures import decode_mask
        from figureground.scores import person_iou

        index = self._shards.index(params)
        side = params.model.input_size
        prediction = null_model(mean_mask(self._photos.train, self._photos.data), side, side)
        masks = (decode_mask(record["mask"]) for path in index.val_files() for record in read_records(path))
        scores = np.array([person_iou(prediction, mask) for mask in masks])
        if np.isnan(scores).all():
            raise SweepError("no validation photo of the sweep has a person; raise sweep.val_photos")
        return float(np.nanmean(scores))


def _check_imagenet_weights(encoders: Sequence[str]) -> None:
    from figureground.training.weights import WeightsError, check_imagenet

    for encoder in encoders:
        try:
            check_imagenet(encoder)
        except WeightsError as error:
            raise SpaceError(
                f"params.yaml: sweep.space: model.encoder = {encoder}: {error}, or take it out of the space"
            ) from None


def _init(params: Params) -> str:
    from figureground.tracking.versions import champion_weights

    init = params.model.init
    return str(champion_weights(Path(), params.register_.name)) if init == "champion" else init


def _latency(params: Params) -> float:
    """Milliseconds of the network as it would be exported (float32), on one core; its weights do not matter."""
    from figureground.export import latency, litert
    from figureground.models.deeplab import build_model

    model = build_model(params.model, (params.model.input_size, params.model.input_size))
    with tempfile.TemporaryDirectory() as place:
        exported = Path(place) / "float32.tflite"
        exported.write_bytes(litert.convert(model, precisions=("float32",))["float32"])
        return latency.measure(exported, params.export.latency_runs)["median"]
