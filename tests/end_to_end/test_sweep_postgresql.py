"""A sweep whose study is in a real PostgreSQL server, as for workers on many machines; the test starts the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import optuna
import pytest
from sqlalchemy import text

from figureground.sweep.patience import DatabaseGoneError
from figureground.sweep.run import search
from figureground.sweep.storage import address_of, open_storage
from figureground.sweep.study import KIND, NULL, ORIGIN, PRESENT, retry
from helpers import objectives
from helpers.objectives import EPOCHS, Toy
from helpers.places import ROOT
from helpers.postgresql import PostgreSQL, running

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


AT_THE_SAME_TIME = """
import optuna
from figureground.sweep.storage import address_of, open_storage
from figureground.sweep.study import open_study, retry
from helpers import objectives
optuna.logging.set_verbosity(optuna.logging.WARNING)
print("ready", flush=True)
input()
open_study(open_storage(address_of(None), retry), "study", objectives.small_params())
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with running() as server:
        yield server


@pytest.fixture
def project(tmp_path: Path, server: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SWEEP_STORAGE", server.address)
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


def test_machines_that_begin_a_study_in_the_same_second_add_its_first_trials_once(
    server: PostgreSQL, tmp_path: Path
) -> None:
    address = server.new_database("begun_at_once")
    environment = os.environ | {"SWEEP_STORAGE": address, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}
    machines = []
    for number in range(4):
        (tmp_path / str(number)).mkdir()
        machines.append(
            subprocess.Popen(
                [sys.executable, "-c", AT_THE_SAME_TIME], cwd=tmp_path / str(number), env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
        )  # fmt: skip
    for machine in machines:
        assert machine.stdout and machine.stdout.readline() == "ready\n"
    for machine in machines:
        assert machine.stdin
        machine.stdin.write("go\n")
        machine.stdin.flush()
    assert [(machine.communicate()[1], machine.returncode) for machine in machines] == [("", 0)] * 4
    kinds = [trial.user_attrs[KIND] for trial in objectives.trials_of(tmp_path, address_of(address))]
    assert kinds == [NULL, PRESENT]


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_a_trial_of_another_machine_that_falls_silent_is_retried(project: Path) -> None:
    address = address_of(None)
    study = optuna.create_study(study_name="study", storage=open_storage(address, retry, heartbeat=1))
    process = subprocess.Popen([sys.executable, "-c", ON_ANOTHER_MACHINE, address], stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"reported\n"
    process.kill()
    process.wait()
    deadline = time.monotonic() + 600.0
    while objectives.counted(project, address)["RUNNING"] and time.monotonic() < deadline:
        time.sleep(0.5)
        optuna.storages.fail_stale_trials(study)
    dead, again = objectives.trials_of(project, address)
    assert (dead.state.name, again.state.name) == ("FAIL", "WAITING")
    assert again.user_attrs[ORIGIN] == 0
    assert study.ask().suggest_float("dropout", 0.0, 1.0) == dead.params["dropout"]


def test_a_database_that_goes_away_for_a_while_is_waited_for_in_one_line(
    project: Path, server: PostgreSQL, capfd: pytest.CaptureFixture[str]
) -> None:
    address, toy = address_of(None), Toy(project / "log", seconds=1.0)

    def outage() -> None:
        while len(objectives.entries(project / "log")) < 2:
            time.sleep(0.1)
        server.stop(signal.SIGQUIT)
        server.is_missed()
        server.start()

    with ThreadPoolExecutor() as pool:
        away = pool.submit(outage)
        search(objectives.job(project, toy, trials=3, address=address))
        away.result()
    said = "".join(capfd.readouterr())
    assert said.count("does not answer") == said.count("answers again") == 1 and "Traceback" not in said
    # Where it went in the middle of a statement, the trial failed, and another one went on with it.
    states = objectives.counted(project, address)
    assert (states["COMPLETE"], states["PRUNED"], states["RUNNING"]) == (2, 1, 0) and states["FAIL"] <= 1
    worked = Counter((key, epoch) for key, epoch, _, _ in objectives.entries(project / "log"))
    assert set(worked.values()) == {1} and len(worked) == 2 * EPOCHS


def test_one_that_does_not_come_back_ends_the_work_in_one_line(
    project: Path, server: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = open_storage(address_of(None), retry)
    study = optuna.create_study(study_name="study", storage=storage)
    monkeypatch.setattr("figureground.sweep.patience._LONGEST", 1.0)
    assert isinstance(storage, optuna.storages.RDBStorage)
    with storage.engine.connect() as connection:
        server.stop(signal.SIGQUIT)
        with pytest.raises(DatabaseGoneError, match="went away in the middle of a statement"):
            connection.execute(text("SELECT 1"))
    try:
        with pytest.raises(DatabaseGoneError, match=r"has not answered for .* give the same command again") as error:
            study.set_user_attr("key", "value")
        assert "\n" not in str(error.value)
        with pytest.raises(DatabaseGoneError):
            open_storage(address_of(None), retry, wait=True)
    finally:
        server.start()
    study.set_user_attr("key", "value")
    assert study.user_attrs["key"] == "value"
