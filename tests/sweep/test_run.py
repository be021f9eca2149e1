"""Sweeps in real processes: several workers, kills, interruptions; and what MLflow holds of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import psutil
import pytest

from figureground.files import read_table
from figureground.sweep.run import search
from figureground.sweep.study import NULL, PRESENT
from figureground.tracking.runs import reconcile
from figureground.tracking.store import open_store
from helpers import objectives
from helpers.command import until
from helpers.objectives import EPOCHS, Toy, counted, runs, trials_of
from helpers.places import ROOT

pytestmark = pytest.mark.slow

SWEEP = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from helpers.objectives import Toy, job
from figureground.interrupts import exit_status, sigterm_interrupts
from figureground.stages.runner import prepare
from figureground.sweep.run import search
if __name__ == "__main__":
    prepare()
    try:
        with sigterm_interrupts():
            search(job(Path(), Toy(Path({log!r}), waits_after={epochs}), trials={trials}, workers={workers}))
    except KeyboardInterrupt as interrupt:
        sys.exit(exit_status(interrupt))
"""


def sweeping(project: Path, *, trials: int, workers: int = 1, epochs: int = 10**6) -> subprocess.Popen[str]:
    """A sweep in a session of its own, as a terminal has one; from so many epochs on its workers wait for their end."""
    script = project / "sweep.py"
    script.write_text(
        SWEEP.format(here=str(ROOT / "tests"), log=str(project / "log"), epochs=epochs, trials=trials,
                     workers=workers)
    )  # fmt: skip
    return subprocess.Popen(
        [sys.executable, str(script)], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


def test_two_workers_share_a_study_and_no_trial_is_lost_or_doubled(project: Path) -> None:
    search(objectives.job(project, Toy(project / "log", seconds=0.1), trials=12, workers=2, trials_a_process=4))
    found = trials_of(project)
    assert [trial.number for trial in found] == list(range(12))
    assert counted(project) == {"COMPLETE": 11, "PRUNED": 1}
    worked = Counter((key, epoch) for key, epoch, _, _ in objectives.entries(project / "log"))
    assert worked == {(f"study/{number}", epoch): 1 for number in range(1, 12) for epoch in range(EPOCHS)}
    shares = Counter(process for _, epoch, _, process in objectives.entries(project / "log") if epoch == 0)
    assert len(shares) >= 3 and max(shares.values()) <= 4  # fresh ones took over after four trials
    parent, children = runs(project)
    assert parent.info.status == "FINISHED"
    assert sorted(int(run.data.tags["figureground.trial"]) for run in children) == list(range(12))
    assert parent.data.metrics["trials.complete"] == 11.0


def test_the_records_tell_what_was_tried_and_what_came_of_it(project: Path) -> None:
    search(objectives.job(project, Toy(project / "log"), trials=5))
    parent, children = runs(project)
    assert parent.info.run_name == "sweep study"
    assert parent.data.params["sweep.epochs"] == str(EPOCHS)
    null, present, *others = children
    assert null.data.tags["figureground.trial.kind"] == NULL
    assert null.data.metrics["best_val_person_iou"] == 0.1
    assert present.data.tags["figureground.trial.kind"] == PRESENT
    assert present.data.params["train.learning_rate"] == str(objectives.small_params().train.learning_rate)
    store = open_store(project)
    for run in others:
        assert run.data.tags["figureground.state"] == "COMPLETE"
        curve = store.client.get_metric_history(run.info.run_id, "val_person_iou")
        assert [point.step for point in curve] == list(range(EPOCHS))
        assert 0.0 <= float(run.data.params["model.dropout"]) <= 0.4
    logged = {entry.path for entry in store.client.list_artifacts(parent.info.run_id)}
    names = ("history", "importances", "parallel_coordinates", "slice")
    assert logged == {"trials.csv", "figures.html", *(f"{name}.png" for name in names)}
    table = read_table(project / "results/sweep/study/trials.csv")
    assert [row["kind"] for row in table] == [NULL, PRESENT, "searched", "searched", "searched"]
    assert table[1]["person_iou"] == "0.7" and table[1]["model.dropout"] == "0.1"


def test_a_killed_sweep_loses_at_most_the_running_epochs(project: Path) -> None:
    killed = sweeping(project, trials=6, workers=2, epochs=5)
    until(lambda: len(objectives.waiting(project / "log")) == 2, killed)
    workers = [psutil.Process(worker) for worker in objectives.waiting(project / "log")]
    killed.kill()
    killed.wait()
    assert psutil.wait_procs(workers, timeout=300)[1] == []
    before = objectives.entries(project / "log")
    dead = counted(project)["RUNNING"]
    assert dead == 2
    output = sweeping(project, trials=6).communicate()[0]
    assert "ended too early; a new trial goes on" in output
    states = counted(project)
    assert (states["COMPLETE"], states["PRUNED"], states["FAIL"], states["RUNNING"]) == (5, 1, dead, 0)
    worked = Counter((key, epoch) for key, epoch, _, _ in objectives.entries(project / "log"))
    assert set(worked.values()) == {1}  # an epoch is in the log once it is finished, and is not worked on again
    assert len(worked) == 5 * EPOCHS
    assert objectives.entries(project / "log")[: len(before)] == before
    reconcile(open_store(project))
    parent, children = runs(project)
    assert parent.info.status == "FINISHED"
    assert {run.info.status for run in children} == {"FINISHED"}  # the dead trials' runs were taken up again
    assert len(children) == 6
    client = open_store(project).client
    curves = [client.get_metric_history(run.info.run_id, "val_person_iou") for run in children]
    # All but the null model's; two workers begin the first two trials in either order.
    assert sorted(sorted(point.step for point in curve) for curve in curves) == [[], *[list(range(EPOCHS))] * 5]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_the_study_in_order_and_the_next_sweep_goes_on(
    project: Path, number: signal.Signals
) -> None:
    """SIGINT from the terminal, which reaches the worker too; SIGTERM as SLURM or Kubernetes sends it to the first."""
    process = sweeping(project, trials=4, epochs=EPOCHS + 1)
    until(lambda: objectives.waiting(project / "log"), process)
    assert len(objectives.entries(project / "log")) == EPOCHS + 1
    os.killpg(process.pid, number) if number is signal.SIGINT else process.terminate()
    process.communicate()
    assert process.returncode == 128 + number
    assert counted(project) == {"PRUNED": 1, "COMPLETE": 1, "FAIL": 1, "WAITING": 1}
    parent, children = runs(project)
    assert parent.info.status == "KILLED"
    assert children[-1].data.tags["figureground.state"] == "INTERRUPTED"
    assert (project / "results/sweep/study/trials.csv").exists()
    search(objectives.job(project, Toy(project / "log"), trials=4))
    assert counted(project) == {"PRUNED": 1, "COMPLETE": 3, "FAIL": 1}
    worked = Counter((key, epoch) for key, epoch, _, _ in objectives.entries(project / "log"))
    assert set(worked.values()) == {1} and len(worked) == 3 * EPOCHS
    assert not list((project / ".figureground/sweep/trials").iterdir())
    search(objectives.job(project, Toy(project / "log"), trials=4))  # it has enough already
    assert counted(project)["COMPLETE"] == 3


def test_a_worker_that_is_killed_is_replaced_and_its_trial_retried(project: Path) -> None:
    # As the system does it where memory runs out: trial 2 dies in its third epoch, and so do its retries, 3 and 4.
    # Trial 5 does so between its last epoch and its outcome, its retry goes well.
    search(objectives.job(project, Toy(project / "log", kills=(2, 3, 4), kills_after=(5,)), trials=4))
    found = trials_of(project)
    states = [trial.state.name for trial in found]
    assert states == ["PRUNED", "COMPLETE", "FAIL", "FAIL", "FAIL", "FAIL", "COMPLETE", "COMPLETE"]
    assert [trial.user_attrs.get("origin") for trial in found[2:7]] == [None, 2, 2, None, 5]
    worked = Counter((key, epoch) for key, epoch, _, _ in objectives.entries(project / "log"))
    assert worked["study/2", 0] == worked["study/2", 1] == 1
    assert [worked["study/5", epoch] for epoch in range(EPOCHS)] == [1] * EPOCHS
