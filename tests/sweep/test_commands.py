"""`figureground sweep`: errors in one line, the dashboard over a real connection."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import optuna
import pytest
from click.testing import CliRunner

from figureground.cli import main
from figureground.params_file import override
from figureground.sweep.storage import address_of, open_storage
from helpers.command import free_port
from helpers.places import ROOT


def called(*arguments: str) -> str:
    """What a command that fails says."""
    done = CliRunner().invoke(main, ["sweep", *arguments])
    assert done.exit_code == 1
    return done.output


def test_an_impossible_space_ends_the_command_before_anything_is_done(project: Path) -> None:
    shutil.copy(ROOT / "params.yaml", project)
    override(project / "params.yaml", {"sweep.space.model.input_size": {"choices": [241, 257, 321]}})
    output = called("run")
    assert output.startswith("Error: params.yaml: sweep.space: model.output_stride = 32 with model.input_size = 241: ")
    assert not (project / ".figureground").exists()


def test_without_a_split_or_a_sweep_the_command_says_what_to_do(project: Path) -> None:
    shutil.copy(ROOT / "params.yaml", project)
    for command in ("run", "best"):
        assert "run the audit stage first (`dvc repro audit`)" in called(command)
    assert "there is no sweep to look at yet; `make sweep` begins one" in called("dashboard")
    assert "Invalid value for '--trials'" in CliRunner().invoke(main, ["sweep", "run", "--trials", "1"]).output


@pytest.mark.slow
def test_the_dashboard_shows_the_projects_studies(project: Path) -> None:
    optuna.create_study(study_name="study", storage=open_storage(address_of(None)))
    port = free_port()
    program = Path(sys.executable).with_name("figureground")
    process = subprocess.Popen([program, "sweep", "dashboard", "--port", str(port)], cwd=project)
    try:
        while True:
            assert process.poll() is None
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/studies", timeout=60) as answer:
                    studies = json.load(answer)["study_summaries"]
                break
            except OSError:
                time.sleep(0.2)
    finally:
        process.terminate()
        process.wait()
    assert [study["study_name"] for study in studies] == ["study"]
