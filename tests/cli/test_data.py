"""Commands around the data set: what people have judged of masks reaches it, and what cannot be done is one line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from figureground.annotation.desk import only_desk
from figureground.dataset.suspects import Suspect, write_suspects
from figureground.web.listening import listen
from helpers import drawing
from helpers.command import begin, call
from helpers.reviewing import desk_of, other_mask, suspicious_project
from helpers.tiny_networks import save_pixel_network

NO_MODEL = "no such model"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pixel_network(tmp_path_factory.mktemp("model") / "bright.tflite", 64, 48)


def ended(running: subprocess.Popen[str]) -> str:
    """What a server says that is ended by Ctrl-C, its address without the key included."""
    assert running.stdout is not None
    address = running.stdout.readline()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#[\w-]{20,} \(ends with Ctrl-C\)\n", address), address
    os.killpg(running.pid, signal.SIGINT)
    said, errors = running.communicate(timeout=600)
    assert running.returncode == 0, errors
    return said


@pytest.mark.slow
def test_a_review_is_served_and_says_how_to_go_on(tmp_path: Path, model: Path) -> None:
    suspicious_project(tmp_path)
    desk = desk_of(tmp_path, model)
    desk.judge("own/002", "mended", "", other_mask(desk.shown("own/002").model))
    desk.judge("own/001", "left-out", "")
    arguments = ("--data", tmp_path / "data", "--port", 0, "-m", model, "--reviewer", "Ada")
    said = ended(begin("data", "review", tmp_path / "suspects.csv", *arguments))
    assert "2 of 3 photos are judged" in said and "`figureground data import` or `data correct`" in said
    done = call("data", "correct", "--data", tmp_path / "data", "--no-track")
    assert done.stdout == "reviewed masks: 1 mended by hand, 1 left out\n" and done.returncode == 0
    source = ("--photos", tmp_path / "in/photos", "--masks", tmp_path / "in/masks")
    done = call("data", "import", *source, "--to", tmp_path / "data", "--no-track")
    assert done.stdout == "own: 2 pairs\nreviewed masks: 1 mended by hand, 1 left out\n"
    (tmp_path / "in/masks/002.png").write_bytes((tmp_path / "in/masks/000.png").read_bytes())
    done = call("data", "import", *source, "--to", tmp_path / "data", "--no-track")
    assert "not corrected: own/002: photo or mask are others than were judged; look at them again" in done.stderr


@pytest.mark.slow
def test_drawing_is_served_and_says_how_to_go_on(tmp_path: Path, model: Path) -> None:
    drawing.write_photos(tmp_path / "beach", "a.png", height=48, width=36)
    (tmp_path / "beach/notes.txt").write_text("words")
    running = begin("data", "draw", tmp_path / "beach", "--port", 0, "-m", model, "--licence", "CC0-1.0")
    said = ended(running)
    assert "0 of 1 photos are judged" in said
    assert f"`figureground data import {tmp_path / 'beach-masks/sources.yaml'}`" in said
    assert 'licence: "CC0-1.0"' in (tmp_path / "beach-masks/sources.yaml").read_text()


def test_what_cannot_be_reviewed_is_one_line(tmp_path: Path, model: Path) -> None:
    done = call("data", "review", cwd=tmp_path)
    assert done.returncode == 1 and "results/review/suspects.csv: no suspects yet" in done.stderr
    suspicious_project(tmp_path)
    write_suspects(tmp_path / "none.csv", [Suspect("own/000", "own", 0.0)])
    for arguments, told in (
        ((tmp_path / "none.csv",), "no pair of data is suspect; there is nothing to review"),
        ((tmp_path / "suspects.csv", "--data", tmp_path / "nowhere"), "metadata.csv: not found"),
        ((tmp_path / "suspects.csv", "-m", NO_MODEL), NO_MODEL),
    ):
        done = call("data", "review", *arguments, "--port", 0, cwd=tmp_path)
        assert done.returncode == 1 and told in done.stderr and done.stderr.count("\n") == 1, done.stderr
    with only_desk(tmp_path / "corrections"):
        done = call("data", "review", tmp_path / "suspects.csv", "-m", model, cwd=tmp_path)
    assert done.returncode == 1 and "another review is at work there" in done.stderr
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        done = call("data", "review", tmp_path / "suspects.csv", "--port", port, "-m", model, cwd=tmp_path)
    assert done.returncode == 1 and "in use" in done.stderr


def test_what_cannot_be_drawn_or_corrected_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = call("data", "draw", tmp_path / "empty")
    assert done.returncode == 1 and "empty: no photos; give a folder that has some" in done.stderr
    assert not (tmp_path / "empty-masks").exists()
    suspicious_project(tmp_path)
    done = call("data", "correct", "--no-track", cwd=tmp_path)
    assert done.returncode == 1 and "; `figureground data review` makes some" in done.stderr
    assert "corrections: no judgment on a pair of " in done.stderr and not (tmp_path / "corrections").exists()
    done = call("data", "correct", "--data", "nowhere", "--no-track", cwd=tmp_path)
    assert done.returncode == 1 and "metadata.csv: not found; import photos first" in done.stderr
    (tmp_path / "corrections").mkdir()
    (tmp_path / "corrections/judgments.csv").write_text("name\nown/000\n")
    done = call("data", "correct", "--no-track", cwd=tmp_path)
    assert done.returncode == 1 and "judgments.csv: line 2: no decision" in done.stderr
