"""Annotations of COCO become masks of people."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from figureground.importing.building import ImportReport, Source, import_sources
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
        {"segmentation": box(40, 0, 50, 80), "category_id": 18, "image_id": 1},
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


def rewritten(source: Source, change: Callable[[dict[str, Any]], object], encoding: str = "utf-8") -> Source:
    """The source, its file changed as other programs write it."""
    assert source.masks is not None
    content = json.loads(source.masks.read_text())
    change(content)
    source.masks.write_bytes(json.dumps(content, ensure_ascii=False).encode(encoding))
    return source


def reasons(report: ImportReport) -> dict[str, str]:
    return {entry.file.removeprefix("instances.json: "): entry.reason for entry in report.refused}


TWO: tuple[dict[str, Any], ...] = (
    {"segmentation": box(10, 20, 30, 50)},
    {"segmentation": box(0, 0, 10, 10), "image_id": 1},
)


def two(tmp_path: Path, first: dict[str, Any]) -> Source:
    """Two photos; `first` goes into the first one's annotation, the second one's is whole."""
    return coco(tmp_path, [TWO[0] | first, TWO[1]], images=("a.jpg", "b.jpg"))


def number_twice(content: dict[str, Any]) -> None:
    for image in content["images"][:2]:
        image["id"] = 7
    for annotation in content["annotations"][:2]:
        annotation["image_id"] = 7


def test_images_of_one_id_are_refused_and_the_rest_comes_in(tmp_path: Path) -> None:
    annotations = [*TWO, {"segmentation": box(0, 0, 20, 20), "image_id": 2}]
    source = coco(tmp_path, annotations, images=("a.jpg", "b.jpg", "c.jpg"))
    report = import_sources([rewritten(source, number_twice)], tmp_path / "data")
    assert report.imported == {"coco": 1}
    assert reasons(report) == dict.fromkeys(
        ("a.jpg", "b.jpg"), "its id 7 is that of 2 images; give each an id of its own"
    )
    assert read_mask(tmp_path / "data/masks/coco/c.png").any()


def in_text(content: dict[str, Any]) -> None:
    for annotation in content["annotations"]:
        annotation["image_id"] = str(annotation["image_id"])
        annotation["category_id"] = f"{annotation['category_id']}"
        annotation["iscrowd"] = "0"


def of_floating_point(content: dict[str, Any]) -> None:
    for entry in content["images"] + content["categories"]:
        entry["id"] = float(entry["id"])


@pytest.mark.parametrize("change", [in_text, of_floating_point])
def test_ids_are_numbers_or_text(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    report = import_sources([rewritten(two(tmp_path, {}), change)], tmp_path / "data")
    assert (report.imported, report.refused) == ({"coco": 2}, [])
    assert np.array_equal(read_mask(tmp_path / "data/masks/coco/a.png"), region(10, 20, 30, 50) * PERSON)


def test_annotations_of_images_that_are_not_listed_are_one_line(tmp_path: Path) -> None:
    lost: list[dict[str, Any]] = [{"segmentation": box(0, 0, 10, 10), "image_id": 1005}] * 3
    report = import_sources([coco(tmp_path, [*TWO, *lost], images=("a.jpg", "b.jpg"))], tmp_path / "data")
    assert report.imported == {"coco": 2}
    assert reasons(report) == {"image_id 1005": "annotations of an image that the file does not list: 3"}


@pytest.mark.parametrize("segmentation", [[], None, "missing", [[10, 10, 50, 50]], [[0.1, 0.2, 0.9, 0.2, 0.9, 0.8]]])
def test_the_box_of_a_person_without_outline_is_void(tmp_path: Path, segmentation: Any) -> None:
    source = two(tmp_path, {"segmentation": segmentation, "bbox": [20, 10, 30, 20]})
    if segmentation == "missing":
        rewritten(source, lambda content: content["annotations"][0].pop("segmentation"))
    assert import_sources([source], tmp_path / "data").imported == {"coco": 2}
    assert np.array_equal(read_mask(tmp_path / "data/masks/coco/a.png"), region(10, 20, 30, 50) * np.uint8(VOID))


@pytest.mark.parametrize("box_of_it", [{}, {"bbox": []}, {"bbox": None}, {"bbox": [0, 0, 0, 0]}])
def test_a_person_without_outline_or_box_refuses_the_photo(tmp_path: Path, box_of_it: dict[str, Any]) -> None:
    report = import_sources([two(tmp_path, {"segmentation": [], **box_of_it})], tmp_path / "data")
    assert report.imported == {"coco": 1}
    assert "a person without an area, neither an outline nor a box" in reasons(report)["a.jpg"]


@pytest.mark.parametrize(
    ("stated", "value"), [("1", VOID), (True, VOID), ("true", VOID), ("0", PERSON), (None, PERSON)]
)
def test_crowds_are_told_by_numbers_text_or_truth_values(tmp_path: Path, stated: object, value: int) -> None:
    import_sources([two(tmp_path, {"iscrowd": stated})], tmp_path / "data")
    assert np.array_equal(read_mask(tmp_path / "data/masks/coco/a.png"), region(10, 20, 30, 50) * np.uint8(value))


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        ({"segmentation": [[float("nan"), 10, 50, 10, 50, 30]]}, "a coordinate of nan in a photo of 60 x 80"),
        ({"segmentation": [[10, 10, float("inf"), 10, 50, 30]]}, "a coordinate of inf in a photo of 60 x 80"),
        ({"segmentation": [[10, 10, 3.5e8, 10, 50, 30]]}, "a coordinate of 3.5e+08 in a photo of 60 x 80"),
        ({"segmentation": [[10, 10, 10**400, 10, 50, 30]]}, "no list of x, y, x, y"),
        ({"segmentation": [], "bbox": [0, 0, 1e12, 5]}, "a coordinate of 1e+12 in a photo of 60 x 80"),
        ({"segmentation": [[10, 10, 50, 10, 50]]}, "no list of x, y, x, y"),
        ({"segmentation": [{"x": 1}]}, "no list of x, y, x, y"),
        ({"segmentation": {"size": [60, 80], "counts": [10, 20]}}, "run lengths do not fill the photo"),
        ({"segmentation": {"size": [60, 80], "counts": [-10, 4810]}}, "run lengths do not fill the photo"),
        ({"segmentation": {"size": [60, 80], "counts": "zzzzzzzzzz"}}, "run lengths do not fill the photo"),
        ({"segmentation": {"size": [60, 80], "counts": ""}}, "run lengths do not fill the photo"),
        ({"segmentation": {"size": [10**9, 10**9], "counts": [10**18]}}, "a run-length mask of [1000000000, "),
        ({"iscrowd": "maybe"}, "iscrowd 'maybe' is neither 0 nor 1"),
        ({"category_id": 99}, "an annotation of category 99, which the file does not list"),
        ({"category_id": None}, "an annotation of category None"),
    ],
)
def test_what_cannot_be_drawn_refuses_its_photo_alone(tmp_path: Path, annotation: dict[str, Any], reason: str) -> None:
    report = import_sources([two(tmp_path, annotation)], tmp_path / "data")
    assert report.imported == {"coco": 1}
    assert list(reasons(report)) == ["a.jpg"]
    assert reason in reasons(report)["a.jpg"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: content["images"][0].pop("height"), "height None and width 80 are no size of a photo"),
        (lambda content: content["images"][0].update(height=0), "height 0 and width 80 are no size of a photo"),
        (lambda content: content["images"][0].update(width=10**9), "height 60 and width 1000000000 are no size"),
        (lambda content: content["images"][0].pop("id"), "no id, so that nothing tells its annotations"),
    ],
)
def test_images_that_lack_something_are_refused_alone(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    report = import_sources([rewritten(two(tmp_path, {}), change)], tmp_path / "data")
    assert report.imported == {"coco": 1}
    assert reason in reasons(report)["a.jpg"]


@pytest.mark.parametrize("annotations", [[], [{"segmentation": box(0, 0, 9, 9), "category_id": 18}]])
def test_a_file_without_any_person_is_an_error(tmp_path: Path, annotations: list[dict[str, Any]]) -> None:
    with pytest.raises(SourceError, match=r"instances\.json: no image has an annotation of a person; .*nobody: true"):
        import_sources([coco(tmp_path, annotations)], tmp_path / "data")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "stated",
    ["{}", "./{}", "images/{}", "images\\{}", "..\\..\\media\\upload\\4\\{}", "/data/local-files/{}", "C:\\sets\\{}"],
)
def test_photos_are_found_by_the_end_of_the_stated_path(tmp_path: Path, stated: str) -> None:
    def move(content: dict[str, Any]) -> None:
        for image in content["images"]:
            image["file_name"] = stated.format(image["file_name"])

    report = import_sources([rewritten(two(tmp_path, {}), move)], tmp_path / "data")
    assert (report.imported, report.refused) == ({"coco": 2}, [])


def test_photos_deeper_in_the_folder_are_found_unless_two_fit(tmp_path: Path) -> None:
    source = coco(tmp_path, [*TWO], images=("train/a.jpg", "train/b.jpg", "val/b.jpg"))

    def shorten(content: dict[str, Any]) -> None:
        content["images"] = content["images"][:2]
        for image in content["images"]:
            image["file_name"] = image["file_name"].removeprefix("train/")

    report = import_sources([rewritten(source, shorten)], tmp_path / "data")
    assert report.imported == {"coco": 1}
    assert reasons(report)["b.jpg"] == "no such photo among the photos"


def test_one_photo_for_two_images_is_refused(tmp_path: Path) -> None:
    def doubled(content: dict[str, Any]) -> None:
        content["images"].append(content["images"][0] | {"id": 9, "file_name": "upload/a.jpg"})

    report = import_sources([rewritten(two(tmp_path, {}), doubled)], tmp_path / "data")
    assert report.imported == {"coco": 1}
    assert reasons(report) == dict.fromkeys(("a.jpg", "upload/a.jpg"), "one of 2 images for photos/a.jpg")


def test_names_and_categories_are_found_in_every_spelling(tmp_path: Path) -> None:
    def spelt(content: dict[str, Any]) -> None:
        content["images"][0]["file_name"] = "Zoe\u0308.jpg"  # as macOS writes ë
        content["categories"][0]["name"] = "Person"

    source = coco(tmp_path, [*TWO], images=("Zo\u00eb.jpg", "b.jpg"))
    report = import_sources([rewritten(source, spelt, encoding="utf-16")], tmp_path / "data")
    assert (report.imported, report.refused) == ({"coco": 2}, [])


EXPORTS = {
    # CVAT's "COCO 1.0": a polygon and, drawn by brush, run lengths that it marks as a crowd.
    "cvat": """{
      "licenses": [{"name": "", "id": 0, "url": ""}],
      "info": {"contributor": "", "date_created": "", "description": "", "url": "", "version": "", "year": ""},
      "categories": [{"id": 1, "name": "Person", "supercategory": ""}, {"id": 2, "name": "bag", "supercategory": ""}],
      "images": [{"id": 1, "width": 80, "height": 60, "file_name": "a.jpg", "license": 0, "flickr_url": "",
        "coco_url": "", "date_captured": 0}],
      "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[20.0, 10.0, 50.0, 10.0, 50.0, 30.0, 20.0, 30.0]],
          "area": 600.0, "bbox": [20.0, 10.0, 30.0, 20.0], "iscrowd": 0, "attributes": {"occluded": false}},
        {"id": 2, "image_id": 1, "category_id": 1,
          "segmentation": {"counts": [3640, 10, 50, 10, 1090], "size": [60, 80]}, "area": 20,
          "bbox": [60.0, 40.0, 2.0, 10.0], "iscrowd": 1, "attributes": {"occluded": false}},
        {"id": 3, "image_id": 1, "category_id": 2, "segmentation": [[0.0, 0.0, 9.0, 0.0, 9.0, 9.0, 0.0, 9.0]],
          "area": 81.0, "bbox": [0.0, 0.0, 9.0, 9.0], "iscrowd": 0, "attributes": {"occluded": true}}
      ]
    }""",
    # Label Studio's "COCO with Images", written on Windows: a polygon and a rectangle, ids from 0.
    "label studio": """{
      "images": [{"width": 80, "height": 60, "id": 0, "file_name": "images\\\\3f7c9b2e-a.jpg"}],
      "categories": [{"id": 0, "name": "bag"}, {"id": 1, "name": "person"}],
      "annotations": [
        {"id": 0, "image_id": 0, "category_id": 1, "segmentation": [[20.0, 10.0, 50.0, 10.0, 50.0, 30.0, 20.0, 30.0]],
          "bbox": [20.0, 10.0, 30.0, 20.0], "ignore": 0, "iscrowd": 0, "area": 600.0},
        {"id": 1, "image_id": 0, "category_id": 1, "segmentation": [], "bbox": [60.0, 40.0, 2.0, 10.0], "ignore": 0,
          "iscrowd": 0, "area": 20.0}
      ],
      "info": {"year": 2026, "version": "1.0", "description": "", "contributor": "Label Studio", "url": "",
        "date_created": "2026-11-02 09:14:07.512933"}
    }""",
}


@pytest.mark.parametrize(
    ("tool", "photo", "second"), [("cvat", "a", PERSON), ("label studio", "3f7c9b2e-a", VOID)], ids=["cvat", "label"]
)
def test_exports_of_annotation_tools_come_in(tmp_path: Path, tool: str, photo: str, second: int) -> None:
    write_photos(tmp_path / "images", f"{photo}.jpg", height=HEIGHT, width=WIDTH)
    (tmp_path / "result.json").write_text(EXPORTS[tool])
    source = Source(layout="coco", name="own", photos=tmp_path / "images", masks=tmp_path / "result.json")
    report = import_sources([source], tmp_path / "data")
    assert (report.imported, report.refused) == ({"own": 1}, [])
    expected = region(10, 20, 30, 50) * PERSON
    expected[40:50, 60:62] = second
    assert np.array_equal(read_mask(tmp_path / f"data/masks/own/{photo}.png"), expected)


def test_files_that_are_not_coco_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no category is called person \(they are: human, dog\); rename"):
        import_sources([coco(tmp_path, [], category="human")], tmp_path / "data")
    source = coco(tmp_path, [])
    for content, message in (("{}", "not COCO's instance format"), ("{", "not a JSON file")):
        (tmp_path / "instances.json").write_text(content)
        with pytest.raises(SourceError, match=message):
            import_sources([source], tmp_path / "data")
    (tmp_path / "instances.json").unlink()
    with pytest.raises(SourceError, match="no such file"):
        import_sources([source], tmp_path / "data")
