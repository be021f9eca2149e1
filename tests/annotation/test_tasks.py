"""What there is to judge, in its order, and one line where there is nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from figureground.annotation.tasks import TaskError, drawing_tasks, suspect_tasks, write_source
from figureground.dataset.suspects import Suspect, SuspectsError, write_suspects
from figureground.importing.sources import SourceError, read_sources
from helpers import drawing
from helpers.reviewing import suspicious_project


def test_suspects_come_the_worst_first_with_why_and_the_models_mask(tmp_path: Path) -> None:
    suspicious_project(tmp_path)
    write_suspects(
        tmp_path / "results/suspects.csv",
        [
            Suspect("own/002", "own", 3.0, "hole", "2 %", "masks/own/002.png"),
            Suspect("own/000", "own", 2.0, "shifted"),
            Suspect("gone/1", "gone", 1.0, "hole", "of a pair that is in no data set any more"),
            Suspect("own/001", "own", 0.0),
        ],
    )
    first, second = suspect_tasks(tmp_path / "data", tmp_path / "results/suspects.csv")
    assert (first.name, first.why, first.model_mask) == (
        "own/002", "hole: 2 %", tmp_path / "results/masks/own/002.png"
    )  # fmt: skip
    assert (second.name, second.why, second.model_mask) == ("own/000", "shifted", None)
    assert first.photo.is_file() and first.data == tmp_path / "data"


def test_the_list_of_the_stage_review_is_taken_and_else_that_of_the_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspicious_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SuspectsError, match=r"no suspects yet; `dvc repro review` or `dvc repro audit` looks for them"):
        suspect_tasks(Path("data"))
    write_suspects(Path("results/audit/suspects.csv"), [Suspect("own/001", "own", 1.0, "hole")])
    assert [task.name for task in suspect_tasks(Path("data"))] == ["own/001"]
    write_suspects(Path("results/review/suspects.csv"), [Suspect("own/000", "own", 1.0, "hole")])
    assert [task.name for task in suspect_tasks(Path("data"))] == ["own/000"]
    write_suspects(Path("results/review/suspects.csv"), [Suspect("own/000", "own", 0.0)])
    with pytest.raises(TaskError, match="no pair of data is suspect"):
        suspect_tasks(Path("data"))


def test_photos_are_drawn_in_the_order_of_their_names_under_the_names_of_an_import(tmp_path: Path) -> None:
    drawing.write_photos(tmp_path / "photos", "b.png", "a/one.jpg", height=48, width=36)
    (tmp_path / "photos/notes.txt").write_text("words")
    tasks, refused = drawing_tasks(tmp_path / "photos")
    assert [task.name for task in tasks] == ["a_one", "b"]
    assert all(task.data is None and not task.why for task in tasks)
    assert [file.file for file in refused] == ["photos/notes.txt"]


def test_a_folder_that_is_missing_or_has_no_photos_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such folder"):
        drawing_tasks(tmp_path / "photos")
    with pytest.raises(TaskError, match="no photos; give a folder that has some"):
        drawing_tasks(tmp_path)


def test_the_source_of_drawn_masks_can_be_read_and_what_its_owner_wrote_stays(tmp_path: Path) -> None:
    photos, folder = tmp_path / "Ausflug: 'See'", tmp_path / "drawn"
    photos.mkdir()
    file = write_source(folder, photos, licence='CC "BY"')
    (source,) = read_sources(file)
    assert source.photos.resolve() == photos and source.masks == folder / "masks" and source.held == folder / "held"
    assert (source.name, source.void, source.reviewed, source.licence) == ("Ausflug_ _See_", 128, True, 'CC "BY"')
    file.write_text(file.read_text().replace("Ausflug_ _See_", "lake"))
    write_source(folder, photos, name="other")
    assert read_sources(file)[0].name == "lake"
    with pytest.raises(SourceError, match="name 'a/b' cannot be a folder's name"):
        write_source(tmp_path / "new", photos, name="a/b")
    assert not (tmp_path / "new").exists()
