"""A PostgreSQL server of a test's own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import psycopg.sql
import pytest

from helpers.command import free_port


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


class PostgreSQL:
    """A fresh cluster in a folder of its own, which can go away and come back."""

    def __init__(self, programs: Path, place: Path) -> None:
        self._port = str(free_port())
        self._programs, self._place = programs, place
        self.address = f"postgresql://sweep@127.0.0.1:{self._port}/postgres"
        subprocess.run(
            [programs / "initdb", "-D", place / "cluster", "-A", "trust", "-U", "sweep", "--no-sync"],
            cwd=place, check=True, capture_output=True, **other_user(),
        )  # fmt: skip
        self.start()

    def new_database(self, name: str) -> str:
        """Its address."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
        return f"{self.address.rpartition('/')[0]}/{name}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self._place / "cluster", "-k", self._place, "-h", "127.0.0.1",
             "-p", self._port, "-F"],
            cwd=self._place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **other_user(),
        )  # fmt: skip
        while subprocess.run([self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", self._port]).returncode:
            assert self._process.poll() is None, "the server ended"
            time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """A fast shutdown, or with SIGQUIT an immediate one."""
        self._process.send_signal(how)
        self._process.wait()

    def is_missed(self) -> None:
        """Waits, while it is away, until somebody asks for it, and turns them away."""
        with socket.create_server(("127.0.0.1", int(self._port))) as door:
            door.settimeout(600)
            door.accept()[0].close()


@contextlib.contextmanager
def running() -> Iterator[PostgreSQL]:
    """A server for the block; the test is skipped where PostgreSQL is not installed."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (on Debian: apt-get install postgresql)")
    place = Path(tempfile.mkdtemp(prefix="figureground-postgresql-"))
    if other_user():
        shutil.chown(place, **other_user())
    server = PostgreSQL(folder, place)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(place)
