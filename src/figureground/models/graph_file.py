"""Weights out of graph models of TensorFlow.js: a .json file that lists the tensors, and the .bin files it names."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError, first_line

_DTYPES = {"float16": "<f2", "float32": "<f4", "int32": "<i4"}


class GraphFileError(FiguregroundError):
    """A graph model that cannot be read or does not hold the published network; one line."""


def binary_files(path: Path) -> list[Path]:
    """The files beside `path` that its tensors lie in, in order.

    Raises:
        GraphFileError: The file is missing or is no graph model.
    """
    return [path.with_name(str(file)) for group in _manifest(path) for file in group["paths"]]


def read_graph_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors by name, as float32, also those kept in half precision, or int32.

    Raises:
        GraphFileError: The file or one beside it is missing, or they are no graph model.
    """
    try:
        content = b"".join(file.read_bytes() for file in binary_files(path))
        return dict(_tensors(_manifest(path), content))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise _unreadable(path, error) from None


def _manifest(path: Path) -> list[Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))["weightsManifest"]
        if not all(isinstance(group, Mapping) and {"paths", "weights"} <= group.keys() for group in manifest):
            raise ValueError("no list of weights")
        return list(manifest)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise _unreadable(path, error) from None


def _tensors(manifest: list[Any], content: bytes) -> Iterator[tuple[str, NDArray[Any]]]:
    start = 0
    for tensor in (tensor for group in manifest for tensor in group["weights"]):
        kept = np.dtype(_DTYPES[tensor.get("quantization", tensor)["dtype"]])
        values = np.frombuffer(content, kept, math.prod(tensor["shape"]), start).reshape(tensor["shape"])
        yield tensor["name"], values.astype(np.float32) if kept.kind == "f" else values
        start += values.nbytes
    if start != len(content):
        raise ValueError(f"{len(content)} bytes of weights where {start} are listed")


def _unreadable(path: Path, error: Exception) -> GraphFileError:
    return GraphFileError(f"{path}: cannot be read as a graph model of TensorFlow.js: {first_line(error)}")
