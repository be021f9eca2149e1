"""Meshes: vertices, triangles, normals and texture coordinates; how they are moved, bent and joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from figureground.synth.geometry.rotations import rotation
from figureground.synth.geometry.vectors import UP, Floats, Indices, vec


def vertex_normals(vertices: Floats, faces: NDArray[np.int64]) -> Floats:
    """Smooth unit normals (N, 3), each the mean of its faces' weighted by their areas."""
    corners = vertices[faces]
    of_faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], of_faces)
    return np.asarray(normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12))


@dataclass(frozen=True)
class Mesh:
    """Triangles that share one numbering: vertices (N, 3) m, faces (M, 3), unit normals (N, 3), uv (N, 2) in metres."""

    vertices: Floats
    faces: Indices
    normals: Floats
    uv: Floats

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
        """The mesh, shifted by so many metres."""
        return replace(self, vertices=self.vertices + vec(x, y, z))

    def turned(self, angle: float, axis: ArrayLike = UP) -> Mesh:
        """The mesh, turned by `angle` radians about an axis through the origin."""
        turn = rotation(axis, angle)
        return replace(self, vertices=self.vertices @ turn.T, normals=self.normals @ turn.T)

    def framed(self, frame: Floats, origin: ArrayLike) -> Mesh:
        """The mesh with its x, y, z axes laid along the columns of `frame` (3, 3, orthonormal), at `origin`."""
        return replace(self, vertices=self.vertices @ frame.T + np.asarray(origin), normals=self.normals @ frame.T)

    def fitted(self) -> Mesh:
        """The mesh with its texture coordinates stretched to 0..1, so that a whole picture lies on it."""
        low, high = self.uv.min(axis=0), self.uv.max(axis=0)
        return replace(self, uv=(self.uv - low) / (high - low + 1e-12))

    def scaled(self, x: float, y: float | None = None, z: float | None = None) -> Mesh:
        """The mesh, stretched along its axes; by one number alike in all. Texture coordinates stay."""
        factors = np.array([x, x if y is None else y, x if z is None else z])
        normals = self.normals / factors
        normals = normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12)
        return replace(self, vertices=self.vertices * factors, normals=normals)


def join(meshes: Iterable[Mesh]) -> Mesh:
    """Several meshes as one."""
    listed = list(meshes)
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in listed[:-1])])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in listed]),
        np.concatenate([mesh.faces + start for mesh, start in zip(listed, starts, strict=True)]),
        np.concatenate([mesh.normals for mesh in listed]),
        np.concatenate([mesh.uv for mesh in listed]),
    )


def bent(mesh: Mesh, change: Callable[[Floats], Floats]) -> Mesh:
    """The mesh with its vertices moved by a function of (N, 3), normals made anew."""
    vertices = change(mesh.vertices)
    return replace(mesh, vertices=vertices, normals=vertex_normals(vertices, mesh.faces))
