"""Shapes by hand: faces look outwards, texture coordinates are metres, bodies close without seams."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.geometry.mesh import Mesh
from figureground.synth.geometry.shapes import ball, box, cushion, cylinder, ground, prism, rod, wall
from figureground.synth.materials.material import Heap
from figureground.synth.materials.noise import spectral_noise
from figureground.synth.materials.palette import Stock
from figureground.synth.materials.surfaces import paint, wood
from figureground.synth.things.animals import Limb, animal, smooth_body

SOLIDS = {
    "box": box(1, 2, 3).moved(y=-1),
    "ball": ball(1.0),
    "cylinder": cylinder(0.5, 2).moved(y=-1),
    "tube": rod((0, -1, 0), (0.3, 1, 0.2), (0.3, 0.1)),
    "cushion": cushion(2, 1, 1).moved(y=-0.5),
    "prism": prism([(-1, -1), (1, -1), (0, 1)], 0.5),
    "body": smooth_body([Limb((0, -1, 0), (0, 1, 0), 0.5, 0.3)], 0.01),
}


def volume(mesh: Mesh) -> float:
    """By the divergence theorem: positive where faces run counter-clockwise as seen from outside."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    return float(np.einsum("ni,ni->n", a, np.cross(b, c)).sum() / 6)


@pytest.mark.parametrize("name", SOLIDS)
def test_faces_and_normals_look_outwards(name):
    mesh = SOLIDS[name]
    assert volume(mesh) > 0
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-6)
    corners = mesh.vertices[mesh.faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("ni,nki->nk", flat, mesh.normals[mesh.faces]) >= -1e-9).mean() > 0.98


def test_volumes_are_right():
    assert np.isclose(volume(SOLIDS["box"]), 6)
    assert np.isclose(volume(ball(1.0, 48, 32)), 4 / 3 * np.pi, rtol=0.02)
    assert np.isclose(volume(SOLIDS["prism"]), 2 * 0.5)


def test_texture_coordinates_are_metres():
    sheet = wall((-2, 0), (2, 0), 3.0)
    assert np.allclose(sheet.uv.max(0), [4, 3]) and np.allclose(sheet.uv.min(0), 0)
    assert np.allclose(sheet.normals, [0, 0, 1])
    assert np.allclose(ground(4, 1, -1).normals, [0, 1, 0])
    assert np.allclose(sheet.fitted().uv.max(0), 1)


def test_a_soft_union_has_no_vertex_inside():
    limbs = [Limb((-0.5, 0, 0), (0.5, 0, 0), 0.2, 0.2), Limb((0, 0, 0), (0, 0.6, 0), 0.15, 0.15)]
    mesh = smooth_body(limbs, 0.02)
    for start, end, radius in (((-0.5, 0, 0), (0.5, 0, 0), 0.2), ((0, 0, 0), (0, 0.6, 0), 0.15)):
        a, along = np.array(start, float), np.subtract(end, start)
        t = np.clip((mesh.vertices - a) @ along / (along @ along), 0, 1)
        assert (np.linalg.norm(mesh.vertices - a - t[:, None] * along, axis=1) > radius - 0.01).all()


@pytest.mark.parametrize("kind", ["dog", "cat", "horse", "cow", "bird"])
def test_animals_stand_on_the_floor_at_their_size(kind):
    tall = {"dog": (0.15, 1.2), "cat": (0.3, 0.6), "horse": (1.3, 2.4), "cow": (1.2, 1.9), "bird": (0.15, 0.7)}[kind]
    for seed in range(6):
        beast = animal(Stock(np.random.default_rng(seed)), kind)
        vertices = np.concatenate([mesh.vertices for _, mesh in beast])
        assert -0.04 < vertices[:, 1].min() < 0.05
        assert tall[0] < vertices[:, 1].max() < tall[1]
        assert np.ptp(vertices[:, 0]) > np.ptp(vertices[:, 2])


def test_noise_repeats_without_a_seam():
    field = spectral_noise(np.random.default_rng(0), 64, 1.6)
    assert abs(field.mean()) < 1e-6 and np.isclose(field.std(), 1)
    inner = np.abs(np.diff(field, axis=1)).mean()
    assert np.abs(field[:, 0] - field[:, -1]).mean() < 2 * inner


def test_meshes_of_one_surface_become_one_part():
    rng, heap = np.random.default_rng(0), Heap()
    oak, white = wood(rng), paint(rng)
    heap.add(oak, box(1, 1, 1))
    heap.add(white, ball(1))
    heap.put([(oak, box(1, 1, 1))], 5.0, 0.0, np.pi / 2)
    first, second = heap.parts()
    assert len(first.vertices) == 2 * len(box(1, 1, 1).vertices) and first.vertices[:, 0].max() > 5
    assert len(second.faces) == len(ball(1).faces)
