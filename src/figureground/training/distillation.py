"""Training that learns from what other models answer too (Hinton et al. 2015, knowledge distillation).

A mask says person or not; a teacher says how sure one can be, of every pixel, void ones included. A larger one shows a
small one what can be seen at all; the network that training starts from is a teacher against forgetting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras

from figureground.encoder_facts import ENCODER_ALONE
from figureground.models import movenet
from figureground.models.deeplab import build_model, load_model
from figureground.params import LossParams, ModelParams
from figureground.training.losses import distillation
from figureground.training.weights import WeightsError, load_initial_weights, load_pose_network

Answer = Callable[[Any], Any]


class Student(keras.Model):  # type: ignore[misc]
    """A functional model whose loss is partly its distance from a teacher; only in training, not in validation.

    Args:
        model: What is trained; layers and weights are shared with it.
        teacher: Gives probabilities, float32 (B, H, W, 1), for photos, float32 (B, H, W, 3) in 0..1.
        share: Of the loss that the distance makes up, 0..1.
        loss: Whose weights of the outline hold for the distance as well.
    """

    def __init__(self, model: keras.Model, teacher: Answer, share: float, loss: LossParams) -> None:
        super().__init__(model.inputs, model.outputs, name=model.name)
        self._ask, self._share = teacher, share
        self._outline = (loss.boundary_weight, loss.boundary_pixels)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        if not training:
            return loss
        distance = keras.ops.mean(distillation(self._ask(x), y_pred[..., :1], *self._outline))
        return (1.0 - self._share) * loss + self._share * distance


def load_teachers(weights: Mapping[str, float], params: ModelParams) -> Answer:
    """The sigmoid of the weighted mean of their logits.

    Args:
        weights: By file, `.keras`, which sees the photos at its own size, or what else `model.init` takes, which sees
            them as they are.
        params: Of the network that a file without one is meant for.
    Raises:
        ModelError, WeightsError: A file is missing or cannot be used.
    """
    teachers = [(_teacher(file, params), weight / sum(weights.values())) for file, weight in weights.items()]

    def answer(photos: Any) -> Any:
        return keras.ops.sigmoid(sum(weight * logits(photos) for logits, weight in teachers))

    return answer  # a function, since Keras would take models for parts of the student


def _teacher(file: str, params: ModelParams) -> Answer:
    if not Path(file).is_file():
        raise WeightsError(f"train.teachers: {file}: no such file; give weights files, or {{}} for none")
    if file.endswith(".keras") and not file.endswith(ENCODER_ALONE):
        model = load_model(Path(file))
        if movenet.without_weights(model):
            if params.pose_network is None:
                raise WeightsError(
                    f"train.teachers: {file}: the weights of MoveNet are left out of it; name their file in "
                    "model.pose_network, or give the model.keras of a training of your own"
                )
            load_pose_network(model, params.pose_network)
    else:
        model = build_model(params.model_copy(update={"selfie_network": None}), (None, None))
        try:
            load_initial_weights(model, file)
        except WeightsError as error:
            raise WeightsError(f"train.teachers: {str(error).removeprefix('model.init: ')}") from None
    own = model.input_shape[1:3]

    def logits(photos: Any) -> Any:
        size = photos.shape[1:3]
        if own in (size, (None, None)):
            return model(photos, training=False)[..., :1]
        answered = model(keras.ops.image.resize(photos, own), training=False)[..., :1]
        return keras.ops.image.resize(answered, size, antialias=True)

    return logits
