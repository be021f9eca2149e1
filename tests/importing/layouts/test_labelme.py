"""Shapes that LabelMe saves become masks of people."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from figureground.importing.building import Source, import_sources
from figureground.pictures import PERSON, VOID, read_mask
from helpers.drawing import write_photos

# pycocotools 2.0 returns arrays of a kind that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

HEIGHT, WIDTH = 60, 80


def shape(kind: str, points: list[list[float]], label: str = "person", **more: Any) -> dict[str, Any]:
    return {
        "label": label,
        "points": points,
        "group_id": None,
        "description": "",
        "shape_type": kind,
        "flags": {},
    } | more


RECTANGLE = shape("polygon", [[20, 12], [50, 12], [50, 30], [20, 30]])


def labelme(tmp_path: Path, drawn: dict[str, list[Any]], **more: Any) -> Source:
    """Photos, and beside them the files of LabelMe 5."""
    write_photos(tmp_path / "album", *(f"{stem}.jpg" for stem in drawn), height=HEIGHT, width=WIDTH)
    for stem, shapes in drawn.items():
        content: dict[str, Any] = {
            "version": "5.5.0",
            "flags": {},
            "shapes": shapes,
            "imagePath": f"{stem}.jpg",
            "imageData": None,
        }
        content |= {"imageHeight": HEIGHT, "imageWidth": WIDTH} | more
        (tmp_path / f"album/{stem}.json").write_text(json.dumps(content))
    return Source(layout="labelme", name="own", photos=tmp_path / "album", masks=tmp_path / "album")


def brushed() -> str:
    stream = io.BytesIO()
    Image.fromarray(np.ones((18, 30), np.bool_)).save(stream, format="PNG")
    return base64.b64encode(stream.getvalue()).decode()


@pytest.mark.parametrize(
    ("shapes", "value"),
    [
        ([RECTANGLE], PERSON),
        ([RECTANGLE | {"label": "Person"}, shape("polygon", [[0, 0], [9, 0], [9, 9]], "bag")], PERSON),
        ([shape("mask", [[20, 12], [49, 29]], mask=brushed())], PERSON),
        ([shape("rectangle", [[50, 30], [20, 12]])], VOID),
        ([shape("rectangle", [[20, 12], [50, 12], [50, 30], [20, 30]])], VOID),
        ([RECTANGLE, shape("rectangle", [[25, 15], [45, 25]])], PERSON),
        ([shape("line", [[0, 0], [9, 9]], "bag")], 0),
        ([], 0),
    ],
)
def test_shapes_of_people_are_drawn(tmp_path: Path, shapes: list[Any], value: int) -> None:
    report = import_sources([labelme(tmp_path, {"a": shapes})], tmp_path / "data")
    assert (report.imported, report.refused) == ({"own": 1}, [])
    expected = np.zeros((HEIGHT, WIDTH), np.uint8)
    expected[12:30, 20:50] = value
    assert np.array_equal(read_mask(tmp_path / "data/masks/own/a.png"), expected)


def test_a_circle_is_drawn_round(tmp_path: Path) -> None:
    import_sources([labelme(tmp_path, {"a": [shape("circle", [[40, 30], [40, 10]])]})], tmp_path / "data")
    mask = read_mask(tmp_path / "data/masks/own/a.png")
    assert np.count_nonzero(mask) == pytest.approx(np.pi * 20**2, rel=0.02)
    assert mask[30, 40] == mask[12, 40] == PERSON and mask[14, 24] == 0


@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        ([shape("line", [[0, 0], [9, 9]])], "a person drawn as a line, which has no inside"),
        ([shape("polygon", [[0, 0], [9, 9]])], "a person without an area"),
        ([shape("polygon", [[0, 0], [float("nan"), 9], [9, 0]])], "a coordinate of nan"),
        ([shape("polygon", [[0, 0], [9, 9, 9], [1, 2]])], "points are no list of x and y"),
        ([shape("circle", [[0, 0], [1e9, 0]])], "a coordinate of "),
        ([shape("mask", [[20, 12]], mask="no picture")], "whose mask cannot be read"),
        ([shape("mask", [[70, 12]], mask=brushed())], "reaches beyond the photo of 60 x 80"),
        (["person"], "a shape that is no object"),
    ],
)
def test_shapes_that_cannot_be_drawn_refuse_their_photo_alone(tmp_path: Path, shapes: list[Any], reason: str) -> None:
    report = import_sources([labelme(tmp_path, {"bad": shapes, "good": [RECTANGLE]})], tmp_path / "data")
    assert report.imported == {"own": 1}
    [refused] = report.refused
    assert refused.file == "album/bad.json" and reason in refused.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not a JSON file that can be read"),
        ("[]", "without a list of shapes, so not one of LabelMe"),
        ('{"shapes": [], "imageHeight": null}', "height None and width None are no size of a photo"),
    ],
)
def test_files_that_are_not_of_labelme_are_refused(tmp_path: Path, content: str, reason: str) -> None:
    source = labelme(tmp_path, {"bad": [], "good": [RECTANGLE]})
    (tmp_path / "album/bad.json").write_text(content)
    report = import_sources([source], tmp_path / "data")
    assert report.imported == {"own": 1}
    assert [reason in refused.reason for refused in report.refused] == [True]
