"""Scales of int8 weights by which rounding costs least.

The converter scales each channel so that its largest weight becomes 127. Weights that were read from a quantised file
stand on a grid already, and on another one all of them are rounded a second time: an encoder that keeps such weights
loses several points of person IoU by it. The scale of least squared error (Choukroun et al. 2019, Low-bit Quantization
of Neural Networks for Efficient Inference, section 3) finds their grid again, and serves trained weights as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils
from numpy.typing import NDArray

_LARGEST = 127  # LiteRT's weights are symmetric
_LARGEST_BIAS = 2**30  # of int32, with room for the sum that it is added to
# What the largest weight of a channel would become. Above 127 it is clipped, and the others are rounded less; below 64
# each grid has one of half its step, as good, that is tried.
_CANDIDATES = range(64, 256)
_CONVOLUTIONS = (schema.BuiltinOperator.CONV_2D, schema.BuiltinOperator.DEPTHWISE_CONV_2D)


def rescaled(quantised: bytes, floating: bytes) -> bytes:
    """A LiteRT model with the same convolutions in int8, each channel's weights scaled for the least squared error.

    Args:
        quantised: Weights in int8, one scale a channel; convolutions in floating point stay as they are.
        floating: The same network in float32.
    Raises:
        ValueError: The two have other convolutions.
    """
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(quantised))
    exact = flatbuffer_utils.convert_bytearray_to_object(bytearray(floating))
    for (photo, kernel, bias), (_, weights, offsets) in zip(_convolutions(model), _convolutions(exact), strict=True):
        if kernel.type != schema.TensorType.INT8:
            continue
        channels = np.moveaxis(_floats(exact, weights), kernel.quantization.quantizedDimension, 0)
        scales = least_error_scales(channels.reshape(len(channels), -1))
        if bias is not None:  # of a channel whose weights are next to nothing, the bias must fit as well
            least = np.abs(_floats(exact, offsets)) / (_LARGEST_BIAS * photo.quantization.scale[0])
            scales = np.maximum(scales, least).astype(np.float32)
        steps = channels / scales.reshape(-1, *[1] * (channels.ndim - 1))
        rounded = np.moveaxis(_rounded(steps), 0, kernel.quantization.quantizedDimension)
        _store(model, kernel, rounded.astype(np.int8), scales)
        if bias is not None:
            sums = (scales * photo.quantization.scale[0]).astype(np.float32)
            _store(model, bias, np.round(_floats(exact, offsets) / sums).astype(np.int32), sums)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def least_error_scales(channels: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each row of weights (C, N) the step, float32 (C,), on whose multiples up to 127 they lie best."""
    largest = np.abs(channels).max(axis=1)
    largest = np.where(largest > 0, largest, np.float32(1))  # any step is right for nothing but zeros
    steps = [(largest / count)[:, np.newaxis] for count in _CANDIDATES]
    errors = [np.square(_rounded(channels / step) * step - channels).sum(axis=1) for step in steps]
    best = np.argmin(errors, axis=0)
    return np.asarray(largest / np.array(_CANDIDATES)[best], np.float32)


def _rounded(steps: NDArray[Any]) -> NDArray[Any]:
    return np.clip(np.round(steps), -_LARGEST, _LARGEST)


def _convolutions(model: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Tensors of input, kernel and bias (or None) of each convolution in the file's order."""
    graph = model.subgraphs[0]
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        if flatbuffer_utils.get_builtin_code_from_operator_code(code) in _CONVOLUTIONS:
            photo, kernel, bias = (graph.tensors[index] if index >= 0 else None for index in operator.inputs)
            yield photo, kernel, bias


def _floats(model: Any, tensor: Any) -> NDArray[np.float32]:
    return np.frombuffer(bytes(model.buffers[tensor.buffer].data), np.float32).reshape(tensor.shape)


def _store(model: Any, tensor: Any, values: NDArray[Any], scales: NDArray[np.float32]) -> None:
    model.buffers[tensor.buffer].data = np.frombuffer(values.tobytes(), np.uint8)
    tensor.quantization.scale = scales
