"""Animals are smooth bodies of a natural size."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.materials.palette import Palette
from figureground.synth.things.animals import Limb, animal, smooth_body


def test_a_soft_union_has_no_vertex_inside() -> None:
    limbs = [Limb((-0.5, 0, 0), (0.5, 0, 0), 0.2, 0.2), Limb((0, 0, 0), (0, 0.6, 0), 0.15, 0.15)]
    mesh = smooth_body(limbs, 0.02)
    for start, end, radius in (((-0.5, 0, 0), (0.5, 0, 0), 0.2), ((0, 0, 0), (0, 0.6, 0), 0.15)):
        a, along = np.array(start, float), np.subtract(end, start)
        t = np.clip((mesh.vertices - a) @ along / (along @ along), 0, 1)
        assert (np.linalg.norm(mesh.vertices - a - t[:, None] * along, axis=1) > radius - 0.01).all()


@pytest.mark.parametrize("kind", ["dog", "cat", "horse", "cow", "bird"])
def test_animals_stand_on_the_floor_at_their_size(kind: str) -> None:
    tall = {"dog": (0.15, 1.2), "cat": (0.3, 0.6), "horse": (1.3, 2.4), "cow": (1.2, 1.9), "bird": (0.15, 0.7)}[kind]
    for seed in range(6):
        beast = animal(Palette(np.random.default_rng(seed)), kind)
        vertices = np.concatenate([mesh.vertices for _, mesh in beast])
        assert -0.04 < vertices[:, 1].min() < 0.05
        assert tall[0] < vertices[:, 1].max() < tall[1]
        assert np.ptp(vertices[:, 0]) > np.ptp(vertices[:, 2])
