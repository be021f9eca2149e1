"""Weights of an int8 model: a grid on which they stand is found again, and no other network is worse off."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from figureground.export.litert import convert
from figureground.export.weight_scales import least_error_scales
from figureground.predictor import Predictor
from figureground.runtime.segmenter import Segmenter
from helpers.drawing import person

SIZE = 33
CALIBRATION = [person(seed)[0] for seed in range(8)]


def error_of(channels: np.ndarray, scales: np.ndarray) -> np.ndarray:
    steps = channels / scales[:, None]
    return np.asarray(np.square(np.clip(np.round(steps), -127, 127) * scales[:, None] - channels).sum(axis=1))


@pytest.mark.parametrize("largest", [1, 3, 90, 127])
def test_a_grid_on_which_weights_stand_is_found_again(largest: int) -> None:
    counts = np.random.default_rng(0).integers(-largest, largest + 1, (6, 200))
    counts[:, 0] = largest
    channels = (counts * np.float32(0.0137)).astype(np.float32)
    np.testing.assert_allclose(error_of(channels, least_error_scales(channels)), 0.0, atol=1e-9)


def test_no_channel_is_worse_off_than_with_its_largest_weight_at_127() -> None:
    drawn = np.random.default_rng(1).standard_normal((8, 300)) * np.logspace(-4, 2, 8)[:, None]
    channels = np.concatenate([drawn, np.zeros((1, 300))]).astype(np.float32)
    usual = error_of(channels, np.maximum(np.abs(channels).max(axis=1) / 127, 1e-30))
    best = error_of(channels, least_error_scales(channels))
    assert (best <= usual * 1.0001).all() and best[-1] == 0.0


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """Three kinds of convolution with weights as a file of asymmetric whole numbers has them, and biases."""
    keras.utils.set_random_seed(2)
    photo = x = keras.Input((SIZE, SIZE, 3))
    x = keras.layers.Conv2D(8, 3, padding="same", activation="relu6", name="full")(x)
    x = keras.layers.DepthwiseConv2D(3, padding="same", activation="relu6", name="depthwise")(x)
    x = keras.layers.Conv2D(1, 1, use_bias=False, name="point")(x)
    model = keras.Model(photo, x, name="figureground")
    rng = np.random.default_rng(3)
    for name, step in (("full", 0.011), ("depthwise", 0.007), ("point", 0.019)):
        layer = model.get_layer(name)
        kernel, *bias = layer.get_weights()
        offsets = [rng.normal(0, 0.3, each.shape) for each in bias]
        layer.set_weights([rng.integers(-100, 101, kernel.shape) * step, *offsets])
    return model


def test_an_int8_model_keeps_such_weights_exactly(network: keras.Model) -> None:
    interpreter = Interpreter(model_content=convert(network, CALIBRATION, ["int8"])["int8"])
    interpreter.allocate_tensors()
    tensors = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    operations = [each for each in interpreter._get_ops_details() if "CONV_2D" in each["op_name"]]
    for name, operation in zip(("full", "depthwise", "point"), operations, strict=True):
        photo, kernel, bias = (tensors[index] for index in operation["inputs"])
        scales = kernel["quantization_parameters"]["scales"]
        along = [1] * 4
        along[kernel["quantization_parameters"]["quantized_dimension"]] = len(scales)
        stored = interpreter.get_tensor(kernel["index"]) * scales.reshape(along)
        np.testing.assert_allclose(stored.transpose(1, 2, 3, 0), network.get_layer(name).get_weights()[0], atol=1e-6)
        sums = photo["quantization_parameters"]["scales"][0] * scales
        np.testing.assert_allclose(bias["quantization_parameters"]["scales"], sums, rtol=1e-5)


def test_it_says_nearly_what_the_network_says(network: keras.Model, tmp_path: Path) -> None:
    (path := tmp_path / "int8.tflite").write_bytes(convert(network, CALIBRATION, ["int8"])["int8"])
    photo = CALIBRATION[0]
    expected, actual = Predictor(network)(photo), Segmenter(path).probability(photo)
    assert expected.std() > 0.05 and np.abs(expected - actual).mean() < 0.02


def test_a_channel_of_zeros_keeps_its_bias(network: keras.Model) -> None:
    layer = network.get_layer("full")
    before = layer.get_weights()
    kernel, bias = (array.copy() for array in before)
    kernel[..., 0], bias[0] = 0, 0.25
    layer.set_weights([kernel, bias])
    interpreter = Interpreter(model_content=convert(network, CALIBRATION, ["int8"])["int8"])
    layer.set_weights(before)
    interpreter.allocate_tensors()
    tensors = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    operation = next(each for each in interpreter._get_ops_details() if "CONV_2D" in each["op_name"])
    stored = tensors[operation["inputs"][2]]
    offsets = interpreter.get_tensor(stored["index"]) * stored["quantization_parameters"]["scales"]
    np.testing.assert_allclose(offsets, bias, atol=1e-2)
