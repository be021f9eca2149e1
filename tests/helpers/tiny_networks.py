"""LiteRT models of a single 1x1 convolution, built without TensorFlow: a pixel's logit is a sum of its colours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema


def save_pixel_network(
    path: Path,
    height: int,
    width: int,
    colours: Sequence[float] = (20 / 3, 20 / 3, 20 / 3),
    bias: float = -10.0,
    held: Sequence[float] | None = None,
    outputs: int = 1,
) -> Path:
    """Logit = colours . (red, green, blue) + bias for photos in 0..1; by default bright pixels are a person.

    Args:
        held: The colours by which a second output tells what is held.
        outputs: How often the logit of person is given, where nothing is told of held things.
    """
    rows = [colours] * outputs if held is None else [colours, held]
    outputs = len(rows)
    weights = np.asarray(rows, np.float32).reshape(outputs, 1, 1, 3)
    contents = [b"", weights.tobytes(), np.full(outputs, bias, np.float32).tobytes()]
    graph = schema.SubGraphT()
    graph.tensors = [
        _tensor("photo", (1, height, width, 3), 0),
        _tensor("weights", weights.shape, 1),
        _tensor("bias", (outputs,), 2),
        _tensor("logits", (1, height, width, outputs), 0),
    ]
    graph.inputs, graph.outputs = [0], [3]
    convolution = schema.OperatorT()
    convolution.inputs, convolution.outputs = [0, 1, 2], [3]
    convolution.builtinOptionsType = schema.BuiltinOptions.Conv2DOptions
    convolution.builtinOptions = schema.Conv2DOptionsT()
    convolution.builtinOptions.strideH = convolution.builtinOptions.strideW = 1
    graph.operators = [convolution]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CONV_2D
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs = 3, [code], [graph]
    model.buffers = [_buffer(content) for content in contents]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path


def _tensor(name: str, shape: tuple[int, ...], buffer: int) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer = name.encode(), list(shape), buffer
    tensor.type = schema.TensorType.FLOAT32
    return tensor


def _buffer(content: bytes) -> schema.BufferT:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(content, np.uint8) if content else None
    return buffer
