"""The study: its first trials, its name, and what becomes of trials whose process has ended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import optuna
import psutil
import pytest
from optuna.trial import TrialState

from figureground.dataset.manifest import Pair
from figureground.params import Params, parse_params
from figureground.processes import describe
from figureground.sweep.storage import open_storage
from figureground.sweep.study import (
    EPOCHS_BEFORE,
    KIND,
    NULL,
    ORIGIN,
    PRESENT,
    PROCESS,
    RETRY_OF,
    base_params,
    best_trial,
    is_enough,
    open_study,
    recover,
    retry,
    sampler,
    study_name,
)
from helpers import objectives

PAIRS = [Pair("a/1", "a", "a/1", "CC0", 100, 100, "half", 0.3, 0.0)]
CONTENTS = [["photo", "mask"]]


@pytest.fixture
def study(project: Path) -> optuna.Study:
    return open_study(open_storage(str(project / "journal.log")), "study", objectives.small_params())


def gone() -> str:
    """Description of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    description = describe(psutil.Process(child.pid))
    child.kill()
    child.wait()
    return description


def running(study: optuna.Study, process: str | None, epochs: int, **values: float) -> int:
    """A trial of a process that came so far; its number."""
    for name, value in values.items():
        study.enqueue_trial({name: value}, skip_if_exists=False)
    trial = study.ask()
    for name in values:
        trial.suggest_float(name, 0.0, 1.0)
    if process:
        trial.set_user_attr(PROCESS, process)
    for epoch in range(epochs):
        trial.report(0.5, epoch + 1)
    return int(trial.number)


def skip_first_two(study: optuna.Study) -> None:
    for _ in range(2):
        study.tell(study.ask(), 0.1)


def states(study: optuna.Study) -> list[str]:
    return [trial.state.name for trial in study.trials]


def test_null_model_and_present_parameters_are_the_first_two(study: optuna.Study) -> None:
    first, second = study.trials
    assert [first.user_attrs[KIND], second.user_attrs[KIND]] == [NULL, PRESENT]
    assert states(study) == ["WAITING", "WAITING"]
    again = open_study(open_storage("journal.log"), "study", objectives.small_params())
    assert len(again.trials) == 2


def test_a_study_keeps_the_parameters_that_it_began_with(study: optuna.Study) -> None:
    values = objectives.small_params().model_dump(by_alias=True)
    values["train"]["learning_rate"] *= 2
    changed = parse_params(values)
    assert base_params(study, changed).train.learning_rate == objectives.small_params().train.learning_rate
    assert base_params(study, changed).sweep == changed.sweep


def changed(section: str, key: str, value: object) -> Params:
    values = objectives.small_params().model_dump(by_alias=True)
    values[section][key] = value
    return parse_params(values)


def test_the_name_tells_studies_apart_whose_values_cannot_be_compared() -> None:
    name = study_name(objectives.small_params(), PAIRS, CONTENTS)
    for same in (
        changed("train", "learning_rate", 0.001),  # searched
        changed("train", "epochs", 30),  # trials have their own
        changed("sweep", "trials", 99),
        changed("evaluate", "resamples", 500),
    ):
        assert study_name(same, PAIRS, CONTENTS) == name
    for other in (
        changed("train", "ema_momentum", 0.9),
        changed("sweep", "epochs", 3),
        changed("sweep", "train_photos", 3),
    ):
        assert study_name(other, PAIRS, CONTENTS) != name
    assert study_name(objectives.small_params(), [], CONTENTS) != name
    assert study_name(objectives.small_params(), PAIRS, [["photo", "another mask"]]) != name


def test_a_trial_whose_process_is_gone_is_retried_once_with_its_values(study: optuna.Study) -> None:
    skip_first_two(study)
    number = running(study, gone(), epochs=2, dropout=0.25)
    recover(study, one_machine=True)
    recover(study, one_machine=True)
    assert states(study) == ["COMPLETE", "COMPLETE", "FAIL", "WAITING"]
    again = study.ask()
    assert again.suggest_float("dropout", 0.0, 1.0) == 0.25
    assert {name: again.user_attrs[name] for name in (RETRY_OF, ORIGIN, EPOCHS_BEFORE)} == {
        RETRY_OF: number, ORIGIN: number, EPOCHS_BEFORE: 2,
    }  # fmt: skip


def test_a_trial_whose_process_lives_is_left_alone(study: optuna.Study) -> None:
    skip_first_two(study)
    running(study, describe(psutil.Process()), epochs=1, dropout=0.25)
    running(study, f"another-host|{os.getpid()}|0.0", epochs=1, dropout=0.5)
    recover(study, one_machine=True)
    assert states(study)[2:] == ["RUNNING", "RUNNING"]


def test_a_trial_that_bears_no_name_yet_is_dead_where_nobody_else_takes_part(study: optuna.Study) -> None:
    skip_first_two(study)
    running(study, None, epochs=0, dropout=0.25)
    recover(study, one_machine=False)
    assert states(study)[2:] == ["RUNNING"]
    recover(study, one_machine=True)
    assert states(study)[2:] == ["FAIL", "WAITING"]


def test_a_trial_without_values_yet_is_not_retried_but_for_the_first_two(study: optuna.Study) -> None:
    for _ in range(3):
        study.ask().set_user_attr(PROCESS, gone())
    recover(study, one_machine=True)
    assert states(study) == ["FAIL", "FAIL", "FAIL", "WAITING", "WAITING"]
    assert [trial.user_attrs[KIND] for trial in study.trials[3:]] == [NULL, PRESENT]
    study.ask()
    assert study.ask().suggest_categorical("loss.name", ["bce_dice", "tversky", "boundary"]) == "bce_dice"


def test_a_trial_that_kills_its_process_again_and_again_is_given_up(study: optuna.Study) -> None:
    skip_first_two(study)
    running(study, gone(), epochs=1, dropout=0.25)
    for epochs in (2, 2, 2):  # only the first of these comes further than the one before
        recover(study, one_machine=True)
        trial = study.ask()
        trial.suggest_float("dropout", 0.0, 1.0)
        trial.set_user_attr(PROCESS, gone())
        for epoch in range(epochs):
            trial.report(0.5, epoch + 1)
    recover(study, one_machine=True)
    assert states(study)[2:] == ["FAIL"] * 4


def test_interruptions_by_the_user_do_not_count(study: optuna.Study) -> None:
    skip_first_two(study)
    running(study, describe(psutil.Process()), epochs=1, dropout=0.25)
    for _ in range(5):
        dead = study.trials[-1]
        retry(study, dead, on_purpose=True)
        study.tell(dead.number, state=TrialState.FAIL)
        study.ask().suggest_float("dropout", 0.0, 1.0)
    assert states(study)[-1] == "RUNNING"


def test_running_trials_count_towards_enough_and_failed_ones_do_not(study: optuna.Study) -> None:
    skip_first_two(study)
    running(study, describe(psutil.Process()), epochs=0, dropout=0.1)
    study.tell(study.ask(), state=TrialState.FAIL)
    assert is_enough(study, 3) and not is_enough(study, 4)


def test_the_best_is_the_earliest_of_equals_and_went_to_its_end(study: optuna.Study) -> None:
    assert best_trial(study) is None
    for value in (0.6, 0.8, 0.8):
        study.tell(study.ask(), value)
    pruned = study.ask()
    pruned.report(0.9, 1)
    study.tell(pruned, state=TrialState.PRUNED)
    best = best_trial(study)
    assert best and best.number == 1


def test_each_trial_has_draws_of_its_own_that_are_repeatable() -> None:
    def draw(seed: int, trial: int) -> float:
        return float(optuna.create_study(sampler=sampler(seed, trial)).ask().suggest_float("x", 0.0, 1.0))

    assert draw(1, 2) == draw(1, 2)
    assert len({draw(1, 2), draw(1, 3), draw(2, 2)}) == 3
