"""Rotations as 3 x 3 matrices: about an axis, in part, from one direction to another."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from figureground.synth.geometry.vectors import Floats, X, Y, unit

_MIRROR = np.array([-1.0, 1.0, 1.0])


def rotation(axis: ArrayLike, radians: float) -> Floats:
    """Rotation about an axis of length 1 through the origin (Rodrigues)."""
    x, y, z = np.asarray(axis, np.float64)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(radians) * cross + (1 - np.cos(radians)) * cross @ cross)


def rotation_vector(turn: Floats) -> Floats:
    """Axis times angle (radians) of a rotation."""
    angle = np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    return np.asarray(unit(axis) * angle)


def from_rotation_vector(vector: ArrayLike) -> Floats:
    """Rotation of an axis times angle (radians)."""
    return rotation(unit(vector), float(np.linalg.norm(vector)))


def fraction_of(turn: Floats, share: float) -> Floats:
    """The same rotation by `share` of its angle."""
    return from_rotation_vector(rotation_vector(turn) * share)


def rotation_between(start: ArrayLike, end: ArrayLike) -> Floats:
    """The smallest rotation that takes the direction `start` to the direction `end`."""
    first, second = unit(start), unit(end)
    axis = np.cross(first, second)
    if np.linalg.norm(axis) > 1e-9:
        return rotation(unit(axis), float(np.arctan2(np.linalg.norm(axis), first @ second)))
    if first @ second > 0:
        return np.eye(3)
    return rotation(unit(np.cross(first, X if abs(first[0]) < 0.9 else Y)), np.pi)  # opposite: any axis across will do


def twist_angle(direction: ArrayLike, axis: ArrayLike, goal: ArrayLike) -> float:
    """Radians by which `direction` must turn about `axis` to come nearest to `goal`; 0 where that is undefined."""
    along, start, end = unit(axis), np.asarray(direction, np.float64), np.asarray(goal, np.float64)
    start, end = start - along * (start @ along), end - along * (end @ along)
    if min(np.linalg.norm(start), np.linalg.norm(end)) < 1e-6:
        return 0.0
    return float(np.arctan2(np.cross(start, end) @ along, start @ end))


def mirrored(turn: Floats) -> Floats:
    """The rotation as seen in a mirror across x = 0."""
    return np.asarray(turn * np.outer(_MIRROR, _MIRROR))


def axes_along(y: ArrayLike, towards: ArrayLike) -> Floats:
    """Axes (3, 3) as columns: y along `y`, z as near to `towards` as that allows, x their third."""
    up = unit(y)
    forward = np.asarray(towards, np.float64)
    forward = forward - up * (forward @ up)
    if np.linalg.norm(forward) < 1e-6:
        forward = np.cross(up, [1.0, 0.0, 0.1])
    forward = unit(forward)
    return np.stack([np.cross(up, forward), up, forward], axis=1)
