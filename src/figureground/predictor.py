"""A Keras model as a function of a photo, to the letter what the exported model's runtime does."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from figureground.network_input import network_input
from figureground.pictures import resize_photo, resize_probability


class Predictor:
    """Gives each photo's probability at the photo's own size, in float32 whatever the model was trained in.

    Args:
        model: Takes float32 (B, S, S, 3) RGB in 0..1 and gives logits (B, S, S, 1) of person, or (B, S, S, 2) of
            person and of held things. It is not changed, and the predictor follows its weights unless it was trained
            in mixed precision.
    Raises:
        ValueError: The model has no fixed input size.
    """

    def __init__(self, model: keras.Model) -> None:
        self.input_size = input_size(model)
        plain = as_float32(model)
        self._network = keras.Model(plain.inputs, keras.ops.sigmoid(plain.outputs[0]))
        self._network.jit_compile = False  # XLA takes minutes to compile this graph and gains nothing at a batch of one

    def __call__(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """How likely each pixel shows a person: float32 HxW in 0..1, for a uint8 HxWx3 RGB photo."""
        return np.ascontiguousarray(self.probabilities(photo)[..., 0])

    def probabilities(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """All that the model tells of such a photo, in 0..1: float32 HxWx1 of person, or HxWx2 with held things."""
        small = network_input(resize_photo(photo, *self.input_size))
        return resize_probability(self._network.predict_on_batch(small[np.newaxis])[0], *photo.shape[:2])


def input_size(model: keras.Model) -> tuple[int, int]:
    """(height, width) that the model takes.

    Raises:
        ValueError: The model takes more than one size.
    """
    _, height, width, _ = model.input_shape
    if height is None or width is None:
        raise ValueError(f"model {model.name} takes photos of any size; build it for one, as model.input_size says")
    return height, width


def as_float32(model: keras.Model) -> keras.Model:
    """The same network with the same weights that computes in float32; the model itself where it does already."""
    config = model.get_config()
    if not _set_float32(config):
        return model
    plain = type(model).from_config(config)
    plain.set_weights(model.get_weights())
    return plain


def _set_float32(config: Any) -> bool:
    """Replace every mixed-precision policy in a model's configuration, nested ones too; whether there was any."""
    if isinstance(config, dict):
        if config.get("class_name") == "DTypePolicy" and config["config"]["name"] != "float32":
            config["config"] = {**config["config"], "name": "float32"}
            return True
        return any([_set_float32(value) for value in config.values()])  # a list, so that none is left out
    if isinstance(config, list | tuple):
        return any([_set_float32(value) for value in config])
    return False
