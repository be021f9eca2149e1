"""The project as a downloaded archive, without .git: the commands say what to do, and then work."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import drawing
from helpers.command import call

DVC = [sys.executable, "-m", "dvc"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """With a data set that DVC has in its cache."""
    folder = tmp_path / "archive"
    (folder / "data").mkdir(parents=True)
    (folder / "data/metadata.csv").write_text("name\n")
    for command in (["git", "init", "-q"], [*DVC, "init", "-q"], [*DVC, "add", "-q", "data"]):
        subprocess.run(command, cwd=folder, check=True)
    shutil.rmtree(folder / ".git")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("remedy", [["git", "init", "-q"], [*DVC, "config", "--local", "core.no_scm", "true"]])
def test_without_git_a_command_names_two_ways_out_and_both_work(archive: Path, remedy: list[str]) -> None:
    drawing.pairs(archive / "own", 3)
    bring = ("data", "import", "--photos", "own/photos", "--masks", "own/masks")
    for command in (("data", "ready"), bring):
        done = call(*command, cwd=archive)
        assert done.returncode == 1 and done.stderr == (
            f"Error: {archive}: no git repository, which DVC needs; run `git init` here, or tell DVC to do without: "
            "`dvc config --local core.no_scm true`\n"
        )
    assert (archive / "data/metadata.csv").read_text() == "name\n"
    subprocess.run(remedy, cwd=archive, check=True)
    assert call("data", "ready", cwd=archive).returncode == 0
    assert call(*bring, cwd=archive).returncode == 0
    assert subprocess.run([*DVC, "status", "-q"], cwd=archive, check=False).returncode == 0
