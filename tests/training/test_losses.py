from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from figureground.params import LossParams
from figureground.training.losses import (
    MaskLoss,
    bce,
    bce_dice,
    boundary,
    build_loss,
    dice,
    distillation,
    outline_band,
    tversky,
)

PARAMS = LossParams(
    name="bce_dice",
    bce_coef=2.0,
    tversky_alpha=0.3,
    tversky_beta=0.7,
    boundary_weight=4.0,
    boundary_pixels=3,
    held_weight=5.0,
)
NAMES = ("bce_dice", "tversky", "boundary")


def photo(*values: float) -> np.ndarray:
    """One row of pixels as a batch of one photo."""
    return np.array(values, np.float32).reshape(1, 1, -1, 1)


def logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


# Person at 0.8, background at 0.4, and a void pixel whose prediction must not matter.
MASK = photo(255, 0, 128)
LOGITS = photo(logit(0.8), logit(0.4), 9.0)
CROSS_ENTROPY = -(np.log(0.8) + np.log(0.6)) / 2
DICE = (2 * 0.8 + 1) / (1.2 + 1 + 1)


def test_cross_entropy_is_the_mean_over_known_pixels() -> None:
    assert bce(MASK, LOGITS).numpy() == pytest.approx([CROSS_ENTROPY])


def test_dice_has_one_pixel_of_smoothing() -> None:
    assert dice(MASK, LOGITS).numpy() == pytest.approx([DICE])


def test_bce_dice_is_coefficient_times_cross_entropy_minus_dice() -> None:
    assert bce_dice(MASK, LOGITS, bce_coef=2.0).numpy() == pytest.approx([2 * CROSS_ENTROPY - DICE], abs=1e-6)


def test_bce_dice_of_a_perfect_prediction_is_minus_one() -> None:
    assert bce_dice(photo(255, 0), photo(40, -40), bce_coef=1.0).numpy() == pytest.approx([-1.0])


def test_tversky_weighs_false_positives_by_alpha_and_false_negatives_by_beta() -> None:
    expected = 1 - (0.8 + 1) / (0.8 + 0.3 * 0.4 + 0.7 * 0.2 + 1)
    assert tversky(MASK, LOGITS, alpha=0.3, beta=0.7).numpy() == pytest.approx([expected])


def test_losses_give_a_value_a_photo() -> None:
    masks, logits = np.concatenate([MASK, MASK]), np.concatenate([LOGITS, photo(40, -40, 0)])
    values = bce_dice(masks, logits, bce_coef=1.0).numpy()
    assert values == pytest.approx([CROSS_ENTROPY - DICE, -1.0])


def test_outline_band_reaches_as_far_as_asked_to_both_sides() -> None:
    person = photo(0, 0, 0, 1, 1, 1, 1)
    band = outline_band(person, np.ones_like(person), pixels=2)
    assert np.ravel(band).tolist() == [0, 1, 1, 1, 1, 0, 0]


def test_void_and_the_edge_of_the_photo_are_no_outline() -> None:
    person, known = photo(1, 1, 0, 0), photo(1, 1, 0, 1)
    assert not np.any(outline_band(person, known, pixels=1))


def test_boundary_weighs_the_band_and_adds_half_the_dice_loss() -> None:
    mask, probability = photo(0, 0, 255, 255), np.array([0.1, 0.2, 0.7, 0.9])
    logits = photo(*map(logit, probability))
    costs = -np.log([0.9, 0.8, 0.7, 0.9])
    cross_entropy = np.average(costs, weights=[1, 4, 4, 1])
    overlap = (2 * 1.6 + 1) / (probability.sum() + 2 + 1)
    assert boundary(mask, logits, weight=4.0, pixels=1).numpy() == pytest.approx([cross_entropy + (1 - overlap) / 2])


def test_held_things_are_background_that_weighs_more() -> None:
    logits = photo(logit(0.8), logit(0.4), logit(0.4), 9.0)
    plain, held = photo(255, 0, 0, 128), photo(255, 64, 0, 128)
    costs = -np.log([0.8, 0.6, 0.6])
    assert dice(held, logits).numpy() == dice(plain, logits).numpy()
    assert bce(held, logits).numpy() == bce(plain, logits).numpy()
    assert bce(held, logits, held_weight=5.0).numpy() == pytest.approx([np.average(costs, weights=[1, 5, 1])])
    banded = boundary(held, logits, weight=4.0, pixels=1, held_weight=5.0) - 0.5 * (1 - dice(held, logits))
    assert banded.numpy() == pytest.approx([np.average(costs, weights=[4, 20, 1])])


@pytest.mark.parametrize("name", NAMES)
def test_held_things_are_learned_only_where_somebody_has_said_what_is_held(name: str) -> None:
    mask = photo(255, 0, 32, 64, 128)
    loss = build_loss(PARAMS.model_copy(update={"name": name}))
    person, held = tf.zeros((1, 1, 5, 1)), tf.zeros((1, 1, 5, 1))
    with tf.GradientTape() as tape:
        tape.watch(held)
        cost = loss(mask, tf.concat([person, held], -1))
    pull = tape.gradient(cost, held).numpy().ravel()
    assert pull[0] == pytest.approx(pull[1]) and pull[0] > 0, "neither who holds nor what lies about"
    assert pull[3] == pytest.approx(-16 * pull[0])
    assert not pull[[2, 4]].any(), "of these nobody knows"
    assert cost.numpy() > loss(mask, person).numpy()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0, 32, 64, 255, 128], ids=["empty", "maybe held", "held", "full", "void"])
@pytest.mark.parametrize("logits", [-1e4, 0.0, 1e4])
def test_loss_and_gradients_are_finite_on_one_valued_masks(name: str, value: int, logits: float) -> None:
    loss = build_loss(PARAMS.model_copy(update={"name": name}))
    prediction = tf.fill((2, 8, 6, 1), logits)
    with tf.GradientTape() as tape:
        tape.watch(prediction)
        cost = loss(np.full((2, 8, 6, 1), value, np.uint8), prediction)
    gradient = tape.gradient(cost, prediction).numpy()
    assert np.isfinite(cost.numpy())
    assert np.isfinite(gradient).all()
    assert value != 128 or not gradient.any()


@pytest.mark.parametrize("name", NAMES)
def test_gradients_pull_towards_the_mask_and_leave_void_alone(name: str) -> None:
    logits = tf.zeros((1, 1, 3, 1))
    with tf.GradientTape() as tape:
        tape.watch(logits)
        cost = build_loss(PARAMS.model_copy(update={"name": name}))(MASK, logits)
    person, background, void = np.ravel(tape.gradient(cost, logits))
    assert person < 0 < background
    assert void == 0


@pytest.mark.parametrize("name", NAMES)
def test_loss_takes_uint8_masks_and_survives_serialisation(name: str) -> None:
    loss = build_loss(PARAMS.model_copy(update={"name": name}))
    restored = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert isinstance(restored, MaskLoss)
    assert restored.name == name
    assert float(restored(MASK.astype(np.uint8), LOGITS)) == pytest.approx(float(loss(MASK, LOGITS)))


def test_distillation_is_least_where_student_and_teacher_agree_and_counts_the_outline_more() -> None:
    answers = np.full((1, 9, 9, 1), 0.1, np.float32)
    answers[:, :, 5:] = 0.9
    agreeing = np.log(answers / (1 - answers))
    least = float(distillation(answers, agreeing, 4.0, 1)[0])
    entropy = -(0.1 * np.log(0.1) + 0.9 * np.log(0.9))
    assert least == pytest.approx(entropy, abs=1e-5)
    far, near = agreeing.copy(), agreeing.copy()
    far[:, :, 0] += 1.0
    near[:, :, 4] += 1.0
    assert least < float(distillation(answers, far, 4.0, 1)[0])
    gain = [float(distillation(answers, wrong, 4.0, 1)[0]) - least for wrong in (far, near)]
    assert gain[1] == pytest.approx(4 * gain[0], rel=1e-4)
