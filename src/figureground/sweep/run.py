"""A whole sweep: worker processes on this machine, looked after until the study has enough finished trials."""

from __future__ import annotations

import functools
import logging
import os
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

import optuna

from figureground.errors import without_passwords
from figureground.interrupts import end_in_order, without_interrupts
from figureground.params import Params, flat
from figureground.paths import RESULTS
from figureground.processes import KILLED, SPAWN, environment, usable_cores
from figureground.sweep import worker
from figureground.sweep.report import counts, write_report
from figureground.sweep.shards import contents, draw_photos
from figureground.sweep.space import SECTIONS, Space
from figureground.sweep.storage import SweepError, address_of, open_storage
from figureground.sweep.study import (
    WARNING,
    base_params,
    best_trial,
    finished,
    is_enough,
    open_study,
    retry,
    study_name,
)
from figureground.sweep.training import Training
from figureground.sweep.worker import SweepJob
from figureground.tracking.runs import Values
from figureground.tracking.sweeps import sweep_run

_log = logging.getLogger(__name__)

_MOST_DEATHS = 6  # of workers, without a trial finished in between
_PATIENCE = 60.0  # seconds for workers that were told to end to leave the study in order


def run_sweep(params: Params, *, trials: int | None = None, workers: int = 1, storage: str | None = None) -> str:
    """Search until the study has enough finished trials; go on with it where it was begun before.

    Args:
        trials: Finished ones to go on to, those of earlier runs included; None takes `sweep.trials`.
        workers: Processes on this machine, between which its cores are divided.
        storage: URL of a database; None takes `SWEEP_STORAGE` or the project's journal file.
    Returns:
        The study's name.
    Raises:
        SpaceError: The space holds a combination that is impossible.
        SweepError: It cannot begin, or trial after trial fails.
    """
    Space(params)  # refused before anything is done
    photos = draw_photos(params)
    study, address = study_name(params, photos.all(), contents(params, photos)), address_of(storage)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    opened = open_study(open_storage(address, retry), study, params)
    params = base_params(opened, params)
    space = Space(params)
    objective = functools.partial(
        Training, params, photos,
        most_variants=space.most_variants(), encoders=space.imagenet_encoders(), workers=_share_of_cores(workers),
    )  # fmt: skip
    job = SweepJob(
        study=study,
        address=address,
        params=params,
        trials=trials or params.sweep.trials,
        open_objective=objective,
        workers=workers,
    )
    _log.info("sweep %s in %s: %d photos to train on, %d to validate with",
              job.study, without_passwords(job.address), len(photos.train), len(photos.val))  # fmt: skip
    if warning := photos.warning():
        _log.warning(warning)
        opened.set_user_attr(WARNING, warning)
    search(job)
    return job.study


def search(job: SweepJob) -> None:
    """Look after the workers of a job, record the sweep, and write its report at the end, on Ctrl-C too.

    Raises:
        SweepError: Workers end without enough finished trials.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = open_study(open_storage(job.address, retry), job.study, job.params)
    params = base_params(study, job.params)
    with sweep_run(job.study, _recorded(params)) as run:
        try:
            _look_after(job, study)
        finally:
            for path in write_report(study, Space(params), RESULTS / "sweep" / job.study):
                run.log_artifact(path)
            run.log_metrics(counts(study))
            best = best_trial(study)
            if best:
                run.log_metrics({"best_val_person_iou": best.value})
                run.set_tags({"figureground.best_trial": str(best.number)})
            if WARNING in study.user_attrs:
                run.set_tags({"figureground.warning": study.user_attrs[WARNING]})


def _recorded(params: Params) -> Values:
    """What all trials have in common, by dotted name, and where they begin."""
    shared = {name: value for name, value in flat(params).items() if name.split(".")[0] in (*SECTIONS, "seed")}
    settings = params.sweep.model_dump(exclude={"space", "trials"})
    return {**shared, **{f"sweep.{name}": value for name, value in settings.items()}}


def _look_after(job: SweepJob, study: optuna.Study) -> None:
    """Start workers, replace those that are killed, wait for all of them."""
    running: dict[int, BaseProcess] = {}
    deaths, done, gave_up = 0, len(finished(study)), False
    try:
        if not is_enough(study, job.trials):
            for number in range(1, job.workers + 1):
                _start(job, number, running)
        while running:
            wait([process.sentinel for process in running.values()])
            for number, process in [each for each in running.items() if not each[1].is_alive()]:
                del running[number]
                if process.exitcode == worker.AGAIN:
                    _start(job, number, running)
                    continue
                if process.exitcode is None or (process.exitcode >= 0 and process.exitcode != worker.TERMINATED):
                    gave_up |= bool(process.exitcode)
                    continue
                deaths = deaths + 1 if len(finished(study)) == done else 1
                done = len(finished(study))
                if deaths >= _MOST_DEATHS:
                    raise SweepError(f"{job.study}: workers were killed {deaths} times with no trial finished")
                _log.warning("worker %d %s; another takes its place", number, KILLED)
                _start(job, number, running)
    finally:
        end_in_order(running.values(), _PATIENCE)
    missing = job.trials - len(finished(study))
    if missing > 0 and gave_up:
        raise SweepError(f"{job.study}: {missing} of {job.trials} trials are missing, since workers gave up; see above")
    if missing > 0:
        _log.info("%d of %d trials are under way in other processes", missing, job.trials)


def _start(job: SweepJob, number: int, running: dict[int, BaseProcess]) -> None:
    process = SPAWN.Process(target=worker.main, args=(job, number))
    with environment(_divided(job.workers)), without_interrupts():
        running[number] = process  # here, so that none is forgotten where an interrupt comes
        process.start()


def _share_of_cores(workers: int) -> int:
    return max(1, usable_cores() // workers)


def _divided(workers: int) -> dict[str, str]:
    """Environment of a worker by which the processes share the machine instead of crowding it; what the user has set
    stays."""
    if workers == 1:
        return {}
    threads = str(_share_of_cores(workers))
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
    values = {**dict.fromkeys(names, threads), "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    return {name: value for name, value in values.items() if name not in os.environ}
