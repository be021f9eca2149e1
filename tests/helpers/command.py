"""The command `figureground` in a process of its own, for tests."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

COMMAND = [sys.executable, "-c", "from figureground.cli import main; main()"]


def call(*arguments: object, **settings: Any) -> subprocess.CompletedProcess[str]:
    """What became of it and what it said; `settings` are those of `subprocess.run`."""
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **settings)
