"""Whose face: near and far ones, posters, and the choice among several people."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.documents.faces import FaceFinder
from figureground.documents.framing import CropFrame, DocumentError
from figureground.documents.people import are_in, chosen, faces_of, without
from figureground.documents.standards import STANDARDS
from figureground.runtime.segmenter import NobodyError
from helpers.drawing import Picture, face


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


def people(*places: tuple[int, int, int], height: int = 900, width: int = 1400) -> tuple[Picture, Picture]:
    """A photo with faces at (row, column, radius), and its mask."""
    photo = np.full((height, width, 3), (60, 70, 90), np.uint8)
    for place in places:
        face(photo, *place)
    return photo, np.where(photo[..., 0] > 110, np.uint8(255), np.uint8(0))


def test_faces_come_from_left_to_right_whatever_their_size(finder: FaceFinder) -> None:
    photo, mask = people((300, 1050, 110), (300, 350, 80), (350, 700, 40))
    columns = [each.middle[1] for each in faces_of(photo, mask, finder)]
    assert columns == pytest.approx([350, 700, 1050], abs=25)


def test_a_face_on_a_poster_is_nobodys(finder: FaceFinder) -> None:
    photo, mask = people((300, 350, 110), (300, 1050, 110))
    mask[:, 700:] = 0
    (only,) = faces_of(photo, mask, finder)
    assert only.middle[1] == pytest.approx(350, abs=25)
    with pytest.raises(NobodyError, match="no face found"):
        faces_of(photo, np.zeros_like(mask), finder)


def test_those_far_behind_do_not_count(finder: FaceFinder) -> None:
    photo, mask = people((350, 700, 40), (300, 1050, 110))
    faces = faces_of(photo, mask, finder)
    assert len(faces) == 2 and chosen(faces, None) is chosen(faces, 1) is faces[1]
    with pytest.raises(DocumentError, match="face 2: there is one face"):
        chosen(faces, 2)


def test_others_leave_the_mask_unless_they_touch(finder: FaceFinder) -> None:
    photo, mask = people((300, 350, 110), (300, 1050, 110))
    left, right = faces_of(photo, mask, finder)
    alone = without(mask, [right], left)
    np.testing.assert_array_equal(alone[:, :700], mask[:, :700])
    assert not alone[:, 700:].any()
    mask[800] = 255
    np.testing.assert_array_equal(without(mask, [right], left), mask)


def test_who_is_in_a_frame(finder: FaceFinder) -> None:
    photo, mask = people((300, 350, 110), (300, 1050, 110))
    left, right = faces_of(photo, mask, finder)
    frame = CropFrame(top=100, left=150, scale=11)  # of 35 mm: as far as column 535
    assert are_in(frame, STANDARDS["eu"], [left]) and not are_in(frame, STANDARDS["eu"], [right])
