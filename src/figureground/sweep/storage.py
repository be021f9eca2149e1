"""Where a study is kept: a journal file of the project for one machine, or a database for workers on many."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import optuna
from filelock import FileLock
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from figureground.errors import FiguregroundError, first_line, without_passwords
from figureground.paths import of_project, project_root
from figureground.sweep.patience import DatabaseGoneError, Patience

_log = logging.getLogger(__name__)

HEARTBEAT = 60  # seconds between the signs of life that a trial gives in a database
_LOCK = 7316249285107  # a number of ours among the database's advisory locks
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
    return of_project(wanted)


def is_database(address: str) -> bool:
    return "://" in address


def open_storage(
    address: str, on_stale: OnStale | None = None, heartbeat: int = HEARTBEAT, *, wait: bool = False
) -> BaseStorage:
    """The storage at an address of `address_of`, made where there is none.

    A database that goes away later on is waited for.

    Args:
        on_stale: Called for a trial in a database whose process, on whatever machine, gives no sign of life any more.
        heartbeat: Seconds between signs of life.
        wait: Also for a database that is away now, since it was there a moment ago.
    Raises:
        SweepError: The database cannot be opened.
        DatabaseGoneError: It is away for too long; the storage raises that, too.
    """
    if not is_database(address):
        path = Path(address)
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = KernelLock(path)
        _mend(path, lock)
        return JournalStorage(JournalFileBackend(str(path), lock_obj=lock))
    place = without_passwords(address)
    patience = Patience(place)

    def open_database() -> RDBStorage:
        with warnings.catch_warnings(), one_at_a_time(create_engine(address, poolclass=NullPool)):  # makes the tables
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return _Database(
                address,
                {"pool_pre_ping": True},  # hours of training lie between two statements
                heartbeat_interval=heartbeat,
                grace_period=_MISSED * heartbeat,
                heartbeat_stale_trial_callback=on_stale,
            )

    try:
        storage = patience.until_it_answers(open_database) if wait else open_database()
    except DatabaseGoneError:
        raise
    except Exception as error:  # SQLAlchemy's, the driver's and Alembic's share no base class
        reason = first_line(error)
        raise SweepError(f"{place}: cannot be opened ({reason}); check SWEEP_STORAGE or --storage") from None
    patience.watch(storage.engine)
    return storage


@contextlib.contextmanager
def one_at_a_time(engine: Engine) -> Iterator[None]:
    """Keeps the processes of all machines that share a database out of the block but for one; PostgreSQL only."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.begin() as connection:  # the lock goes with the transaction, also where the process is killed
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield


class _Database(RDBStorage):  # type: ignore[misc]
    def record_heartbeat(self, trial_id: int) -> None:
        """In a thread of Optuna's, which would end with a stack of calls; the next sign of life may come through."""
        with contextlib.suppress(DatabaseGoneError, optuna.exceptions.StorageInternalError):
            super().record_heartbeat(trial_id)


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
