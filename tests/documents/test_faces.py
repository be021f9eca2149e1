"""The face finder on drawn faces, whose eyes and mouths are known."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.documents.faces import FaceFinder, part_of
from helpers.drawing import Picture, face


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


def wall(height: int, width: int) -> Picture:
    return np.full((height, width, 3), (60, 70, 90), np.uint8)


@pytest.mark.parametrize("size, row, column, radius", [((800, 600), 300, 300, 100), ((500, 900), 200, 640, 70)])
def test_eyes_and_mouth_are_where_they_were_drawn(
    finder: FaceFinder, size: tuple[int, int], row: int, column: int, radius: int
) -> None:
    photo = wall(*size)
    face(photo, row, column, radius)
    (found,) = finder.find(photo)
    near = 0.15 * radius
    assert found.right_eye == pytest.approx((row - 0.1 * radius, column - 0.38 * radius), abs=near)
    assert found.left_eye == pytest.approx((row - 0.1 * radius, column + 0.38 * radius), abs=near)
    assert found.mouth == pytest.approx((row + 0.68 * radius, column), abs=near)
    assert found.box[0] < row < found.box[2] and found.box[1] < column < found.box[3]


def test_a_small_face_is_found_in_a_part_of_the_photo(finder: FaceFinder) -> None:
    photo = wall(2000, 1500)
    face(photo, 300, 700, 40)
    assert finder.find(photo) == []
    (found,) = finder.find(photo, top=100, left=500, side=400)
    assert found.mouth == pytest.approx((327, 700), abs=8)


def test_two_faces_are_two_and_a_wall_is_none(finder: FaceFinder) -> None:
    photo = wall(600, 900)
    face(photo, 250, 230, 80)
    face(photo, 250, 660, 80)
    assert len(finder.find(photo)) == 2
    assert finder.find(wall(600, 900)) == []


def test_parts_reach_past_the_photo() -> None:
    photo = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    part = part_of(photo, -1, 1, (3, 2), fill=(9, 9, 9))
    np.testing.assert_array_equal(part[..., 0], [[9, 9], [3, 9], [9, 9]])
    assert part_of(photo, 5, 5, (2, 2)).max() == 0
