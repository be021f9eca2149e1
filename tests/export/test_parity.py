"""The parity gate on pictures of six pixels, worked out by hand."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from figureground.export.parity import ExportError, check, compare, mask_iou, summary, write_agreements
from figureground.files import read_table

PHOTO = np.zeros((2, 3, 3), np.uint8)
KERAS = np.array([[0.9, 0.9, 0.1], [0.9, 0.9, 0.1]], np.float32)[..., np.newaxis]
# One person pixel of four is lost, by a change of 0.6 on one of six pixels.
SHY = np.array([[0.9, 0.9, 0.1], [0.9, 0.3, 0.1]], np.float32)[..., np.newaxis]
NOBODY = np.zeros((2, 3, 1), np.float32)


def test_iou_of_two_masks() -> None:
    assert mask_iou(KERAS >= 0.5, SHY >= 0.5) == 0.75
    assert mask_iou(KERAS >= 0.5, NOBODY >= 0.5) == 0.0
    assert mask_iou(NOBODY >= 0.5, NOBODY >= 0.5) == 1.0


def test_one_pixel_is_no_disagreement_where_nobody_is() -> None:
    nobody = np.zeros((100, 100), np.bool_)
    one = nobody.copy()
    one[50, 50] = True
    assert mask_iou(nobody, one) == mask_iou(one, nobody) == pytest.approx(0.99)  # one of a hundredth's 100 pixels


def test_each_precision_is_compared_on_each_photo() -> None:
    exported = {"float32": lambda photo: KERAS, "int8": lambda photo: SHY}
    agreements = compare(lambda photo: KERAS, exported, [("a/1", PHOTO), ("a/2", PHOTO)])
    assert [(a.name, a.precision, a.person_iou) for a in agreements] == [
        ("a/1", "float32", 1.0),
        ("a/1", "int8", 0.75),
        ("a/2", "float32", 1.0),
        ("a/2", "int8", 0.75),
    ]
    assert summary(agreements, "int8") == {
        "mean_person_iou": 0.75,
        "min_person_iou": 0.75,
        "mean_held_iou": pytest.approx(float("nan"), nan_ok=True),
        "mean_absolute_difference": pytest.approx(0.1),
        "max_absolute_difference": pytest.approx(0.6),
    }


def test_what_is_held_is_compared_by_a_measure_of_its_own() -> None:
    expected, actual = np.dstack([KERAS, SHY]), np.dstack([KERAS, KERAS])
    (agreement,) = compare(lambda _: expected, {"int8": lambda _: actual}, [("a", PHOTO)])
    assert (agreement.person_iou, agreement.held_iou) == (1.0, 0.75)
    assert agreement.max_absolute_difference == pytest.approx(0.6)
    with pytest.raises(ExportError, match=r"by up to 0\.6 on photo a"):
        check([agreement], {}, {"int8": 0.001})


def test_the_gate_looks_at_the_mean_and_names_the_worst_photo() -> None:
    answers = iter([KERAS, SHY])
    agreements = compare(lambda photo: KERAS, {"int8": lambda photo: next(answers)}, [("a/1", PHOTO), ("a/2", PHOTO)])
    check(agreements, {"int8": 0.875}, {})
    with pytest.raises(ExportError, match=r"int8 .* 0\.8750, below 0\.9; worst photo a/2 \(0\.7500\)"):
        check(agreements, {"int8": 0.9}, {})
    with pytest.raises(ExportError, match=r"int8 .* by up to 0\.6 on photo a/2, above 0\.001"):
        check(agreements, {}, {"int8": 0.001})


def test_an_export_that_gives_no_numbers_does_not_pass() -> None:
    broken = np.full((2, 3, 1), np.nan, np.float32)
    answers = iter([NOBODY, broken, NOBODY])
    photos = [("a", PHOTO), ("b", PHOTO), ("c", PHOTO)]
    agreements = compare(lambda photo: NOBODY, {"float32": lambda photo: next(answers)}, photos)
    with pytest.raises(ExportError, match="by up to nan on photo b"):
        check(agreements, {"float32": 0.99}, {"float32": 0.001})


def test_agreement_over_nobody_is_said_to_show_little(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        compare(lambda photo: NOBODY, {"float32": lambda photo: NOBODY}, [("a", PHOTO)])
    assert "no person on any of the parity photos" in caplog.text


def test_no_photos_are_no_agreement() -> None:
    with pytest.raises(ExportError, match="no photos to compare"):
        compare(lambda photo: KERAS, {"float32": lambda photo: KERAS}, [])


def test_the_table_holds_a_row_for_each_photo_and_precision(tmp_path: Path) -> None:
    write_agreements(tmp_path / "parity.csv", compare(lambda _: KERAS, {"int8": lambda _: SHY}, [("a/ü 1", PHOTO)]))
    assert read_table(tmp_path / "parity.csv") == [
        {
            "name": "a/ü 1",
            "precision": "int8",
            "person_iou": "0.75",
            "held_iou": "",
            "mean_absolute_difference": "0.1",
            "max_absolute_difference": "0.6",
        }
    ]
