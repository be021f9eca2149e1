"""The Optuna study of a sweep: its first trials, what becomes of trials whose process died, when it is done."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Sequence
from dataclasses import asdict

import optuna
from filelock import FileLock
from optuna.pruners import BasePruner, HyperbandPruner, NopPruner
from optuna.samplers import TPESampler
from optuna.storages import BaseStorage, RDBStorage
from optuna.trial import FrozenTrial, TrialState

from figureground import files
from figureground.dataset.manifest import Pair
from figureground.params import Params, flat, parse_params
from figureground.processes import is_gone
from figureground.sweep.space import SECTIONS, Space, searched
from figureground.sweep.storage import folder, one_at_a_time

_log = logging.getLogger(__name__)

NULL, PRESENT, SEARCHED = "null model", "params.yaml", "searched"  # kinds of trials; the first two are 0 and 1
# User attributes of trials. A retry carries the number of the trial that it goes on with, and how far that came.
KIND, PROCESS, ERROR, LATENCY = "kind", "process", "error", "latency_ms"
ORIGIN, RETRY_OF, EPOCHS_BEFORE, DEATHS = "origin", "retry_of", "epochs_before", "deaths"
WARNING = "warning"  # user attribute of the study: that its validation photos are few
_BASE = "params"  # user attribute of the study: the sections a trial may change, as they were when it began

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
_MOST_DEATHS = 3  # of a trial without an epoch in between: it is what kills its process
_REDUCTION = 3  # of Hyperband: of three trials that come to a rung one goes on
_RANDOM_TRIALS = 6  # before TPE begins; Optuna's ten, for each of Hyperband's brackets, would be most of a sweep


def study_name(params: Params, pairs: Sequence[Pair], contents: Sequence[Sequence[str]]) -> str:
    """Names all that the trials' values depend on, beside what is searched: trials of one name can be compared.

    Args:
        pairs: The training and validation pairs of the trials.
        contents: What changes when a file of theirs does.
    """
    varied = searched(params)
    held = {
        name: value
        for name, value in flat(params).items()
        if name.split(".")[0] in (*SECTIONS, "seed") and name not in varied and name != "train.epochs"
    }
    settings = params.sweep.model_dump(exclude={"trials"})
    return f"figureground-{files.fingerprint(held, settings, [asdict(pair) for pair in pairs], contents)[:8]}"


def asking() -> FileLock:
    """Held while a process asks for a trial, until the trial bears the name of the process."""
    folder().mkdir(parents=True, exist_ok=True)
    return FileLock(folder() / "asking.lock")


def open_study(storage: BaseStorage, name: str, params: Params) -> optuna.Study:
    """The study of that name; made, with its first two trials waiting, where there is none.

    Several processes may call it at once, on several machines, too, if they share a PostgreSQL database.
    """
    pruner = _pruner(params.sweep.epochs, params.sweep.prune_after)
    with asking(), one_at_a_time(storage.engine) if isinstance(storage, RDBStorage) else contextlib.nullcontext():
        study = optuna.create_study(
            study_name=name, storage=storage, direction="maximize", pruner=pruner, load_if_exists=True
        )
        if _BASE not in study.user_attrs:
            study.set_user_attr(_BASE, params.model_dump(mode="json", include=set(SECTIONS)))
        kinds = {trial.user_attrs.get(KIND) for trial in study.get_trials(deepcopy=False)}
        if NULL not in kinds:
            study.enqueue_trial({}, {KIND: NULL})
        if PRESENT not in kinds:
            study.enqueue_trial(dict(Space(base_params(study, params)).present()), {KIND: PRESENT})
    return study


def base_params(study: optuna.Study, params: Params) -> Params:
    """`params` with what a trial may change as it was when the study began, whatever was written there since."""
    return parse_params({**params.model_dump(by_alias=True), **study.user_attrs[_BASE]}, f"study {study.study_name}")


def sampler(seed: int, trial: int) -> TPESampler:
    """For one trial, so that a sweep gone on with does not draw again what it drew when it began."""
    own = int(files.fingerprint(seed, trial)[:8], 16)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return TPESampler(seed=own, n_startup_trials=_RANDOM_TRIALS, multivariate=True, group=True)


def recover(study: optuna.Study, *, one_machine: bool) -> None:
    """Retry the trials whose process has ended without a word. To be called with `asking` held.

    Args:
        one_machine: No process elsewhere takes part, so that a trial that bears no name yet is dead as well.
    """
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        process = trial.user_attrs.get(PROCESS)
        if is_gone(process) if process else one_machine:
            retry(study, trial)
            study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)


def retry(study: optuna.Study, dead: FrozenTrial, *, on_purpose: bool = False) -> None:
    """Line up a trial with the values of one that died, which goes on where that one was; once, however often asked.

    Args:
        on_purpose: The user ended it, or its database went away, so how often does not matter.
    """
    # What it was told to take, and what it had drawn when it died.
    values = {**dead.system_attrs.get("fixed_params", {}), **dead.params}
    kind = dead.user_attrs.get(KIND, SEARCHED)
    others = study.get_trials(deepcopy=False)
    if any(other.user_attrs.get(RETRY_OF) == dead.number for other in others) or (not values and kind == SEARCHED):
        return  # of a trial that had not drawn a value yet nothing is lost
    epochs = len(dead.intermediate_values)
    stuck = epochs <= dead.user_attrs.get(EPOCHS_BEFORE, 0)
    deaths = (dead.user_attrs.get(DEATHS, 0) if stuck else 0) + (not on_purpose)
    if deaths >= _MOST_DEATHS:
        _log.warning(
            "trial %d: its process was ended %d times in the same epoch, as a rule for lack of memory; given up",
            dead.number, deaths,
        )  # fmt: skip
        return
    _log.info("trial %d: ended too early; a new trial goes on after epoch %d", dead.number, epochs)
    attributes = {KIND: kind, RETRY_OF: dead.number, ORIGIN: origin(dead), EPOCHS_BEFORE: epochs, DEATHS: deaths}
    study.enqueue_trial(values, attributes)


def origin(trial: FrozenTrial | optuna.Trial) -> int:
    """Number of the first trial of those that retried one another."""
    return int(trial.user_attrs.get(ORIGIN, trial.number))


def is_enough(study: optuna.Study, trials: int) -> bool:
    """Whether nothing needs to be begun any more for `trials` finished ones, if those that run come to an end."""
    under_way = [*FINISHED, TrialState.RUNNING]
    return len(study.get_trials(deepcopy=False, states=under_way)) >= trials


def finished(study: optuna.Study) -> list[FrozenTrial]:
    found: list[FrozenTrial] = study.get_trials(deepcopy=False, states=FINISHED)
    return found


def best_trial(study: optuna.Study) -> FrozenTrial | None:
    """The trial with the highest validation person IoU of those that went to their end; the earliest of equals."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return max(complete, key=lambda trial: (trial.value, -trial.number), default=None)


def _pruner(epochs: int, prune_after: int) -> BasePruner:
    if prune_after >= epochs:
        return NopPruner()
    return HyperbandPruner(min_resource=prune_after, max_resource=epochs, reduction_factor=_REDUCTION)


def value_of(study: optuna.Study, kind: str) -> float | None:
    """Person IoU of the null model or of the present parameters, once known."""
    values = [trial.value for trial in finished(study) if trial.user_attrs.get(KIND) == kind]
    return values[0] if values else None
