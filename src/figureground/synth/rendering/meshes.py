"""Parts as Mitsuba's meshes and materials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from figureground.synth.materials.material import Part
from figureground.synth.rendering.setup import mitsuba_module

RANK = 16  # meshes of a kind in a scene are a multiple of this
NOBODY, HELD = -2, -1  # of a mesh, where others have the number of their person


def alike(parts: Sequence[Part], groups: Sequence[int]) -> Iterator[tuple[list[Part], int]]:
    """Parts of one material and group, which become one mesh, in the order in which they first occur."""
    found: dict[tuple[object, ...], tuple[list[Part], int]] = {}
    for part, group in zip(parts, groups, strict=True):
        group = group if part.person else HELD if part.held else NOBODY
        key = (id(part.colour), id(part.opacity), part.roughness, part.specular, group)
        found.setdefault(key, ([], group))[0].append(part)
    yield from found.values()


def in_full_ranks(found: list[tuple[list[Part], int]]) -> list[tuple[list[Part], int]]:
    """Opaque meshes, then those cut out, each rank filled up with specks out of sight.

    How many there are of each kind is part of the compiled kernels. So there are few kernels, which soon all lie in
    Dr.Jit's cache on disk; to compile one takes as long as half a picture.
    """
    full = []
    for cut_out in (False, True):
        rank = [item for item in found if (item[0][0].opacity is not None) == cut_out]
        speck = _speck(cut_out)
        full += [*rank, *[([speck], NOBODY)] * (-len(rank) % RANK or (0 if rank else RANK))]
    return full


def _speck(cut_out: bool) -> Part:
    """A triangle of a micrometre, a kilometre below the floor."""
    corners, faces = np.array([[0, -1e3, 0], [1e-6, -1e3, 0], [0, -1e3, 1e-6]]), np.array([[0, 1, 2]])
    up, dot = np.tile([0.0, 1.0, 0.0], (3, 1)), np.full((2, 2), 0.5, np.float32)
    return Part(corners, faces, up, corners[:, :2], faces, np.repeat(dot[..., None], 3, 2), dot if cut_out else None)


def mesh_of(parts: Sequence[Part]) -> Any:
    """One mesh of parts of one material; vertices are doubled where the texture's seams run."""
    mi = mitsuba_module()
    points, normals, uv, faces, count = [], [], [], [], 0
    for part in parts:
        corners, inverse = np.unique(part.faces.ravel() * len(part.uv) + part.uv_faces.ravel(), return_inverse=True)
        points.append(part.vertices[corners // len(part.uv)])
        normals.append(part.normals[corners // len(part.uv)])
        uv.append(part.uv[corners % len(part.uv)])
        faces.append(inverse.ravel() + count)
        count += len(corners)
    properties = mi.Properties()
    properties["mesh_bsdf"] = _material(parts[0])
    triangles = np.concatenate(faces)
    mesh = mi.Mesh(
        "part", count, len(triangles) // 3, has_vertex_normals=True, has_vertex_texcoords=True, props=properties
    )
    values = mi.traverse(mesh)
    values["vertex_positions"] = np.concatenate(points).astype(np.float32).ravel()
    values["vertex_normals"] = np.concatenate(normals).astype(np.float32).ravel()
    values["vertex_texcoords"] = np.concatenate(uv).astype(np.float32).ravel()
    values["faces"] = triangles.astype(np.uint32)
    values.update()
    return mesh


def _material(part: Part) -> Any:
    """Opaque, or cut out by its opacity: two kinds of material for all parts, so that the kernels stay the same."""
    mi = mitsuba_module()
    surface = {
        "type": "twosided",
        "surface": {
            "type": "principled",
            "base_color": _bitmap(part.colour, raw=False),
            "roughness": float(part.roughness),
            "specular": float(np.clip(part.specular, 0.01, 1)),
        },
    }
    if part.opacity is None:
        return mi.load_dict(surface)
    opacity = _bitmap(part.opacity[..., None], raw=True)
    return mi.load_dict({"type": "mask", "opacity": opacity, "surface": surface})


def _bitmap(picture: NDArray[np.float32], *, raw: bool) -> dict[str, Any]:
    """A texture of 8 bits, sRGB unless `raw`; Mitsuba's first row is the upper one of v = 0, so it is turned over."""
    mi = mitsuba_module()
    bits = (np.clip(picture[::-1], 0, 1) * 255 + 0.5).astype(np.uint8)
    return {"type": "bitmap", "bitmap": mi.Bitmap(np.ascontiguousarray(bits)), "raw": raw}
