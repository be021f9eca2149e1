"""Metrics of logits against masks while training; `figureground.scores` has the same at the photos' own size.

Masks are (B, H, W, 1) as those of `losses`, logits (B, H, W, 1), or (B, H, W, 2) of person and of held things; a logit
from 0 on (probability from 0.5 on) is person, or held.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from figureground.training.losses import split_held, split_mask

_PIXELS = (1, 2, 3)
NOTICEABLE = 0.01  # share of a photo with nobody that may be called person before it counts as a false alarm


def _person_counts(y_true: Any, y_pred: Any) -> tuple[Any, Any, Any, Any]:
    """Pixels a photo, float32 (B,): person in both, in the prediction, in the mask; known at all."""
    person, known = split_mask(y_true)
    predicted = ops.cast(ops.cast(y_pred[..., :1], "float32") >= 0.0, "float32") * known
    both, predictions, people, total = (
        ops.sum(pixels, _PIXELS) for pixels in (predicted * person, predicted, person, known)
    )
    return both, predictions, people, total


def _photo_weights(sample_weight: Any) -> Any:
    """A weight a photo, (B,) or 1; Keras passes None where there are none."""
    return 1.0 if sample_weight is None else ops.cast(sample_weight, "float32")


@keras.saving.register_keras_serializable("figureground")
class PersonIoU(keras.metrics.Metric):  # type: ignore[misc]
    """Intersection over union of the person class a photo, averaged over photos that have a person; 0 before any."""

    def __init__(self, name: str = "person_iou", **settings: Any) -> None:
        super().__init__(name=name, **settings)
        self.iou_sum = self.add_weight(name="iou_sum", initializer="zeros")
        self.photos = self.add_weight(name="photos", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        both, predictions, people, _ = _person_counts(y_true, y_pred)
        has_person = ops.cast(people > 0.0, "float32") * _photo_weights(sample_weight)
        iou = both / ops.maximum(predictions + people - both, 1.0)
        self.iou_sum.assign_add(ops.sum(iou * has_person))
        self.photos.assign_add(ops.sum(has_person))

    def result(self) -> Any:
        return self.iou_sum / ops.maximum(self.photos, 1.0)


@keras.saving.register_keras_serializable("figureground")
class FalseAlarms(keras.metrics.Metric):  # type: ignore[misc]
    """Share of the photos with nobody in which over a hundredth of the known pixels are called person; 0 before any."""

    def __init__(self, name: str = "false_alarms", **settings: Any) -> None:
        super().__init__(name=name, **settings)
        self.mistaken = self.add_weight(name="mistaken", initializer="zeros")
        self.photos = self.add_weight(name="photos", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        _, predictions, people, total = _person_counts(y_true, y_pred)
        nobody = ops.cast((people == 0.0) & (total > 0.0), "float32") * _photo_weights(sample_weight)
        mistaken = ops.cast(predictions > NOTICEABLE * total, "float32")
        self.mistaken.assign_add(ops.sum(mistaken * nobody))
        self.photos.assign_add(ops.sum(nobody))

    def result(self) -> Any:
        return self.mistaken / ops.maximum(self.photos, 1.0)


@keras.saving.register_keras_serializable("figureground")
class BinaryIoU(keras.metrics.Metric):  # type: ignore[misc]
    """Mean of person and background IoU from pixel counts summed over the set, as `keras.metrics.BinaryIoU`.

    A class that neither masks nor predictions hold is left out of the mean.
    """

    def __init__(self, name: str = "binary_iou", **settings: Any) -> None:
        super().__init__(name=name, **settings)
        self.intersection = self.add_weight(shape=(2,), name="intersection", initializer="zeros")
        self.union = self.add_weight(shape=(2,), name="union", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        weights = _photo_weights(sample_weight)
        both, predictions, people, total = (ops.sum(count * weights) for count in _person_counts(y_true, y_pred))
        either = predictions + people - both
        self.intersection.assign_add(ops.stack([total - either, both]))
        self.union.assign_add(ops.stack([total - both, either]))

    def result(self) -> Any:
        present = ops.cast(self.union > 0.0, "float32")
        iou = self.intersection / ops.maximum(self.union, 1.0)
        return ops.sum(iou * present) / ops.maximum(ops.sum(present), 1.0)


@keras.saving.register_keras_serializable("figureground")
class HeldIoU(keras.metrics.Metric):  # type: ignore[misc]
    """Intersection over union of what is held, from pixel counts summed over the photos that show some; 0 before any.

    Such things are small, and a mean over photos would be one over mistakes of a few pixels.
    """

    def __init__(self, name: str = "held_iou", **settings: Any) -> None:
        super().__init__(name=name, **settings)
        self.intersection = self.add_weight(name="intersection", initializer="zeros")
        self.union = self.add_weight(name="union", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        there, known = split_held(y_true)
        predicted = ops.cast(ops.cast(y_pred[..., 1:], "float32") >= 0.0, "float32") * known
        both, either = ops.sum(predicted * there, _PIXELS), ops.sum(ops.maximum(predicted, there), _PIXELS)
        holding = ops.cast(ops.sum(there, _PIXELS) > 0.0, "float32") * _photo_weights(sample_weight)
        self.intersection.assign_add(ops.sum(both * holding))
        self.union.assign_add(ops.sum(either * holding))

    def result(self) -> Any:
        return self.intersection / ops.maximum(self.union, 1.0)
