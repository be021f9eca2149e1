"""What is worn, still at rest: a mesh with skinning weights; and the few shapes that accessories are made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from figureground.synth.figures.body import Body, Skeleton
from figureground.synth.geometry.mesh import vertex_normals
from figureground.synth.geometry.vectors import Floats, Indices, unit
from figureground.synth.materials.material import Part, Texture


@dataclass(frozen=True)
class Worn:
    """A mesh at rest, in MakeHuman's frame (decimetres), with bone weights (N, B). The rest is as in `Part`."""

    points: Floats
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
        points = skeleton.skin(self.points, self.weights)
        return Part(
            points,
            self.faces,
            vertex_normals(points, self.faces),
            self.uv,
            self.uv_faces,
            self.colour,
            self.opacity,
            self.roughness,
            self.specular,
            person=True,
        )


@dataclass(frozen=True)
class Shape:
    """A mesh without material: points (N, 3), faces (M, 3) and a texture coordinate for each point."""

    points: Floats
    faces: Indices
    uv: Floats


def worn(shape: Shape, weights: Floats, colour: Texture, **material: object) -> Worn:
    """A shape with weights (N, B), or the weights (B,) of all its points."""
    spread = np.broadcast_to(weights, (len(shape.points), weights.shape[-1]))
    plain = Worn(shape.points, np.asarray(spread), shape.faces, shape.uv, shape.faces, colour)
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


def grid(rows: int, columns: int, *, closed: bool = False) -> Indices:
    """Triangles of a grid of rows x columns points, row by row; `closed` joins the last column to the first.

    Seen with rows going up and columns to the right, the faces look towards the viewer.
    """
    row, column = np.mgrid[: rows - 1, : columns if closed else columns - 1]
    here, right = row * columns + column, row * columns + (column + 1) % columns
    first = np.stack([here, right, right + columns], -1)
    second = np.stack([here, right + columns, here + columns], -1)
    return np.concatenate([first.reshape(-1, 3), second.reshape(-1, 3)]).astype(np.int64)


def sheet(points: Floats, *, closed: bool = False, repeat: tuple[float, float] = (1.0, 1.0)) -> Shape:
    """A grid of points (rows, columns, 3) as a surface; the texture runs `repeat` times along columns and rows."""
    rows, columns = points.shape[:2]
    v, u = np.mgrid[:rows, :columns] / np.array([rows - 1, columns - 1])[:, None, None]
    uv = np.stack([u * repeat[0], v * repeat[1]], -1).reshape(-1, 2)
    return Shape(points.reshape(-1, 3), grid(rows, columns, closed=closed), uv)


def tube(path: Floats, radius: float | Floats, *, sides: int = 8, closed: bool = False, flat: float = 1.0) -> Shape:
    """A tube about a path (K, 3); `radius` may vary along it; `flat` squeezes it across the path's plane."""
    steps = np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0)
    along = unit(steps)
    middle = path.mean(axis=0)
    out = path - middle
    out = unit(out - along * (out * along).sum(1, keepdims=True) + 1e-6)
    across = np.cross(along, out)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[:, None, None]
    rings = path + (np.cos(angle) * out * flat + np.sin(angle) * across) * np.reshape(radius, (-1, 1))
    points = rings.transpose(1, 0, 2)
    points = np.concatenate([points, points[:1]]) if closed else points
    return sheet(np.asarray(points), closed=True, repeat=(1.0, len(points) / 4))


def ball(centre: Floats, radii: Floats, turn: Floats | None = None, *, rows: int = 9, columns: int = 14) -> Shape:
    """An ellipsoid of three radii, turned about its centre."""
    height, angle = np.meshgrid(
        np.linspace(-np.pi / 2, np.pi / 2, rows), np.linspace(0, 2 * np.pi, columns, endpoint=False), indexing="ij"
    )
    round_ = np.stack([np.cos(height) * np.sin(angle), np.sin(height), np.cos(height) * np.cos(angle)], -1) * radii
    turned = round_ if turn is None else round_ @ turn.T
    return sheet(np.asarray(turned + centre), closed=True)


def joined(shapes: list[Shape]) -> Shape:
    """Several shapes as one."""
    starts = np.cumsum([0] + [len(shape.points) for shape in shapes])
    return Shape(
        np.concatenate([shape.points for shape in shapes]),
        np.concatenate([shape.faces + start for shape, start in zip(shapes, starts, strict=False)]),
        np.concatenate([shape.uv for shape in shapes]),
    )
