"""The state of a training at the end of an epoch, on disk, so that a killed run goes on from there."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from figureground import files


@dataclass
class Progress:
    """What a training knows beside its weights."""

    finished_epochs: int = 0
    best_epoch: int = -1
    best_person_iou: float = -1.0
    history: list[dict[str, float]] = field(default_factory=list)


def save(folder: Path, model: keras.Model, progress: Progress) -> None:
    """Write weights, optimizer and random-seed variables and the progress as one file, which replaces the last one."""
    values = map(keras.ops.convert_to_numpy, _state(model))
    arrays: dict[str, Any] = {f"variable_{number:05d}": value for number, value in enumerate(values)}
    arrays["progress"] = np.array(json.dumps(asdict(progress)))
    with files.replacing(folder / "state.npz") as draft:
        np.savez(draft, **arrays)


def restore(folder: Path, model: keras.Model) -> Progress:
    """Set `model` and its optimizer to the saved state; a fresh `Progress` where nothing usable is saved."""
    try:
        with np.load(folder / "state.npz", allow_pickle=False) as saved:
            progress = Progress(**json.loads(str(saved["progress"])))
            arrays = [saved[name] for name in sorted(saved.files) if name.startswith("variable_")]
    except (FileNotFoundError, zipfile.BadZipFile, ValueError, KeyError):
        return Progress()
    for variable, array in zip(_state(model), arrays, strict=True):
        variable.assign(array)
    return progress


def _state(model: keras.Model) -> list[keras.Variable]:
    # `variables` of a layer, unlike its weights, holds the seeds of dropout too; metrics are left out, they start anew.
    metric_variables = {id(variable) for variable in model.metrics_variables}
    own = [variable for variable in model.variables if id(variable) not in metric_variables]
    return [*own, *model.optimizer.variables]
