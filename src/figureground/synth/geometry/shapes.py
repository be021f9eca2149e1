"""Meshes with texture coordinates in metres: grids, boxes, tubes, lathes, cushions, leaf cards.

Every shape is a few bent grids, so one function gives them all their faces, normals and texture coordinates. (trimesh
has the same solids, but none of them with texture coordinates.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from figureground.synth.geometry.mesh import Mesh, join, triangles, vertex_normals
from figureground.synth.geometry.vectors import UP, Floats, unit


def grid(points: Floats, closed: bool = False) -> Mesh:
    """A bent sheet through points (A, B, 3); seen from where A runs right and B runs up.

    Texture coordinates are the mean lengths along the sheet. If `closed`, the last row of A equals the first, and the
    normals run smoothly over that seam.
    """
    rows, columns = points.shape[:2]
    number = np.arange(rows * columns).reshape(rows, columns)
    faces = triangles(number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:])
    vertices = points.reshape(-1, 3).astype(np.float64)
    normals = vertex_normals(vertices, faces).reshape(rows, columns, 3)
    if closed:
        seam = normals[0] + normals[-1]
        normals[0] = normals[-1] = seam / (np.linalg.norm(seam, axis=-1, keepdims=True) + 1e-12)
    # Where a sheet ends in a point, only triangles without area may meet: look where the rest of that edge looks.
    lost = np.linalg.norm(normals, axis=-1, keepdims=True) < 0.5
    normals = np.where(lost, unit(normals[:, -1].sum(0) if lost[:, -1].any() else normals[:, 0].sum(0)), normals)
    uv = np.stack(np.meshgrid(_lengths(points), _lengths(points.swapaxes(0, 1)), indexing="ij"), -1)
    return Mesh(vertices, faces, normals.reshape(-1, 3), uv.reshape(-1, 2), faces)


def welded_grid(points: Floats, *, closed: bool = False, repeat: tuple[float, float] = (1.0, 1.0)) -> Mesh:
    """A bent sheet through points (rows, columns, 3), rows going up; `closed` joins the last column to the first.

    For what bones move: no vertex is doubled, so that normals made anew in a pose run smoothly over the seam. The
    texture runs `repeat` times along columns and rows.
    """
    rows, columns = points.shape[:2]
    number = np.arange(rows * columns).reshape(rows, columns)
    number = np.hstack([number, number[:, :1]]) if closed else number
    faces = triangles(number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1])
    v, u = np.mgrid[:rows, :columns] / np.array([rows - 1, columns - 1])[:, None, None]
    uv = np.stack([u * repeat[0], v * repeat[1]], -1).reshape(-1, 2)
    vertices = points.reshape(-1, 3)
    return Mesh(vertices, faces, vertex_normals(vertices, faces), uv, faces)


def _lengths(points: Floats) -> Floats:
    steps = np.linalg.norm(np.diff(points, axis=0), axis=-1).mean(axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def quad(corners: ArrayLike) -> Mesh:
    """A flat sheet through four corners, counter-clockwise as seen from its front."""
    a, b, c, d = np.asarray(corners, np.float64)
    return grid(np.array([[a, d], [b, c]]))


def ground(width: float, near: float, far: float, y: float = 0.0) -> Mesh:
    """A level sheet `width` metres wide from z = `near` (larger) to `far`, about x = 0."""
    half = width / 2
    return quad([[-half, y, near], [half, y, near], [half, y, far], [-half, y, far]])


def wall(left: tuple[float, float], right: tuple[float, float], height: float, y: float = 0.0) -> Mesh:
    """An upright sheet between two points (x, z) of the floor, seen from where `left` is left."""
    (x0, z0), (x1, z1) = left, right
    return quad([[x0, y, z0], [x1, y, z1], [x1, y + height, z1], [x0, y + height, z0]])


def box(width: float, height: float, depth: float) -> Mesh:
    """A box with hard edges that stands on y = 0, centred in x and z."""
    x, z = width / 2, depth / 2
    corner = np.array([[i, j, k] for j in (0.0, height) for i, k in ((-x, z), (x, z), (x, -z), (-x, -z))])
    sides = ([0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7], [4, 5, 6, 7], [3, 2, 1, 0])
    return join(quad(corner[side]) for side in sides)


def tube(path: ArrayLike, radius: ArrayLike, sides: int = 8, flat: float = 1.0, caps: bool = True) -> Mesh:
    """A tube along points (N, 3), its radius one number or N; `flat` squeezes it along its second cross direction."""
    points = np.asarray(path, np.float64)
    tangents = np.gradient(points, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True) + 1e-12
    across = [np.cross(tangents[0], UP if abs(tangents[0, 1]) < 0.9 else [0.0, 0.0, 1.0])]
    for tangent in tangents:  # turned no more than the path is
        across.append(unit(across[-1] - tangent * (across[-1] @ tangent)))
    first = np.stack(across[1:])
    second = np.cross(tangents, first) * flat
    angle = np.linspace(0.0, 2 * np.pi, sides + 1)[:, None, None]
    body = points + np.reshape(radius, (-1, 1)) * (np.cos(angle) * first + np.sin(angle) * second)
    if caps:
        body = np.concatenate([_tip(points[0], sides), body, _tip(points[-1], sides)], axis=1)
    return grid(body, closed=True)


def welded_tube(
    path: Floats, radius: float | Floats, *, sides: int = 8, closed: bool = False, flat: float = 1.0
) -> Mesh:
    """A tube about a path (N, 3) that winds round its own middle, for what bones move (see `welded_grid`).

    Args:
        radius: One number, or N.
        closed: Whether the path's end joins its start.
        flat: Squeezes the tube towards the path's middle.
    """
    along = unit(np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0))
    out = path - path.mean(axis=0)
    out = unit(out - along * (out * along).sum(1, keepdims=True) + 1e-6)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[:, None, None]
    rings = path + np.reshape(radius, (-1, 1)) * (np.cos(angle) * out * flat + np.sin(angle) * np.cross(along, out))
    rings = rings.transpose(1, 0, 2)
    rings = np.concatenate([rings, rings[:1]]) if closed else rings
    return welded_grid(rings, closed=True, repeat=(1.0, len(rings) / 4))


def _tip(point: Floats, sides: int) -> Floats:
    return np.broadcast_to(point, (sides + 1, 1, 3))


def rod(start: ArrayLike, end: ArrayLike, radius: ArrayLike, sides: int = 8, flat: float = 1.0) -> Mesh:
    """A straight tube; two radii make a cone."""
    return tube(np.array([start, end]), radius, sides, flat)


def lathe(profile: ArrayLike, sides: int = 16, sharp: bool = False) -> Mesh:
    """Points (radius, height), listed upwards along the outside, turned about the y axis.

    If `sharp`, each stretch of the profile is a sheet of its own, so that its edges stay hard.
    """
    outline = np.asarray(profile, np.float64)
    if sharp:
        return join(lathe(outline[i : i + 2], sides) for i in range(len(outline) - 1))
    angles = np.linspace(0.0, 2 * np.pi, sides + 1)
    radius, height = outline.T
    points = np.stack(
        [np.outer(np.sin(angles), radius), np.tile(height, (sides + 1, 1)), np.outer(np.cos(angles), radius)], -1
    )
    return grid(points, closed=True)


def cylinder(radius: float, height: float, sides: int = 20) -> Mesh:
    """A closed upright cylinder on y = 0."""
    return lathe([(0.0, 0.0), (radius, 0.0), (radius, height), (0.0, height)], sides, sharp=True)


def ball(radius: float, sides: int = 16, rings: int = 10) -> Mesh:
    """A sphere about the origin."""
    turn = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    return lathe(np.stack([radius * np.cos(turn), radius * np.sin(turn)], 1), sides)


def welded_ball(centre: Floats, radii: Floats, *, rows: int = 9, columns: int = 14) -> Mesh:
    """An ellipsoid of three radii, for what bones move (see `welded_grid`)."""
    height, angle = np.meshgrid(
        np.linspace(-np.pi / 2, np.pi / 2, rows), np.linspace(0, 2 * np.pi, columns, endpoint=False), indexing="ij"
    )
    directions = np.stack([np.cos(height) * np.sin(angle), np.sin(height), np.cos(height) * np.cos(angle)], -1)
    return welded_grid(np.asarray(directions * radii + centre), closed=True)


def cushion(width: float, height: float, depth: float, roundness: float = 0.35, steps: int = 12) -> Mesh:
    """A box with soft edges (superellipsoid, Barr 1981) on y = 0; roundness 1 is an ellipsoid, near 0 a box."""

    def power(values: Floats) -> Floats:
        return np.asarray(np.sign(values) * np.abs(values) ** roundness)

    turn = _crowded(-np.pi, np.pi, 2 * steps)
    rise = _crowded(-np.pi / 2, np.pi / 2, steps)
    across, up = np.meshgrid(turn, rise, indexing="ij")
    points = np.stack(
        [
            power(np.cos(up)) * power(np.sin(across)) * width / 2,
            power(np.sin(up)) * height / 2 + height / 2,
            power(np.cos(up)) * power(np.cos(across)) * depth / 2,
        ],
        -1,
    )
    return grid(points, closed=True)


def _crowded(start: float, end: float, steps: int) -> Floats:
    """Angles whose steps are finest at multiples of 90 degrees, where a boxy superellipse runs fastest."""
    even = np.linspace(start, end, steps + 1)
    return np.asarray(even - 0.2 * np.sin(4 * even))


def prism(outline: ArrayLike, depth: float) -> Mesh:
    """A star-shaped outline (N, 2) of x, y, counter-clockwise, as a plate of `depth` about z = 0, edges hard."""
    flat = np.asarray(outline, np.float64)
    ring = np.vstack([flat, flat[:1]])
    half = depth / 2
    front, back = (np.column_stack([ring, np.full(len(ring), z)]) for z in (half, -half))
    middle = np.array([*flat.mean(0), half])
    rim = [quad([back[i], back[i + 1], front[i + 1], front[i]]) for i in range(len(flat))]
    caps = [
        _fan(np.broadcast_to(middle, front.shape), front),
        _fan(back, np.broadcast_to(middle * [1, 1, -1], back.shape)),
    ]
    return join([*rim, *caps])


def _fan(inner: Floats, outer: Floats) -> Mesh:
    mesh = grid(np.stack([outer, inner], axis=1))
    return replace(mesh, uv=mesh.vertices[:, :2].copy())


def cards(centres: Floats, sizes: ArrayLike, rng: np.random.Generator, droop: float = 0.0) -> Mesh:
    """A square card (0..1 in uv) about each centre (N, 3), turned at random; their normals look away from the middle.

    Args:
        sizes: Metres of a side, one number or N.
        droop: 0 for any direction, 1 for cards that stand upright.
    """
    count = len(centres)
    right = rng.normal(size=(count, 3)) * [1.0, 1.0 - droop, 1.0]
    up = rng.normal(size=(count, 3)) * (1 - droop) + UP * droop * 2
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    up -= right * np.sum(up * right, axis=1, keepdims=True)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    half = np.broadcast_to(np.asarray(sizes, np.float64), (count,))[:, None] / 2
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    vertices = np.stack([centres + half * (a * right + b * up) for a, b in signs], axis=1).reshape(-1, 3)
    faces = triangles(*np.arange(4 * count).reshape(count, 4).T)
    away = centres - centres.mean(0) + 0.5 * UP
    away /= np.linalg.norm(away, axis=1, keepdims=True) + 1e-12
    uv = np.tile(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]), (count, 1))
    return Mesh(vertices, faces, np.repeat(away, 4, axis=0), uv, faces)


def spline(points: Sequence[ArrayLike], steps: int = 16) -> Floats:
    """A smooth path (steps, D) through points (Catmull-Rom)."""
    known = np.asarray(points, np.float64)
    padded = np.vstack([2 * known[0] - known[1], known, 2 * known[-1] - known[-2]])
    where = np.linspace(0, len(known) - 1 - 1e-9, steps)
    start = where.astype(int)
    t = (where - start)[:, None]
    a, b, c, d = (padded[start + k] for k in range(4))
    return np.asarray(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
