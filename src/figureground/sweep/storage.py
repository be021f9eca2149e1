"""Where a study is kept: a journal file of the project for one machine, or a database for workers on many."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
from filelock import FileLock
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend

from figureground.errors import FiguregroundError, first_line, without_passwords
from figureground.paths import project_root

_log = logging.getLogger(__name__)

HEARTBEAT = 60  # seconds between the signs of life that a trial gives in a database
_MISSED = 5  # signs of life after which a trial of another machine counts as dead; a graph may be traced for minutes

OnStale = Callable[[optuna.Study, optuna.trial.FrozenTrial], None]


class SweepError(FiguregroundError):
    """A sweep that cannot begin or go on; one line: what, why, what to do."""


def folder() -> Path:
    """Where a project's sweeps keep what they go on from."""
    return project_root() / ".figureground" / "sweep"


def address_of(url: str | None) -> str:
    """The storage that is asked for, by option or by `SWEEP_STORAGE`; else the project's journal file."""
    wanted = url or os.environ.get("SWEEP_STORAGE") or str(folder() / "journal.log")
    for spelling in ("postgresql://", "postgres://"):  # which may mean a driver that is not installed
        if wanted.startswith(spelling):
            return "postgresql+psycopg://" + wanted.removeprefix(spelling)
    return wanted


def is_database(address: str) -> bool:
    return "://" in address


def open_storage(address: str, on_stale: OnStale | None = None, heartbeat: int = HEARTBEAT) -> BaseStorage:
    """The storage at an address of `address_of`, made where there is none.

    Args:
        on_stale: Called for a trial in a database whose process, on whatever machine, gives no sign of life any more.
        heartbeat: Seconds between signs of life.
    Raises:
        SweepError: The database cannot be opened.
    """
    if not is_database(address):
        path = Path(address)
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = KernelLock(path)
        _mend(path, lock)
        return JournalStorage(JournalFileBackend(str(path), lock_obj=lock))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return RDBStorage(
                address,
                {"pool_pre_ping": True},  # hours of training lie between two statements
                heartbeat_interval=heartbeat,
                grace_period=_MISSED * heartbeat,
                heartbeat_stale_trial_callback=on_stale,
            )
    except Exception as error:  # SQLAlchemy's, the driver's and Alembic's share no base class
        place, reason = without_passwords(address), first_line(error)
        raise SweepError(f"{place}: cannot be opened ({reason}); check SWEEP_STORAGE or --storage") from None


def dashboard_command(url: str | None, *, host: str, port: int) -> list[str]:
    """Command line of Optuna's dashboard on a storage.

    Raises:
        SweepError: There is no sweep yet.
    """
    address = address_of(url)
    if not is_database(address) and not Path(address).is_file():
        raise SweepError(f"{address}: there is no sweep to look at yet; `make sweep` begins one")
    program = Path(sys.executable).with_name("optuna-dashboard")
    return [str(program), address, "--host", host, "--port", str(port), "--quiet"]


class KernelLock:
    """Lock of a journal that goes with its process. Optuna's own locks outlive a kill by half a minute."""

    def __init__(self, journal: Path) -> None:
        self._lock = FileLock(journal.with_suffix(".lock"))

    def acquire(self) -> bool:
        self._lock.acquire()
        return True

    def release(self) -> None:
        self._lock.release()


def _mend(path: Path, lock: Any) -> None:
    """Cut off a last line that a power failure left unfinished: nothing after it could be read."""
    lock.acquire()
    try:
        content = path.read_bytes() if path.exists() else b""
        if content and not content.endswith(b"\n"):
            _log.warning("%s: the last entry was not written to its end and is left out", path)
            with path.open("r+b") as stream:
                stream.truncate(content.rfind(b"\n") + 1)
    finally:
        lock.release()
