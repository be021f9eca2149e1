from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from figureground.dataset.manifest import Pair
from figureground.evaluation import baselines
from figureground.evaluation.scoring import EvaluationError
from figureground.pictures import Picture, read_mask, read_photo
from figureground.scores import person_iou


def test_mean_mask_is_how_often_a_place_is_person(draw: Callable[..., Pair], tmp_path: Path) -> None:
    def left(mask: Picture) -> Picture:
        return np.where(np.arange(mask.shape[1]) < mask.shape[1] // 2, 255, 0).astype(np.uint8) * np.ones_like(mask)

    pairs = [draw("a/1", (64, 64), spoil=left), draw("a/2", (128, 64), person=False)]
    mean = baselines.mean_mask(pairs, tmp_path / "data", size=8)
    assert mean.shape == (8, 8) and mean.dtype == np.float32
    assert mean[:, :4] == pytest.approx(0.5) and mean[:, 4:] == pytest.approx(0.0)


def test_mean_mask_leaves_void_out(draw: Callable[..., Pair], tmp_path: Path) -> None:
    pairs = [
        draw("a/1", (64, 64), spoil=lambda mask: np.full_like(mask, 255)),
        draw("a/2", (64, 64), spoil=lambda mask: np.full_like(mask, 128)),
    ]
    assert baselines.mean_mask(pairs, tmp_path / "data", size=4) == pytest.approx(1.0)
    assert baselines.mean_mask(pairs[1:], tmp_path / "data", size=4) == pytest.approx(0.0)


def test_no_training_pairs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="train"):
        baselines.mean_mask([], tmp_path)


def test_null_model_is_the_mean_mask_at_the_photos_size() -> None:
    mean = np.array([[0.9, 0.1], [0.9, 0.1]], np.float32)
    prediction = baselines.null_model(mean, 40, 20)
    assert prediction.shape == (40, 20) and prediction.dtype == np.bool_
    assert prediction[:, :8].all() and not prediction[:, 12:].any()


def test_grabcut_finds_a_person_the_null_model_just_guesses_at(draw: Callable[..., Pair], tmp_path: Path) -> None:
    pair = draw("a/1", (300, 220))
    photo = read_photo(tmp_path / "data/images/a/1.png")
    mask = read_mask(tmp_path / "data/masks/a/1.png")
    guess = np.zeros((16, 16), np.float32)
    guess[7:, 4:12] = 1.0
    guess[guess == 0] = 0.1
    found = baselines.grabcut(photo, guess, seed=3)
    assert found.shape == mask.shape
    assert person_iou(found, mask) > 0.9 > person_iou(baselines.null_model(guess, *mask.shape), mask)
    assert np.array_equal(found, baselines.grabcut(photo, guess, seed=3))
    (score,) = baselines.grabcut_scores([pair], tmp_path / "data", guess, seed=3)
    assert score.person_iou == person_iou(found, mask)


@pytest.mark.parametrize("level", [0.0, 0.1, 0.9, 1.0])
@pytest.mark.parametrize("size", [(1, 1), (1, 50), (60, 2), (40, 30)])
def test_grabcut_answers_on_any_photo(level: float, size: tuple[int, int]) -> None:
    flat = np.full((*size, 3), 200, np.uint8)
    assert baselines.grabcut(flat, np.full((8, 8), level, np.float32), seed=1).shape == size


def test_threads_change_no_score(draw: Callable[..., Pair], tmp_path: Path) -> None:
    pairs = [draw(f"a/{number}", (60 + number, 50)) for number in range(12)]
    mean = baselines.mean_mask(pairs, tmp_path / "data")
    together = baselines.grabcut_scores(pairs, tmp_path / "data", mean, seed=3)
    alone = [baselines.grabcut_scores([pair], tmp_path / "data", mean, seed=3)[0] for pair in pairs]
    assert together == alone
