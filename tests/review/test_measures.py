"""What a mask misses and has too much is told apart by how it lies to the mask's people."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.review.measures import Measures, measure


def person(left: int = 60) -> NDArray[np.uint8]:
    mask = np.zeros((240, 240), np.uint8)
    cv2.ellipse(mask, (left, 130), (30, 90), 0, 0, 360, 255, -1)
    return mask


def beside(mask: NDArray[np.uint8], truth: NDArray[np.uint8], certainty: float = 0.96) -> Measures:
    """The measures of a mask beside a model that sees the truth, as surely as is said."""
    soft = cv2.GaussianBlur(truth.astype(np.float32) / 255, (0, 0), 2)
    return measure(mask, (soft - 0.5) * certainty + 0.5)


def test_a_right_mask_has_nothing_against_it() -> None:
    own = beside(person(), person())
    assert own.iou > 0.98 and own.regions.missed == own.regions.extra == 0.0 and own.offset.gain < 0.001


def test_hole_part_and_person_are_told_apart() -> None:
    holed, cut = person(), person()
    cv2.circle(holed, (60, 130), 15, 0, -1)
    cut[:80] = 0
    two = person() | person(180)
    beside_two = beside(person(), two)
    hole, part, missed = beside(holed, person()).regions, beside(cut, person()).regions, beside_two.regions
    assert hole.holes > 0.04 and hole.parts == hole.people == 0.0 and hole.enclosed > 0.9
    assert part.parts > 0.05 and part.holes == part.people == 0.0
    assert missed.people > 0.3 and missed.holes == missed.parts == 0.0
    assert beside_two.predicted_share > 1.8 * beside_two.person_share


def test_a_thing_too_much_counts_by_how_sure_the_model_is() -> None:
    two = person() | person(180)
    sure, unsure = beside(two, person()).regions, beside(two, person(), certainty=0.2).regions
    assert sure.things_apart + sure.things > 3 * (unsure.things_apart + unsure.things) > 0
    assert sure.extra_certainty > 0.9 > 0.3 > unsure.extra_certainty


def test_what_one_model_alone_says_against_a_mask_is_told_apart_from_what_all_say() -> None:
    mask, two = person(), person() | person(180)
    one, both = (np.asarray(truth / np.float32(255), np.float32) for truth in (mask, two))
    together, alone = measure(mask, both, [both]), measure(mask, both, [both, one])
    assert together.agreed == together.regions == alone.regions and alone.regions.people > 0.3
    assert alone.agreed.people == alone.agreed.missed == 0.0
    assert measure(two, one, [both]).agreed.extra == 0.0


def test_where_the_mask_is_void_nothing_speaks_against_it() -> None:
    mask = person()
    mask[:, 120:] = 128
    own = beside(mask, person() | person(180))
    assert own.regions.missed == own.regions.extra == 0.0 and own.iou > 0.98
    nothing = measure(np.full((40, 40), 128, np.uint8), np.ones((40, 40), np.float32))
    assert nothing.surprise == 0.0 and nothing.iou == 1.0


def test_the_vector_is_of_finite_numbers_whatever_the_mask() -> None:
    empty, full = np.zeros((240, 240), np.uint8), np.full((240, 240), 255, np.uint8)
    lengths = set()
    for mask in (person(), empty, full):
        for truth in (person(), empty, full):
            vector = beside(mask, truth).vector()
            lengths.add(len(vector))
            assert np.isfinite(vector).all()
    assert len(lengths) == 1
