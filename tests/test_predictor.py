"""A Keras model as a function of a photo."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from figureground.predictor import Predictor


def bright(side: int | None = 16) -> keras.Model:
    """Takes bright pixels for a person."""
    photo = keras.Input((side, side, 3))
    model = keras.Model(photo, keras.layers.Conv2D(1, 1)(photo))
    model.set_weights([np.full((1, 1, 3, 1), 20.0), np.array([-30.0])])
    return model


def bright_and_dark() -> keras.Model:
    """Takes bright pixels for a person, and dark ones for held."""
    photo = keras.Input((16, 16, 3))
    model = keras.Model(photo, keras.layers.Conv2D(2, 1)(photo))
    model.set_weights([np.full((1, 1, 3, 2), (20.0, -20.0)), np.array([-30.0, 30.0])])
    return model


@pytest.mark.parametrize("size", [(50, 90), (1, 1), (301, 7)])
def test_a_photo_of_any_size_gets_a_probability_of_that_size(size: tuple[int, int]) -> None:
    photo = np.zeros((*size, 3), np.uint8)
    photo[:, size[1] // 2 :] = 255
    probability = Predictor(bright())(photo)
    assert probability.shape == size and probability.dtype == np.float32
    assert probability.min() >= 0 and probability.max() <= 1
    assert probability[:, -1].min() > 0.99 and (size[1] == 1 or probability[:, 0].max() < 0.01)


def test_it_follows_the_models_weights() -> None:
    model = bright()
    predict, photo = Predictor(model), np.full((20, 20, 3), 255, np.uint8)
    assert predict(photo).min() > 0.99
    model.set_weights([np.zeros((1, 1, 3, 1)), np.array([-30.0])])
    assert predict(photo).max() < 0.01


def test_a_model_of_any_size_is_refused() -> None:
    with pytest.raises(ValueError, match="takes photos of any size; build it for one"):
        Predictor(bright(None))


def test_what_is_held_is_told_beside_the_person() -> None:
    photo = np.zeros((20, 30, 3), np.uint8)
    photo[:, 15:] = 255
    predict = Predictor(bright_and_dark())
    probabilities = predict.probabilities(photo)
    assert probabilities.shape == (20, 30, 2) and probabilities.dtype == np.float32
    np.testing.assert_array_equal(probabilities[..., 0], predict(photo))
    np.testing.assert_allclose(probabilities[..., 1], 1 - predict(photo), atol=1e-5)
    assert Predictor(bright()).probabilities(photo).shape == (20, 30, 1)
