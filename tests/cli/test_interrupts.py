"""Ctrl-C and SIGTERM end the command in one line and with 130 or 143, also while it imports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.places import ROOT

CUT = ["cut", "photo.jpg", "-o", "cut.png"]


@pytest.mark.parametrize(
    ("library", "arguments", "number"),
    [
        ("click", [], signal.SIGINT),
        ("numpy", CUT, signal.SIGINT),
        ("numpy", CUT, signal.SIGTERM),
        ("mlflow", ["model", "list"], signal.SIGINT),
    ],
)
def test_an_interrupt_while_the_command_imports_is_one_line(
    library: str, arguments: list[str], number: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / f"{library}.py").write_text(f"import os\nos.kill(os.getpid(), {int(number)})")
    (tmp_path / "photo.jpg").touch()
    (tmp_path / "mlflow.db").touch()
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT / 'src'}"}
    done = subprocess.run(
        [sys.executable, "-m", "figureground", *arguments],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "interrupted\n")
