import numpy as np
import pytest

from figureground.pictures import PERSON, VOID
from figureground.sheets import PERSON_COLOUR, VOID_COLOUR, contact_sheet, outline


def _grey(height: int, width: int, value: int = 90) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_a_sheet_holds_every_picture_in_its_row_and_column() -> None:
    colours = [(200, 0, 0), (0, 200, 0), (0, 0, 200)]
    tiles = [(np.full((40, 40, 3), colour, np.uint8), str(colour)) for colour in colours]
    sheet = contact_sheet(tiles, columns=2, tile_size=64)
    assert sheet.dtype == np.uint8 and sheet.shape[2] == 3
    places = [np.argwhere((sheet == colour).all(axis=2)).mean(axis=0) for colour in colours]
    assert places[0][0] == places[1][0] < places[2][0]
    assert places[0][1] == places[2][1] < places[1][1]


def test_pictures_keep_their_shape_and_grey_ones_are_taken() -> None:
    wide, tall = _grey(20, 80, 0), np.zeros((80, 20), np.uint8)
    sheet = contact_sheet([(wide, ""), (tall, "")], columns=2, tile_size=64)
    left, right = np.split((sheet == 0).all(axis=2), [sheet.shape[1] // 2], axis=1)
    assert left.any(axis=1).sum() == 16 and left.any(axis=0).sum() == 64
    assert right.any(axis=1).sum() == 64 and right.any(axis=0).sum() == 16


def test_captions_and_title_are_written_below_and_above() -> None:
    bare = contact_sheet([(_grey(64, 64, 250), "")], columns=1, tile_size=64)
    full = contact_sheet([(_grey(64, 64, 250), "a caption")], columns=1, tile_size=64, title="title")
    assert (bare == 250).all()
    written = np.flatnonzero((full < 100).any(axis=(1, 2)))
    assert full.shape[0] > bare.shape[0] and written.min() < 20 and written.max() > 70


@pytest.mark.parametrize("caption", ["Ωμέγα/фото", "写真/人物", "\x00\x1b\t", "x" * 4000, "a\nb\nc", " ", "👩🏽‍🦱"])
def test_any_caption_can_be_written(caption: str) -> None:
    sheet = contact_sheet([(_grey(30, 30), caption)], columns=3, tile_size=120)
    assert sheet.shape[0] < 400 and sheet.shape[1] < 150


def test_a_sheet_of_nothing_says_so() -> None:
    assert (contact_sheet([], columns=4) < 100).any()


def test_a_one_pixel_strip_is_drawn() -> None:
    assert contact_sheet([(_grey(1, 5000), "strip")], columns=1, tile_size=64).any()


def test_outline_marks_person_and_void_and_leaves_the_photo_alone() -> None:
    photo = _grey(100, 100, 255)
    mask = np.zeros((100, 100), np.uint8)
    mask[20:60, 20:60] = PERSON
    mask[70:90, 70:90] = VOID
    drawn = outline(photo, mask)
    assert (photo == 255).all()
    assert tuple(drawn[20, 40]) == PERSON_COLOUR and tuple(drawn[70, 80]) == VOID_COLOUR
    assert (drawn[40, 40] == 255).all() and (drawn[5, 5] == 255).all()
