"""Meshes: vertices, triangles, normals and texture coordinates; how they are moved, bent and joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from figureground.synth.geometry.rotations import rotation
from figureground.synth.geometry.vectors import UP, Floats, Indices, vec


def triangles(a: Indices, b: Indices, c: Indices, d: Indices) -> Indices:
    """Two triangles of each of K quads with corners a to d: first all (a, b, c), then all (a, c, d)."""
    return np.concatenate([np.stack(three, -1).reshape(-1, 3) for three in ((a, b, c), (a, c, d))])


def vertex_normals(vertices: Floats, faces: Indices) -> Floats:
    """Smooth unit normals (N, 3), each the mean of its faces' weighted by their areas."""
    corners = vertices[faces]
    of_faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], of_faces)
    return np.asarray(normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12))


@dataclass(frozen=True)
class Mesh:
    """Triangles.

    Attributes:
        vertices: float64 (N, 3) metres.
        faces: int64 (M, 3) numbers of vertices, counter-clockwise seen from outside.
        normals: float64 (N, 3), unit length; for hard edges the vertices are doubled.
        uv: float64 (K, 2) texture coordinates; 0, 0 is the texture's lower left corner, it repeats beyond 0..1.
        uv_faces: int64 (M, 3) numbers of texture coordinates; the faces themselves where each vertex has its own.
    """

    vertices: Floats
    faces: Indices
    normals: Floats
    uv: Floats
    uv_faces: Indices

    def translated(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Self:
        """The mesh, shifted by so many metres."""
        return replace(self, vertices=self.vertices + vec(x, y, z))

    def rotated(self, radians: float, axis: ArrayLike = UP) -> Self:
        """The mesh, turned about an axis of length 1 through the origin."""
        turn = rotation(axis, radians)
        return replace(self, vertices=self.vertices @ turn.T, normals=self.normals @ turn.T)

    def transformed(self, axes: Floats, origin: ArrayLike) -> Self:
        """The mesh with its x, y, z axes laid along the columns of `axes` (3, 3, orthonormal), at `origin`."""
        return replace(self, vertices=self.vertices @ axes.T + np.asarray(origin), normals=self.normals @ axes.T)

    def deformed(self, change: Callable[[Floats], Floats]) -> Self:
        """The mesh with its vertices moved by a function of (N, 3), normals made anew."""
        vertices = change(self.vertices)
        return replace(self, vertices=vertices, normals=vertex_normals(vertices, self.faces))

    def fitted(self) -> Self:
        """The mesh with its texture coordinates stretched to 0..1, so that a whole picture lies on it."""
        low, high = self.uv.min(axis=0), self.uv.max(axis=0)
        return replace(self, uv=(self.uv - low) / (high - low + 1e-12))

    def scaled(self, x: float, y: float | None = None, z: float | None = None) -> Self:
        """The mesh, stretched along its axes; by one number alike in all. Texture coordinates stay."""
        factors = np.array([x, x if y is None else y, x if z is None else z])
        normals = self.normals / factors
        normals = normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12)
        return replace(self, vertices=self.vertices * factors, normals=normals)


def join(meshes: Iterable[Mesh]) -> Mesh:
    """Several meshes as one."""
    listed = list(meshes)
    return Mesh(
        np.concatenate([mesh.vertices for mesh in listed]),
        _renumbered([mesh.faces for mesh in listed], [len(mesh.vertices) for mesh in listed]),
        np.concatenate([mesh.normals for mesh in listed]),
        np.concatenate([mesh.uv for mesh in listed]),
        _renumbered([mesh.uv_faces for mesh in listed], [len(mesh.uv) for mesh in listed]),
    )


def _renumbered(faces: Sequence[Indices], counts: Sequence[int]) -> Indices:
    starts = np.cumsum([0, *counts[:-1]])
    return np.concatenate([some + start for some, start in zip(faces, starts, strict=True)])
