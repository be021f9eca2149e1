"""The packaged models: that they are what their recipes make, and what they find in rendered pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from figureground.recipes import read_recipe
from figureground.runtime.segmenter import Segmenter
from figureground.scores import count, person_iou_of
from helpers.drawing import astronaut, panorama, portrait
from helpers.embedded_set import embedded_set
from helpers.places import ROOT

Rendered = list[tuple[dict[str, str], np.ndarray, np.ndarray]]


@pytest.fixture(scope="module")
def rendered() -> Rendered:
    """Row of metadata.csv, photo and mask of every tenth picture of the set that comes with the project."""
    embedded = embedded_set()
    return [
        (
            row,
            cv2.cvtColor(embedded.picture(f"images/{row['name']}.jpg"), cv2.COLOR_BGR2RGB),
            np.where(embedded.picture(f"coverage/{row['name']}.png") >= 128, np.uint8(255), np.uint8(0)),
        )
        for row in embedded.rows()[::10]
    ]


@pytest.mark.parametrize("model", ["accurate", "fast", "open"])
def test_a_model_is_of_its_recipes_size(model: str) -> None:
    side = read_recipe(ROOT / "recipes", model)["model.input_size"]
    assert Segmenter(model).input_size == (side, side)


@pytest.mark.parametrize("model", ["accurate", "fast", "open"])
@pytest.mark.parametrize(("people", "aspect"), [(1, 9), (4, 8), (1, 3)])
@pytest.mark.slow
def test_people_in_a_panorama_are_cut_out_as_each_alone(model: str, people: int, aspect: int) -> None:
    segmenter = Segmenter(model)
    for one in (portrait(), astronaut()[0]):
        wide, places = panorama(one, people, aspect)
        truth = np.zeros(wide.shape[:2], np.uint8)
        for columns in places:
            truth[:, columns] = np.where(segmenter.mask(one) >= 128, np.uint8(255), np.uint8(0))
        assert person_iou_of(count(segmenter.mask(wide) >= 128, truth)) > 0.85


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "alone", "quiet"), [("accurate", 0.85, 0.7), ("fast", 0.8, 0.75), ("open", 0.8, 0.85)]
)
def test_people_are_found_and_nobody_is_not(model: str, alone: float, quiet: float, rendered: Rendered) -> None:
    """`alone`: mean person IoU of single people seen close or by half; `quiet`: share of pictures with nobody in which
    at most a hundredth is called person."""
    segmenter = Segmenter(model)
    overlaps, silent = [], []
    for row, photo, mask in rendered:
        prediction = segmenter.probability(photo) >= 0.5
        if row["persons"] == "0":
            silent.append(prediction.mean() <= 0.01)
        elif row["persons"] == "1" and row["shot"] in ("close", "half", "webcam"):
            overlaps.append(person_iou_of(count(prediction, mask)))
    assert len(overlaps) > 20 and len(silent) > 10
    assert np.mean(overlaps) > alone
    assert np.mean(silent) > quiet
