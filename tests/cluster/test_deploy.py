"""The script by which SLURM trains, with an `srun` that starts one task on this machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from helpers.places import ROOT


@pytest.mark.parametrize(("statuses", "status"), [("0", 0), ("1 1 0", 0), ("1 1 1 1", 1), ("1 143", 143), ("130", 130)])
def test_a_lost_process_is_started_again_but_not_one_that_slurm_has_ended(
    statuses: str, status: int, tmp_path: Path
) -> None:
    (tmp_path / "statuses").write_text("\n".join([*statuses.split(), "the script asks for no more"]))
    command = "read -r status <statuses; sed -i 1d statuses; exit $status"
    for name, script in {"bin/srun": 'shift; exec "$@"', ".venv/bin/figureground": command}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", ROOT / "deploy/train.sbatch"], cwd=tmp_path, env=os.environ | {"PATH": path}, check=False
    )
    assert done.returncode == status
    assert (tmp_path / "statuses").read_text() == "the script asks for no more"
