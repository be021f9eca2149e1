"""Where the store lies, and that a server and its user interface serve it wherever it has been moved to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import mlflow
import pytest

from figureground.tracking.runs import stage_run
from figureground.tracking.store import EXPERIMENT, TrackingError, open_store, tracking_uri, ui_command
from helpers.command import free_port


def test_temporary_copies_share_the_projects_store(root: Path) -> None:
    for copy in (".dvc/tmp/exps/standalone/tmpabc", ".dvc/tmp/exps/tmpdef"):
        (root / copy).mkdir(parents=True)
        assert tracking_uri(root / copy) == tracking_uri(root) == f"sqlite:///{root}/mlflow.db"
        with stage_run("train", {}, root=root / copy) as run:
            pass
        assert open_store(root).client.get_run(run.run_id).info.status == "FINISHED"
    assert not list((root / ".dvc").rglob("mlflow.db"))


def test_a_relative_address_is_one_of_the_projects_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = root / ".dvc/tmp/exps/standalone/tmpabc"
    copy.mkdir(parents=True)
    monkeypatch.chdir(copy)
    for address in ("sqlite:///mlflow.db", "sqlite:///../project/mlflow.db?timeout=30"):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        assert tracking_uri(Path()).partition("?")[0] == f"sqlite:///{root}/mlflow.db"
    assert tracking_uri(Path()).endswith("?timeout=30")
    for address in ("http://127.0.0.1:5000", "postgresql://me@host/runs", "sqlite:////elsewhere/mlflow.db"):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        assert tracking_uri(Path()) == address


@pytest.mark.parametrize("name", ["with space", "100% done", "50%25", "why?", "ML #2"])
def test_a_project_may_lie_in_a_folder_of_any_name(
    name: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    moved = root.rename(tmp_path / name / "project")
    copy = moved / ".dvc/tmp/exps/tmpabc"
    copy.mkdir(parents=True)
    for place in (moved, copy):
        monkeypatch.chdir(place)
        with stage_run("train", {}) as run:
            run.log_artifact(Path(__file__))
        client = mlflow.MlflowClient(tracking_uri(Path()))
        assert client.get_run(run.run_id).info.status == "FINISHED"
        assert (
            Path(client.download_artifacts(run.run_id, Path(__file__).name)).read_bytes() == Path(__file__).read_bytes()
        )
    assert list(tmp_path.iterdir()) == [tmp_path / name]
    assert {path.name for path in moved.iterdir()} <= {".dvc", ".figureground", "mlflow.db", "artifacts"}


def test_the_environment_chooses_another_store(root: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = root / "other"
    other.mkdir()
    (other / "mlflow.db").write_bytes(template.read_bytes())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{other}/mlflow.db")
    with stage_run("train", {}, root=root) as run:
        run.log_artifact(Path(__file__))
    assert list((other / "artifacts").rglob(Path(__file__).name)) and not (root / "artifacts").exists()
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert open_store(root).client.search_runs(["1"]) == []


def test_an_experiment_in_the_bin_is_taken_out(root: Path) -> None:
    store = open_store(root)
    store.client.delete_experiment(store.experiment)
    assert open_store(root).client.get_experiment_by_name(EXPERIMENT).lifecycle_stage == "active"


def test_a_file_that_is_no_database_is_one_line(root: Path) -> None:
    (root / "mlflow.db").write_text("no database" * 100)
    with pytest.raises(TrackingError, match="cannot be opened") as found:
        open_store(root)
    assert "\n" not in str(found.value)


def test_a_password_is_not_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@models.example:5000")
    with pytest.raises(TrackingError, match=r"http://me:\*\*\*@models.example:5000: is a server"):
        ui_command(root)
    for address in ("nonsense://me:secret@127.0.0.1:9", "http://me:secret@127.0.0.1:9"):  # the errors of both repeat it
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        with pytest.raises(TrackingError, match=r"://me:\*\*\*@127.0.0.1:9.*: cannot be opened") as found:
            open_store(root)
        assert "secret" not in str(found.value) and "\n" not in str(found.value)


DIES_HALF_WAY = """
import os, signal, sqlalchemy
from pathlib import Path
from figureground.tracking.store import open_store

@sqlalchemy.event.listens_for(sqlalchemy.engine.Engine, "after_cursor_execute")
def die(connection, cursor, statement, *_):
    if "ADD COLUMN" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

open_store(Path())
"""


@pytest.mark.slow
def test_a_kill_while_the_database_is_made_leaves_none_that_cannot_be_opened(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", DIES_HALF_WAY], cwd=tmp_path).returncode == -signal.SIGKILL
    assert open_store(tmp_path).client.get_experiment_by_name(EXPERIMENT) is not None


def test_a_server_is_not_served_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://models.example:5000")
    with pytest.raises(TrackingError, match=r"http://models.example:5000: is a server"):
        ui_command(root)


@pytest.mark.slow
def test_the_user_interface_serves_runs_and_artifacts_of_a_moved_project(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stage_run("evaluate", {}, root=root) as run:
        run.log_artifact(Path(__file__), "sheets")
    moved = root.rename(root.with_name("moved"))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(ui_command(moved, port=port), cwd="/", start_new_session=True, env={**os.environ})
    try:
        _wait_for(f"{address}/health", server)
        page = f"{address}/get-artifact?path=sheets/{Path(__file__).name}&run_uuid={run.run_id}"
        assert urllib.request.urlopen(page).read() == Path(__file__).read_bytes()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "300")  # its first answers take long on a busy machine
        with stage_run("train", {"seed": 1}, root=moved) as through_server:
            through_server.log_artifact(Path(__file__))
        client = mlflow.MlflowClient(address)
        assert Path(client.download_artifacts(run.run_id, "sheets", str(moved))).is_dir()
        assert client.get_run(through_server.run_id).info.status == "FINISHED"
        assert list((moved / "artifacts").rglob(f"{through_server.run_id}/artifacts/{Path(__file__).name}"))
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            urllib.request.urlopen(address, timeout=60)
            return
        except OSError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.5)


def test_importing_the_package_does_not_import_mlflow() -> None:
    modules = "provenance, registry, runs, store, versions"
    code = f"import sys; from figureground.tracking import {modules}; assert 'mlflow' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
