"""Annotations of COCO become masks of people."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from figureground.importing.building import Source, import_sources
from figureground.importing.sources import SourceError
from figureground.pictures import PERSON, VOID, read_mask
from helpers.drawing import Picture, write_photos

# pycocotools 2.0 returns arrays of a kind that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

HEIGHT, WIDTH = 60, 80


def box(top: int, left: int, bottom: int, right: int) -> list[list[int]]:
    return [[left, top, right, top, right, bottom, left, bottom]]


def region(top: int, left: int, bottom: int, right: int) -> Picture:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8, order="F")
    mask[top:bottom, left:right] = 1
    return mask


def compressed(mask: Picture) -> dict[str, object]:
    runs = coco_mask.encode(mask)
    return {"size": runs["size"], "counts": runs["counts"].decode()}


def uncompressed(mask: Picture) -> dict[str, object]:
    flat = mask.ravel(order="F")
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flat])))
    return {"size": [HEIGHT, WIDTH], "counts": np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()}


def coco(
    tmp_path: Path, annotations: Sequence[dict[str, Any]], images: Sequence[str] = ("a.jpg",), category: str = "person"
) -> Source:
    write_photos(tmp_path / "photos", *images, height=HEIGHT, width=WIDTH)
    content = {
        "images": [
            {"id": number, "file_name": name, "height": HEIGHT, "width": WIDTH} for number, name in enumerate(images)
        ],
        "categories": [{"id": 1, "name": category}, {"id": 18, "name": "dog"}],
        "annotations": [{"image_id": 0, "category_id": 1, "iscrowd": 0, **values} for values in annotations],
    }
    (tmp_path / "instances.json").write_text(json.dumps(content))
    return Source(layout="coco", name="coco", photos=tmp_path / "photos", masks=tmp_path / "instances.json")


@pytest.mark.parametrize("write", [compressed, uncompressed, lambda mask: box(10, 20, 30, 50)])
def test_polygons_and_run_lengths_draw_the_same_person(tmp_path: Path, write: Callable[[Picture], object]) -> None:
    expected = region(10, 20, 30, 50)
    import_sources([coco(tmp_path, [{"segmentation": write(expected)}])], tmp_path / "data")
    mask = read_mask(tmp_path / "data/masks/coco/a.png")
    assert np.array_equal(mask, expected * PERSON)


def test_people_are_joined_crowds_are_void_and_other_things_background(tmp_path: Path) -> None:
    annotations: list[dict[str, Any]] = [
        {"segmentation": box(0, 0, 10, 10)},
        {"segmentation": [*box(0, 20, 10, 30), [1, 2, 3, 4]]},  # a polygon of two corners has no area
        {"segmentation": uncompressed(region(0, 5, 20, 15)), "iscrowd": 1},
        {"segmentation": box(40, 0, 50, 80), "category_id": 18},
        {"segmentation": [], "image_id": 1},
    ]
    source = coco(tmp_path, annotations, images=("a.jpg", "b.jpg", "sub/c.jpg"))
    assert import_sources([source], tmp_path / "data").imported == {"coco": 3}
    mask = read_mask(tmp_path / "data/masks/coco/a.png")
    expected = np.maximum(region(0, 0, 10, 10), region(0, 20, 10, 30)) * np.uint8(PERSON)
    expected[(region(0, 5, 20, 15) == 1) & (expected == 0)] = VOID
    assert np.array_equal(mask, expected)
    assert not read_mask(tmp_path / "data/masks/coco/b.png").any()
    assert not read_mask(tmp_path / "data/masks/coco/sub_c.png").any()


def test_images_and_annotations_without_each_other_are_listed(tmp_path: Path) -> None:
    source = coco(tmp_path, [{"segmentation": "nonsense"}], images=("a.jpg", "b.jpg", "c.jpg"))
    (tmp_path / "photos/b.jpg").rename(tmp_path / "photos/d.jpg")
    report = import_sources([source], tmp_path / "data")
    reasons = {entry.file: entry.reason for entry in report.refused}
    assert report.imported == {"coco": 1}
    assert "segmentation is not COCO's" in reasons["instances.json: a.jpg"]
    assert reasons["instances.json: b.jpg"] == "no such photo among the photos"
    assert reasons["photos/d.jpg"] == "no image of this name in instances.json"


def test_files_that_are_not_coco_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no category is called person"):
        import_sources([coco(tmp_path, [], category="Person")], tmp_path / "data")
    source = coco(tmp_path, [])
    for content, message in (("{}", "not COCO's instance format"), ("{", "not a JSON file")):
        (tmp_path / "instances.json").write_text(content)
        with pytest.raises(SourceError, match=message):
            import_sources([source], tmp_path / "data")
    (tmp_path / "instances.json").unlink()
    with pytest.raises(SourceError, match="no such file"):
        import_sources([source], tmp_path / "data")
