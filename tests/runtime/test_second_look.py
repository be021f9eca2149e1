"""A second look at each group of people: where it goes, and what it brings where they fill little of the photo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from figureground.pictures import Picture
from figureground.runtime.second_look import (
    LARGEST,
    LARGEST_MOVING,
    LONGEST,
    MARGIN,
    MOVING_MAP,
    NARROWEST,
    Logits,
    Region,
    groups,
    look_steadily,
    look_twice,
    squares,
)

SIDE = 32  # of the network in these tests: it takes bright for person, at this size, and is always sure


def bright(photo: Picture) -> Logits:
    small = cv2.resize(photo, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32).mean(axis=2)
    return np.where(small > 127, np.float32(5), np.float32(-5))[..., np.newaxis]


def scene(height: int, width: int, *people: Region) -> tuple[Picture, Picture]:
    """A dark photo with bright people, ellipses that fill their boxes, and its mask."""
    mask = np.zeros((height, width), np.uint8)
    for box in people:
        middle = ((box.left + box.right) // 2, (box.top + box.bottom) // 2)
        cv2.ellipse(mask, middle, ((box.right - box.left) // 2, (box.bottom - box.top) // 2), 0, 0, 360, 255, -1)
    return np.dstack([mask] * 3), mask


def iou(logits: Logits, mask: Picture) -> float:
    found = cv2.resize(logits, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_LINEAR) > 0
    return float((found & (mask > 0)).sum() / (found | (mask > 0)).sum())


def test_a_crop_leaves_room_on_each_side_and_is_never_narrow() -> None:
    person = np.zeros((100, 200), np.bool_)
    person[20:60, 40:50] = True
    (box,) = groups(person, (1000, 2000), 0)
    assert (box.top, box.bottom) == (200 - MARGIN * 400, 600 + MARGIN * 400)
    assert box.right - box.left == np.ceil(NARROWEST * (box.bottom - box.top))
    assert (box.left + box.right) / 2 == pytest.approx(450, abs=1)


def test_groups_that_touch_once_widened_are_one_and_others_stay_apart() -> None:
    person = np.zeros((200, 400), np.bool_)
    person[50:100, 20:40] = person[50:100, 50:70] = person[60:90, 300:320] = True
    boxes = groups(person, (200, 400), 0)
    assert len(boxes) == 2 and boxes[0].area > boxes[1].area
    assert not boxes[0].overlaps(boxes[1])
    assert boxes[0].left <= 20 and boxes[0].right >= 70


def test_crops_lie_within_the_photo_and_none_shows_most_of_it_again() -> None:
    person = np.zeros((60, 60), np.bool_)
    person[0:20, 0:10] = True
    (box,) = groups(person, (60, 60), 0)
    assert box.top == box.left == 0 and box.bottom <= 60
    person[0:58, 0:58] = True
    assert groups(person, (60, 60), 0) == []
    assert LARGEST * 60 * 60 < 58 * 58
    assert groups(np.zeros((60, 60), np.bool_), (60, 60), 0) == []


def test_no_crop_is_enlarged_more_than_is_good_for_it() -> None:
    person = np.zeros((100, 100), np.bool_)
    person[40:44, 40:44] = True
    (box,) = groups(person, (100, 100), 48.0)
    assert box.bottom - box.top == box.right - box.left == 36  # NARROWEST of 48


def test_a_speck_is_no_group() -> None:
    person = np.zeros((200, 200), np.bool_)
    person[50, 50] = True
    assert groups(person, (200, 200), 0) == []


def test_small_people_get_finer_outlines() -> None:
    photo, mask = scene(600, 800, Region(100, 100, 220, 160), Region(420, 600, 560, 650))
    assert iou(bright(photo), mask) < 0.8
    assert iou(look_twice(photo, bright, SIDE), mask) > 0.93


def test_people_who_fill_the_photo_are_looked_at_once() -> None:
    photo, _ = scene(300, 300, Region(5, 5, 295, 295))
    looks: list[tuple[int, ...]] = []

    def look(part: Picture) -> Logits:
        looks.append(part.shape)
        return bright(part)

    logits = look_twice(photo, look, SIDE)
    assert looks == [(300, 300, 3)]
    assert logits.shape == (300, 300, 1)


@pytest.mark.parametrize("size", [(40, 360), (360, 40), (50, 300), (1, 7), (7, 1), (1, 1), (100, 200)])
def test_squares_cover_a_panorama_and_end_with_it(size: tuple[int, int]) -> None:
    boxes = squares(*size)
    covered = np.zeros(size, np.bool_)
    for box in boxes:
        covered[box.top : box.bottom, box.left : box.right] = True
        assert len(boxes) == 1 or box.bottom - box.top == box.right - box.left == min(size)
    assert covered.all()
    assert (len(boxes) == 1) == (max(size) <= 2 * min(size))


@pytest.mark.parametrize("size", [(40, 66000), (1, 70000), (66000, 3)])
def test_an_endless_strip_does_not_cost_endless_looks(size: tuple[int, int]) -> None:
    boxes = squares(*size)
    covered = np.zeros(size, np.bool_)
    for box in boxes:
        covered[box.top : box.bottom, box.left : box.right] = True
    assert covered.all() and len(boxes) <= 2 * LONGEST


@pytest.mark.parametrize("flip", [False, True])
def test_a_person_in_a_panorama_is_as_good_as_in_a_square(flip: bool) -> None:
    photo, mask = scene(100, 900, Region(10, 610, 95, 650))
    if flip:
        photo, mask = np.ascontiguousarray(photo.swapaxes(0, 1)), np.ascontiguousarray(mask.T)
    assert iou(look_twice(photo, bright, SIDE), mask) > 0.9


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 5)])
def test_the_tiniest_photos_have_an_answer_of_their_size(size: tuple[int, int]) -> None:
    photo = np.full((*size, 3), 255, np.uint8)
    logits = look_twice(photo, bright, SIDE)
    assert logits.shape == (*size, 1) and (logits > 0).all()


@pytest.mark.parametrize("size", [(200, 300), (100, 900)])
def test_what_else_the_network_tells_is_joined_as_people_are(size: tuple[int, int]) -> None:
    photo, _ = scene(*size, Region(10, 210, 95, 250))

    def both(part: Picture) -> Logits:
        return np.dstack([bright(part), -bright(part)])

    logits = look_twice(photo, both, SIDE)
    np.testing.assert_allclose(logits[..., :1], look_twice(photo, bright, SIDE), atol=1e-5)
    np.testing.assert_allclose(logits[..., 1], -logits[..., 0], atol=1e-5)


def test_small_people_in_a_film_get_finer_outlines_on_maps_of_one_size() -> None:
    photo, mask = scene(600, 800, Region(100, 100, 220, 160), Region(420, 600, 560, 650))
    nobody, _ = scene(600, 800)
    logits = look_steadily(photo, bright, SIDE)
    assert iou(bright(photo), mask) < 0.8
    assert iou(logits, mask) > 0.92
    assert logits.shape == look_steadily(nobody, bright, SIDE).shape == (MOVING_MAP * 600 // 800, MOVING_MAP, 1)


def test_who_comes_nearer_in_a_film_is_looked_at_again_less_and_less() -> None:
    """So that nothing jumps from one picture to the next."""
    seen = []
    for half in range(40, 300, 4):
        photo, _ = scene(600, 600, Region(300 - half, 300 - half, 300 + half, 300 + half))
        counted: list[float] = []

        def look(part: Picture, counted: list[float] = counted) -> Logits:
            counted.append(len(counted))
            return np.full((SIDE, SIDE, 1), -4.0, np.float32) if len(counted) > 1 else bright(part)

        seen.append(look_steadily(photo, look, SIDE)[MOVING_MAP // 2, MOVING_MAP // 2, 0])
    changes = np.diff(seen)
    assert seen[0] == pytest.approx(0.5) and seen[-1] == pytest.approx(5)  # 5 from one look, -4 from the other
    assert changes.min() >= -1e-4 and changes.max() < (seen[-1] - seen[0]) / 2
    assert 0 < LARGEST_MOVING < LARGEST


def test_a_picture_of_a_cinemas_shape_is_looked_at_whole() -> None:
    photo, _ = scene(100, 276, Region(5, 5, 95, 270))
    looks: list[tuple[int, ...]] = []

    def look(part: Picture) -> Logits:
        looks.append(part.shape)
        return bright(part)

    look_steadily(photo, look, SIDE)
    assert looks == [(100, 276, 3)]
