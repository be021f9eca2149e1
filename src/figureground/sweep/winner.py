"""The winner of a sweep, written to params.yaml: its values and where they come from change, nothing else."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial
from ruamel.yaml import YAML

from figureground import files
from figureground.errors import without_passwords
from figureground.params import Params, Value, flat, parse_params, read_params
from figureground.sweep.shards import draw_photos
from figureground.sweep.space import Space
from figureground.sweep.storage import SweepError, address_of, open_storage
from figureground.sweep.study import KIND, NULL, PRESENT, base_params, best_trial, study_name, value_of

_ORIGIN = "# From sweep "  # begins the line that says where the values come from
_SCALAR = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[^\s#]+(?: +[^\s#]+)*""")


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
    study = _study(params, address_of(storage))
    best = _best(study)
    values = _values(Space(base_params(study, params)), best)
    before = path.read_text(encoding="utf-8")
    after = changed(before, values, f"{study.study_name}, trial {best.number}: validation person IoU {best.value:.4f}")
    if after != before and not dry_run:
        files.write_bytes(path, after.encode())
    change = "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), str(path), str(path)))
    return f"{_told(study, best)}\n\n{change or f'{path} has these values already'}".rstrip()


def changed(text: str, values: Mapping[str, Value], origin: str) -> str:
    """A params.yaml with other values at the dotted names, and a line above the first key that tells their origin.

    Each value is replaced where it stands, so that order, comments and layout are kept to the letter. The text is
    given back as it is where it has the values.

    Raises:
        ParamsError: The values cannot be parameters.
    """
    present = flat(parse_params(YAML(typ="safe").load(text)))
    fresh = {name: value for name, value in values.items() if present[name] != value}
    if not fresh:
        return text
    document = YAML().load(text)
    lines = text.splitlines(keepends=True)
    for name, value in fresh.items():
        *sections, key = name.split(".")
        place = document
        for section in sections:
            place = place[section]
        row, column = place.lc.value(key)
        before, old = lines[row][:column], lines[row][column:]
        lines[row] = before + _SCALAR.sub(_spelt(value).replace("\\", r"\\"), old, count=1)
    answer = "".join(_with_origin(lines, origin))
    parse_params(YAML(typ="safe").load(answer))
    return answer


def _with_origin(lines: Sequence[str], origin: str) -> list[str]:
    rest = [line for line in lines if not line.startswith(_ORIGIN)]
    first = next(number for number, line in enumerate(rest) if line.strip() and not line.startswith("#"))
    return [*rest[:first], f"{_ORIGIN}{origin}\n", *rest[first:]]


def _spelt(value: Value) -> str:
    """As YAML 1.1 and 1.2 both read it: 1e-05 would be a text to the one."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        digits = f"{Decimal(repr(value)):f}"
        return digits if "." in digits else f"{digits}.0"
    text = str(value)
    return text if YAML(typ="safe").load(text) == value else json.dumps(text)


def _study(params: Params, address: str) -> optuna.Study:
    photos = draw_photos(params)
    name = study_name(params, photos.all(), photos.contents())
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
