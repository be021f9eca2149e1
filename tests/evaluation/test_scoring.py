from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from figureground.dataset.manifest import Pair
from figureground.evaluation import scoring
from figureground.evaluation.scoring import NULL, OURS, EvaluationError, Score, ScoredPhoto
from figureground.scores import Bootstrap, Counts

BOOTSTRAP = Bootstrap(resamples=200, confidence=0.95, seed=7)
GOOD, BAD = Score(Counts(90, 5, 5, 100), 0.8), Score(Counts(50, 25, 25, 100), 0.4)
QUIET, ALARMED = Score(Counts(0, 1, 0, 199), nan), Score(Counts(0, 20, 0, 180), nan)


def photo(name: str, framing: str, ours: Score, null: Score = BAD) -> ScoredPhoto:
    pair = Pair(name, name.split("/")[0], name, "CC0", 10, 20, framing, 0.5, 0.0)
    return ScoredPhoto(pair, "hash", {OURS: ours, NULL: null})


@pytest.fixture
def photos() -> list[ScoredPhoto]:
    return [
        photo("a.b/1", "half", GOOD),
        photo("a.b/2", "far", BAD),
        photo("a b/3", "half", GOOD),
        photo("cats/4", "nobody", QUIET, ALARMED),
        photo("cats/5", "nobody", ALARMED, ALARMED),
    ]


def test_score_leaves_the_outline_of_nobody_unjudged() -> None:
    mask = np.zeros((30, 30), np.uint8)
    score = scoring.score(np.zeros((30, 30), bool), mask)
    assert not score.has_person and isnan(score.person_iou) and isnan(score.boundary_f)
    assert (score.false_area, score.quality) == (0.0, 1.0)
    mask[5:20, 5:20] = 255
    score = scoring.score(mask == 255, mask)
    assert (score.person_iou, score.boundary_f, score.false_area, score.quality) == (1.0, 1.0, 0.0, 1.0)


def test_held_things_that_are_called_person_are_counted() -> None:
    mask, held = np.zeros((2, 10, 10), np.uint8)
    mask[:, :5] = 255
    held[:, 5:7] = 255
    score = scoring.score(np.arange(100).reshape(10, 10) % 10 < 6, mask, held)
    assert (score.held_pixels, score.held_called_person) == (20, 10)
    assert (scoring.score(mask > 0, mask).held_pixels, scoring.score(mask > 0, mask).held_called_person) == (0, 0)
    holding = replace(GOOD, held_pixels=300, held_called_person=30)
    part = scoring.slices([photo("a/1", "half", holding), photo("a/2", "half", score), photo("a/3", "half", GOOD)],
                          BOOTSTRAP)[0]  # fmt: skip
    assert (part.holding, part.held_called_person) == (2, 40 / 320)
    assert scoring.metrics([part])["held_called_person"] == 0.125


def test_predictions_that_do_not_fit_are_refused_by_name() -> None:
    with pytest.raises(EvaluationError, match=r"a/1: .*\(3, 2\).*\(2, 3\)"):
        scoring.decide("a/1", np.zeros((3, 2), np.float32), (2, 3))
    with pytest.raises(EvaluationError, match=r"a/1: .*not-a-number"):
        scoring.decide("a/1", np.array([[0.5, np.nan]], np.float32), (1, 2))
    assert scoring.decide("a/1", np.array([[0.49, 0.5]], np.float32), (1, 2)).tolist() == [[False, True]]


def test_slices_part_people_from_nobody(photos: list[ScoredPhoto]) -> None:
    found = {(part.model, part.by, part.source, part.framing): part for part in scoring.slices(photos, BOOTSTRAP)}
    overall = found[OURS, "overall", "", ""]
    assert (overall.photos, overall.people, overall.nobody) == (5, 3, 2)
    assert overall.person_iou.value == pytest.approx((0.9 + 0.5 + 0.9) / 3)
    assert overall.boundary_f.value == pytest.approx((0.8 + 0.4 + 0.8) / 3)
    assert overall.false_area.value == pytest.approx((1 + 20) / 2 / 200)
    assert overall.false_alarms.value == 0.5 and 0.0 <= overall.false_alarms.low < overall.false_alarms.high <= 1.0
    assert found[NULL, "overall", "", ""].false_alarms.value == 1.0
    assert found[OURS, "framing", "", "half"].person_iou.value == pytest.approx(0.9)
    cats = found[OURS, "source", "cats", ""]
    assert cats.people == 0 and isnan(cats.person_iou.value) and isnan(cats.binary_iou.value)
    assert not any(by == "source and framing" for _, by, _, _ in found)


def test_source_and_framing_together_are_a_slice_from_ten_photos_on(photos: list[ScoredPhoto]) -> None:
    more = photos + [photo(f"cats/{number}", "half", GOOD) for number in range(10, 20)]
    both = [part for part in scoring.slices(more, BOOTSTRAP) if part.by == "source and framing"]
    assert {(part.source, part.framing, part.photos) for part in both} == {("cats", "half", 10)}


def test_binary_iou_of_a_slice_sums_pixels(photos: list[ScoredPhoto]) -> None:
    part = scoring.slices(photos[:2], BOOTSTRAP)[0]
    assert part.binary_iou.value == pytest.approx((140 / 200 + 200 / 260) / 2)


def test_metrics_are_ten_numbers_at_most_and_none_is_nan(photos: list[ScoredPhoto]) -> None:
    metrics = scoring.metrics(scoring.slices(photos, BOOTSTRAP))
    assert len(metrics) <= 10 and not any(isnan(value) for value in metrics.values())
    assert metrics["person_iou"] == pytest.approx(0.766667)
    assert metrics["person_iou_low"] <= metrics["person_iou"] <= metrics["person_iou_high"]
    assert (metrics["false_alarms"], metrics["test_photos"]) == (0.5, 5)
    assert {"boundary_f", "binary_iou", "null_person_iou"} <= metrics.keys()
    assert "held_called_person" not in metrics  # the labels do not tell


def test_photo_row_holds_the_columns(photos: list[ScoredPhoto]) -> None:
    row = scoring.photo_row(photos[0])
    assert set(row) == set(scoring.PHOTO_COLUMNS)
    assert row["person_iou"] == pytest.approx(0.9) and row["true_positive"] == 90
    assert row["null_person_iou"] == pytest.approx(0.5) and isnan(row["grabcut_person_iou"])
    grabcut = replace(photos[0], scores={**photos[0].scores, "grabcut": GOOD})
    assert scoring.photo_row(grabcut)["grabcut_person_iou"] == pytest.approx(0.9)


def test_slice_row_holds_the_columns(photos: list[ScoredPhoto]) -> None:
    row = scoring.slice_row(scoring.slices(photos, BOOTSTRAP)[0])
    assert set(row) == set(scoring.SLICE_COLUMNS)
    assert row["person_iou_low"] <= row["person_iou"] <= row["person_iou_high"]
