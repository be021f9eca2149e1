"""A sweep whose study is in a real PostgreSQL server, as for workers on many machines; the test starts the server."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest

from figureground.sweep.run import search
from figureground.sweep.storage import address_of, open_storage
from figureground.sweep.study import ORIGIN, retry
from helpers import objectives
from helpers.objectives import EPOCHS, Toy

pytestmark = pytest.mark.slow

ON_ANOTHER_MACHINE = """
import sys, time
import optuna
from figureground.sweep.storage import open_storage
from figureground.sweep.study import PROCESS, retry
def objective(trial):
    trial.set_user_attr(PROCESS, "another-machine|1|0.0")
    trial.suggest_float("dropout", 0.25, 0.26)
    trial.report(0.5, 1)
    print("reported", flush=True)
    time.sleep(600)
study = optuna.load_study(study_name="study", storage=open_storage(sys.argv[1], retry, heartbeat=1))
study.optimize(objective, n_trials=1)
"""


def programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs, which Debian does not put on the path."""
    on_path = shutil.which("pg_isready")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for folder in [*debian, *([Path(on_path).resolve().parent] if on_path else [])]:
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_isready")):
            return folder
    return None


def other_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    return {"user": "postgres" if "postgres" in names else "nobody"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """URL of a fresh database."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (on Debian: apt-get install postgresql)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = Path(tempfile.mkdtemp(prefix="figureground-postgresql-"))
    user = other_user()
    if user:
        shutil.chown(place, **user)
    cluster = place / "cluster"
    subprocess.run(
        [folder / "initdb", "-D", cluster, "-A", "trust", "-U", "sweep", "--no-sync"],
        cwd=place, check=True, capture_output=True, **user,
    )  # fmt: skip
    process = subprocess.Popen(
        [folder / "postgres", "-D", cluster, "-k", place, "-h", "127.0.0.1", "-p", str(port), "-F"],
        cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user,
    )  # fmt: skip
    try:
        while subprocess.run([folder / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]).returncode:
            assert process.poll() is None, "the server ended"
            time.sleep(0.1)
        yield f"postgresql://sweep@127.0.0.1:{port}/postgres"
    finally:
        process.send_signal(signal.SIGINT)  # a fast shutdown
        process.wait()
        shutil.rmtree(place)


@pytest.fixture
def project(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SWEEP_STORAGE", server)
    yield tmp_path
    optuna.delete_study(study_name="study", storage=open_storage(address_of(None)))


def test_workers_share_a_study_in_postgresql_and_a_killed_one_is_retried(project: Path) -> None:
    address = address_of(None)
    toy = Toy(project / "log", seconds=0.1, kills=(4,))
    search(objectives.job(project, toy, trials=10, workers=2, address=address))
    found = objectives.trials_of(project, address)
    assert [trial.number for trial in found] == list(range(len(found)))
    assert objectives.counted(project, address) == {"COMPLETE": 9, "PRUNED": 1, "FAIL": 1}
    (again,) = [trial for trial in found if ORIGIN in trial.user_attrs]
    assert again.user_attrs[ORIGIN] == 4 and again.params == found[4].params
    worked = Counter((key, epoch) for key, epoch, _, _ in objectives.entries(project / "log"))
    assert set(worked.values()) == {1} and len(worked) == 9 * EPOCHS
    _, children = objectives.runs(project)
    assert {run.info.status for run in children} == {"FINISHED"}
    assert not (project / ".figureground/sweep/journal.log").exists()


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_a_trial_of_another_machine_that_falls_silent_is_retried(project: Path) -> None:
    address = address_of(None)
    study = optuna.create_study(study_name="study", storage=open_storage(address, retry, heartbeat=1))
    process = subprocess.Popen([sys.executable, "-c", ON_ANOTHER_MACHINE, address], stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"reported\n"
    process.kill()
    process.wait()
    deadline = time.monotonic() + 60.0
    while objectives.counted(project, address)["RUNNING"] and time.monotonic() < deadline:
        time.sleep(0.5)
        optuna.storages.fail_stale_trials(study)
    dead, again = objectives.trials_of(project, address)
    assert (dead.state.name, again.state.name) == ("FAIL", "WAITING")
    assert again.user_attrs[ORIGIN] == 0
    assert study.ask().suggest_float("dropout", 0.0, 1.0) == dead.params["dropout"]
