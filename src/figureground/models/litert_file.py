"""Weights out of published LiteRT files, tensor by tensor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError, first_line

# The axes that come first, second, … of what Keras wants, by operator: files have kernels as (out, h, w, in), those of
# depthwise convolutions as (1, h, w, channels). The last operator is MediaPipe's own, which LiteRT knows.
_AXES = {
    "CONV_2D": (1, 2, 3, 0),
    "DEPTHWISE_CONV_2D": (1, 2, 3, 0),
    "Convolution2DTransposeBias": (1, 2, 0, 3),
}


class LiteRTFileError(FiguregroundError):
    """A LiteRT file that cannot be read or does not hold the published network."""


def read_convolutions(path: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Kernel and bias of each convolution in the file's order, float32, the kernels shaped as Keras wants them.

    A quantised weight is (q - zero point) * scale, a bias its int32 times scale; half precision is widened.

    Raises:
        LiteRTFileError: The file is missing or is no LiteRT model.
    """
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(str(path))
    except (OSError, ValueError) as error:
        raise LiteRTFileError(f"{path}: cannot be read as a LiteRT model: {first_line(error)}") from None
    tensors = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    operations = interpreter._get_ops_details()
    stored = {made: op["inputs"][0] for op in operations if op["op_name"] == "DEQUANTIZE" for made in op["outputs"]}
    found = []
    for operation in operations:
        if axes := _AXES.get(operation["op_name"]):
            kernel, bias = (
                _dequantised(interpreter, tensors[stored.get(index, index)]) for index in operation["inputs"][1:3]
            )
            found.append((kernel.transpose(axes), bias))
    return found


def _dequantised(interpreter: Any, tensor: dict[str, Any]) -> NDArray[np.float32]:
    values = interpreter.get_tensor(tensor["index"])
    scale, zero = tensor["quantization"]
    if not scale:  # floating point, whole or half
        return np.asarray(values, np.float32)
    return np.asarray((values.astype(np.float64) - zero) * scale, np.float32)
