"""The Keras weights in weights/, from which others train on, are those that the package's models were exported from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from figureground.export.parity import mask_iou
from figureground.models.deeplab import load_model
from figureground.predictor import Predictor
from figureground.runtime.segmenter import Segmenter
from helpers.embedded_set import embedded_set, stored_start


@pytest.mark.slow
@pytest.mark.parametrize("model", ["accurate", "fast", "open"])
def test_the_weights_give_the_packaged_models_masks(model: str, tmp_path: Path) -> None:
    keras, packaged = Predictor(load_model(stored_start(f"{model}.keras", tmp_path))), Segmenter(model)
    embedded = embedded_set()
    names = [row["name"] for row in embedded.rows() if row["persons"] == "1"][::60]
    photos = [cv2.cvtColor(embedded.picture(f"images/{name}.jpg"), cv2.COLOR_BGR2RGB) for name in names]
    overlaps = [mask_iou(keras(photo) >= 0.5, packaged.probability(photo) >= 0.5) for photo in photos]
    assert len(overlaps) >= 5
    assert np.mean(overlaps) > 0.9
