"""Graph models of TensorFlow.js, written for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np


def write_graph(path: Path, tensors: dict[str, np.ndarray], *, half: bool = False) -> None:
    """A graph model of TensorFlow.js with these tensors, floats in half precision if asked for."""
    weights, content = [], b""
    for name, values in tensors.items():
        listed: dict[str, Any] = {"name": name, "shape": list(values.shape), "dtype": values.dtype.name}
        if half and values.dtype.kind == "f":
            values = values.astype(np.float16)
            listed["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        weights.append(listed)
        content += values.tobytes()
    path.with_suffix(".bin").write_bytes(content)
    manifest = [{"paths": [path.with_suffix(".bin").name], "weights": weights}]
    path.write_text(json.dumps({"format": "graph-model", "weightsManifest": manifest}))
