"""Processes told apart for good, and a stage's dvc found among its ancestors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from figureground.tracking.processes import describe, is_gone

WHO = "from figureground.tracking.processes import pipeline_process; print(pipeline_process().pid)"


def test_this_process_is_not_gone_but_one_that_ended_is() -> None:
    assert not is_gone(describe(psutil.Process()))
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    description = describe(psutil.Process(child.pid))
    assert not is_gone(description)
    child.kill()
    child.wait()
    assert is_gone(description)


def test_a_number_that_came_round_again_is_another_process() -> None:
    host, pid, start = describe(psutil.Process()).split("|")
    assert is_gone(f"{host}|{pid}|{float(start) - 100:.2f}")


def test_of_other_hosts_and_other_words_nothing_is_known() -> None:
    assert not is_gone("other-host|1|0.0")
    assert not is_gone("")


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
