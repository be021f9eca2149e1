"""Document photos: measures against the standard's table, and every shortcoming said."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from figureground.documents.documents import document_file, id_photo, sheet
from figureground.documents.faces import FaceFinder
from figureground.documents.framing import DOTS, DocumentError, head_of
from figureground.documents.standards import STANDARDS
from figureground.runtime.segmenter import NobodyError, Segmenter
from helpers.command import call
from helpers.drawing import Picture, face

WHITE = (255, 255, 255)


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


def two_people(row: int = 300, radius: int = 110, apart: int = 700, height: int = 900) -> Picture:
    """Somebody at the left, and somebody at the right whose wall is red."""
    canvas = np.full((height, apart + 700, 3), (60, 70, 90), np.uint8)
    canvas[:, 350 + apart // 2 :] = (90, 0, 0)
    for column in (350, 350 + apart):
        face(canvas, row, column, radius)
    return canvas


def test_several_people_are_refused_until_one_is_chosen(segmenter: Segmenter, finder: FaceFinder) -> None:
    photo = two_people()
    with pytest.raises(DocumentError, match=r"2 faces in this photo.*choose the face, 1 to 2 from the left"):
        id_photo(photo, segmenter, finder, STANDARDS["eu"], WHITE)
    with pytest.raises(DocumentError, match="face 3: there are 2 faces in this photo"):
        id_photo(photo, segmenter, finder, STANDARDS["eu"], WHITE, face=3)
    left, right = (id_photo(photo, segmenter, finder, STANDARDS["eu"], None, face).picture for face in (1, 2))
    assert left[5, 5].tolist() == [60, 70, 90] and right[5, 5].tolist() == [90, 0, 0]


def test_several_people_who_stand_far_away_are_refused_too(segmenter: Segmenter, finder: FaceFinder) -> None:
    photo = two_people(400, 50, 600, 2000)
    for column in (350, 950):
        photo[600:1990, column - 80 : column + 80] = (170, 190, 230)
    assert finder.find(photo) == []
    with pytest.raises(DocumentError, match="2 faces in this photo"):
        id_photo(photo, segmenter, finder, STANDARDS["eu"], WHITE)


def test_people_beside_the_chosen_one_are_taken_away_or_spoken_of(segmenter: Segmenter, finder: FaceFinder) -> None:
    said = "another person is in the picture; it must show one person alone"
    photo = two_people(apart=320)
    assert said in id_photo(photo, segmenter, finder, STANDARDS["us"], WHITE, face=1).shortcomings
    photo[:, 485:535] = 0  # they do not touch any more
    assert said in id_photo(photo, segmenter, finder, STANDARDS["us"], None, face=1).shortcomings
    alone = id_photo(photo, segmenter, finder, STANDARDS["us"], WHITE, face=1)
    assert said not in alone.shortcomings
    assert (alone.picture[:, -90:] == WHITE).all()


def test_nobody_and_a_faceless_person_are_refused(segmenter: Segmenter, finder: FaceFinder) -> None:
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


@pytest.mark.parametrize("name, count", [("eu", 8), ("us", 2), ("canada", 2), ("china", 8)])
def test_a_sheet_holds_as_many_copies_as_fit(name: str, count: int) -> None:
    standard = STANDARDS[name]
    height, width = round(standard.height * DOTS), round(standard.width * DOTS)
    printed = sheet(np.full((height, width, 3), (200, 0, 0), np.uint8))
    assert sorted(printed.shape[:2]) == [1181, 1772]
    assert np.count_nonzero((printed == (200, 0, 0)).all(axis=2)) == count * height * width


def test_a_file_is_made_as_small_as_the_authority_asks_for(
    photo: Picture, segmenter: Segmenter, finder: FaceFinder
) -> None:
    document = id_photo(photo, segmenter, finder, STANDARDS["us"], WHITE)
    rng = np.random.default_rng(1)
    for strength, fits in ((4, True), (12, True), (60, False)):
        grain = rng.normal(0, strength, document.picture.shape)
        grainy = replace(document, picture=np.clip(document.picture + grain, 0, 255).astype(np.uint8))
        content, said = document_file(Path("id.jpg"), grainy, STANDARDS["us"])
        assert (len(content) <= 240_000) == fits
        assert fits == (said == ()) and (fits or "at most 240 are taken; the photo has too much noise" in said[0])
        assert len(document_file(Path("id.jpg"), grainy, STANDARDS["eu"])[0]) >= len(content)
    content, said = document_file(Path("id.png"), grainy, STANDARDS["us"])
    assert len(content) > 240_000 and "save it as .jpg" in said[0]


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


def test_without_an_output_the_document_photo_goes_beside_the_photo_and_over_nothing(
    tmp_path: Path, bright: Path, photo: Picture
) -> None:
    Image.fromarray(photo).save(tmp_path / "me.png")
    done = id_photo_command(tmp_path / "me.png", "-m", bright, "-b", "white")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'me-id-photo.jpg'}: {STANDARDS['eu'].title}\n")
    before = (tmp_path / "me-id-photo.jpg").read_bytes()
    done = id_photo_command(tmp_path / "me.png", "-m", bright)
    assert done.returncode == 1 and "me-id-photo.jpg: is there already; name the result" in done.stderr
    assert (tmp_path / "me-id-photo.jpg").read_bytes() == before


@pytest.mark.parametrize(
    "options, status, reason",
    [
        (["--background", "black"], 1, "black: too dark"),
        (["--background", "blur"], 1, "blur: documents ask for a plain background"),
        (["-o", "id.webp"], 1, "WebP cannot say how large"),
        (["PHOTO", "WALL"], 2, "unexpected extra argument"),
        (["PHOTO", "--face", "0"], 2, "--face"),
        (["PHOTO", "--face", "2"], 1, "face 2: there is one face in this photo"),
        (["TWO"], 1, "2 faces in this photo, and a document shows one person alone; choose the face, 1 to 2"),
        (["WALL"], 3, "wall.png: no person found"),
        (["SMALL"], 4, "not satisfied: the face is too small"),
    ],
)
def test_the_commands_exit_status(
    tmp_path: Path, bright: Path, photo: Picture, options: list[str], status: int, reason: str
) -> None:
    pictures = {"PHOTO": photo, "WALL": np.zeros((90, 90, 3), np.uint8), "SMALL": photo[::6, ::6], "TWO": two_people()}
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
