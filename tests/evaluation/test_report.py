"""`evaluate` from files to files, on drawn photos and a predictor that really looks at them."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from figureground.dataset.manifest import Pair
from figureground.evaluation.baselines import mean_mask
from figureground.evaluation.report import evaluate
from figureground.evaluation.scoring import EvaluationError, Predict
from figureground.files import read_table
from figureground.params import EvaluateParams
from figureground.pictures import PictureError, read_photo

PARAMS = EvaluateParams(resamples=200, confidence=0.95, grabcut=True, photos_on_sheet=4)
SHEETS = ("random.jpg", "best.jpg", "worst.jpg")
FILES = {
    "photos.csv", "slices.csv",
    "iou_histogram.png", "iou_by_framing.png", "confusion.png", *SHEETS,
}  # fmt: skip


def run(tmp_path: Path, pairs: Sequence[Pair], predict: Predict, params: EvaluateParams = PARAMS) -> dict[str, float]:
    data, out = tmp_path / "data", tmp_path / "out"
    return evaluate(pairs, data, predict, params=params, seed=5, null_mask=mean_mask(pairs, data), out=out)


def test_eight_photos_from_files_to_files(draw: Callable[..., Pair], perfect: Predict, tmp_path: Path) -> None:
    sizes = [(120, 90), (90, 140), (150, 150), (200, 120), (110, 100), (130, 90)]
    pairs = [draw(f"{'ab'[number % 2]}/{number}", size) for number, size in enumerate(sizes)]
    pairs += [draw("b/nobody", (100, 100), person=False), draw("b/fremd ü", (140, 110), spoil=lambda mask: 255 - mask)]
    metrics = run(tmp_path, pairs, perfect)

    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    json.dumps(metrics, allow_nan=False)
    rows = {row["name"]: row for row in read_table(tmp_path / "out/photos.csv")}
    assert list(rows) == [pair.name for pair in pairs]
    assert all(float(rows[pair.name]["person_iou"]) == 1.0 for pair in pairs[:6])
    assert rows["b/nobody"]["person_iou"] == "" and float(rows["b/nobody"]["false_area"]) == 0.0
    assert float(rows["b/fremd ü"]["person_iou"]) == 0.0
    assert rows["a/0"]["photo_hash"] == hashlib.sha256((tmp_path / "data/images/a/0.png").read_bytes()).hexdigest()
    assert metrics["person_iou"] == pytest.approx(6 / 7, abs=1e-6)
    assert metrics["person_iou_low"] < 6 / 7 < metrics["person_iou_high"]
    assert metrics["null_person_iou"] < metrics["grabcut_person_iou"]

    slices = read_table(tmp_path / "out/slices.csv")
    assert {row["model"] for row in slices} == {"ours", "grabcut", "null"}
    parts = {row["source"]: row for row in slices if row["by"] == "source" and row["model"] == "ours"}
    assert parts.keys() == {"a", "b"}
    assert float(parts["a"]["boundary_f"]) == 1.0 and float(parts["b"]["false_area"]) == 0.0
    for name in SHEETS:
        assert read_photo(tmp_path / "out" / name).std() > 10


def test_a_perfect_model_scores_one_everywhere(
    draw: Callable[..., Pair], perfect: Predict, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pairs = [draw(f"a/{number}", (100 + number, 80)) for number in range(3)]
    pairs.append(draw("b/nobody", (90, 90), person=False))
    metrics = run(tmp_path, pairs, perfect, PARAMS.model_copy(update={"grabcut": False}))
    for name in ("person_iou", "binary_iou", "boundary_f"):
        assert metrics[name] == 1.0
    assert (metrics["false_alarms"], metrics["test_photos"]) == (0.0, 4)
    assert "grabcut_person_iou" not in metrics
    assert "test: only 4 photos, so its scores are mostly chance" in caplog.text
    assert {row["grabcut_person_iou"] for row in read_table(tmp_path / "out/photos.csv")} == {""}


@pytest.mark.parametrize("person", [True, False])
def test_one_photo_is_enough(draw: Callable[..., Pair], perfect: Predict, tmp_path: Path, person: bool) -> None:
    pair = draw("a/only", (90, 70), person=person)
    metrics = run(tmp_path, [pair], perfect)
    json.dumps(metrics, allow_nan=False)
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    assert ("person_iou" in metrics) == person
    assert ("false_alarms" in metrics) != person


def test_a_model_that_sees_people_in_nobody_is_found_out(draw: Callable[..., Pair], tmp_path: Path) -> None:
    pairs = [draw(f"a/{number}", (90, 70 + number), person=False) for number in range(3)]
    metrics = run(tmp_path, pairs, lambda photo: np.ones(photo.shape[:2], np.float32))
    assert metrics["false_alarms"] == 1.0


def test_the_same_seed_gives_the_same_files(draw: Callable[..., Pair], perfect: Predict, tmp_path: Path) -> None:
    pairs = [draw(f"a/{number}", (90, 70 + number)) for number in range(6)]

    def blurred(photo: np.ndarray) -> np.ndarray:
        return np.asarray(cv2.GaussianBlur(np.roll(perfect(photo), 5, axis=1), (0, 0), 3))

    def contents() -> dict[str, bytes]:
        run(tmp_path, pairs, blurred)
        return {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    assert contents() == contents()


def test_errors_name_the_photo(draw: Callable[..., Pair], perfect: Predict, tmp_path: Path) -> None:
    pair = draw("a/1")
    with pytest.raises(EvaluationError, match="no test photos"):
        evaluate([], tmp_path, perfect, params=PARAMS, seed=1, null_mask=np.zeros((4, 4), np.float32), out=tmp_path)
    with pytest.raises(EvaluationError, match="a/1"):
        run(tmp_path, [pair], lambda photo: np.zeros((4, 4), np.float32))
    (tmp_path / "data/images/a/1.png").write_bytes(b"")
    with pytest.raises(PictureError, match=r"a/1\.png"):
        run(tmp_path, [pair], perfect)
