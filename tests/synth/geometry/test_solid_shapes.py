"""Shapes by hand: faces look outwards, texture coordinates are metres, bodies close without seams."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from figureground.synth.geometry.cutting import border
from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.shapes import (
    ball,
    box,
    cards,
    cushion,
    cylinder,
    ground,
    prism,
    rod,
    wall,
    welded_ball,
    welded_tube,
)
from figureground.synth.things.animals import Limb, smooth_body

SOLIDS = {
    "box": box(1, 2, 3).translated(y=-1),
    "ball": ball(1.0),
    "cylinder": cylinder(0.5, 2).translated(y=-1),
    "tube": rod((0, -1, 0), (0.3, 1, 0.2), (0.3, 0.1)),
    "cushion": cushion(2, 1, 1).translated(y=-0.5),
    "prism": prism([(-1, -1), (1, -1), (0, 1)], 0.5),
    "body": smooth_body([Limb((0, -1, 0), (0, 1, 0), 0.5, 0.3)], 0.01),
}


def volume(mesh: Mesh) -> float:
    """By the divergence theorem: positive where faces run counter-clockwise as seen from outside."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    return float(np.einsum("ni,ni->n", a, np.cross(b, c)).sum() / 6)


@pytest.mark.parametrize("name", SOLIDS)
def test_faces_and_normals_look_outwards(name: str) -> None:
    mesh = SOLIDS[name]
    assert volume(mesh) > 0
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-6)
    corners = mesh.vertices[mesh.faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("ni,nki->nk", flat, mesh.normals[mesh.faces]) >= -1e-9).mean() > 0.98


def test_volumes_are_right() -> None:
    assert np.isclose(volume(SOLIDS["box"]), 6)
    assert np.isclose(volume(ball(1.0, 48, 32)), 4 / 3 * np.pi, rtol=0.02)
    assert np.isclose(volume(SOLIDS["prism"]), 2 * 0.5)


def test_texture_coordinates_are_metres() -> None:
    sheet = wall((-2, 0), (2, 0), 3.0)
    assert np.allclose(sheet.uv.max(0), [4, 3]) and np.allclose(sheet.uv.min(0), 0)
    assert np.allclose(sheet.normals, [0, 0, 1])
    assert np.allclose(ground(4, 1, -1).normals, [0, 1, 0])
    assert np.allclose(sheet.fitted().uv.max(0), 1)


def test_joined_meshes_keep_their_faces_and_texture_coordinates() -> None:
    card = cards(np.zeros((2, 3)), 1.0, np.random.default_rng(0))
    sheet = replace(card, uv=card.uv[:4], uv_faces=card.uv_faces % 4)
    both = join([sheet, sheet])
    assert both.faces.max() == 15 and both.uv_faces.max() == 7
    assert np.array_equal(both.vertices[both.faces[4:]], sheet.vertices[sheet.faces])
    assert np.array_equal(both.uv[both.uv_faces[4:]], sheet.uv[sheet.uv_faces])


def test_welded_shapes_look_outwards_and_have_no_open_seam() -> None:
    angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    ring = welded_tube(np.stack([np.sin(angle), np.cos(angle), 0 * angle], -1), 0.1, closed=True)
    ellipsoid = welded_ball(np.zeros(3), np.array([1.0, 2, 3]), rows=33, columns=48)
    assert np.isclose(volume(ring), 2 * np.pi * np.pi * 0.1**2, rtol=0.15)
    assert np.isclose(volume(ellipsoid), 4 / 3 * np.pi * 6, rtol=0.02)
    assert len(border(ellipsoid.faces)) == 2 * 48  # at its poles, where points coincide


def test_meshes_are_moved_turned_and_bent() -> None:
    turned = box(1, 2, 3).rotated(np.pi / 2, (1, 0, 0)).translated(z=1)
    assert np.allclose(turned.vertices.max(0), [0.5, 1.5, 3])
    assert np.isclose(volume(turned), 6)
    axes = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
    assert np.allclose(box(1, 2, 3).transformed(axes, [0, 0, 1]).vertices.max(0), [1.5, 0.5, 3])
    assert np.isclose(volume(box(1, 2, 3).deformed(lambda v: v * [2, 1, 1])), 12)
