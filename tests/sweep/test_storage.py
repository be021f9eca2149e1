"""Where a study is kept: the journal file survives kills and power failures, a database says why it cannot be had."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from figureground.sweep.storage import SweepError, address_of, dashboard_command, open_storage

HOLDS_THE_LOCK = """
import sys
from pathlib import Path
from figureground.sweep.storage import KernelLock
KernelLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
input()
"""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "sweep/journal.log"
    study = optuna.create_study(study_name="study", storage=open_storage(str(path)))
    study.add_trial(optuna.create_trial(value=0.5))
    return path


def values(journal: Path) -> list[float | None]:
    return [trial.value for trial in optuna.load_study(study_name="study", storage=open_storage(str(journal))).trials]


def test_a_line_that_was_not_written_to_its_end_is_left_out(journal: Path) -> None:
    with journal.open("ab") as stream:
        stream.write(b'{"op_code":4,"worker_id":"a')
    optuna.load_study(study_name="study", storage=open_storage(str(journal))).add_trial(optuna.create_trial(value=0.7))
    assert values(journal) == [0.5, 0.7]


def test_a_killed_process_leaves_no_lock_behind(journal: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS_THE_LOCK, str(journal)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout and holder.stdout.readline() == b"held\n"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert values(journal) == [0.5]  # Optuna's own lock would be waited for for half a minute


def test_the_address_is_the_option_the_environment_or_the_projects_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SWEEP_STORAGE", raising=False)
    assert address_of(None) == str(tmp_path.resolve() / ".figureground/sweep/journal.log")
    monkeypatch.setenv("SWEEP_STORAGE", "postgresql://host/studies")
    assert address_of(None) == "postgresql+psycopg://host/studies"
    assert address_of("sqlite:///other.db") == f"sqlite:///{tmp_path.resolve()}/other.db"


@pytest.mark.parametrize(
    "url", ["postgresql://me:secret@127.0.0.1:9/studies", "nonsense://there", "sqlite:////proc/no/studies.db"]
)
def test_a_database_that_cannot_be_opened_is_one_line(url: str) -> None:
    with pytest.raises(SweepError, match=r"cannot be opened .*; check SWEEP_STORAGE or --storage") as error:
        open_storage(address_of(url))
    assert "\n" not in str(error.value) and "secret" not in str(error.value)


def test_the_dashboard_needs_a_sweep(journal: Path) -> None:
    command = dashboard_command(str(journal), host="127.0.0.1", port=8080)
    assert Path(command[0]).is_file() and command[1] == str(journal)
    with pytest.raises(SweepError, match="there is no sweep to look at yet; `make sweep` begins one"):
        dashboard_command(str(journal.with_name("none.log")), host="127.0.0.1", port=8080)
