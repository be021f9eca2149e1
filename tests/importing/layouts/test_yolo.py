"""Outlines as YOLO reads them become masks of people."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from figureground.importing.building import ImportReport, Source, import_sources
from figureground.importing.sources import SourceError
from figureground.pictures import PERSON, VOID, read_mask
from helpers.drawing import Picture, write_photos

# pycocotools 2.0 returns arrays of a kind that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

HEIGHT, WIDTH = 60, 80
WHOLE = "0 0.25 0.2 0.625 0.2 0.625 0.5 0.25 0.5\n"


def yolo(tmp_path: Path, labels: dict[str, str | bytes]) -> Source:
    """A set as it is made for training: images/train and labels/train, class 0 person and 26 handbag."""
    write_photos(tmp_path / "set/images/train", *(f"{stem}.jpg" for stem in labels), height=HEIGHT, width=WIDTH)
    (tmp_path / "set/labels/train").mkdir(parents=True)
    for stem, text in labels.items():
        content = text if isinstance(text, bytes) else text.encode()
        (tmp_path / f"set/labels/train/{stem}.txt").write_bytes(content)
    return Source(
        layout="yolo",
        name="own",
        photos=tmp_path / "set/images",
        masks=tmp_path / "set/labels",
        person_values=(0,),
    )


def mask_of(tmp_path: Path, stem: str) -> Picture:
    return read_mask(tmp_path / f"data/masks/own/{stem}.png")


def rectangle(value: int) -> Picture:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[12:30, 20:50] = value
    return mask


def reasons(report: ImportReport) -> dict[str, str]:
    return {entry.file: entry.reason for entry in report.refused}


def test_outlines_of_people_are_drawn_boxes_are_void_and_other_things_background(tmp_path: Path) -> None:
    labels: dict[str, str | bytes] = {
        "outline": WHOLE + "26 0.0 0.0 0.1 0.0 0.1 0.1\n\n",
        "box": "0 0.4375 0.35 0.375 0.3\n",
        "nobody": "",
        "bag": "26 0.5 0.5 0.2 0.2\n",
        "windows": b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode(),
    }
    report = import_sources([yolo(tmp_path, labels)], tmp_path / "data")
    assert (report.imported, report.refused) == ({"own": 5}, [])
    assert np.array_equal(mask_of(tmp_path, "train_outline"), rectangle(PERSON))
    assert np.array_equal(mask_of(tmp_path, "train_windows"), rectangle(PERSON))
    assert np.array_equal(mask_of(tmp_path, "train_box"), rectangle(VOID))
    assert not mask_of(tmp_path, "train_nobody").any() and not mask_of(tmp_path, "train_bag").any()


def test_a_file_that_cannot_be_drawn_is_refused_by_its_line(tmp_path: Path) -> None:
    labels: dict[str, str | bytes] = {
        "good": WHOLE,
        "words": "person 0.1 0.1 0.2 0.1 0.2 0.2\n",
        "odd": WHOLE + "0 0.1 0.1 0.2 0.1 0.2\n",
        "point": "0 0.1 0.1\n",
        "nan": "0 nan 0.1 0.2 0.1 0.2 0.2\n",
        "pixels": "0 20 12 50 12 50 30\n",
        "bytes": b"\x80\x81",
    }
    source = yolo(tmp_path, labels)
    (tmp_path / "set/images/train/alone.jpg").write_bytes((tmp_path / "set/images/train/good.jpg").read_bytes())
    report = import_sources([source], tmp_path / "data")
    assert report.imported == {"own": 1}
    expected = {
        "labels/train/words.txt": "line 1: not numbers alone",
        "labels/train/odd.txt": "line 2: 5 numbers after the class",
        "labels/train/point.txt": "line 1: a person without an area",
        "labels/train/nan.txt": "line 1: a coordinate of nan",
        "labels/train/pixels.txt": "line 1: a coordinate of",
        "labels/train/bytes.txt": "not a text file that can be read",
        "images/train/alone.jpg": "no mask of this stem",
    }
    assert set(reasons(report)) == set(expected)
    for file, reason in expected.items():
        assert reason in reasons(report)[file]


def test_photos_and_text_files_may_share_a_folder_and_photos_be_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (HEIGHT, WIDTH)).save(tmp_path / "turned.jpg", exif=exif)
    (tmp_path / "turned.txt").write_text(WHOLE)
    source = Source(layout="yolo", name="own", photos=tmp_path, masks=tmp_path, person_values=(0,))
    report = import_sources([source], tmp_path.with_name("built") / "data")
    assert (report.imported, report.refused) == ({"own": 1}, [])
    assert np.array_equal(read_mask(tmp_path.with_name("built") / "data/masks/own/turned.png"), rectangle(PERSON))


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    source = yolo(tmp_path, {"good": WHOLE})
    (tmp_path / "set/labels").rename(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match=r"own: .*labels: no such folder"):
        import_sources([source], tmp_path / "data")
