"""Losses of logits against masks, each a value a photo.

Masks are (B, H, W, 1) of 0 background, 32 background that may be held, 64 background that is held, 128 void, 255
person, as uint8 or float; logits float32 (B, H, W, 1); the result is float32 (B,). Void pixels count for nothing.
Everything is finite, gradients too, for masks that are empty, full or wholly void.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from figureground.params import LossParams

_PIXELS = (1, 2, 3)
_HELD_SHARE = 0.25  # of the loss of held things, beside that of people
_HELD_WEIGHT = 16.0  # with 4, the best of the thresholds 0.05 to 0.5 was 0.1 to 0.3
_SMOOTH = 1.0  # pixels added to both sides of an overlap's fraction, so that nobody found where nobody is scores 1


def split_mask(y_true: Any) -> tuple[Any, Any]:
    """(person, known) of a mask: float32 0 or 1, same shape; void is neither person nor known."""
    y_true = ops.cast(y_true, "float32")
    return ops.cast(y_true > 128.0, "float32"), ops.cast(y_true != 128.0, "float32")


def split_held(y_true: Any) -> tuple[Any, Any]:
    """(held, known) of a mask: float32 0 or 1, same shape; nobody holds who is a person."""
    y_true = ops.cast(y_true, "float32")
    return ops.cast(y_true == 64.0, "float32"), ops.cast((y_true != 32.0) & (y_true != 128.0), "float32")


def bce(y_true: Any, y_pred: Any, held_weight: float = 1.0) -> Any:
    """Binary cross-entropy in nats, averaged over the known pixels of each photo.

    Args:
        held_weight: Of the pixels of what people hold, against 1 elsewhere: they are few, and look worn.
    """
    person, known = split_mask(y_true)
    return _weighted_mean(_pixel_bce(person, y_pred), known * _held_weights(y_true, held_weight))


def dice(y_true: Any, y_pred: Any) -> Any:
    """Soft Dice coefficient of each photo, 0..1: 2 |P∩T| / (|P| + |T|), P probabilities (Milletari et al. 2016).

    A coefficient a photo instead of one a batch: small people then count as much as large ones, as in person IoU.
    """
    person, known = split_mask(y_true)
    probability = ops.sigmoid(y_pred) * known
    overlap = ops.sum(probability * person, _PIXELS)
    return (2.0 * overlap + _SMOOTH) / (ops.sum(probability, _PIXELS) + ops.sum(person, _PIXELS) + _SMOOTH)


def bce_dice(y_true: Any, y_pred: Any, bce_coef: float, held_weight: float = 1.0) -> Any:
    """`KOEF * BCE - DICE`, KOEF being `bce_coef`; it falls to -1 where every pixel is right and certain."""
    return bce_coef * bce(y_true, y_pred, held_weight) - dice(y_true, y_pred)


def tversky(y_true: Any, y_pred: Any, alpha: float, beta: float) -> Any:
    """1 - TP / (TP + alpha FP + beta FN) of each photo (Salehi et al. 2017, equation 1 and 2 with soft counts).

    Args:
        alpha, beta: Weight of false positives and of false negatives; both 0.5 make it the Dice loss.
    """
    person, known = split_mask(y_true)
    probability = ops.sigmoid(y_pred) * known
    hit = ops.sum(probability * person, _PIXELS)
    false_positive = ops.sum(probability, _PIXELS) - hit
    false_negative = ops.sum(person, _PIXELS) - hit
    return 1.0 - (hit + _SMOOTH) / (hit + alpha * false_positive + beta * false_negative + _SMOOTH)


def boundary(y_true: Any, y_pred: Any, weight: float, pixels: int, held_weight: float = 1.0) -> Any:
    """Cross-entropy in which the outline weighs more, plus half the Dice loss.

    The weighting is the idea of Ronneberger et al. 2015 (U-Net, equation 2) with a band in place of their distance map.

    Args:
        weight: Of the pixels of the band, against 1 elsewhere.
        pixels: From the outline to the band's edge, to either side.
        held_weight: Of the pixels of what people hold, times that of the band.
    """
    person, known = split_mask(y_true)
    weights = known * (1.0 + (weight - 1.0) * outline_band(person, known, pixels)) * _held_weights(y_true, held_weight)
    return _weighted_mean(_pixel_bce(person, y_pred), weights) + 0.5 * (1.0 - dice(y_true, y_pred))


def held_bce(y_true: Any, y_pred: Any) -> Any:
    """Cross-entropy of the logits of held things, averaged over the pixels of each photo of which it is known.

    What is held weighs `_HELD_WEIGHT`, since it is little.
    """
    there, known = split_held(y_true)
    return _weighted_mean(_pixel_bce(there, y_pred), known * (1.0 + (_HELD_WEIGHT - 1.0) * there))


def distillation(answers: Any, y_pred: Any, weight: float, pixels: int) -> Any:
    """Cross-entropy against what a teacher answers (Hinton et al. 2015, equation 2 at temperature 1), its outlines
    weighing more as those of `boundary` do.

    Args:
        answers: Its probabilities of person, float32 (B, H, W, 1), 0..1.
        weight, pixels: As those of `boundary`.
    """
    band = outline_band(ops.cast(answers > 0.5, "float32"), ops.ones_like(answers), pixels)
    return _weighted_mean(_pixel_bce(answers, y_pred), 1.0 + (weight - 1.0) * band)


def outline_band(person: Any, known: Any, pixels: int) -> Any:
    """1 within `pixels` (chessboard distance) of an outline between person and known background; void has none."""
    background = known - person
    window = 2 * pixels + 1
    near_person, near_background = (
        ops.max_pool(side, window, strides=1, padding="same") for side in (person, background)
    )
    return near_person * near_background * known


def _held_weights(y_true: Any, weight: float) -> Any:
    held = ops.cast(ops.cast(y_true, "float32") == 64.0, "float32")
    return 1.0 + (weight - 1.0) * held


def _pixel_bce(person: Any, logits: Any) -> Any:
    """-log p(right class) from logits: softplus(z) - z for person, softplus(z) for background; never overflows."""
    return ops.softplus(logits) - logits * person


def _weighted_mean(values: Any, weights: Any) -> Any:
    total = ops.sum(weights, _PIXELS)
    return ops.sum(values * weights, _PIXELS) / ops.where(total > 0.0, total, 1.0)


_LOSSES: dict[str, Callable[..., Any]] = {"bce_dice": bce_dice, "tversky": tversky, "boundary": boundary}


@keras.saving.register_keras_serializable("figureground")
class MaskLoss(keras.losses.Loss):  # type: ignore[misc]
    """One of this file's losses with its parameters, averaged over the photos of a batch.

    Logits of two channels are those of person and of held things: the loss is of the first, and a share of `held_bce`
    of the second is added.

    Args:
        loss: `bce_dice`, `tversky` or `boundary`.
        parameters: The keyword arguments of that function.
    """

    def __init__(self, loss: str, parameters: dict[str, float], **settings: Any) -> None:
        super().__init__(**{"name": loss, **settings})
        self.loss = loss
        self.parameters = parameters

    def call(self, y_true: Any, y_pred: Any) -> Any:
        loss = _LOSSES[self.loss](y_true, y_pred[..., :1], **self.parameters)
        return loss + _HELD_SHARE * held_bce(y_true, y_pred[..., 1:]) if y_pred.shape[-1] > 1 else loss

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "loss": self.loss, "parameters": self.parameters}


def least_loss(params: LossParams) -> float:
    """What the loss falls to where every pixel is right and certain."""
    return -1.0 if params.name == "bce_dice" else 0.0


def build_loss(params: LossParams) -> MaskLoss:
    """The loss that `params.name` names; takes (mask, logits) as all of this file."""
    parameters: dict[str, dict[str, float]] = {
        "bce_dice": {"bce_coef": params.bce_coef, "held_weight": params.held_weight},
        "tversky": {"alpha": params.tversky_alpha, "beta": params.tversky_beta},
        "boundary": {
            "weight": params.boundary_weight,
            "pixels": params.boundary_pixels,
            "held_weight": params.held_weight,
        },
    }
    return MaskLoss(params.name, parameters[params.name])
