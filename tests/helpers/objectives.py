"""Objectives for tests of the study: no training, what a trial does is told by its parameters or by files."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import optuna
from mlflow.entities import Run

from figureground.params import Params, parse_params, read_params
from figureground.sweep.storage import open_storage
from figureground.sweep.study import NULL
from figureground.sweep.training import Objective, Task, TrialOutcome
from figureground.sweep.worker import SweepJob
from figureground.tracking.store import open_store
from helpers.places import ROOT

EPOCHS = 4


def small_params(**sweep: object) -> Params:
    """The project's own parameters and space, with short trials."""
    values = read_params(ROOT / "params.yaml").model_dump(by_alias=True)
    values["sweep"] |= {"trials": 8, "epochs": EPOCHS, "prune_after": EPOCHS, **sweep}
    return parse_params(values)


@dataclass(frozen=True)
class Toy:
    """Opens an objective that is better the nearer the dropout is to 0.3, and writes each epoch to a log."""

    log: Path
    seconds: float = 0.0  # an epoch
    waits_after: int = 10**6  # epochs of all trials; the next ones do not end, and a sign says who waits
    fails: tuple[int, ...] = ()  # trials that raise
    kills: tuple[int, ...] = ()  # trials that kill their process in the third epoch
    kills_after: tuple[int, ...] = ()  # trials that kill it when all epochs are done and nobody was told the outcome
    falls: bool = False  # each trial is worse than the one before
    milliseconds: bool = False  # the exported model's latency is its input size

    def __call__(self) -> Objective:
        return self.evaluate

    def evaluate(self, task: Task) -> TrialOutcome:
        if task.kind == NULL:
            return TrialOutcome(0.1)
        if self.milliseconds:
            task.on_latency(float(task.params.model.input_size))
        best = 0.9 - abs(task.params.model.dropout - 0.3) - (0.01 * task.number if self.falls else 0.0)
        first = self._finished_epochs(task)
        for epoch in range(task.params.train.epochs):
            if epoch >= first:
                self._work(task, epoch)
            task.on_epoch(epoch, {"val_person_iou": best * (epoch + 1) / task.params.train.epochs})
        if task.number in self.kills_after:
            os.kill(os.getpid(), signal.SIGKILL)
        return TrialOutcome(best, {"best_epoch": task.params.train.epochs})

    def _work(self, task: Task, epoch: int) -> None:
        if task.number in self.fails:
            raise MemoryError("no memory left for the photos")
        if task.number in self.kills and epoch == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.seconds)
        while len(entries(self.log)) >= self.waits_after:
            _signs(self.log).mkdir(exist_ok=True)
            (_signs(self.log) / str(os.getpid())).touch()
            time.sleep(0.05)
        with self.log.open("a") as stream:
            stream.write(f"{task.key} {epoch} {task.number} {os.getpid()}\n")
        state = task.work / "state"
        state.mkdir(parents=True, exist_ok=True)
        (state / f"epoch-{epoch}").touch()

    def _finished_epochs(self, task: Task) -> int:
        """As a training knows them: from the trial's work folder."""
        return len(list(task.work.glob("state/epoch-*")))


def entries(log: Path) -> list[tuple[str, int, int, int]]:
    """(key, epoch, trial, process) of every epoch that was worked on."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [(key, int(epoch), int(trial), int(process)) for key, epoch, trial, process in map(str.split, lines)]


def waiting(log: Path) -> list[int]:
    """Processes that wait for their end: what they have worked on is kept, and nothing else is under way."""
    return [int(sign.name) for sign in _signs(log).glob("*")]


def _signs(log: Path) -> Path:
    return log.with_name("waiting")


def job(
    folder: Path,
    toy: Toy,
    *,
    trials: int = 8,
    workers: int = 1,
    address: str | None = None,
    trials_a_process: int = 100,
    **sweep: object,
) -> SweepJob:
    """A job of a study named "study"."""
    return SweepJob(
        study="study",
        address=address or str(folder / ".figureground/sweep/journal.log"),
        params=small_params(**sweep),
        trials=trials,
        open_objective=toy,
        workers=workers,
        trials_a_process=trials_a_process,
    )


def trials_of(project: Path, address: str | None = None) -> list[optuna.trial.FrozenTrial]:
    storage = open_storage(address or str(project / ".figureground/sweep/journal.log"))
    return list(optuna.load_study(study_name="study", storage=storage).trials)


def counted(project: Path, address: str | None = None) -> Counter[str]:
    return Counter(trial.state.name for trial in trials_of(project, address))


def runs(project: Path) -> tuple[Run, list[Run]]:
    """The sweep's run and those of its trials, in the order in which they began."""
    store = open_store(project)
    found = store.client.search_runs([store.experiment], order_by=["attributes.start_time ASC"])
    (parent,) = [run for run in found if run.data.tags["figureground.stage"] == "sweep"]
    children = [run for run in found if run.data.tags["figureground.stage"] == "trial"]
    assert {run.data.tags["mlflow.parentRunId"] for run in children} <= {parent.info.run_id}
    return parent, children
