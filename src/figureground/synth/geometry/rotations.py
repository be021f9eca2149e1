"""Rotations as 3 x 3 matrices: about an axis, in part, from one direction to another."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from figureground.synth.geometry.vectors import Floats, X, Y, unit

_MIRROR = np.array([-1.0, 1.0, 1.0])


def about(axis: ArrayLike, radians: float) -> Floats:
    """Rotation about an axis through the origin (Rodrigues)."""
    x, y, z = unit(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(radians) * cross + (1 - np.cos(radians)) * cross @ cross)


def vector_of(turn: Floats) -> Floats:
    """Axis times angle (radians) of a rotation."""
    angle = np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    return np.asarray(unit(axis) * angle)


def from_vector(vector: ArrayLike) -> Floats:
    """Rotation of an axis times angle (radians)."""
    values = np.asarray(vector, np.float64)
    return about(values, float(np.linalg.norm(values)))


def part_of(turn: Floats, share: float) -> Floats:
    """The same rotation by `share` of its angle."""
    return from_vector(vector_of(turn) * share)


def between(start: ArrayLike, end: ArrayLike) -> Floats:
    """The smallest rotation that takes the direction `start` to the direction `end`."""
    first, second = unit(start), unit(end)
    axis = np.cross(first, second)
    if np.linalg.norm(axis) < 1e-9:  # parallel, or opposite: any axis across will do
        return np.eye(3) if first @ second > 0 else about(np.cross(first, X if abs(first[0]) < 0.9 else Y), np.pi)
    return about(axis, float(np.arctan2(np.linalg.norm(axis), first @ second)))


def twist_to(direction: ArrayLike, axis: ArrayLike, goal: ArrayLike) -> float:
    """Radians by which `direction` must turn about `axis` to come nearest to `goal`; 0 where that is undefined."""
    along, start, end = unit(axis), np.asarray(direction, np.float64), np.asarray(goal, np.float64)
    start, end = start - along * (start @ along), end - along * (end @ along)
    if min(np.linalg.norm(start), np.linalg.norm(end)) < 1e-6:
        return 0.0
    return float(np.arctan2(np.cross(start, end) @ along, start @ end))


def mirrored(turn: Floats) -> Floats:
    """The rotation as seen in a mirror across x = 0."""
    return np.asarray(turn * np.outer(_MIRROR, _MIRROR))


def rotation(axis: ArrayLike, angle: float) -> Floats:
    """Matrix (3, 3) that turns by `angle` radians about `axis` (Rodrigues)."""
    x, y, z = np.asarray(axis, np.float64) / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def frame_of(y: ArrayLike, towards: ArrayLike) -> Floats:
    """Axes (3, 3) as columns: y along `y`, z as near to `towards` as that allows, x their third."""
    up = unit(y)
    forward = np.asarray(towards, np.float64)
    forward = forward - up * (forward @ up)
    if np.linalg.norm(forward) < 1e-6:
        forward = np.cross(up, [1.0, 0.0, 0.1])
    forward = unit(forward)
    return np.stack([np.cross(up, forward), up, forward], axis=1)
