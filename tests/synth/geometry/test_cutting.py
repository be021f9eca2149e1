"""Pieces cut from meshes: their area and borders, hems, smoothing."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.geometry.cutting import border, cut, smoothed, with_hems
from figureground.synth.geometry.mesh import vertex_normals
from figureground.synth.geometry.shapes import welded_grid

SQUARE = np.array([[0, 1, 2], [0, 2, 3]])
CORNERS = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])


def area(points: np.ndarray, faces: np.ndarray) -> float:
    first, second, third = points[faces].transpose(1, 0, 2)
    return float(np.linalg.norm(np.cross(second - first, third - first), axis=1).sum() / 2)


@pytest.mark.parametrize(("field", "left"), [([1, 1, -1, -1], 0.5), ([1, -1, -1, -1], 0.125), ([-1, 1, 1, 1], 0.875)])
def test_a_square_cut_along_a_line(field: list[float], left: float) -> None:
    piece = cut(SQUARE, np.array(field, float))
    points = piece.of(CORNERS)
    # the diagonal runs from the first corner to the third, so a single corner is cut from one or two triangles
    expected = {0.5: 0.5, 0.125: 0.25, 0.875: 0.75}[left]
    assert area(points, piece.faces) == pytest.approx(expected)
    assert (vertex_normals(points, piece.faces)[:, 2] > 0.99).all()  # they still look the same way


def test_a_cut_outside_leaves_nothing_or_all() -> None:
    assert len(cut(SQUARE, np.full(4, -1.0)).faces) == 0
    assert cut(SQUARE, np.ones(4)).of(CORNERS).tolist() == CORNERS.tolist()


def test_hems_close_the_border() -> None:
    assert len(border(SQUARE)) == 4
    rim, strip = with_hems(CORNERS, CORNERS - [0, 0, 1], SQUARE)
    points = np.concatenate([CORNERS, CORNERS[rim] - [0, 0, 1]])
    assert area(points, strip) == pytest.approx(4)
    edges = border(np.concatenate([SQUARE, strip]))
    assert (edges >= 4).all()  # only the inner rim is open now


def test_smoothing_flattens_a_bump_and_keeps_the_border() -> None:
    sheet = welded_grid(np.stack([*np.meshgrid(np.arange(5.0), np.arange(5.0)), np.zeros((5, 5))], -1))
    points = sheet.vertices
    points[12, 2] = 1
    soft = smoothed(points, sheet.faces, 3)
    assert 0 < soft[12, 2] < 0.5
    assert soft[0].tolist() == points[0].tolist()
