"""`figureground synth render`: sets that the pipeline reads, the same by one process or two, whole after a kill."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from click.testing import CliRunner

from figureground.cli import main
from figureground.dataset.metadata import held_path, pair_mask, photo_path, read_metadata
from figureground.files import read_table, write_json
from figureground.pictures import read_mask
from figureground.synth import ingredients, rendered_set
from figureground.synth.figures.body import Body
from figureground.synth.figures.makehuman import Assets
from figureground.synth.ingredients import Ingredients
from figureground.synth.rendered_set import WritingError, render_set

COUNT, SEED, SIZE = 4, 11, 64


def command(folder: Path, processes: int) -> list[str]:
    options = [f"--count={COUNT}", f"--seed={SEED}", f"--size={SIZE}", f"--processes={processes}"]
    return ["synth", "render", *options, f"--output={folder}"]


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.md5(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def rendered(renderer: None, assets: Assets, body: Body, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("set") / "data"
    done = CliRunner().invoke(main, command(folder, 2))
    assert done.exit_code == 0, done.output
    return folder


@pytest.mark.slow
def test_the_pipeline_reads_what_was_rendered(rendered: Path) -> None:
    rows, facts = read_metadata(rendered), read_table(rendered / "metadata.csv")
    assert [row.name for row in rows] == [f"rendered/{number:05d}" for number in range(COUNT)]
    for row, fact in zip(rows, facts, strict=True):
        photo = cv2.imread(str(photo_path(rendered, row.name)))
        coverage = cv2.imread(str(rendered / f"coverage/{row.name}.png"), cv2.IMREAD_UNCHANGED)
        mask = pair_mask(rendered, row.name)
        assert photo is not None and coverage is not None
        assert photo.shape[:2] == coverage.shape == mask.shape == (row.height, row.width)
        assert max(mask.shape) == SIZE
        assert set(np.unique(mask)) <= {0, 255}
        if held_path(rendered, row.name).is_file():
            held = read_mask(held_path(rendered, row.name))
            assert held.shape == mask.shape
            assert held.any() and not held[mask == 255].any()
        assert (int(fact["persons"]) > 0) == bool(mask.any())
        assert fact["seed"] == str(SEED)
        assert fact["licence"] == "CC0-1.0"
        assert fact["shot"]


@pytest.mark.slow
def test_every_credit_of_a_picture_is_in_the_credits_of_the_set(rendered: Path) -> None:
    listed = (rendered / "CREDITS.md").read_text()
    lines = {line for row in read_table(rendered / "metadata.csv") for line in row["credits"].split(" | ")}
    assert lines
    assert all(f"- {line} (" in listed for line in lines)
    assert "MakeHuman" in listed


@pytest.mark.slow
def test_a_killed_rendering_goes_on_to_the_same_bytes_with_another_number_of_processes(
    rendered: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    running = subprocess.Popen([sys.executable, "-c", "from figureground.cli import main; main()", *command(folder, 1)])
    while not list(folder.glob("images/rendered/[0-9]*.jpg")):
        assert running.poll() is None
        time.sleep(0.1)
    workers = psutil.Process(running.pid).children(recursive=True)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert psutil.wait_procs(workers, timeout=300)[1] == []  # they end with it
    kept = contents(folder)
    assert 0 < len([name for name in kept if name.startswith("images/rendered/0")]) < COUNT
    assert "metadata.csv" not in kept
    done = CliRunner().invoke(main, command(folder, 1))
    assert done.exit_code == 0, done.output
    assert contents(folder) == contents(rendered)
    assert "0 of them rendered now" in CliRunner().invoke(main, command(folder, 1)).output


def test_without_assets_or_body_the_command_says_in_a_line_what_to_get(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FIGUREGROUND_ASSETS", raising=False)
    body = tmp_path / "body.npz"
    monkeypatch.setattr(ingredients, "BODY", body)
    asked = ["synth", "render", "--count=1", f"--output={tmp_path / 'set'}"]
    found = CliRunner().invoke(main, asked)
    assert found.exit_code == 1
    assert "FIGUREGROUND_ASSETS (docs/synth.md says where to get them)" in found.output
    found = CliRunner().invoke(main, [*asked, f"--assets={tmp_path}"])
    assert "figureground synth body" in found.output
    body.touch()
    found = CliRunner().invoke(main, [*asked, f"--assets={tmp_path}"])
    assert "makehuman/index.json is missing" in found.output
    assert len(found.output.splitlines()) == 1
    assert not (tmp_path / "set").exists()


@pytest.fixture
def without_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything but the pictures themselves: those are files with a number in them."""

    def render(
        folder: Path,
        notes: Path,
        numbers: Sequence[int],
        seed: int,
        ingredients: Ingredients,
        *,
        size: int,
        processes: int | None,
    ) -> None:
        for number in numbers:
            files = rendered_set._files(folder, number)[
                : 3 - number % 2
            ]  # in every second one somebody holds something
            for file in files:
                file.write_text(str(number))
            note = {"name": f"rendered/{number:05d}", "width": size, "credits": ["paint", "paper"]}
            note["files"] = [file.relative_to(folder).as_posix() for file in files]
            write_json(notes / f"{number:05d}.json", note)

    monkeypatch.setattr(rendered_set, "prepare", lambda: None)
    monkeypatch.setattr(rendered_set, "_maker", lambda: "this version")
    monkeypatch.setattr(rendered_set, "_render", render)


def test_a_set_grows_and_is_never_mixed_with_another(without_rendering: None, tmp_path: Path) -> None:
    folder, nothing = tmp_path / "data", Ingredients(tmp_path / "body.npz", tmp_path)
    assert render_set(folder, 2, 1, nothing) == 2
    assert render_set(folder, 5, 1, nothing) == 3
    assert len(read_table(folder / "metadata.csv")) == 5
    assert "- paint (5 pictures)" in (folder / "CREDITS.md").read_text()
    with pytest.raises(WritingError, match="begun with another seed; name a new folder"):
        render_set(folder, 5, 2, nothing)
    with pytest.raises(WritingError, match="holds 5 pictures, more than 4"):
        render_set(folder, 4, 1, nothing)
    (tmp_path / "own").mkdir()
    (tmp_path / "own/photo.jpg").touch()
    with pytest.raises(WritingError, match="not empty; name a new folder"):
        render_set(tmp_path / "own", 5, 1, nothing)


def test_a_picture_that_is_not_whole_is_made_again_and_drafts_go(without_rendering: None, tmp_path: Path) -> None:
    folder, nothing = tmp_path / "data", Ingredients(tmp_path / "body.npz", tmp_path)
    render_set(folder, 3, 1, nothing)
    assert render_set(folder, 3, 1, nothing) == 0
    (folder / "coverage/rendered/00001.png").unlink()
    (folder / "held/rendered/00002.png").unlink()
    (folder / "images/rendered/.00001-x1.jpg").touch()
    (folder / "held/rendered/.00001-x1.png").touch()
    assert render_set(folder, 3, 1, nothing) == 2
    assert {path.name for path in folder.glob("held/rendered/*")} == {"00000.png", "00002.png"}
    assert not list(folder.rglob(".*"))
    assert "files" not in read_table(folder / "metadata.csv")[0]


def test_a_full_disk_is_one_line(without_rendering: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(rendered_set, "_render", fail)
    with pytest.raises(WritingError, match="data: no space left on device; whole pictures are kept"):
        render_set(tmp_path / "data", 3, 1, Ingredients(tmp_path / "body.npz", tmp_path))
