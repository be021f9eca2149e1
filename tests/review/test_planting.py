"""Faults that are planted are those that they are called."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from figureground.review.planting import KINDS, plant

PEOPLE = np.zeros((240, 180), np.uint8)
cv2.ellipse(PEOPLE, (50, 120), (30, 90), 0, 0, 360, 255, -1)
cv2.ellipse(PEOPLE, (140, 140), (20, 60), 0, 0, 360, 255, -1)
PEOPLE[:8] = 128
OTHER = np.zeros((90, 120), np.uint8)
OTHER[30:, 40:80] = 255


def planted(kind: str, mask: NDArray[np.uint8] = PEOPLE) -> list[NDArray[np.uint8]]:
    """Of ten draws those for which there was room."""
    draws = [plant(kind, mask, OTHER, np.random.default_rng(seed)) for seed in range(10)]
    return [each for each in draws if each is not None]


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_is_a_mask_of_the_same_shape_and_another_than_before(kind: str) -> None:
    before, found = PEOPLE.copy(), planted(kind)
    assert found and np.array_equal(PEOPLE, before)
    for mask in found:
        assert mask.shape == PEOPLE.shape and set(np.unique(mask)) <= {0, 128, 255} and (mask != PEOPLE).any()


def share(mask: NDArray[np.uint8]) -> float:
    return float((mask == 255).sum() / (PEOPLE == 255).sum())


def test_each_kind_changes_as_much_as_it_says() -> None:
    assert all(0.85 < share(mask) < 1.15 for mask in planted("shifted"))
    assert all(1.05 < share(mask) < 1.6 for mask in planted("outline too wide"))
    assert all(0.3 < share(mask) < 0.95 for mask in planted("outline too narrow"))
    assert all(0.8 < share(mask) < 0.99 for mask in planted("hole"))
    assert all(0.75 < share(mask) < 0.96 for mask in planted("part missing"))
    assert all(1.04 < share(mask) < 1.35 for mask in planted("thing too much"))
    assert {round(share(mask), 1) for mask in planted("person missing")} == {0.3, 0.7}  # one of the two or the other


def test_a_hole_lies_within_the_person() -> None:
    for mask in planted("hole"):
        filled = np.zeros_like(mask)
        contours, _ = cv2.findContours((mask == 255).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(filled, contours, -1, 255, -1)
        assert ((filled == 255) == (PEOPLE == 255)).all()


def test_where_nobody_is_there_is_nothing_to_spoil() -> None:
    assert all(planted(kind, np.zeros((50, 50), np.uint8)) == [] for kind in KINDS)


def test_the_only_person_can_be_missed_too() -> None:
    alone = np.where(np.arange(180) < 90, PEOPLE, np.uint8(0))
    assert all(not (mask == 255).any() for mask in planted("person missing", alone))
