"""Cutting a piece out of a mesh along a line, smoothing it, and turning its hems in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from figureground.synth.geometry.mesh import triangles
from figureground.synth.geometry.vectors import Floats, Indices


@dataclass(frozen=True)
class Piece:
    """A piece cut from a mesh: each point lies on an edge of it.

    Attributes:
        first, second: (N,) vertices of the mesh at the edge's ends; the same where the point is a vertex.
        share: (N, 1) how far from the first to the second, 0..1.
        faces: (M, 3) triangles of the piece's points.
        of_faces: (M,) numbers of the mesh's triangles that they were cut from.
    """

    first: Indices
    second: Indices
    share: Floats
    faces: Indices
    of_faces: Indices

    def of(self, values: Floats) -> Floats:
        """Values (V, ...) of the mesh's vertices at the piece's points (N, ...)."""
        share = self.share.reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(values[self.first] * (1 - share) + values[self.second] * share)


def cut(faces: Indices, field: Floats) -> Piece:
    """The part of a mesh in which `field` (V,), linear over each triangle, is positive."""
    inside = field[faces] > 0
    count = inside.sum(axis=1)
    whole, of_whole = faces[count == 3], np.flatnonzero(count == 3)
    corner, of_corner = _led_by(faces, count == 1, inside)
    slab, of_slab = _led_by(faces, count == 2, ~inside)
    ends = np.concatenate([corner[:, [0, 1]], corner[:, [0, 2]], slab[:, [0, 1]], slab[:, [0, 2]]])
    edges, number = np.unique(np.sort(ends, axis=1), axis=0, return_inverse=True)
    made = np.split(number.reshape(-1) + len(field), np.cumsum([len(corner), len(corner), len(slab)]))
    pieces = [
        whole,
        np.stack([corner[:, 0], made[0], made[1]], 1),
        np.stack([made[2], slab[:, 1], slab[:, 2]], 1),
        np.stack([made[2], slab[:, 2], made[3]], 1),
    ]
    first = np.concatenate([np.arange(len(field)), edges[:, 0]])
    second = np.concatenate([np.arange(len(field)), edges[:, 1]])
    low, high = field[first], field[second]
    share = np.where(first == second, 0.0, low / np.where(low == high, 1.0, low - high))
    used, numbered = np.unique(np.concatenate(pieces), return_inverse=True)
    of_faces = np.concatenate([of_whole, of_corner, of_slab, of_slab])
    return Piece(first[used], second[used], share[used, None], numbered.reshape(-1, 3), of_faces)


def _led_by(faces: Indices, chosen: NDArray[np.bool_], odd: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """The chosen triangles turned so that the one corner that is `odd` comes first, and their numbers."""
    numbers = np.flatnonzero(chosen)
    order = (odd[numbers].argmax(axis=1)[:, None] + np.arange(3)) % 3
    return np.take_along_axis(faces[numbers], order, 1), numbers


def edges_of(faces: Indices) -> Indices:
    """The three edges (3 M, 2) of each triangle, in the direction in which it runs through them."""
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])


def border(faces: Indices) -> Indices:
    """Edges (E, 2) that only one triangle has, in the direction in which that triangle runs through them."""
    edges = edges_of(faces)
    _, number, count = np.unique(np.sort(edges, axis=1), axis=0, return_inverse=True, return_counts=True)
    return np.asarray(edges[count[number.reshape(-1)] == 1])


def with_hems(outer: Floats, inner: Floats, faces: Indices) -> tuple[Indices, Indices]:
    """Closes the gap between cloth and body at a piece's border.

    Args:
        outer, inner: (N, 3) the piece's points, and where they would lie on the body.
        faces: (M, 3).
    Returns:
        Numbers of the points to repeat at their inner places, and the strip's triangles; repeated points count from N.
    """
    edges = border(faces)
    rim = np.unique(edges)
    inwards = np.full(len(outer), -1)
    inwards[rim] = len(outer) + np.arange(len(rim))
    start, end = edges.T
    return rim, triangles(end, start, inwards[start], inwards[end])


def smoothed(points: Floats, faces: Indices, rounds: int) -> Floats:
    """Each point moved half way to the mean of its neighbours, `rounds` times; points on the border stay."""
    pairs = edges_of(faces)
    pairs = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    count = np.bincount(pairs[:, 0], minlength=len(points))
    free = count > 0
    free[np.unique(border(faces))] = False
    moved = points.copy()
    for _ in range(rounds):
        total = np.stack([np.bincount(pairs[:, 0], moved[pairs[:, 1], axis], len(points)) for axis in range(3)], 1)
        moved[free] = (moved[free] + total[free] / count[free, None]) / 2
    return moved
