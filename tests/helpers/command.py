"""The command `figureground` in a process of its own, for tests."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

COMMAND = [sys.executable, "-c", "from figureground.cli import main; main()"]


def call(*arguments: object, **settings: Any) -> subprocess.CompletedProcess[str]:
    """What became of it and what it said; `settings` are those of `subprocess.run`."""
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **settings)


def begin(*arguments: object) -> subprocess.Popen[str]:
    """The command while it runs, in a session of its own, as a terminal gives it one."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def until(condition: Callable[[], bool], running: subprocess.Popen[str]) -> None:
    """Waits for what a process is going to do, however long it takes; fails where the process ends without it."""
    while not condition():
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)


def free_port() -> int:
    """Of this machine, for a server that a test starts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
