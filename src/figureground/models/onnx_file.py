"""Tensors out of an ONNX file, without the onnx package.

Source: `onnx/onnx.proto` (ModelProto, GraphProto, TensorProto) and Protocol Buffers' encoding. Only what exported
networks' weights need: float32 and int64 tensors stored as raw bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError

_GRAPH = 7  # of ModelProto
_INITIALIZER = 5  # of GraphProto
_DIMS, _DATA_TYPE, _NAME, _RAW_DATA = 1, 2, 8, 9  # of TensorProto
_DTYPES: dict[int, np.dtype[Any]] = {1: np.dtype("<f4"), 7: np.dtype("<i8")}


class OnnxFileError(FiguregroundError):
    """An ONNX file that cannot be read or does not hold the published network."""


def read_initializers(path: Path) -> dict[str, NDArray[Any]]:
    """The graph's float32 and int64 tensors by name, in the file's order.

    Raises:
        OnnxFileError: The file is missing or is no ONNX model.
    """
    try:
        content = memoryview(path.read_bytes())
        graphs = [value for field, value in _fields(content) if field == _GRAPH]
        initializers = [value for graph in graphs for field, value in _fields(graph) if field == _INITIALIZER]
        tensors = dict(_tensor(initializer) for initializer in initializers)
    except (OSError, IndexError, ValueError, TypeError, KeyError, UnicodeDecodeError) as error:
        raise OnnxFileError(f"{path}: cannot be read as an ONNX model: {error}") from None
    if not tensors:
        raise OnnxFileError(f"{path}: holds no tensors; is it an ONNX model?")
    return tensors


def _tensor(message: memoryview) -> tuple[str, NDArray[Any]]:
    shape: list[int] = []
    values: dict[int, Any] = {}
    for field, value in _fields(message):
        if field == _DIMS:
            shape += [value] if isinstance(value, int) else _packed(value)
        else:
            values[field] = value
    data = np.frombuffer(values[_RAW_DATA], _DTYPES[values[_DATA_TYPE]])
    return bytes(values[_NAME]).decode(), data.reshape(shape)


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """(number, value) of a message's fields: an int, or the bytes of a text, a nested message or a list."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind == 0:
            value, place = _varint(message, place)
            yield key >> 3, value
            continue
        if kind == 2:
            length, place = _varint(message, place)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"a field of wire type {kind}")
        if place + length > len(message):
            raise ValueError("it ends too early")
        yield key >> 3, message[place : place + length]
        place += length


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, least first, and the place behind it."""
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def _packed(message: memoryview) -> list[int]:
    numbers, place = [], 0
    while place < len(message):
        number, place = _varint(message, place)
        numbers.append(number)
    return numbers
