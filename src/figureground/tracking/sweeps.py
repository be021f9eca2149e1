"""One parent run for a sweep, one child for each of its trials, from whatever process or machine a trial runs on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

from figureground.errors import first_line
from figureground.processes import describe
from figureground.tracking.provenance import provenance
from figureground.tracking.runs import (
    PROCESS,
    STAGE,
    RunIds,
    StageRun,
    Values,
    child_run,
    ending,
    latest_run,
    log_data,
    log_params,
    reconcile,
    warn,
)
from figureground.tracking.store import Store, open_store

# Tags. MLflow has no status for a trial that was pruned, so what became of it is a tag.
SWEEP, TRIAL, STATE, ERROR = (f"figureground.{each}" for each in ("sweep", "trial", "state", "error"))


@contextmanager
def sweep_run(study: str, params: Values, *, root: Path = Path()) -> Iterator[StageRun]:
    """The run of a sweep while a process looks after it; the run it had before where the study was begun earlier.

    Args:
        study: Name of the study; the run's name is `sweep` and that.
        params: What the trials have in common, by dotted name.
        root: The project's root.
    Raises:
        Only what the block raises; the run then ends FAILED, or KILLED on Ctrl-C.
    """
    try:
        store = open_store(root)
        reconcile(store)
        run_id = _parent(store, study, root)
        log_params(store, run_id, params)
        run = StageRun(store, RunIds(run_id, None, {}))
    except Exception as error:  # no store, no record; the sweep works all the same
        warn(error)
        run = StageRun(None, None)
    with ending(run):
        yield run


class TrialRuns:
    """The runs of a study's trials. Nothing that becomes of the store is raised."""

    def __init__(self, study: str, root: Path = Path()) -> None:
        self._study, self._root = study, root
        self._tags = {**provenance(root), PROCESS: describe(psutil.Process()), SWEEP: study}

    @contextmanager
    def trial(
        self, number: int, kind: str, params: Values, *, resume_key: str, pruned: type[Exception]
    ) -> Iterator[StageRun]:
        """A run for a trial, beneath the sweep's.

        Args:
            number: Of the trial in the study.
            kind: What the trial is there for.
            params: Its parameters by dotted name.
            resume_key: The same for a trial and those that retry it, which go on with its run.
            pruned: What the block raises for a trial that was given up, which is no failure.
        Raises:
            Only what the block raises; the tag `figureground.state` says COMPLETE, PRUNED, FAILED or INTERRUPTED.
        """
        run = self._open(number, kind, params, resume_key)
        with ending(run, well=(pruned,)), _stating(run, pruned):
            yield run

    def _open(self, number: int, kind: str, params: Values, resume_key: str) -> StageRun:
        try:
            store = open_store(self._root)
            reconcile(store)  # a trial that is retried left its run behind as RUNNING
            tags = {**self._tags, STAGE: "trial", TRIAL: str(number), STATE: "RUNNING", f"{TRIAL}.kind": kind}
            parent = _parent(store, self._study, self._root)
            ids = child_run(store, parent, tags, params, resume_key, f"trial {number}")
            return StageRun(store, replace(ids, parent=None))
        except Exception as error:
            warn(error)
            return StageRun(None, None)


@contextmanager
def _stating(run: StageRun, pruned: type[Exception]) -> Iterator[None]:
    state = "FAILED"
    try:
        yield
        state = "COMPLETE"
    except pruned:
        state = "PRUNED"
        raise
    except KeyboardInterrupt:
        state = "INTERRUPTED"
        raise
    except Exception as error:
        run.set_tags({ERROR: first_line(error)})
        raise
    finally:
        run.set_tags({STATE: state})


def _parent(store: Store, study: str, root: Path) -> str:
    """Id of the sweep's run, made or taken up again."""
    found = latest_run(store, f"tags.`{SWEEP}` = '{study}' AND tags.`{STAGE}` = 'sweep'")
    tags = {PROCESS: describe(psutil.Process())}
    if found is None:
        tags |= {**provenance(root), SWEEP: study, STAGE: "sweep"}
        run_id = str(store.client.create_run(store.experiment, tags=tags, run_name=f"sweep {study}").info.run_id)
        log_data(store, run_id, tags)
        return run_id
    if found.info.status != "RUNNING":
        store.client.set_tag(found.info.run_id, PROCESS, tags[PROCESS])
        store.client.update_run(found.info.run_id, "RUNNING")
    return str(found.info.run_id)
