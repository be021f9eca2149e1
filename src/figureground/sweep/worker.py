"""One process of a sweep: trial after trial, until the study has enough."""

from __future__ import annotations

import contextlib
import gc
import logging
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import optuna
import psutil
from filelock import FileLock

from figureground.errors import FiguregroundError, first_line
from figureground.interrupts import Terminated, end_with_parent, exit_status, receive_interrupts
from figureground.params import Params, Value, flat
from figureground.processes import describe
from figureground.stages import runner
from figureground.sweep.patience import DatabaseGoneError
from figureground.sweep.space import SECTIONS, Space
from figureground.sweep.storage import SweepError, folder, is_database, open_storage
from figureground.sweep.study import (
    EPOCHS_BEFORE,
    ERROR,
    KIND,
    LATENCY,
    NULL,
    PRESENT,
    PROCESS,
    SEARCHED,
    asking,
    base_params,
    best_trial,
    finished,
    is_enough,
    open_study,
    origin,
    recover,
    retry,
    sampler,
)
from figureground.sweep.training import Objective, Task, TrialOutcome
from figureground.tracking.runs import StageRun
from figureground.tracking.sweeps import TrialRuns

_log = logging.getLogger(__name__)

AGAIN = 75  # exit status of a process that asks for a fresh one in its place
TERMINATED = exit_status(Terminated())  # of one that was ended, as some systems do it first where memory runs out
_MOST_FAILURES = 5  # of a worker in a row, after which the values of the trials are not to blame any more


@dataclass(frozen=True)
class SweepJob:
    """What a worker has to know; it is sent to its process.

    Attributes:
        study: The study's name.
        address: Of its storage.
        params: Read from params.yaml.
        trials: How many finished ones the study is to have.
        open_objective: Called once in the worker's process.
        workers: How many there are, by which they share this machine.
        trials_a_process: After so many a fresh process takes over, since TensorFlow keeps about 0.1 GB of each trial's
            graphs for good; it takes some 15 s to start.
    """

    study: str
    address: str
    params: Params
    trials: int
    open_objective: Callable[[], Objective]
    workers: int = 1
    trials_a_process: int = 10


def main(job: SweepJob, number: int) -> None:
    """Body of a worker's process; it ends with AGAIN, 1 where it cannot go on, 130 on Ctrl-C or TERMINATED."""
    end_with_parent()
    if job.workers > 1:
        logging.basicConfig(level=logging.WARNING, format=f"worker {number}: %(message)s", stream=sys.stdout)
    runner.prepare()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)  # this module tells what happens, in shorter lines
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of graphs traced anew, as each trial needs it
    try:
        receive_interrupts()
        # Progress bars of several processes would overwrite one another.
        with (
            Path(os.devnull).open("w") as nowhere,
            contextlib.redirect_stdout(nowhere if job.workers > 1 else sys.stdout),
        ):
            is_done = work(job)
    except (FiguregroundError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt as interrupt:
        sys.exit(exit_status(interrupt))
    sys.exit(0 if is_done else AGAIN)


def work(job: SweepJob) -> bool:
    """Ask the study for trials and evaluate them, until enough are finished or under way, or this process has had its
    share; returns whether enough are.

    Raises:
        SweepError: Trial after trial fails.
    """
    study = open_study(open_storage(job.address, retry, wait=True), job.study, job.params)
    params = base_params(study, job.params)
    evaluation = _Evaluation(study, Space(params), params, job.open_objective(), TrialRuns(job.study))
    gc.freeze()  # what is loaded by now stays, and need not be gone through whenever a trial's memory is freed
    for _ in range(job.trials_a_process):
        turn = asking()
        with turn:
            recover(study, one_machine=not is_database(job.address))
            if is_enough(study, job.trials):
                return True
            study.sampler = sampler(params.seed, len(study.get_trials(deepcopy=False)))
            study.optimize(lambda trial, turn=turn: evaluation(trial, turn), n_trials=1, catch=(Exception,))
        evaluation.tidy()
        _say(study, job.trials)
        if len(evaluation.failures) >= _MOST_FAILURES:
            raise SweepError(
                f"{job.study}: {_MOST_FAILURES} trials in a row have failed, the last with: {evaluation.failures[-1]}"
            )
    return is_enough(study, job.trials)


class _Evaluation:
    """Evaluates trials of a study and records them.

    Attributes:
        failures: What the latest trials failed with; empty after one that went well.
    """

    def __init__(
        self, study: optuna.Study, space: Space, params: Params, objective: Objective, runs: TrialRuns
    ) -> None:
        self._study, self._space, self._params = study, space, params
        self._objective, self._runs = objective, runs
        self._work: Path | None = None
        self.failures: list[str] = []

    def __call__(self, trial: optuna.Trial, turn: FileLock) -> float:
        """The trial's value for Optuna; `turn` is given back once the trial bears the name of this process."""
        trial.set_user_attr(PROCESS, describe(psutil.Process()))
        kind = trial.user_attrs.get(KIND, SEARCHED)
        trial.set_user_attr(KIND, kind)
        turn.release()
        try:
            value = self._evaluate(trial, kind)
        except optuna.TrialPruned:
            self.failures.clear()
            raise
        except (KeyboardInterrupt, DatabaseGoneError) as end:
            if isinstance(end, DatabaseGoneError):
                _log.warning("trial %d: %s", trial.number, end)
            retry(self._study, self._frozen(trial), on_purpose=True)
            raise
        except Exception as error:
            self.failures.append(first_line(error))
            trial.set_user_attr(ERROR, first_line(error))
            _log.warning("trial %d: failed: %s", trial.number, first_line(error), exc_info=_is_bug(error))
            raise
        self.failures.clear()
        return value

    def tidy(self) -> None:
        """Remove the half-done work of the latest trial: not before the study knows what became of it, since a kill in
        between would lose it all. Files beside it stay, such as the batch that made a loss not a number."""
        if self._work and self._work.is_dir():
            for path in [path for path in self._work.iterdir() if path.is_dir()]:
                shutil.rmtree(path, ignore_errors=True)
            with contextlib.suppress(OSError):  # it is not empty
                self._work.rmdir()

    def _evaluate(self, trial: optuna.Trial, kind: str) -> float:
        values = {} if kind == NULL else self._space.draw(trial, present=kind == PRESENT)
        params = self._space.apply(values)
        _log.info("trial %d: %s", trial.number, _listed(values) if kind == SEARCHED else kind)
        key = f"{self._study.study_name}/{origin(trial)}"
        self._work = folder() / "trials" / f"{self._study.study_name}-{origin(trial)}"
        with self._run(trial, kind, params, key) as run:
            task = Task(
                number=trial.number,
                kind=kind,
                key=key,
                work=self._work,
                params=params,
                on_epoch=lambda epoch, row: self._on_epoch(trial, run, epoch, row),
                on_latency=lambda milliseconds: self._on_latency(trial, run, milliseconds),
            )
            outcome = self._objective(task)
            self._note(trial, run, outcome)
            if kind == NULL:
                # It has nothing that could be searched: as a complete trial it would leave Optuna's importances empty.
                trial.report(outcome.person_iou, 0)
                raise optuna.TrialPruned("the null model is a mark to pass")
        return outcome.person_iou

    @contextlib.contextmanager
    def _run(self, trial: optuna.Trial, kind: str, params: Params, key: str) -> Iterator[StageRun]:
        used = {name: value for name, value in flat(params).items() if name.split(".")[0] in SECTIONS}
        recorded = {} if kind == NULL else used
        with self._runs.trial(trial.number, kind, recorded, resume_key=key, pruned=optuna.TrialPruned) as run:
            yield run

    def _on_epoch(self, trial: optuna.Trial, run: StageRun, epoch: int, row: Mapping[str, float]) -> None:
        run.log_metrics(row, step=epoch)
        done = epoch + 1
        trial.report(row["val_person_iou"], done)
        # A trial that is to its end may stay; one that was gone on with has passed its earlier epochs before.
        may_go_on = done >= self._params.sweep.epochs or done <= trial.user_attrs.get(EPOCHS_BEFORE, 0)
        if trial.user_attrs[KIND] == SEARCHED and not may_go_on and trial.should_prune():
            raise optuna.TrialPruned(f"fell behind after {done} epochs")

    def _on_latency(self, trial: optuna.Trial, run: StageRun, milliseconds: float) -> None:
        budget = self._params.sweep.latency_budget_ms
        trial.set_user_attr(LATENCY, milliseconds)
        run.log_metrics({LATENCY: milliseconds})
        if budget is not None:
            trial.set_constraint(LATENCY, milliseconds - budget)
            if milliseconds > budget:
                raise optuna.TrialPruned(f"{milliseconds:.1f} ms are over the budget of {budget:g} ms")

    def _note(self, trial: optuna.Trial, run: StageRun, outcome: TrialOutcome) -> None:
        if not math.isfinite(outcome.person_iou):
            raise SweepError("the validation person IoU is not a number")
        for name, value in outcome.notes.items():
            trial.set_user_attr(name, value)
        run.log_metrics({"best_val_person_iou": outcome.person_iou, **outcome.notes})

    def _frozen(self, trial: optuna.Trial) -> optuna.trial.FrozenTrial:
        frozen: optuna.trial.FrozenTrial = self._study.get_trials(deepcopy=False)[trial.number]
        return frozen


def _say(study: optuna.Study, asked: int) -> None:
    """The latest trial of this process, and how far the study is."""
    done, best = finished(study), best_trial(study)
    ahead = f"best: trial {best.number} with person IoU {best.value:.4f}" if best else "none is complete yet"
    _log.info("%d of %d trials are finished, %s", len(done), asked, ahead)


def _listed(values: Mapping[str, Value]) -> str:
    return ", ".join(f"{name.removesuffix('.name').split('.')[-1]} {value}" for name, value in values.items())


def _is_bug(error: Exception) -> bool:
    """Whether the error is none that its reader could mend, so that the stack helps."""
    return not isinstance(error, FiguregroundError | MemoryError)
