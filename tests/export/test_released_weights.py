"""The Keras weights in weights/, from which others train on, give the masks of every file that was exported from them.

So a model's files, of which each processor gets its own, agree with each other, too. MoveNet's weights, which the Keras
weights leave out, come from the published file.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from figureground.export.parity import mask_iou
from figureground.models import movenet
from figureground.models.deeplab import load_model
from figureground.predictor import Predictor
from figureground.runtime.packaged import MODELS
from figureground.runtime.segmenter import Segmenter
from figureground.training.weights import load_pose_network
from helpers.embedded_set import embedded_set, stored_start
from helpers.places import ROOT

FILES = sorted(path.stem for path in MODELS.glob("*-*.tflite"))
MOVENET = ROOT / "weights/movenet-multipose.json"
LEAST = {"int8": 0.9, "float16": 0.99}  # mean IoU with the masks of the weights


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_the_weights_give_the_packaged_files_masks(file: str, tmp_path: Path) -> None:
    model, precision = file.split("-")
    network = load_model(stored_start(f"{model}.keras", tmp_path))
    if movenet.without_weights(network):
        if not MOVENET.is_file():
            pytest.skip("needs the published movenet-multipose.json in weights/")
        load_pose_network(network, str(MOVENET))
    keras, packaged = Predictor(network), Segmenter(file)
    embedded = embedded_set()
    names = [row["name"] for row in embedded.rows() if row["persons"] == "1"][::60]
    photos = [cv2.cvtColor(embedded.picture(f"images/{name}.jpg"), cv2.COLOR_BGR2RGB) for name in names]
    overlaps = [mask_iou(keras(photo) >= 0.5, packaged.probability(photo) >= 0.5) for photo in photos]
    assert len(overlaps) >= 5
    assert np.mean(overlaps) > LEAST[precision]
