"""A stage's dvc is found among its ancestors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WHO = "from figureground.tracking.pipeline import pipeline_process; print(pipeline_process().pid)"


def test_the_nearest_dvc_is_found_however_it_was_started(tmp_path: Path) -> None:
    script = (
        f"import subprocess, sys, os; print(os.getpid(), flush=True); subprocess.run([sys.executable, '-c', {WHO!r}])"
    )
    (tmp_path / "dvc").write_text(f"#!{sys.executable}\n{script}\n")
    (tmp_path / "dvc").chmod(0o755)
    (tmp_path / "dvc.py").write_text(script)
    for command in (["./dvc", "repro"], [sys.executable, "dvc", "repro"], [sys.executable, "-m", "dvc", "repro"]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        dvc, found = done.stdout.split()
        assert dvc == found


def test_a_stage_run_alone_is_its_own_pipeline(tmp_path: Path) -> None:
    code = f"import os; print(os.getpid(), flush=True); {WHO}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    pids = set(done.stdout.split())
    assert len(pids) == 1
