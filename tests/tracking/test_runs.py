"""Runs of pipelines and stages, in real processes that share a dvc, get killed, or lose their store."""

from __future__ import annotations

import json
import logging
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from mlflow.entities import Run

from figureground.tracking.runs import reconcile, stage_run
from figureground.tracking.store import open_store

STAGE = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from figureground.tracking.runs import stage_run
    stage, end = sys.argv[1:]
    with stage_run(stage, {"seed": 1, "train.epochs": 3}, root=Path(), sections=(stage,), resume_key="k") as run:
        for epoch in range(2):
            run.log_metrics({"loss": 1.0 - epoch / 10, "person_iou": epoch / 10}, step=epoch)
        if end == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if end == "fail":
            sys.exit(1)
""")
# What DVC does: start the stages one after another, each through a shell.
DVC = textwrap.dedent("""
    import subprocess, sys
    for command in sys.argv[1:]:
        if subprocess.run(command, shell=True).returncode:
            sys.exit(255)
""")


def runs(root: Path) -> dict[str, Run]:
    """By stage; a pipeline's run as "repro"."""
    store = open_store(root)
    found = store.client.search_runs([store.experiment])
    return {run.data.tags.get("figureground.stage", "repro"): run for run in found}


def stage(root: Path, name: str, end: str) -> int:
    return subprocess.run([sys.executable, "-c", STAGE, name, end], cwd=root).returncode


@pytest.mark.slow
def test_stages_of_one_dvc_share_a_parent(root: Path) -> None:
    (root / "stage.py").write_text(STAGE)
    (root / "dvc").write_text(DVC)
    commands = [f"{sys.executable} stage.py {name} {end}" for name, end in (("train", "well"), ("evaluate", "fail"))]
    assert subprocess.run([sys.executable, "dvc", *commands], cwd=root).returncode == 255
    found = runs(root)
    assert set(found) == {"repro", "train", "evaluate"}
    parent = found["repro"]
    assert {run.data.tags["mlflow.parentRunId"] for name, run in found.items() if name != "repro"} == {
        parent.info.run_id
    }
    assert {name: run.info.status for name, run in found.items()} == {
        "repro": "FAILED",
        "train": "FINISHED",
        "evaluate": "FAILED",
    }
    assert parent.info.run_name.startswith("repro 20")
    assert parent.data.params == {"seed": "1", "train.epochs": "3"}
    assert found["train"].data.params == {"train.epochs": "3"}
    assert found["train"].data.tags["version.python"]


@pytest.mark.slow
def test_a_killed_run_is_closed_and_gone_on_with(root: Path) -> None:
    assert stage(root, "train", "kill") == -signal.SIGKILL
    killed = runs(root)
    assert {run.info.status for run in killed.values()} == {"RUNNING"}
    assert len(reconcile(open_store(root))) == 2
    assert {run.info.status for run in runs(root).values()} == {"KILLED"}
    with stage_run("train", {"train.epochs": 3}, root=root, sections=("train",), resume_key="k") as run:
        assert run.run_id == killed["train"].info.run_id
        for epoch in range(4):
            run.log_metrics({"loss": 9.0, "person_iou": 0.9}, step=epoch)
    store = open_store(root)
    history = store.client.get_metric_history(run.run_id, "loss")
    assert sorted((metric.step, metric.value) for metric in history) == [(0, 1.0), (1, 0.9), (2, 9.0), (3, 9.0)]
    again = store.client.get_run(run.run_id)
    assert again.info.status == "FINISHED"
    assert again.data.tags["mlflow.parentRunId"] != killed["repro"].info.run_id
    with stage_run("train", {}, root=root, resume_key="k") as next_run:
        assert next_run.run_id != run.run_id  # what has finished is not written to again


def test_a_run_whose_process_lives_is_not_closed(root: Path) -> None:
    with stage_run("train", {}, root=root) as run:
        assert reconcile(open_store(root)) == []
    assert runs(root)["train"].info.run_id == run.run_id


@pytest.mark.parametrize(("error", "status"), [(ValueError, "FAILED"), (KeyboardInterrupt, "KILLED")])
def test_a_stage_that_raises_marks_itself_and_its_pipeline(root: Path, error: type[BaseException], status: str) -> None:
    with pytest.raises(error), stage_run("export", {}, root=root):
        raise error
    assert {run.info.status for run in runs(root).values()} == {status}


def test_system_metrics_are_logged_beside_the_stages_own(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.1")
    with stage_run("train", {}, root=root, system_metrics=True) as run:
        run.log_metrics({"loss": 1.0}, step=0)
        while "system/cpu_utilization_percentage" not in runs(root)["train"].data.metrics:
            time.sleep(0.1)
    metrics = runs(root)["train"].data.metrics
    assert metrics["loss"] == 1.0 and metrics["system/cpu_utilization_percentage"] >= 0.0


def test_a_summary_is_on_the_pipelines_run_once(root: Path) -> None:
    with stage_run("evaluate", {"seed": 1}, root=root) as run:
        run.log_metrics({"detail": 0.25})
        run.log_summary({"person_iou": 0.5})
        run.log_summary({"person_iou": 0.5, "milliseconds": 20.0})
        run.describe("**good**")
        run.log_artifact_of_pipeline(Path(__file__))
    found = runs(root)
    assert found["evaluate"].data.metrics == {"detail": 0.25}
    assert found["repro"].data.metrics == {"person_iou": 0.5, "milliseconds": 20.0}
    assert found["repro"].data.tags["mlflow.note.content"] == "**good**"
    client = open_store(root).client
    assert len(client.get_metric_history(found["repro"].info.run_id, "person_iou")) == 1
    assert [file.path for file in client.list_artifacts(found["repro"].info.run_id)] == [Path(__file__).name]


def test_the_pipelines_run_names_its_data(root: Path) -> None:
    (root / "data.dvc").write_text("outs:\n- md5: 0123456789abcdef0123456789abcdef.dir\n  path: data\n")
    with stage_run("audit", {}, root=root):
        pass
    (data,) = runs(root)["repro"].inputs.dataset_inputs
    assert (data.dataset.name, data.dataset.digest) == ("data", "0123456789abcdef0123456789abcdef")
    assert json.loads(data.dataset.source)["uri"] == "data.dvc"


def test_artifacts_and_tags_are_kept_in_the_project_folder(root: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "best photos ä.txt"
    sheet.write_text("sheet")
    with stage_run("evaluate", {}, root=root) as run:
        run.log_artifact(sheet, "sheets")
        run.log_artifact(tmp_path / "not there")
        run.set_tags({"device": "cpu"})
    moved = root.rename(root.with_name("moved"))
    store = open_store(moved)
    assert store.client.get_run(run.run_id).data.tags["device"] == "cpu"
    assert [entry.path for entry in store.client.list_artifacts(run.run_id, "sheets")] == [f"sheets/{sheet.name}"]
    assert Path(store.client.download_artifacts(run.run_id, f"sheets/{sheet.name}")).read_text() == "sheet"
    assert next((moved / "artifacts").rglob(sheet.name)).read_text() == "sheet"


def test_a_store_that_vanishes_does_not_stop_the_stage(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "figureground"), stage_run("train", {}, root=root) as run:
        run.log_metrics({"loss": 1.0}, step=0)
        shutil.move(root / "mlflow.db", root / "elsewhere.db")
        for epoch in range(1, 4):
            run.log_metrics({"loss": 1.0}, step=epoch)
        run.log_artifact(Path(__file__))
    warnings = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1 and "mlflow.db was removed or replaced; the work goes on" in warnings[0]


def test_what_a_store_missed_is_handed_over_when_it_is_back(root: Path) -> None:
    with stage_run("train", {}, root=root) as run:
        (root / "mlflow.db").rename(root / "away.db")
        run.log_metrics({"loss": 1.0}, step=0)
        run.log_metrics({"loss": 0.5}, step=1)
        (root / "away.db").rename(root / "mlflow.db")
    store = open_store(root)
    assert [metric.value for metric in store.client.get_metric_history(run.run_id, "loss")] == [1.0, 0.5]
    assert store.client.get_run(run.run_id).info.status == "FINISHED"


def test_a_database_that_cannot_be_used_for_a_while_is_one_line_and_a_wait(
    root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with stage_run("train", {}, root=root) as run:
        run.log_metrics({"loss": 1.0}, step=0)
        content = (root / "mlflow.db").read_bytes()
        (root / "mlflow.db").write_bytes(b"no database" * 100)  # it is the same file still

        def mend(seconds: float) -> None:
            (root / "mlflow.db").write_bytes(content)

        monkeypatch.setattr("figureground.tracking.runs.time.sleep", mend)
        run.log_metrics({"loss": 0.5}, step=1)
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.name for record in said] == ["figureground.tracking.runs"] * 2
    assert "the work goes on" in said[0].message and "entries wait for the store, up to 120 s" in said[1].message
    store = open_store(root)
    assert [metric.value for metric in store.client.get_metric_history(run.run_id, "loss")] == [1.0, 0.5]
    assert store.client.get_run(run.run_id).info.status == "FINISHED"


def test_parameters_by_any_path_are_recorded(root: Path) -> None:
    files = ("../../zoo//müller+1 (best).keras", "C:/zoo/./a.keras", "weights/a.keras")
    params = {f"train.teachers.{file}": 1.0 for file in files}
    with stage_run("train", params, root=root, sections=("train",)) as run:
        run.set_tags({f"{name}.sha256": "abc" for name in params})
    recorded = runs(root)["train"].data
    names = {
        f"train.teachers.{name}" for name in ("../_/zoo/müller_1 _best_.keras", "C_/zoo/_/a.keras", "weights/a.keras")
    }
    assert recorded.params.keys() == names and {f"{name}.sha256" for name in names} <= recorded.tags.keys()


def test_an_entry_that_mlflow_refuses_does_not_hold_up_the_rest(root: Path) -> None:
    with stage_run("train", {}, root=root) as run:
        run.log_metrics({"no:such*name?": 1.0})
        run.log_metrics({"loss": 1.0})
    assert runs(root)["train"].data.metrics == {"loss": 1.0}


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9", "sqlite:////proc/no/mlflow.db", "nonsense://"])
def test_a_stage_works_without_any_store(
    root: Path, uri: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with stage_run("train", {"seed": 1}, root=root, system_metrics=True) as run:
        run.log_metrics({"loss": 1.0}, step=0)
        run.set_tags({"a": "b"})
    assert run.run_id is None
    warnings = [record.message for record in caplog.records if record.name.startswith("figureground")]
    assert len(warnings) == 1 and uri in warnings[0]
