"""Document photos: measures against the standard's table, and every shortcoming said."""

from __future__ import annotations

import subprocess
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from figureground.documents.documents import DocumentError, HeadBox, framed, head_of, id_photo, sheet
from figureground.documents.faces import Face, FaceFinder
from figureground.documents.standards import STANDARDS, Standard
from figureground.runtime.segmenter import NobodyError, Segmenter
from helpers.command import call
from helpers.drawing import Picture, face

WHITE = (255, 255, 255)
DOTS = 300 / 25.4


@pytest.fixture(scope="module")
def segmenter(bright: Path) -> Segmenter:
    return Segmenter(bright)


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


@pytest.fixture(scope="module")
def photo() -> Picture:
    return photo_of_a_face()


def photo_of_a_face(height: int = 2400, width: int = 1800, row: int = 900, column: int = 900) -> Picture:
    canvas = np.full((height, width, 3), (60, 70, 90), np.uint8)
    face(canvas, row, column, 300)
    return canvas


@pytest.mark.parametrize("name", STANDARDS)
@pytest.mark.parametrize("background", [WHITE, None])
def test_every_standard_is_met(
    photo: Picture, segmenter: Segmenter, finder: FaceFinder, name: str, background: tuple[int, int, int] | None
) -> None:
    standard = STANDARDS[name]
    document = id_photo(photo, segmenter, finder, standard, background)
    assert document.picture.shape[:2] == (round(standard.height * DOTS), round(standard.width * DOTS))
    assert document.shortcomings == ()
    (again,) = finder.find(document.picture)
    head = head_of(again, np.full(document.picture.shape[:2], 255, np.uint8))
    eyes_to_chin = (head.chin - head.eyes) / DOTS
    assert standard.head[0] * 0.42 < eyes_to_chin < standard.head[1] * 0.58
    assert abs(head.column / DOTS - standard.width / 2) < 1
    if standard.eyes is not None:
        assert standard.eyes[0] - 1 < standard.height - head.eyes / DOTS < standard.eyes[1] + 1


def test_the_background_is_the_chosen_colour_or_the_original_untouched(
    photo: Picture, segmenter: Segmenter, finder: FaceFinder
) -> None:
    replaced = id_photo(photo, segmenter, finder, STANDARDS["eu"], (230, 240, 250)).picture
    kept = id_photo(photo, segmenter, finder, STANDARDS["eu"], None).picture
    np.testing.assert_array_equal(replaced[5, 5], (230, 240, 250))
    np.testing.assert_array_equal(kept[5, 5], (60, 70, 90))


def test_several_people_nobody_and_a_faceless_person_are_refused(segmenter: Segmenter, finder: FaceFinder) -> None:
    two = np.full((900, 1400, 3), (60, 70, 90), np.uint8)
    face(two, 300, 350, 110)
    face(two, 300, 1050, 110)
    with pytest.raises(DocumentError, match="more than one face"):
        id_photo(two, segmenter, finder, STANDARDS["eu"], WHITE)
    with pytest.raises(NobodyError, match="no person"):
        id_photo(np.zeros((300, 300, 3), np.uint8), segmenter, finder, STANDARDS["eu"], WHITE)
    blank = np.zeros((300, 300, 3), np.uint8)
    blank[50:, 80:220] = 200
    with pytest.raises(NobodyError, match="no face"):
        id_photo(blank, segmenter, finder, STANDARDS["eu"], WHITE)


def test_a_small_face_is_found_at_the_top_of_the_silhouette_and_called_too_small(
    segmenter: Segmenter, finder: FaceFinder
) -> None:
    photo = np.full((2000, 1200, 3), (60, 70, 90), np.uint8)
    face(photo, 400, 600, 50)
    photo[600:1990, 520:680] = (170, 190, 230)
    assert finder.find(photo) == []
    document = id_photo(photo, segmenter, finder, STANDARDS["eu"], WHITE)
    assert len(document.shortcomings) == 1
    assert "the face is too small: the head has 1" in document.shortcomings[0]


def test_a_head_at_the_photos_edge_is_said_to_be_cut_off(segmenter: Segmenter, finder: FaceFinder) -> None:
    document = id_photo(photo_of_a_face()[700:], segmenter, finder, STANDARDS["eu"], WHITE)
    assert any("before the upper edge" in each for each in document.shortcomings)
    assert "the head is cut off by the photo's upper edge" in document.shortcomings
    with pytest.raises(DocumentError, match="too little photo around the head"):
        id_photo(photo_of_a_face()[700:], segmenter, finder, STANDARDS["eu"], None)


HEAD = HeadBox(crown=100, eyes=200, chin=300, column=400)
MASK = np.zeros((900, 800), np.uint8)


def test_a_frame_has_the_head_in_the_middle_of_the_ranges() -> None:
    assert framed(HEAD, Standard("", 45, 35, (32, 36), ""), MASK, fill=True).scale == pytest.approx(200 / 34)
    frame = framed(HEAD, Standard("", 45, 35, (34, 34), "", above=(4, 6)), MASK, fill=True)
    assert astuple(frame) == pytest.approx((100 - 5 * 200 / 34, 400 - 17.5 * 200 / 34, 200 / 34))
    frame = framed(HEAD, Standard("", 50, 50, (30, 30), "", eyes=(28, 30)), MASK, fill=True)
    assert 50 - (200 - frame.top) / frame.scale == pytest.approx(29)


def test_a_tight_photo_moves_the_frame_within_the_ranges() -> None:
    standard = Standard("", 45, 35, (30, 36), "", above=(3, 9))
    low = replace(HEAD, crown=20, eyes=120, chin=220)  # 20 pixels are 3.0 to 3.6 mm
    frame = framed(low, standard, MASK, fill=False)
    assert frame.top >= -0.2 and 30 <= 200 / frame.scale <= 36
    with pytest.raises(DocumentError, match="35 x 45 mm"):
        framed(replace(HEAD, crown=5, eyes=105, chin=205), standard, MASK, fill=False)


def test_hair_and_hats_do_not_make_the_head_higher_than_a_skull() -> None:
    eyes_at = Face(0.9, (0, 0, 1, 1), (300.0, 350.0), (300.0, 450.0), (340.0, 400.0), (370.0, 400.0))
    mask = np.zeros((800, 800), np.uint8)
    mask[190:, 200:600] = 255
    head = head_of(eyes_at, mask)
    assert (head.eyes, head.column, head.chin) == pytest.approx((300, 400, 419))
    assert head.crown == 190
    mask[20:, 200:600] = 255
    assert head_of(eyes_at, mask).crown == pytest.approx(300 - 1.2 * 119)


@pytest.mark.parametrize("name, count", [("eu", 8), ("us", 2), ("canada", 2), ("china", 8)])
def test_a_sheet_holds_as_many_copies_as_fit(name: str, count: int) -> None:
    standard = STANDARDS[name]
    height, width = round(standard.height * DOTS), round(standard.width * DOTS)
    printed = sheet(np.full((height, width, 3), (200, 0, 0), np.uint8))
    assert sorted(printed.shape[:2]) == [1181, 1772]
    assert np.count_nonzero((printed == (200, 0, 0)).all(axis=2)) == count * height * width


def id_photo_command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return call("id-photo", *arguments)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_the_command_notes_the_dots_per_inch(tmp_path: Path, bright: Path, photo: Picture, suffix: str) -> None:
    Image.fromarray(photo).save(tmp_path / "me.png")
    out, printed = tmp_path / f"id{suffix}", tmp_path / f"sheet{suffix}"
    done = id_photo_command(tmp_path / "me.png", "-o", out, "--standard", "us", "--sheet", printed, "--model", bright)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{out}: {STANDARDS['us'].title}\n"
    for path, size in ((out, (600, 600)), (printed, (1772, 1181))):
        with Image.open(path) as image:
            assert image.size == size
            assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)


@pytest.mark.parametrize(
    "options, status, reason",
    [
        (["--background", "black"], 1, "black: too dark"),
        (["--background", "blur"], 1, "blur: documents ask for a plain background"),
        (["-o", "id.webp"], 1, "WebP cannot say how large"),
        (["PHOTO", "WALL"], 2, "unexpected extra argument"),
        (["WALL"], 3, "wall.png: no person found"),
        (["SMALL"], 4, "not satisfied: the face is too small"),
    ],
)
def test_the_commands_exit_status(
    tmp_path: Path, bright: Path, photo: Picture, options: list[str], status: int, reason: str
) -> None:
    pictures = {"PHOTO": photo, "WALL": np.zeros((90, 90, 3), np.uint8), "SMALL": photo[::6, ::6]}
    for name, picture in pictures.items():
        Image.fromarray(picture).save(tmp_path / f"{name.lower()}.png")
    if not set(options) & set(pictures):
        options = ["PHOTO", *options]
    options_given = [tmp_path / f"{option.lower()}.png" if option in pictures else option for option in options]
    if "-o" not in options:
        options_given += ["-o", tmp_path / "id.jpg"]
    done = id_photo_command(*options_given, "--model", bright)
    assert done.returncode == status and reason in done.stderr and "Traceback" not in done.stderr
    assert (tmp_path / "id.jpg").exists() == (status == 4)


@pytest.mark.parametrize(
    "options, reason",
    [
        (["--sheet", "id.jpg"], "id.jpg: the sheet would replace the document photo"),
        (["--sheet", "me.png"], "me.png: the sheet would replace the photo"),
        (["--sheet", "sheet.gif"], "cannot write .gif"),
    ],
)
def test_a_sheet_that_cannot_be_written_leaves_no_document_photo_either(
    tmp_path: Path, bright: Path, photo: Picture, monkeypatch: pytest.MonkeyPatch, options: list[str], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(photo).save("me.png")
    before = Path("me.png").read_bytes()
    done = id_photo_command("me.png", "-o", "id.jpg", *options, "--model", bright)
    assert done.returncode == 1 and reason in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["me.png"] and Path("me.png").read_bytes() == before
