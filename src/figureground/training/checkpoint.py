"""The state of a training at the end of an epoch, on disk, so that a killed run goes on from there."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from figureground import files
from figureground.training.team import ALONE, Team


@dataclass
class Progress:
    """What a training knows beside its weights."""

    finished_epochs: int = 0
    best_epoch: int = -1
    best_person_iou: float = -1.0
    history: list[dict[str, float]] = field(default_factory=list)


def save(folder: Path, model: keras.Model, progress: Progress) -> None:
    """Write weights, optimizer and random-seed variables and the progress as one file, which replaces the last one."""
    _write(folder / "state.npz", _state(model), progress=np.array(json.dumps(asdict(progress))))


def restore(folder: Path, model: keras.Model, team: Team = ALONE) -> Progress:
    """Set `model` and its optimizer to the state that the first process has saved; a fresh `Progress` where nothing
    usable is saved."""
    try:
        saved = np.load(io.BytesIO(_of_first(folder / "state.npz", team)), allow_pickle=False)
        progress, arrays = Progress(**json.loads(str(saved["progress"]))), _variables(saved)
    except (EOFError, zipfile.BadZipFile, ValueError, KeyError):
        return Progress()
    _assign(_state(model), arrays)
    return progress


def save_best(folder: Path, model: keras.Model, epoch: int) -> None:
    """Write the weights of the best epoch so far; those before stay, since `Progress` names them until it is saved."""
    _write(_best(folder, epoch), _own(model))


def restore_best(folder: Path, model: keras.Model, epoch: int, team: Team = ALONE) -> None:
    """Set `model` to the weights of the best epoch that the first process has saved."""
    _assign(_own(model), _variables(np.load(io.BytesIO(_of_first(_best(folder, epoch), team)), allow_pickle=False)))


def remove_surpassed(folder: Path, epoch: int) -> None:
    """Remove the weights of all epochs but this one."""
    for file in folder.glob("best-*.npz"):
        if file != _best(folder, epoch):
            file.unlink()


def _best(folder: Path, epoch: int) -> Path:
    # The epoch is part of the name: a kill between these weights and the state must not mix two epochs up.
    return folder / f"best-{epoch:04d}.npz"


def _write(path: Path, variables: Sequence[keras.Variable], **others: Any) -> None:
    values = map(keras.ops.convert_to_numpy, variables)
    arrays = {f"variable_{number:05d}": value for number, value in enumerate(values)}
    with files.replacing(path) as draft:
        np.savez(draft, **arrays, **others)


def _of_first(path: Path, team: Team) -> bytes:
    """What the file holds where the first process runs; nothing where it is not there."""
    return team.from_first(path.read_bytes() if team.is_first and path.exists() else b"")


def _variables(saved: Mapping[str, Any]) -> list[Any]:
    return [saved[name] for name in sorted(saved) if name.startswith("variable_")]


def _assign(variables: Sequence[keras.Variable], arrays: Sequence[Any]) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _state(model: keras.Model) -> list[keras.Variable]:
    return [*_own(model), *model.optimizer.variables]


def _own(model: keras.Model) -> list[keras.Variable]:
    # `variables` of a layer, unlike its weights, holds the seeds of dropout too; metrics are left out, they start anew.
    metric_variables = {id(variable) for variable in model.metrics_variables}
    return [variable for variable in model.variables if id(variable) not in metric_variables]
