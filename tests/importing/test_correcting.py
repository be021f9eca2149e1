"""Judgments reach the data set: by an import, and without the sources; and only where they are about its pairs."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figureground.dataset.judgments import (
    Decision,
    Judgment,
    JudgmentError,
    given_held_path,
    given_mask_path,
    mask_digest,
    photo_digest,
    read_judgments,
    write_judgments,
)
from figureground.dataset.metadata import coverage_path, held_path, mask_path, photo_path, read_metadata
from figureground.files import write_bytes
from figureground.importing.building import import_sources
from figureground.importing.correcting import Reviewed, correct
from figureground.pictures import Picture, encode_png, read_mask
from helpers.reviewing import other_mask, own, suspicious_project

NAMES = ("own/000", "own/001", "own/002", "own/003", "own/004")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return suspicious_project(tmp_path_factory.mktemp("made"), len(NAMES))


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "project")
    return tmp_path / "project"


def say(root: Path, name: str, decision: Decision, mask: Picture | None = None) -> None:
    """Keep a judgment on a pair as it is now."""
    data, corrections = root / "data", root / "corrections"
    photo = photo_digest(photo_path(data, name).read_bytes())
    judged = mask_digest(read_mask(mask_path(data, name)))
    judgment = Judgment(name, decision, "Ada", "2026-11-30T10:00:00.000+00:00", "hole", "accurate", photo, judged)
    write_judgments(corrections, read_judgments(corrections) | {name: judgment})
    if mask is not None:
        write_bytes(given_mask_path(corrections, name), encode_png(mask))


def mask_in(root: Path, name: str) -> Picture:
    return read_mask(mask_path(root / "data", name))


def judged(root: Path) -> Picture:
    """One judgment of each kind; the mended mask is given back."""
    mended = other_mask(mask_in(root, NAMES[0]))
    say(root, NAMES[0], "mended", mended)
    say(root, NAMES[1], "model", np.zeros_like(mended))
    say(root, NAMES[2], "right")
    say(root, NAMES[3], "left-out")
    return mended


def reviewed_rows(root: Path) -> dict[str, str]:
    return {row.name: row.reviewed for row in read_metadata(root / "data")}


ALL = {NAMES[0]: "mended", NAMES[1]: "model", NAMES[2]: "right", NAMES[4]: ""}
COUNTS = {"mended": 1, "model": 1, "right": 1, "left-out": 1}


def test_an_import_takes_the_masks_that_people_gave(root: Path) -> None:
    originals = {path: path.read_bytes() for path in (root / "in").rglob("*.*")}
    untouched = mask_in(root, NAMES[2]), mask_in(root, NAMES[4])
    mended = judged(root)
    report = import_sources([own(root / "in")], root / "data")
    assert report.reviewed.counts == COUNTS and report.reviewed.outdated == []
    assert report.imported == {"own": 4} and report.refused == []
    assert reviewed_rows(root) == ALL
    assert np.array_equal(mask_in(root, NAMES[0]), mended) and not mask_in(root, NAMES[1]).any()
    for mask, name in zip(untouched, (NAMES[2], NAMES[4]), strict=True):
        assert np.array_equal(mask_in(root, name), mask)
    assert {path: path.read_bytes() for path in originals} == originals


def test_the_same_data_set_comes_of_it_without_the_sources_and_twice_changes_nothing(root: Path) -> None:
    judged(root)
    shutil.copytree(root, root.with_name("other"))
    import_sources([own(root / "in")], root / "data")
    other = root.with_name("other")
    assert correct(other / "data").counts == COUNTS
    assert correct(other / "data").counts == {key: 1 for key in COUNTS if key != "left-out"}, "it is out already"
    for path in (root / "data").rglob("*.*"):
        if path.name != "refused.csv":
            assert (other / "data" / path.relative_to(root / "data")).read_bytes() == path.read_bytes(), path
    assert not list((other / "data").rglob("003.*"))


def test_a_judgment_on_another_photo_or_mask_is_not_used_and_named(root: Path) -> None:
    judged(root)
    shutil.copy(root / "in/photos/004.jpg", root / "in/photos/000.jpg")
    write_bytes(root / "in/masks/001.png", encode_png(np.asarray(255 - mask_in(root, NAMES[1]), np.uint8)))
    shutil.copy(root / "in/photos/004.jpg", root / "in/photos/003.jpg")
    report = import_sources([own(root / "in")], root / "data")
    assert report.reviewed == Reviewed(report.reviewed.counts, [NAMES[0], NAMES[1], NAMES[3]])
    assert report.reviewed.counts == {"right": 1}
    assert np.array_equal(mask_in(root, NAMES[1]), read_mask(root / "in/masks/001.png"))


def test_a_later_judgment_takes_the_place_of_an_earlier_one(root: Path) -> None:
    judged(root)
    correct(root / "data")
    judgments = read_judgments(root / "corrections")
    write_bytes(given_mask_path(root / "corrections", NAMES[0]), encode_png(np.zeros((120, 90), np.uint8)))
    write_judgments(root / "corrections", judgments | {NAMES[1]: replace(judgments[NAMES[1]], decision="right")})
    assert correct(root / "data").outdated == [NAMES[1]], "the source's mask is not here any more"
    assert not mask_in(root, NAMES[0]).any()
    assert import_sources([own(root / "in")], root / "data").reviewed.outdated == []
    assert np.array_equal(mask_in(root, NAMES[1]), read_mask(root / "in/masks/001.png"))


def test_held_things_never_lie_on_people_and_a_drawn_mask_of_them_wins(root: Path) -> None:
    mask = mask_in(root, NAMES[0])
    held = np.full_like(mask, 255)
    write_bytes(held_path(root / "data", NAMES[0]), encode_png(held))
    mended = other_mask(mask)
    say(root, NAMES[0], "mended", mended)
    correct(root / "data")
    assert np.array_equal(read_mask(held_path(root / "data", NAMES[0])), np.where(mended == 255, 0, 255))
    drawn = np.zeros_like(mask)
    drawn[:20] = 255
    write_bytes(given_held_path(root / "corrections", NAMES[0]), encode_png(drawn))
    correct(root / "data")
    assert np.array_equal(read_mask(held_path(root / "data", NAMES[0])), np.where(mended == 255, 0, drawn))


def test_a_mask_replaces_coverage(root: Path) -> None:
    write_bytes(coverage_path(root / "data", NAMES[0]), mask_path(root / "data", NAMES[0]).read_bytes())
    say(root, NAMES[0], "mended", other_mask(mask_in(root, NAMES[0])))
    mask_path(root / "data", NAMES[0]).unlink()
    assert correct(root / "data").counts == {"mended": 1}
    assert mask_path(root / "data", NAMES[0]).is_file() and not coverage_path(root / "data", NAMES[0]).exists()


def test_a_photo_of_nobody_in_which_somebody_was_drawn_is_one_of_somebody(root: Path) -> None:
    source = replace(own(root / "in"), masks=None, nobody=True)
    import_sources([source], root / "data")
    say(root, NAMES[0], "mended", other_mask(mask_in(root, NAMES[0])))
    say(root, NAMES[1], "right")
    import_sources([source], root / "data")
    rows = {row.name: row for row in read_metadata(root / "data")}
    assert [rows[name].nobody for name in NAMES[:3]] == [False, True, True]


def test_a_lost_or_unfit_mask_stops_the_import_and_leaves_the_data_set(root: Path) -> None:
    say(root, NAMES[0], "mended")
    before = mask_in(root, NAMES[0])
    with pytest.raises(JudgmentError, match=r"000\.png: .*judge it again: figureground data review"):
        import_sources([own(root / "in")], root / "data")
    write_bytes(given_mask_path(root / "corrections", NAMES[0]), encode_png(before[:-1]))
    with pytest.raises(JudgmentError, match="of another size than its photo"):
        correct(root / "data")
    assert np.array_equal(mask_in(root, NAMES[0]), before) and len(reviewed_rows(root)) == len(NAMES)
