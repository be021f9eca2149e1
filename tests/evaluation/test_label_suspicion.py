import cv2
import numpy as np
import pytest

from figureground.dataset.manifest import Pair
from figureground.evaluation.label_suspicion import SUSPECT_COLUMNS, DoubtedLabel, class_confidence, opinion, suspects

SIZE = (200, 150)


def person(left: int = 75) -> np.ndarray:
    mask = np.zeros(SIZE, np.uint8)
    cv2.circle(mask, (left, 70), 22, 255, -1)
    cv2.ellipse(mask, (left, 200), (35, 105), 0, 0, 360, 255, -1)
    return mask


def sure(mask: np.ndarray) -> np.ndarray:
    """A good model's probability: soft at the outline, sure elsewhere, and here and there a little less."""
    soft = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), 2)
    noise = np.random.default_rng(1).normal(0, 0.01, mask.shape)
    return np.asarray(np.clip(soft * 0.98 + 0.01 + noise, 0, 1), np.float32)


def pair(name: str) -> Pair:
    return Pair(name, "a", name, "CC0", SIZE[1], SIZE[0], "half", 0.3, 0.0)


def judged(**labels: np.ndarray) -> list[DoubtedLabel]:
    """Suspects among eight right labels and those given, by name; the model sees the truth."""
    right = [opinion(pair(f"right{left}"), person(left), sure(person(left))) for left in range(40, 120, 10)]
    truth = {"two": person(40) | person(115), "nobody": np.zeros(SIZE, np.uint8)}
    wrong = [opinion(pair(name), label, sure(truth.get(name, person()))) for name, label in labels.items()]
    return suspects(right + wrong)


def test_right_labels_are_not_suspect() -> None:
    assert judged() == []


def test_a_slightly_other_outline_is_not_suspect() -> None:
    wider = cv2.dilate(person(), np.ones((5, 5)))
    assert judged(wider=wider) == []


def test_wrong_labels_come_first_and_say_why() -> None:
    found = judged(
        inverted=255 - person(),
        shifted=np.roll(person(), 12, axis=1),
        two=person(40),
        nobody=person(),
        empty=np.zeros(SIZE, np.uint8),
    )
    assert {each.pair.name: each.reason for each in found} == {
        "inverted": "inverted",
        "shifted": "shifted",
        "two": "missed person",
        "nobody": "extra person",
        "empty": "empty",
    }
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    by_name = {each.pair.name: each for each in found}
    assert by_name["inverted"].score > by_name["two"].score
    assert by_name["shifted"].shift_right == pytest.approx(-12 / 150, abs=0.01)
    assert by_name["shifted"].shift_down == pytest.approx(0.0, abs=0.01)
    assert by_name["empty"].missed_share == pytest.approx(float((person() == 255).mean()), abs=0.02)
    assert set(by_name["two"].row()) == set(SUSPECT_COLUMNS)


def test_where_the_label_is_void_nothing_is_doubted() -> None:
    label = person(40)
    label[:, 78:] = 128
    assert judged(two=label) == []


def test_a_model_in_doubt_raises_none() -> None:
    label = np.zeros(SIZE, np.uint8)
    right = [opinion(pair(f"right{left}"), person(left), sure(person(left))) for left in range(40, 120, 10)]
    unsure = opinion(pair("unsure"), label, np.where(person() == 255, 0.6, 0.05).astype(np.float32))
    assert suspects([*right, unsure]) == []


def test_class_confidence_is_the_mean_over_the_labelled_pixels() -> None:
    label = np.zeros((10, 10), np.uint8)
    label[:5], label[9] = 255, 128
    probability = np.where(label == 255, 0.8, 0.4).astype(np.float32)
    assert class_confidence([opinion(pair("a"), label, probability)]) == pytest.approx((0.8, 0.6), abs=0.002)
    assert class_confidence([]) == (0.5, 0.5)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (700, 2)])
def test_any_size_is_judged(size: tuple[int, int]) -> None:
    label = np.full(size, 255, np.uint8)
    suspects([opinion(pair("a"), label, np.zeros(size, np.float32))])
