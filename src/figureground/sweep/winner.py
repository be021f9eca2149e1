"""The winner of a sweep, written to params.yaml: its values and where they come from change, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial

from figureground.errors import without_passwords
from figureground.params import Params, Value, read_params
from figureground.params_file import override
from figureground.sweep.shards import Photos, contents, draw_photos
from figureground.sweep.space import Space
from figureground.sweep.storage import SweepError, address_of, open_storage
from figureground.sweep.study import KIND, NULL, PRESENT, base_params, best_trial, study_name, value_of


def take_over(path: Path, *, storage: str | None = None, dry_run: bool = False) -> str:
    """Write the values of the best trial of the sweep that belongs to `path` there, as `dvc repro` is to use them.

    Args:
        path: params.yaml.
        storage: As for `run_sweep`.
        dry_run: Leave the file as it is.
    Returns:
        What the winner is and the change as a unified diff.
    Raises:
        SweepError: There is no such sweep, or no trial of it is better than the null model.
    """
    params = read_params(path)
    photos = draw_photos(params)
    study = _study(params, photos, address_of(storage))
    best = _best(study)
    values = _values(Space(base_params(study, params)), best)
    origin = f"sweep {study.study_name}, trial {best.number}: validation person IoU {best.value:.4f}"
    change = override(path, values, origin=origin, dry_run=dry_run)
    warning = f"warning: {told}\n" if (told := photos.warning()) else ""
    return f"{_told(study, best)}\n{warning}\n{change or f'{path} has these values already'}".rstrip()


def _study(params: Params, photos: Photos, address: str) -> optuna.Study:
    name = study_name(params, photos.all(), contents(params, photos))
    there = optuna.get_all_study_names(open_storage(address))
    if name not in there:
        others = f" ({', '.join(there)} had other data or parameters)" if there else ""
        place = without_passwords(address)
        raise SweepError(f"{place}: no sweep of this data and params.yaml, {name}{others}; run make sweep")
    return optuna.load_study(study_name=name, storage=open_storage(address))


def _best(study: optuna.Study) -> FrozenTrial:
    best, null = best_trial(study), value_of(study, NULL)
    if best is None:
        raise SweepError(f"{study.study_name}: no trial has gone to its end yet; run make sweep")
    if null is not None and best.value <= null:
        raise SweepError(
            f"{study.study_name}: no trial beats the null model's person IoU of {null:.4f}, the best is trial "
            f"{best.number} with {best.value:.4f}; raise sweep.epochs or sweep.train_photos"
        )
    return best


def _values(space: Space, trial: FrozenTrial) -> dict[str, Value]:
    """What it had drawn, and what it was trained with where a condition was not met: an earlier winner may have changed
    that since, such as the start of another encoder."""
    return space.trained(space.draw(_Again(trial.params), present=trial.user_attrs.get(KIND) == PRESENT))


def _told(study: optuna.Study, best: FrozenTrial) -> str:
    marks = {"the parameters at its start": value_of(study, PRESENT), "the null model": value_of(study, NULL)}
    against = ", ".join(f"{name} {value:.4f}" for name, value in marks.items() if value is not None)
    found = f"{study.study_name}: trial {best.number} is the best, with a validation person IoU of {best.value:.4f}"
    return f"{found} ({against})" if against else found


class _Again:
    """Draws what a trial has drawn."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        return self._params[name]

    def suggest_int(self, name: str, low: int, high: int, *, step: int, log: bool) -> int:
        return int(self._params[name])

    def suggest_float(self, name: str, low: float, high: float, *, step: float | None, log: bool) -> float:
        return float(self._params[name])
