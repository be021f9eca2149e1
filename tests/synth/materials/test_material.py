"""Meshes become parts by their materials."""

from __future__ import annotations

import numpy as np

from figureground.synth.geometry.shapes import ball, box
from figureground.synth.materials.material import Heap
from figureground.synth.materials.surfaces import paint, wood


def test_meshes_of_one_surface_become_one_part():
    rng, heap = np.random.default_rng(0), Heap()
    oak, white = wood(rng), paint(rng)
    heap.add(oak, box(1, 1, 1))
    heap.add(white, ball(1))
    heap.put([(oak, box(1, 1, 1))], 5.0, 0.0, np.pi / 2)
    first, second = heap.parts()
    assert len(first.vertices) == 2 * len(box(1, 1, 1).vertices) and first.vertices[:, 0].max() > 5
    assert len(second.faces) == len(ball(1).faces)
