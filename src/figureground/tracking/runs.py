"""One parent run for each `dvc repro`, one child for each stage that has something to say.

Stages are processes of their own, so the parent is found by a tag that names the `dvc` process above them. Tracking
never breaks a stage: what the store does not take is kept and offered again later, and a warning says so once.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from figureground.errors import first_line
from figureground.interrupts import interrupts_afterwards
from figureground.processes import describe, is_gone
from figureground.tracking.pipeline import pipeline_process
from figureground.tracking.provenance import provenance
from figureground.tracking.store import Store, TrackingError, open_store

if TYPE_CHECKING:
    from mlflow.entities import Run

_log = logging.getLogger(__name__)

# Tags. A run's process tells whether it is still alive; a parent's changes with each stage.
PIPELINE, PROCESS, STAGE, RESUME_KEY = (
    f"figureground.{each}" for each in ("pipeline", "process", "stage", "resume_key")
)
PARENT = "mlflow.parentRunId"
_DESCRIPTION = "mlflow.note.content"
_SECONDS_BETWEEN_TRIES = 60.0
_PATIENCE = 120.0  # seconds at the end of a run for a store that does not answer

Values = Mapping[str, bool | int | float | str | None]


@dataclass(frozen=True)
class RunIds:
    """A run, the pipeline's run whose status follows its own, and the steps of each metric it has from before a kill.

    There is no such parent for the trials of a sweep, and for the sweep.
    """

    child: str
    parent: str | None
    steps: Mapping[str, frozenset[int]]


class StageRun:
    """A stage's run while the stage works. Every method returns quietly, whatever becomes of the store.

    Attributes:
        run_id: MLflow's id, None where nothing is tracked because the store could not be opened.
        parent_id: Of the pipeline's run, None likewise and where there is none.
        store: The store that the run is in, None likewise.
    """

    def __init__(self, store: Store | None, pair: RunIds | None) -> None:
        self.store = store
        self.run_id = pair.child if pair else None
        self.parent_id = pair.parent if pair else None
        self._pair = pair
        self._inode = _inode(store)
        self._waiting: list[Callable[[Store, str], None]] = []
        self._next_try = 0.0
        self._warned = False

    def log_metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """One batch of metrics, for an epoch's values with its step. A step that a resumed run has is not doubled."""
        from_before = self._pair.steps if self._pair and step is not None else {}
        now = int(time.time() * 1000)
        fresh = [
            (key, float(value), now, step or 0) for key, value in values.items() if step not in from_before.get(key, ())
        ]
        if fresh:
            self._offer(lambda store, run_id: _log_metrics(store, run_id, fresh))

    def log_summary(self, values: Mapping[str, float]) -> None:
        """The few metrics by which pipelines are compared, on the pipeline's run; what it has already stays."""
        parent, now = self.parent_id, int(time.time() * 1000)
        if parent:
            entries = [(key, float(value), now, 0) for key, value in values.items()]
            self._offer(lambda store, run_id: _log_fresh_metrics(store, parent, entries))

    def describe(self, text: str) -> None:
        """The description of the pipeline's run, Markdown."""
        parent = self.parent_id
        if parent:
            self._offer(lambda store, run_id: _set_tags(store, parent, {_DESCRIPTION: text}))

    def log_artifact_of_pipeline(self, path: Path) -> None:
        """A file on the pipeline's run."""
        parent = self.parent_id
        if parent and path.exists():
            self._offer(lambda store, run_id: store.client.log_artifact(parent, str(path.resolve())))

    def log_params(self, values: Values) -> None:
        """Parameters; one that the run has already stays as it is, since MLflow refuses another value."""
        self._offer(lambda store, run_id: log_params(store, run_id, values))

    def set_tags(self, tags: Mapping[str, str]) -> None:
        self._offer(lambda store, run_id: _set_tags(store, run_id, tags))

    def log_artifact(self, path: Path, folder: str | None = None) -> None:
        """A file, or a folder with what is in it, beneath `folder` among the run's artifacts."""
        if not path.exists():
            _log.warning("%s: not logged, there is no such file", path)
            return
        path = path.resolve()
        if path.is_dir():
            inside = f"{folder}/{path.name}" if folder else path.name
            self._offer(lambda store, run_id: store.client.log_artifacts(run_id, str(path), inside))
        else:
            self._offer(lambda store, run_id: store.client.log_artifact(run_id, str(path), folder))

    def close(self, status: str) -> None:
        """Ends the run, FINISHED, FAILED or KILLED; hands over what waits, and gives the store time if it FINISHED."""
        pair = self._pair
        if pair:
            self._next_try = 0.0
            self._offer(lambda store, run_id: _close(store, pair, status))
            if status == "FINISHED":
                self._wait_for_store()

    def _wait_for_store(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        if self._waiting and not self._is_replaced():
            _log.warning("tracking: %d entries wait for the store, up to %.0f s", len(self._waiting), _PATIENCE)
        while self._waiting and not self._is_replaced() and time.monotonic() < deadline:
            time.sleep(_PATIENCE / 40)
            self._next_try = 0.0
            self._hand_over()

    def _offer(self, entry: Callable[[Store, str], None]) -> None:
        """Hands over what waits and then this, in order. After a failure the store is left alone for a while."""
        if self.run_id is None:
            return
        self._waiting.append(entry)
        self._hand_over()

    def _hand_over(self) -> None:
        if self.store is None or self.run_id is None or time.monotonic() < self._next_try:
            return
        # A transaction that Ctrl-C cuts off keeps SQLite locked, for the last words of this very run, too.
        with interrupts_afterwards() if self.store.database else nullcontext():
            while self._waiting and self._takes(self.store, self.run_id, self._waiting[0]):
                del self._waiting[0]

    def _takes(self, store: Store, run_id: str, entry: Callable[[Store, str], None]) -> bool:
        """Whether the store is done with an entry, for good or ill."""
        try:
            if self._is_replaced():
                raise TrackingError(f"{store.database} was removed or replaced")
            entry(store, run_id)
        except Exception as error:  # whatever it is, the stage's work is worth more than its record
            self._warn_once(error)
            if not _is_about_the_entry(error):
                self._next_try = time.monotonic() + _SECONDS_BETWEEN_TRIES
                return False
        return True

    def _warn_once(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            warn(error)

    def _is_replaced(self) -> bool:
        """SQLite goes on writing into a deleted file without a word."""
        return _inode(self.store) != self._inode


@contextmanager
def stage_run(
    stage: str,
    params: Values,
    *,
    root: Path = Path(),
    sections: Sequence[str] = (),
    resume_key: str | None = None,
    system_metrics: bool = False,
) -> Iterator[StageRun]:
    """A run for a stage's work, beneath the run of the pipeline that it belongs to.

    Args:
        stage: Name of the stage, which is the run's name.
        params: All parameters by dotted name; the parent gets them all.
        root: The project's root or DVC's temporary copy of it.
        sections: Which parameters the stage reads (`train`, `model`, `seed`); these its own run gets.
        resume_key: Fingerprint of what the stage's result depends on. A run of this stage and key that was killed or
            failed is taken up again instead of a new one.
        system_metrics: Also log processor, memory, disk and network use every 10 s.
    Raises:
        Only what the block raises; the run then ends FAILED, or KILLED on Ctrl-C.
    """
    run = _open(stage, params, root, sections, resume_key)
    monitor = _start_monitor(run) if system_metrics else None
    with ending(run):
        try:
            yield run
        finally:
            if monitor:
                monitor.finish()


@contextmanager
def ending(run: StageRun, well: tuple[type[BaseException], ...] = ()) -> Iterator[None]:
    """Ends a run as its block ends: FINISHED, FAILED where it raises (but for what is `well`), or KILLED on Ctrl-C."""
    status = "FAILED"
    try:
        yield
        status = "FINISHED"
    except well:
        status = "FINISHED"
        raise
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    except SystemExit as request:
        status = "FAILED" if request.code else "FINISHED"
        raise
    finally:
        run.close(status)


def reconcile(store: Store) -> list[str]:
    """Marks as KILLED the runs that say RUNNING although their process on this host has ended; returns their ids."""
    running = store.client.search_runs([store.experiment], "attributes.status = 'RUNNING'", max_results=1000)
    gone = [run.info.run_id for run in running if is_gone(run.data.tags.get(PROCESS, ""))]
    for run_id in gone:
        store.client.set_terminated(run_id, "KILLED")
    return gone


def _open(stage: str, params: Values, root: Path, sections: Sequence[str], resume_key: str | None) -> StageRun:
    try:
        store = open_store(root)
        reconcile(store)
        tags = {**provenance(root), PROCESS: describe(psutil.Process())}
        parent = _parent(store, tags, params)
        own = {key: value for key, value in params.items() if key.split(".")[0] in sections}
        return StageRun(store, child_run(store, parent, {**tags, STAGE: stage}, own, resume_key))
    except Exception as error:  # no store, no record; the stage works all the same
        warn(error)
        return StageRun(None, None)


def _parent(store: Store, tags: Mapping[str, str], params: Values) -> str:
    """Id of the pipeline's run, set to RUNNING: that of an earlier stage below the same `dvc`, or a new one."""
    dvc = pipeline_process()
    key = describe(dvc)
    found = latest_run(store, f"tags.`{PIPELINE}` = '{key}'")
    if found:
        run_id = found.info.run_id
        store.client.set_tag(run_id, PROCESS, tags[PROCESS])
        if found.info.status != "FAILED":  # a stage that failed leaves its mark on the whole pipeline
            store.client.update_run(run_id, "RUNNING")
    else:
        name = _pipeline_name(dvc, tags)
        run_id = store.client.create_run(store.experiment, tags={**tags, PIPELINE: key}, run_name=name).info.run_id
        log_data(store, run_id, tags)
    log_params(store, run_id, params)
    return str(run_id)


def _pipeline_name(dvc: psutil.Process, tags: Mapping[str, str]) -> str:
    """DVC's name of the experiment, else when the pipeline began and its commit: `repro 2026-11-24 08:15 65be3f2`."""
    if os.environ.get("DVC_EXP_NAME"):
        return os.environ["DVC_EXP_NAME"]
    began = datetime.fromtimestamp(dvc.create_time()).strftime("%Y-%m-%d %H:%M")
    return f"repro {began} {tags.get('git.commit', '')[:7]}".strip()


def child_run(
    store: Store, parent: str, tags: Mapping[str, str], own: Values, resume_key: str | None, name: str | None = None
) -> RunIds:
    """A run beneath `parent`: the one of this stage and key that was killed or failed, or a new one.

    Args:
        tags: Its tags, the stage's among them.
        own: Its parameters.
        name: Its name, where that is not the stage.
    """
    client, stage = store.client, tags[STAGE]
    stopped = (
        latest_run(store, f"tags.`{RESUME_KEY}` = '{resume_key}' AND tags.`{STAGE}` = '{stage}'")
        if resume_key
        else None
    )
    if stopped and stopped.info.status in ("KILLED", "FAILED"):
        run_id = stopped.info.run_id
        _set_tags(store, run_id, {**tags, PARENT: parent})  # it moves to the pipeline that goes on with it
        client.update_run(run_id, "RUNNING", name)
        steps = {key: _steps(store, run_id, key) for key in stopped.data.metrics}
    else:
        keys = {PARENT: parent} | ({RESUME_KEY: resume_key} if resume_key else {})
        run_id = client.create_run(store.experiment, tags={**tags, **keys}, run_name=name or stage).info.run_id
        steps = {}
    log_params(store, run_id, own)
    return RunIds(run_id, parent, steps)


def latest_run(store: Store, condition: str) -> Run | None:
    """The youngest run that meets MLflow's search condition."""
    found = store.client.search_runs(
        [store.experiment], condition, order_by=["attributes.start_time DESC"], max_results=1
    )
    return found[0] if found else None


def _steps(store: Store, run_id: str, key: str) -> frozenset[int]:
    return frozenset(metric.step for metric in store.client.get_metric_history(run_id, key))


def _close(store: Store, pair: RunIds, status: str) -> None:
    store.client.set_terminated(pair.child, status)
    if pair.parent is None:
        return
    before = store.client.get_run(pair.parent).info.status
    store.client.set_terminated(pair.parent, "FAILED" if before == "FAILED" else status)


def _log_metrics(store: Store, run_id: str, values: Sequence[tuple[str, float, int, int]]) -> None:
    from mlflow.entities import Metric

    store.client.log_batch(run_id, metrics=[Metric(*value) for value in values])


def _log_fresh_metrics(store: Store, run_id: str, values: Sequence[tuple[str, float, int, int]]) -> None:
    known = store.client.get_run(run_id).data.metrics
    _log_metrics(store, run_id, [value for value in values if value[0] not in known])


def log_data(store: Store, run_id: str, tags: Mapping[str, str]) -> None:
    """The data set as an input of the run, where its hash is known."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    if "data.hash" in tags:
        source = json.dumps({"uri": "data.dvc", "git.commit": tags.get("git.commit", "unknown")})
        data = Dataset("data", tags["data.hash"].removesuffix(".dir"), source_type="dvc", source=source)
        use = InputTag("mlflow.data.context", "training")
        store.client.log_inputs(run_id, [DatasetInput(data, tags=[use])])


def log_params(store: Store, run_id: str, values: Values) -> None:
    """Parameters that the run does not have yet."""
    from mlflow.entities import Param

    known = store.client.get_run(run_id).data.params
    named = {_name(key): str(value) for key, value in values.items()}
    fresh = [Param(name, value) for name, value in named.items() if name not in known]
    for start in range(0, len(fresh), 100):  # as many as a server takes at once
        store.client.log_batch(run_id, params=fresh[start : start + 100])


def _set_tags(store: Store, run_id: str, tags: Mapping[str, str]) -> None:
    from mlflow.entities import RunTag

    store.client.log_batch(run_id, tags=[RunTag(_name(key), str(value)) for key, value in tags.items()])


def _name(key: str) -> str:
    """As MLflow takes it: some parameters hold a path, as in `train.teachers.../weights/mine+1.keras`."""
    return re.sub(r"/+", "/", re.sub(r"[^\w.\-/ ]|(?<=/)\.+(?=/)", "_", key))


def _start_monitor(run: StageRun) -> Any:
    if run.store is None or run.run_id is None:
        return None
    from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

    try:
        monitor = SystemMetricsMonitor(run.run_id, resume_logging=True, tracking_uri=run.store.uri)
    except Exception as error:
        warn(error)
        return None
    monitor.start()
    return monitor


def _inode(store: Store | None) -> int | None:
    try:
        return store.database.stat().st_ino if store and store.database else None
    except OSError:
        return None


def _is_about_the_entry(error: Exception) -> bool:
    """Whether the store is well and only this entry is not, so that trying it again is of no use."""
    return isinstance(error, FileNotFoundError) or getattr(error, "error_code", "") == "INVALID_PARAMETER_VALUE"


def warn(error: Exception) -> None:
    """Say that something is not recorded; to the terminal alone, since the record is what failed."""
    _log.warning("tracking: %s; the work goes on, its metrics are in results/ all the same", first_line(error))
