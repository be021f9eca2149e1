"""Runs of a sweep and its trials: one parent however often it is gone on with, states, retries, no store at all."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from mlflow.entities import Run
from sqlalchemy import event
from sqlalchemy.engine import Engine

from figureground.tracking.runs import StageRun
from figureground.tracking.store import open_store
from figureground.tracking.sweeps import TrialRuns, sweep_run


class Pruned(Exception):
    pass


@contextmanager
def trial(root: Path, number: int = 2, key: str = "study/2") -> Iterator[StageRun]:
    runs = TrialRuns("study", root)
    with runs.trial(number, "searched", {"train.epochs": 3}, resume_key=key, pruned=Pruned) as run:
        yield run


def found(root: Path, stage: str) -> list[Run]:
    store = open_store(root)
    return list(store.client.search_runs([store.experiment], f"tags.`figureground.stage` = '{stage}'"))


def test_a_sweep_that_is_gone_on_with_keeps_its_run(root: Path) -> None:
    with pytest.raises(KeyboardInterrupt), sweep_run("study", {"sweep.epochs": 3}, root=root):
        raise KeyboardInterrupt
    (killed,) = found(root, "sweep")
    assert (killed.info.run_name, killed.info.status) == ("sweep study", "KILLED")
    with sweep_run("study", {"sweep.epochs": 3}, root=root) as run:
        assert run.run_id == killed.info.run_id
        assert found(root, "sweep")[0].info.status == "RUNNING"
    with sweep_run("other", {}, root=root) as run:
        assert run.run_id != killed.info.run_id
    assert {each.info.status for each in found(root, "sweep")} == {"FINISHED"}


def test_a_trial_is_a_child_of_the_sweep_and_does_not_end_it(root: Path) -> None:
    with sweep_run("study", {}, root=root) as sweep:
        with trial(root) as run:
            run.log_metrics({"val_person_iou": 0.5}, step=0)
        (child,) = found(root, "trial")
        assert child.data.tags["mlflow.parentRunId"] == sweep.run_id
        assert child.info.run_name == "trial 2" and child.data.params == {"train.epochs": "3"}
        assert child.data.tags["figureground.trial"] == "2"
        assert found(root, "sweep")[0].info.status == "RUNNING"


@pytest.mark.parametrize(
    ("error", "state", "status"),
    [
        (None, "COMPLETE", "FINISHED"),
        (Pruned("behind"), "PRUNED", "FINISHED"),
        (MemoryError("none left\nat all"), "FAILED", "FAILED"),
        (KeyboardInterrupt(), "INTERRUPTED", "KILLED"),
    ],
)
def test_what_became_of_a_trial_is_a_tag(root: Path, error: BaseException | None, state: str, status: str) -> None:
    try:
        with trial(root):
            if error:
                raise error
    except BaseException as raised:
        assert raised is error
    (run,) = found(root, "trial")
    assert (run.data.tags["figureground.state"], run.info.status) == (state, status)
    assert run.data.tags.get("figureground.error") == ("none left" if state == "FAILED" else None)


def test_ctrl_c_while_an_entry_is_written_leaves_the_store_open_for_the_last_words(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def press(_: object) -> None:
        if armed:
            armed.clear()
            signal.raise_signal(signal.SIGINT)

    armed: list[bool] = []
    event.listen(Engine, "commit", press)
    try:
        with pytest.raises(KeyboardInterrupt), trial(root) as run:
            armed.append(True)
            run.log_metrics({"loss": 1.0}, step=0)
    finally:
        event.remove(Engine, "commit", press)
    (killed,) = found(root, "trial")
    assert killed.data.metrics == {"loss": 1.0}
    assert (killed.data.tags["figureground.state"], killed.info.status) == ("INTERRUPTED", "KILLED")
    assert not [record for record in caplog.records if "tracking" in record.message]  # as of a locked database


def test_a_retry_goes_on_with_the_run_of_the_interrupted_trial(root: Path) -> None:
    with pytest.raises(KeyboardInterrupt), trial(root) as first:
        first.log_metrics({"loss": 1.0}, step=0)
        raise KeyboardInterrupt
    with trial(root, number=5) as second:
        assert second.run_id == first.run_id
        for epoch in range(2):
            second.log_metrics({"loss": 1.0}, step=epoch)
    (run,) = found(root, "trial")
    assert (run.info.run_name, run.data.tags["figureground.trial"], run.info.status) == ("trial 5", "5", "FINISHED")
    curve = open_store(root).client.get_metric_history(run.info.run_id, "loss")
    assert sorted(point.step for point in curve) == [0, 1]
    with trial(root, number=6) as third:
        assert third.run_id != first.run_id  # what has finished is not written to again


def test_without_a_store_the_sweep_and_its_trials_work(
    root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nonsense://")
    with caplog.at_level(logging.WARNING, "figureground"), sweep_run("study", {}, root=root) as sweep:
        with trial(root) as run:
            run.log_metrics({"loss": 1.0}, step=0)
        assert run.run_id is None and sweep.run_id is None
    assert all("nonsense://" in record.message for record in caplog.records if record.name.startswith("figureground"))
