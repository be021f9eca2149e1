from __future__ import annotations

import keras
import numpy as np
import pytest

from figureground.training.metrics import BinaryIoU, FalseAlarms, HeldIoU, PersonIoU


def batch(*photos: list[float]) -> np.ndarray:
    return np.array(photos, np.float32)[:, None, :, None]


# IoU 1/3 (one hit, one false alarm, one miss); then nobody, with a false alarm; then all right, void left out.
MASKS = batch([255, 255, 0, 0], [0, 0, 0, 0], [255, 128, 128, 0])
LOGITS = batch([1, -1, 1, -1], [-1, -1, -1, 1], [2, 2, -2, -2])


def test_person_iou_is_averaged_over_photos_with_a_person() -> None:
    metric = PersonIoU()
    metric.update_state(MASKS, LOGITS)
    assert float(metric.result()) == pytest.approx((1 / 3 + 1) / 2)


def test_person_iou_sums_over_batches_and_starts_anew() -> None:
    metric = PersonIoU()
    for mask, logits in zip(MASKS, LOGITS, strict=True):
        metric.update_state(mask[None], logits[None])
    assert float(metric.result()) == pytest.approx(2 / 3)
    metric.reset_state()
    assert float(metric.result()) == 0.0


def test_binary_iou_is_the_mean_of_both_classes_from_summed_counts() -> None:
    metric = BinaryIoU()
    metric.update_state(MASKS[:2], LOGITS[:2])
    metric.update_state(MASKS[2:], LOGITS[2:])
    assert float(metric.result()) == pytest.approx((2 / 5 + 5 / 8) / 2)


def test_false_alarms_are_photos_with_nobody_where_over_a_hundredth_is_called_person() -> None:
    nobody = np.zeros((4, 10, 20, 1), np.uint8)
    nobody[3, :, :, 0] = 128
    somebody = np.full((1, 10, 20, 1), 255, np.uint8)
    logits = np.full((4, 10, 20, 1), -1.0, np.float32)
    logits[0, 0, :2] = 1.0  # a hundredth is let pass
    logits[1, 0, :3] = 1.0
    logits[3] = 1.0  # wholly void: not known to be nobody's
    metric = FalseAlarms()
    metric.update_state(somebody, -logits[2:3])
    assert float(metric.result()) == 0.0
    metric.update_state(nobody[:2], logits[:2])
    metric.update_state(nobody[2:], logits[2:])
    assert float(metric.result()) == pytest.approx(1 / 3)


def test_a_logit_of_zero_is_person() -> None:
    metric = PersonIoU()
    metric.update_state(batch([255]), batch([0]))
    assert float(metric.result()) == 1.0


def test_binary_iou_agrees_with_keras() -> None:
    draw = np.random.default_rng(5)
    ours, theirs = BinaryIoU(), keras.metrics.BinaryIoU(threshold=0.5)
    for _ in range(3):
        person = draw.integers(0, 2, (4, 9, 7, 1))
        logits = draw.normal(size=person.shape).astype(np.float32)
        ours.update_state((person * 255).astype(np.uint8), logits)
        theirs.update_state(person, 1 / (1 + np.exp(-logits)))
    assert float(ours.result()) == pytest.approx(float(theirs.result()), abs=1e-6)


def test_binary_iou_leaves_out_a_class_that_is_nowhere() -> None:
    metric = BinaryIoU()
    metric.update_state(batch([0, 0, 128]), batch([-1, -1, 1]))
    assert float(metric.result()) == 1.0


def test_the_first_of_two_logits_is_the_persons() -> None:
    for metric in (PersonIoU, BinaryIoU, FalseAlarms):
        alone, beside = metric(), metric()
        alone.update_state(MASKS, LOGITS)
        beside.update_state(MASKS, np.concatenate([LOGITS, -LOGITS], -1))
        assert float(alone.result()) == float(beside.result())


def test_held_iou_counts_the_photos_that_show_something_held() -> None:
    masks = batch([64, 64, 0, 255, 32, 128], [0, 0, 0, 255, 0, 0])
    held = batch([1, -1, 1, -1, 1, 1], [1, 1, 1, 1, 1, 1])  # a hit, a miss and a false alarm; then nothing is held
    metric = HeldIoU()
    metric.update_state(masks, np.concatenate([-held, held], -1))
    assert float(metric.result()) == pytest.approx(1 / 3)


@pytest.mark.parametrize("metric", [PersonIoU, BinaryIoU, FalseAlarms, HeldIoU])
def test_void_photos_score_nothing_and_metrics_serialise(metric: type[keras.metrics.Metric]) -> None:
    original = metric()
    original.update_state(batch([128, 128]), np.tile(batch([1, -1]), 2))
    assert float(original.result()) == 0.0
    restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(original))
    assert type(restored) is metric
    assert restored.name in {"person_iou", "binary_iou", "false_alarms", "held_iou"}
