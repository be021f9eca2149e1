"""The trials of one worker, in this process: what becomes of those that raise, fall behind, or take too long."""

from __future__ import annotations

from pathlib import Path

import pytest

from figureground.sweep.storage import SweepError
from figureground.sweep.study import KIND, LATENCY, NULL
from figureground.sweep.worker import work
from helpers import objectives
from helpers.objectives import EPOCHS, Toy, counted, runs, trials_of

pytestmark = pytest.mark.slow


def test_a_trial_that_raises_is_recorded_failed_and_the_sweep_goes_on(project: Path) -> None:
    work(objectives.job(project, Toy(project / "log", fails=(2, 4)), trials=6))
    assert counted(project) == {"PRUNED": 1, "COMPLETE": 5, "FAIL": 2}
    failed = [trial for trial in trials_of(project) if trial.state.name == "FAIL"]
    assert [trial.number for trial in failed] == [2, 4]
    assert failed[0].user_attrs["error"] == "no memory left for the photos"
    _, children = runs(project)
    states = {int(run.data.tags["figureground.trial"]): run for run in children}
    assert states[2].info.status == "FAILED"
    assert states[2].data.tags["figureground.state"] == "FAILED"
    assert states[2].data.tags["figureground.error"] == "no memory left for the photos"
    assert {run.info.status for number, run in states.items() if number not in (2, 4)} == {"FINISHED"}


def test_a_sweep_in_which_every_trial_fails_ends(project: Path) -> None:
    with pytest.raises(SweepError, match="5 trials in a row have failed, the last with: no memory left"):
        work(objectives.job(project, Toy(project / "log", fails=tuple(range(2, 20))), trials=12))
    assert counted(project) == {"PRUNED": 1, "COMPLETE": 1, "FAIL": 5}


def test_trials_that_fall_behind_are_pruned_which_is_no_failure(project: Path) -> None:
    work(objectives.job(project, Toy(project / "log", falls=True), trials=10, prune_after=1))
    pruned = [trial for trial in trials_of(project) if trial.state.name == "PRUNED" and trial.user_attrs[KIND] != NULL]
    assert pruned
    assert all(0 < len(trial.intermediate_values) < EPOCHS for trial in pruned)
    _, children = runs(project)
    states = {int(run.data.tags["figureground.trial"]): run for run in children}
    for trial in pruned:
        assert states[trial.number].data.tags["figureground.state"] == "PRUNED"
        assert states[trial.number].info.status == "FINISHED"
    assert not [run for run in children if run.info.status == "FAILED"]


def test_trials_over_the_latency_budget_are_not_trained(project: Path) -> None:
    toy = Toy(project / "log", milliseconds=True)
    work(objectives.job(project, toy, trials=12, latency_budget_ms=256.0))
    found = trials_of(project)
    over = [trial for trial in found if trial.user_attrs.get(LATENCY, 0.0) > 256.0]
    assert over and {trial.state.name for trial in over} == {"PRUNED"}
    assert not {trial.number for trial in over} & {number for _, _, number, _ in objectives.entries(project / "log")}
    assert all(trial.constraints[LATENCY] > 0.0 for trial in over)
    complete = [trial for trial in found if trial.state.name == "COMPLETE"]
    assert complete and all(trial.user_attrs[LATENCY] <= 256.0 for trial in complete)
