"""Texts on things: as large as fits, parted between words, refused where nobody could read them."""

from __future__ import annotations

import numpy as np

from figureground.hands.lettering import in_lines, lettered, without_glyph

AREA = (0.1, 0.1, 0.6, 0.9)


def card() -> np.ndarray:
    return np.full((400, 400, 4), 255, np.uint8)


def ink(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns that have letters."""
    dark = picture[..., 0] < 128
    return np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))


def test_a_text_fills_its_place_and_stays_in_it() -> None:
    written = lettered(card(), AREA, "Free hugs")
    assert written is not None and written[..., 3].min() == 255
    rows, columns = ink(written)
    assert rows[0] >= 38 and rows[-1] <= 242 and columns[0] >= 38 and columns[-1] <= 362
    assert np.ptp(columns) > 150


def test_a_text_that_nobody_could_read_is_none() -> None:
    assert lettered(card(), AREA, "a word and another " * 40) is None
    assert lettered(card(), AREA, "w" * 200) is None


def test_lines_are_about_equally_long() -> None:
    assert in_lines("one two three four", 2) == ["one two", "three four"]
    assert in_lines("hello", 3) == ["hello"]


def test_texts_of_all_the_pages_languages_can_be_written() -> None:
    for text in ("Größe", "Ça va, señor?", "жук", "你好"):
        assert without_glyph(text) == "" and lettered(card(), AREA, text) is not None
