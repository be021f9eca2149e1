"""Points, directions and numbers of vertices as arrays, and the smooth step between two values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

UP = np.array([0.0, 1.0, 0.0])


def vec(x: float, y: float, z: float) -> Floats:
    """A point or direction (3,)."""
    return np.array([x, y, z], np.float64)


def unit(vector: ArrayLike) -> Floats:
    """`vector` (..., 3) at length 1; a zero vector stays zero."""
    values = np.asarray(vector, np.float64)
    length = np.linalg.norm(values) if values.ndim == 1 else np.linalg.norm(values, axis=-1, keepdims=True)
    return np.asarray(values / (length + 1e-12))


# By `unit`, whose vectors are a trillionth short of length 1: poses turn about these axes and about others alike.
X, Y, Z = unit(np.eye(3))


def smoothstep(values: Floats, low: float, high: float) -> Floats:
    """0 below `low`, 1 above `high`, a smooth step between."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t))
