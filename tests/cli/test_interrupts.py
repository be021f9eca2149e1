"""Ctrl-C ends the command in one line and with 130, also while it imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.places import ROOT


@pytest.mark.parametrize(
    ("library", "arguments"),
    [("click", []), ("numpy", ["cut", "photo.jpg", "-o", "cut.png"]), ("mlflow", ["model", "list"])],
)
def test_ctrl_c_while_the_command_imports_is_one_line(library: str, arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / f"{library}.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)")
    (tmp_path / "photo.jpg").touch()
    (tmp_path / "mlflow.db").touch()
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT / 'src'}"}
    done = subprocess.run(
        [sys.executable, "-m", "figureground", *arguments],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")
