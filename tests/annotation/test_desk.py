"""Judgments are kept at once, never lost, never over somebody else's, and hold for what was judged alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from figureground.annotation.desk import Desk, DeskError, TakenError, only_desk
from figureground.annotation.tasks import drawing_tasks
from figureground.dataset.judgments import given_held_path, given_mask_path, read_judgments
from figureground.dataset.metadata import mask_path
from figureground.importing.building import import_sources
from figureground.pictures import encode_png, read_mask
from figureground.runtime.segmenter import Segmenter
from helpers import drawing
from helpers.reviewing import desk_of, other_mask, own, suspicious_project
from helpers.tiny_networks import save_pixel_network

FIRST = "own/002"  # the most suspect


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pixel_network(tmp_path_factory.mktemp("model") / "bright.tflite", 64, 48, held=(20, -5, -5))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return suspicious_project(tmp_path_factory.mktemp("made"))


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "project")
    return tmp_path / "project"


def test_a_photo_is_shown_with_its_mask_and_the_models(root: Path, model: Path) -> None:
    desk = desk_of(root, model)
    shown = desk.shown(FIRST)
    mask = read_mask(mask_path(root / "data", FIRST))
    assert shown.mask is not None and np.array_equal(shown.mask, mask) and shown.given is None
    assert shown.model.shape == mask.shape and set(np.unique(shown.model)) <= {0, 255}
    assert shown.held is not None and shown.held.shape == mask.shape
    assert list(desk.tasks) == ["own/002", "own/001", "own/000"]


def test_each_judgment_is_kept_with_who_when_and_why_and_the_masks_themselves_stay(root: Path, model: Path) -> None:
    desk = desk_of(root, model)
    before = {path: path.read_bytes() for path in root.rglob("*.*") if path.is_file()}
    shown = desk.shown(FIRST)
    mended = other_mask(shown.model)
    desk.judge(FIRST, "mended", "", mended, mended)
    desk.judge("own/001", "model", "", shown.model)
    desk.judge("own/000", "right", "")
    kept = read_judgments(root / "corrections")
    assert {name: judgment.decision for name, judgment in kept.items()} == {
        FIRST: "mended", "own/001": "model", "own/000": "right"
    }  # fmt: skip
    assert (kept[FIRST].reviewer, kept[FIRST].reason, kept[FIRST].model) == (
        "Ada", "hole: 3 % of the person", "bright.tflite"
    )  # fmt: skip
    assert kept[FIRST].time.endswith("+00:00")
    assert np.array_equal(read_mask(given_mask_path(root / "corrections", FIRST)), mended)
    assert given_held_path(root / "corrections", FIRST).is_file()
    assert not given_mask_path(root / "corrections", "own/000").exists()
    assert {path: path.read_bytes() for path in before} == before


def test_who_goes_on_later_sees_what_is_judged(root: Path, model: Path) -> None:
    mended = other_mask(desk_of(root, model).shown(FIRST).model)
    desk_of(root, model).judge(FIRST, "mended", "", mended)
    later = desk_of(root, model)
    judgment = later.judgment(FIRST)
    assert judgment is not None and judgment.decision == "mended" and later.judgment("own/001") is None
    given = later.shown(FIRST).given
    assert given is not None and np.array_equal(given, mended)


def test_two_who_judge_one_photo_do_not_overwrite_each_other(root: Path, model: Path) -> None:
    desk = desk_of(root, model)
    seen = desk.judge(FIRST, "right", "").time
    with pytest.raises(TakenError, match="somebody else has judged it meanwhile"):
        desk.judge(FIRST, "left-out", "")
    assert read_judgments(root / "corrections")[FIRST].decision == "right"
    assert desk.judge(FIRST, "left-out", seen).decision == "left-out"


def test_a_second_review_of_a_folder_is_kept_out_until_the_first_ends(root: Path) -> None:
    with only_desk(root / "corrections"), pytest.raises(DeskError, match="another review is at work"):
        only_desk(root / "corrections").__enter__()
    with only_desk(root / "corrections") as place:
        assert place("key").parent == root / ".figureground"


def test_a_judgment_ends_where_photo_or_mask_is_another(root: Path, model: Path) -> None:
    desk = desk_of(root, model)
    for name in desk.tasks:
        desk.judge(name, "right", "")
    shutil.copy(root / "in/photos/000.jpg", root / "data/images/own/002.jpg")
    mask_path(root / "data", "own/001").write_bytes(encode_png(np.zeros((120, 90), np.uint8)))
    later = desk_of(root, model)
    assert [name for name in later.tasks if later.judgment(name)] == ["own/000"]
    assert later.judge("own/001", "right", "").decision == "right"


def test_a_mask_that_came_from_a_judgment_is_not_shown_again_and_may_be_mended_again(root: Path, model: Path) -> None:
    desk = desk_of(root, model)
    first = desk.judge(FIRST, "mended", "", other_mask(desk.shown(FIRST).model))
    import_sources([own(root / "in")], root / "data")
    later = desk_of(root, model)
    assert later.judgment(FIRST) == first
    assert later.judge(FIRST, "right", first.time) == first, "the mask is right that came from there"
    again = later.judge(FIRST, "mended", first.time, later.shown(FIRST).model)
    assert again.mask_sha256 == first.mask_sha256, "so that an import knows the source's mask"
    report = import_sources([own(root / "in")], root / "data")
    assert report.reviewed.counts == {"mended": 1} and not report.reviewed.outdated
    assert np.array_equal(read_mask(mask_path(root / "data", FIRST)), later.shown(FIRST).model)


def test_bad_judgments_are_one_line_each(root: Path, model: Path) -> None:
    desk = desk_of(root, model)
    with pytest.raises(DeskError, match="nowhere: is not among the photos"):
        desk.judge("nowhere", "right", "")
    with pytest.raises(DeskError, match="does not have the photo's 120 x 90 pixels"):
        desk.judge(FIRST, "mended", "", np.zeros((90, 120), np.uint8))
    with pytest.raises(DeskError, match="does not have the photo's"):
        desk.judge(FIRST, "model", "")
    desk.tasks[FIRST].photo.unlink()
    with pytest.raises(DeskError, match="the photo cannot be read: no such file or directory; put it back"):
        desk.judge(FIRST, "right", "")
    with pytest.raises(DeskError, match="put it back, or leave it for later"):
        desk.shown(FIRST)
    assert read_judgments(root / "corrections") == {}


def test_what_cannot_be_written_leaves_the_earlier_judgment(root: Path, model: Path) -> None:
    desk = desk_of(root, model)
    mended = other_mask(desk.shown(FIRST).model)
    seen = desk.judge(FIRST, "mended", "", mended).time
    kept = (root / "corrections/judgments.csv").read_bytes()
    (root / "corrections/masks").rename(root / "corrections/away")
    (root / "corrections/masks").write_text("a file where the folder was")
    with pytest.raises(OSError, match="masks"):
        desk.judge(FIRST, "mended", seen, np.zeros_like(mended))
    assert (root / "corrections/judgments.csv").read_bytes() == kept
    (root / "corrections/masks").unlink()
    (root / "corrections/away").rename(root / "corrections/masks")
    assert desk.judge(FIRST, "mended", seen, np.zeros_like(mended)).decision == "mended"


def test_masks_are_drawn_for_photos_that_have_none(tmp_path: Path, model: Path) -> None:
    drawing.write_photos(tmp_path / "photos", "a.png", "b.jpg", height=60, width=40)
    desk = Desk(tmp_path / "drawn", drawing_tasks(tmp_path / "photos")[0], Segmenter(model), "Ada")
    shown = desk.shown("a")
    assert shown.mask is None and shown.model.shape == (60, 40)
    with pytest.raises(DeskError, match="has no mask yet that could be right"):
        desk.judge("a", "right", "")
    desk.judge("a", "model", "", shown.model)
    desk.judge("b", "left-out", "")
    assert np.array_equal(read_mask(tmp_path / "drawn/masks/a.png"), shown.model)
    left = tmp_path / "drawn/masks/b.png"
    shutil.copy(tmp_path / "drawn/masks/a.png", left)  # as where the process died before it was removed
    again = Desk(tmp_path / "drawn", drawing_tasks(tmp_path / "photos")[0], Segmenter(model), "Ada")
    assert not left.exists()
    assert [judgment.decision for name in again.tasks if (judgment := again.judgment(name))] == ["model", "left-out"]
    judgment = again.judgment("a")
    assert judgment is not None
    again.judge("a", "left-out", judgment.time)
    assert not (tmp_path / "drawn/masks/a.png").exists(), "or an import would take it"
