"""What the packaged models find in rendered pictures, which neither has seen in training."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from ruamel.yaml import YAML

from figureground.cut.segmenter import Segmenter
from figureground.scores import count, person_iou_of

ROOT = Path(__file__).parent.parent.parent
STORE = ROOT / "storage/files/md5"


def stored(md5: str) -> bytes:
    return (STORE / md5[:2] / md5[2:]).read_bytes()


def picture(md5: str) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(stored(md5), np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.fixture(scope="module")
def rendered() -> list[tuple[dict[str, str], np.ndarray, np.ndarray]]:
    """Row of metadata.csv, photo and mask of every tenth picture of the set that comes with the project."""
    pointer = ROOT / "data.dvc"
    if not pointer.is_file():
        pytest.skip("data.dvc is not there")
    (out,) = YAML(typ="safe").load(pointer)["outs"]
    if not (STORE / out["md5"][:2] / out["md5"][2:]).is_file():
        pytest.skip("data.dvc names a data set of the user's own")
    files = {entry["relpath"]: entry["md5"] for entry in json.loads(stored(out["md5"]))}
    rows = list(csv.DictReader(io.StringIO(stored(files["metadata.csv"]).decode())))[::10]
    return [
        (
            row,
            cv2.cvtColor(picture(files[f"images/{row['name']}.jpg"]), cv2.COLOR_BGR2RGB),
            np.where(picture(files[f"coverage/{row['name']}.png"]) >= 128, np.uint8(255), np.uint8(0)),
        )
        for row in rows
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("model", "alone", "quiet"), [("accurate", 0.85, 0.85), ("fast", 0.8, 0.8)])
def test_people_are_found_and_nobody_is_not(model: str, alone: float, quiet: float, rendered) -> None:  # type: ignore[no-untyped-def]
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
