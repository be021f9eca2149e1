"""Things from names, files and pictures; what cannot be put into a hand is said in one line."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from figureground.hands.things import Thing, ThingError, packaged_things, thing_of
from figureground.pictures import PictureError


def drawn(background: tuple[int, int, int] = (250, 250, 250)) -> np.ndarray:
    """A red disc of radius 30 before a plain wall, 120 x 100."""
    picture = np.full((120, 100, 3), background, np.uint8)
    cv2.circle(picture, (50, 60), 30, (200, 30, 30), -1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("name", ["book", "flowers", "microphone", "mug", "phone", "placard"])
def test_the_package_has_things_to_try_with(name: str) -> None:
    assert name in packaged_things()
    thing = thing_of(name)
    assert thing.picture.shape[2] == 4 and thing.picture[..., 3].min() == 0 < thing.picture[..., 3].max()
    assert thing.width_cm is not None and 3 < thing.width_cm < 80
    assert all(0 <= share <= 1 for share in thing.grip) and thing.up in ("across", "along")


def test_a_plain_background_is_cut_away_and_the_margins_with_it() -> None:
    thing = thing_of(drawn())
    height, width = thing.picture.shape[:2]
    assert 57 <= height <= 62 and 57 <= width <= 62
    assert thing.picture[0, 0, 3] == 0 and thing.picture[30, 30].tolist() == [200, 30, 30, 255]


def test_a_hole_of_the_backgrounds_colour_within_a_thing_stays() -> None:
    picture = drawn()
    cv2.circle(picture, (50, 60), 8, (250, 250, 250), -1)
    assert thing_of(picture).picture[..., 3][28:32, 28:32].min() == 255


def test_transparency_is_taken_as_it_is(tmp_path: Path) -> None:
    picture = np.zeros((50, 40, 4), np.uint8)
    picture[10:30, 5:25] = 9, 200, 9, 255
    file = tmp_path / "leaf.png"
    Image.fromarray(picture).save(file)
    for given in (file, str(file), file.read_bytes(), picture, Image.fromarray(picture)):
        assert thing_of(given).picture.shape == (20, 20, 4)


def gif() -> bytes:
    stream = io.BytesIO()
    frames = [Image.fromarray(drawn((level, 250, 250))) for level in (250, 200, 150)]
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:])
    return stream.getvalue()


@pytest.mark.parametrize(
    "given, reason",
    [
        (np.random.default_rng(1).integers(0, 256, (80, 80, 3), np.uint8), "its background is not plain"),
        (np.zeros((40, 40, 4), np.uint8), "nothing to be seen in it"),
        (np.full((40, 40, 3), 7, np.uint8), "nothing to be seen in it"),
        (gif(), "3 pictures in one file, animated"),
        ("teapot", "no file of that name, and none of the things book, flowers"),
        (np.zeros((40, 40), np.uint8), "a thing's picture is uint8"),
    ],
)
def test_what_cannot_be_put_into_a_hand_is_said_in_one_line(given: object, reason: str) -> None:
    with pytest.raises(ThingError, match=reason) as error:
        thing_of(given)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read_is_said_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "note.png").write_text("no picture")
    for name in ("note.png", "missing.png"):
        with pytest.raises(PictureError, match=name):
            thing_of(tmp_path / name)


def test_a_text_is_written_where_the_thing_has_a_place_for_it() -> None:
    placard = thing_of("placard")
    written = placard.with_text("Free hugs", "placard")
    changed = (written.picture != placard.picture).any(axis=2)
    top, left, bottom, right = placard.text_area or (0, 0, 0, 0)
    rows, columns = np.nonzero(changed)
    height, width = changed.shape
    assert top * height <= rows.min() and rows.max() <= bottom * height
    assert left * width <= columns.min() and columns.max() <= right * width
    assert placard.with_text("", "placard") is placard


def test_letters_that_the_font_does_not_have_are_said() -> None:
    with pytest.raises(ThingError, match="text: the font has no \N{GRINNING FACE}; leave it out"):
        thing_of("placard").with_text("hello \N{GRINNING FACE}", "placard")


def test_a_text_that_is_too_long_or_has_no_place_is_refused() -> None:
    with pytest.raises(ThingError, match="text: 2000 characters do not fit on placard; shorten it"):
        thing_of("placard").with_text("ab " * 666 + "ab", "placard")
    with pytest.raises(ThingError, match="mug: has no place for a text; take placard"):
        thing_of("mug").with_text("hello", "mug")
    assert isinstance(thing_of("mug"), Thing)
