"""The command `figureground` in a process of its own, for tests."""

from __future__ import annotations

import contextlib
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")

COMMAND = [sys.executable, "-c", "from figureground.cli import main; main()"]
# Below those that systems give to whoever asks for any, which another test's process could get in the meantime.
_PORTS = list(range(20_000, 32_000))
random.SystemRandom().shuffle(_PORTS)


def call(*arguments: object, **settings: Any) -> subprocess.CompletedProcess[str]:
    """What became of it and what it said; `settings` are those of `subprocess.run`."""
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **settings)


def begin(*arguments: object) -> subprocess.Popen[str]:
    """The command while it runs, in a session of its own, as a terminal gives it one."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def until(condition: Callable[[], Found], running: subprocess.Popen[str]) -> Found:
    """Waits for what a process is going to do, however long it takes, and gives what was found; fails where the process
    ends without it."""
    while not (found := condition()):
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)
    return found


def free_port() -> int:
    """Of this machine, another each time, for a server that a test starts, ends and starts again."""
    while True:
        port = _PORTS.pop()
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
