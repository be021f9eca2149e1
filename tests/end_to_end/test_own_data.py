"""The guide to your own data is followed with real DVC: pairs come in, and the data set that was there comes back."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from figureground.dataset.suspects import Suspect, write_suspects
from helpers import drawing
from helpers.command import call
from helpers.places import ROOT
from helpers.reviewing import desk_of, other_mask
from helpers.tiny_networks import save_pixel_network

pytestmark = pytest.mark.slow
DVC = str(Path(sys.executable).with_name("dvc"))


def run(project: Path, *command: str) -> None:
    subprocess.run(command, cwd=project, check=True, capture_output=True)


def bring(project: Path, count: int) -> None:
    """Import as many drawn pairs, as the guide says."""
    own = project.parent / f"own {count}"
    drawing.pairs(own, count)
    done = call("data", "import", "--photos", own / "photos", "--masks", own / "masks", cwd=project)
    assert done.returncode == 0, done.stderr


def pairs(project: Path) -> int:
    return len((project / "data/metadata.csv").read_text(encoding="utf-8").splitlines()) - 1


def test_dvc_shows_which_masks_were_corrected_and_keeps_the_corrections(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    run(project, "git", "init", "-q")
    run(project, DVC, "init", "-q")
    bring(project, 3)
    run(project, "git", "add", "data.dvc")
    run(project, "git", "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "first")
    model = save_pixel_network(tmp_path / "bright.tflite", 64, 48)
    write_suspects(project / "suspects.csv", [Suspect("own/001", "own", 1.0, "hole")])
    desk = desk_of(project, model)
    desk.judge("own/001", "mended", "", other_mask(desk.shown("own/001").model))
    done = call("data", "correct", cwd=project)
    assert done.returncode == 0, done.stderr
    told = subprocess.run([DVC, "diff", "--json"], cwd=project, capture_output=True, text=True, check=True).stdout
    change = {kind: {each["path"] for each in files} for kind, files in json.loads(told).items() if kind != "hash"}
    assert change["modified"] == {"data/", "data/masks/own/001.png", "data/metadata.csv"}
    assert change["added"] == {"corrections/", "corrections/judgments.csv", "corrections/masks/own/001.png"}
    shutil.rmtree(project / "corrections")
    done = call(
        "data", "import", "--photos", tmp_path / "own 3/photos", "--masks", tmp_path / "own 3/masks", cwd=project
    )
    assert done.returncode == 1 and "corrections: not fetched yet; `dvc pull corrections.dvc`" in done.stderr


def test_the_data_set_that_was_there_comes_back_by_the_command_in_the_guide(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    run(project, "git", "init", "-q")
    run(project, DVC, "init", "-q")
    run(project, DVC, "remote", "add", "-q", "-d", "storage", "storage")
    bring(project, 5)
    run(project, DVC, "push", "-q")
    run(project, "git", "add", "data.dvc", ".dvc")
    run(project, "git", "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "first")
    bring(project, 20)
    assert pairs(project) == 20
    guide = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"data set of the clone back: `(.+?)`", guide)
    run(project, "bash", "-c", f"PATH={Path(DVC).parent}:$PATH; {command}")
    assert pairs(project) == 5
