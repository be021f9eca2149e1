from collections import Counter

import numpy as np
import pytest

from figureground.dataset.manifest import Pair
from figureground.evaluation import plots
from figureground.evaluation.scoring import NULL, OURS, Score, ScoredPhoto
from figureground.scores import Counts


def test_overlay_colours_right_and_wrong() -> None:
    photo = np.full((1, 5, 3), 100, np.uint8)
    prediction = np.array([[True, True, False, True, False]])
    mask = np.array([[255, 0, 255, 128, 0]], np.uint8)
    found, called, missed, void, rest = plots.overlay(photo, prediction, mask)[0].tolist()
    assert rest == [100, 100, 100]
    for drawn, colour, strength in (
        (found, plots.BLUE, 0.45),
        (called, plots.VERMILION, 0.75),
        (missed, plots.YELLOW, 0.75),
        (void, plots.GREY, 0.75),
    ):
        assert drawn == pytest.approx([(1 - strength) * 100 + strength * channel for channel in colour], abs=1)


def test_colours_stay_apart_without_red_or_green() -> None:
    # Brightness alone (Rec. 709) tells them apart, so that no kind of colour vision is needed.
    weights = np.array([0.2126, 0.7152, 0.0722])
    brightness = sorted(float(np.dot(colour, weights)) for colour in (plots.BLUE, plots.VERMILION, plots.YELLOW))
    assert min(np.diff(brightness)) > 15


@pytest.mark.parametrize(("tiles", "size"), [(0, (40, 30)), (1, (40, 30)), (9, (30, 50))])
def test_sheets_explain_each_colour(tiles: int, size: tuple[int, int]) -> None:
    photo = np.full((*size, 3), 90, np.uint8)
    pair = plots.tile(photo, np.zeros(size, bool), np.zeros(size, np.uint8))
    sheet = plots.overlay_sheet([(pair, "a/1\nIoU 0.5")] * tiles, "Worst")
    top = sheet[:120].reshape(-1, 3)
    for colour, _ in plots.LEGEND:
        assert (top == colour).all(axis=1).sum() > 200


def test_tile_puts_wide_pictures_below_each_other() -> None:
    for height, width in ((20, 30), (30, 20)):
        photo = np.zeros((height, width, 3), np.uint8)
        tile = plots.tile(photo, np.zeros((height, width), bool), np.zeros((height, width), np.uint8))
        assert tile.shape == ((2 * height + 4, width, 3) if width > height else (height, 2 * width + 4, 3))


def test_confusion_rows_are_shares_of_the_pixels() -> None:
    rows = plots.confusion_rows(Counts(true_positive=250, false_positive=100, false_negative=50, true_negative=600))
    assert Counter((row["actual"], row["predicted"]) for row in rows) == {
        ("person", "person"): 2500,
        ("background", "person"): 1000,
        ("person", "background"): 500,
        ("background", "background"): 6000,
    }
    assert len(plots.confusion_rows(Counts(1, 1, 1, 0))) == plots.CONFUSION_ROWS
    assert plots.confusion_rows(Counts(0, 0, 0, 0)) == []


def test_histogram_counts_photos_with_a_person() -> None:
    pair = Pair("a/1", "a", "a/1", "CC0", 10, 10, "half", 0.5, 0.0)
    good, half, nobody = (Score(Counts(*counts), 0.5) for counts in ((9, 1, 0, 9), (1, 1, 0, 9), (0, 0, 0, 9)))
    photos = [ScoredPhoto(pair, "", {OURS: ours, NULL: half}) for ours in (good, half, nobody)]
    rows = plots.histogram_rows(photos)
    assert len(rows) == plots.BINS and sum(row[OURS] or 0 for row in rows) == 2
    assert [row["person_iou"] for row in rows if row[OURS]] == [0.525, 0.925]
    assert [row[NULL] for row in rows if row[NULL]] == [3]
    assert {row["grabcut"] for row in rows} == {None}
