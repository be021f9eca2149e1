"""Meshes that bones move: clothes, hair, eyes and skin at rest, with skinning weights."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from figureground.synth.figures.body import Body, Skeleton
from figureground.synth.geometry.mesh import Mesh, vertex_normals
from figureground.synth.geometry.vectors import Floats, Indices
from figureground.synth.materials.material import Part, Texture


@dataclass(frozen=True)
class SkinnedMesh:
    """A mesh at rest, in MakeHuman's frame (decimetres), with bone weights (N, B). The rest is as in `Part`."""

    vertices: Floats
    weights: Floats
    faces: Indices
    uv: Floats
    uv_faces: Indices
    colour: Texture
    opacity: Texture | None = None
    roughness: float = 0.8
    specular: float = 0.2
    hides: Indices = field(default_factory=lambda: np.zeros(0, np.int64))

    def posed(self, skeleton: Skeleton) -> Part:
        """The mesh in a pose; still in decimetres."""
        vertices = skeleton.skin(self.vertices, self.weights)
        return Part(
            vertices,
            self.faces,
            vertex_normals(vertices, self.faces),
            self.uv,
            self.uv_faces,
            self.colour,
            self.opacity,
            self.roughness,
            self.specular,
            person=True,
        )


def skinned(mesh: Mesh, weights: Floats, colour: Texture, **material: object) -> SkinnedMesh:
    """A mesh with weights (N, B), or the weights (B,) of all its vertices."""
    spread = np.broadcast_to(weights, (len(mesh.vertices), weights.shape[-1]))
    plain = SkinnedMesh(mesh.vertices, np.asarray(spread), mesh.faces, mesh.uv, mesh.uv_faces, colour)
    return replace(plain, **material)  # type: ignore[arg-type]


def bone_weights(body: Body, **shares: float) -> Floats:
    """Weights (B,) by bone name; a dot in a name is written as two underscores."""
    weights = np.zeros(len(body.bones))
    for name, share in shares.items():
        weights[body.index[name.replace("__", ".")]] = share
    return weights


def nearest_weights(body: Body, vertices: Floats, points: Floats, among: Indices) -> Floats:
    """Weights (N, B) as of the nearest of the vertices numbered `among`."""
    candidates = vertices[among]
    squares = (points**2).sum(1)[:, None] - 2 * points @ candidates.T + (candidates**2).sum(1)
    return np.asarray(body.weights[among[squares.argmin(axis=1)]])
