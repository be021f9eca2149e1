from pathlib import Path

import numpy as np
import pytest

from figureground.dataset.manifest import Pair
from figureground.evaluation import plots
from figureground.evaluation.scoring import OURS, Score, ScoredPhoto
from figureground.pictures import read_photo
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


def test_the_legend_of_the_histogram_covers_no_bar(tmp_path: Path) -> None:
    poor = Score(Counts(1, 99, 0, 9), 0.5)  # a bar at the left, one piece a source
    pairs = [Pair(f"s{number}/1", f"s{number}", "g", "CC0", 10, 10, "half", 0.5, 0.0) for number in range(6)]
    photos = [ScoredPhoto(pair, "", {OURS: poor}) for pair in pairs for _ in range(3)]
    plots.write_histogram(photos, tmp_path / "histogram.png")
    drawn = read_photo(tmp_path / "histogram.png")
    bars = drawn[: drawn.shape[0] * 3 // 4]
    sizes = []
    for colour in plots.SOURCE_COLOURS[:6]:
        wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
        sizes.append(int((np.abs(bars.astype(int) - wanted).max(axis=2) < 8).sum()))
        assert (np.abs(drawn[bars.shape[0] :].astype(int) - wanted).max(axis=2) < 8).any()  # in the legend, too
    assert min(sizes) > 100 and max(sizes) - min(sizes) < 0.2 * max(sizes)
