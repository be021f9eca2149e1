"""Annotations of Clothing Co-Parsing and COCO become masks of people."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask
from scipy.io import savemat

from figureground.importing.building import Source, import_sources
from figureground.importing.sources import SourceError
from figureground.pictures import PERSON, VOID, read_mask
from helpers import drawing
from helpers.drawing import Picture

# pycocotools 2.0 returns arrays of a kind that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

HEIGHT, WIDTH = 60, 80


def write_photos(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        photo, _ = drawing.person(number, HEIGHT, WIDTH)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), photo)


@pytest.fixture
def clothing(tmp_path: Path) -> Source:
    """Clothing Co-Parsing as its authors publish it: labels 0 to 7, one stripe of eight columns each."""
    root = tmp_path / "ccp"
    write_photos(root / "photos", "0001.jpg", "0002.jpg", "0003.jpg", "0004.jpg")
    (root / "annotations/pixel-level").mkdir(parents=True)
    (root / "annotations/image-level").mkdir()
    names = ["null", "accessories", "bag", "purse", "wallet", "hat", "skin", "glasses"]
    savemat(root / "label_list.mat", {"label_list": np.array(names, dtype=object)[None]})
    stripes = np.repeat(np.arange(10, dtype=np.uint8) % 8, 8)[None].repeat(HEIGHT, 0)
    savemat(root / "annotations/pixel-level/0001.mat", {"groundtruth": stripes})
    savemat(root / "annotations/pixel-level/0002.mat", {"groundtruth": stripes + np.uint8(60)})
    savemat(root / "annotations/pixel-level/0003.mat", {"tags": stripes})
    (root / "annotations/pixel-level/0004.mat").write_bytes(b"MATLAB 5.0, or so it says" * 9)
    savemat(root / "annotations/image-level/0001.mat", {"tags": [[1, 2]]})
    return Source(layout="clothing", name="ccp", photos=root / "photos", masks=root / "annotations", licence="x")


def test_worn_labels_are_person_and_carried_ones_are_not(clothing: Source, tmp_path: Path) -> None:
    report = import_sources([clothing], tmp_path / "data")
    mask = read_mask(tmp_path / "data/masks/ccp/0001.png")
    assert [int(value) for value in mask[7, 4::8]] == [0, 0, 0, 0, 0, PERSON, PERSON, PERSON, 0, 0]
    held = read_mask(tmp_path / "data/held/ccp/0001.png")
    assert [int(value) for value in held[7, 4::8]] == [0, 255, 255, 255, 255, 0, 0, 0, 0, 255]
    assert report.imported == {"ccp": 1}
    reasons = {entry.file: entry.reason for entry in report.refused}
    assert "labels up to 67, but label_list.mat names 8" in reasons["pixel-level/0002.mat"]
    assert "without groundtruth" in reasons["pixel-level/0003.mat"]
    assert "damaged or no MATLAB file" in reasons["pixel-level/0004.mat"]


def test_clothing_without_its_list_of_labels_is_an_error(clothing: Source, tmp_path: Path) -> None:
    (tmp_path / "ccp/label_list.mat").rename(tmp_path / "elsewhere.mat")
    with pytest.raises(SourceError, match=r"ccp: .*no label_list\.mat"):
        import_sources([clothing], tmp_path / "data")
    savemat(tmp_path / "ccp/label_list.mat", {"label_list": np.array(["sky", "sea"], dtype=object)[None]})
    with pytest.raises(SourceError, match="names no label null"):
        import_sources([clothing], tmp_path / "data")


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
    write_photos(tmp_path / "photos", *images)
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
