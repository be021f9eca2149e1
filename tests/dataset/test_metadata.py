from pathlib import Path

import cv2
import numpy as np
import pytest

from figureground.dataset.metadata import (
    MetadataError,
    Row,
    coverage_path,
    mask_path,
    pair_mask,
    photo_path,
    read_metadata,
    write_metadata,
)
from figureground.pictures import PictureError

ROWS = [
    Row("own/zoë, the second", "own", "own/zoë", "CC BY 4.0", 640, 480),
    Row("ccp/0001", "ccp", "ccp/0001", "", 550, 832),
    Row("towns/1", "towns", "towns/1", "CC0", 550, 832, nobody=True),
]


def test_rows_come_back_sorted_by_name(tmp_path: Path) -> None:
    write_metadata(tmp_path, ROWS)
    assert read_metadata(tmp_path) == sorted(ROWS, key=lambda row: row.name)
    first = (tmp_path / "metadata.csv").read_bytes()
    write_metadata(tmp_path, reversed(ROWS))
    assert (tmp_path / "metadata.csv").read_bytes() == first


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,source\na/1,a\n", "line 2: no group, licence, width, height"),
        ("name,source,group,licence,width,height\na/1,a,a/1,,wide,4\n", "line 2: size wide x 4"),
        ("name,source,group,licence,width,height\na/1,a,a/1,,4,4\na/1,a,a/1,,4,4\n", "a/1 stands there twice"),
    ],
)
def test_damaged_tables_are_refused_with_the_line(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "metadata.csv").write_text(content)
    with pytest.raises(MetadataError, match=message):
        read_metadata(tmp_path)


def test_missing_table_and_photo_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MetadataError, match=r"metadata\.csv: not found; import photos first"):
        read_metadata(tmp_path)
    with pytest.raises(MetadataError, match=r"no \.jpg or \.png"):
        photo_path(tmp_path, "own/1")


def test_photos_are_found_as_jpeg_or_png_even_with_dots_in_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "images" / "own"
    folder.mkdir(parents=True)
    for name in ("a.b.jpg", "c d.png"):
        (folder / name).touch()
    assert photo_path(tmp_path, "own/a.b") == folder / "a.b.jpg"
    assert photo_path(tmp_path, "own/c d") == folder / "c d.png"
    assert mask_path(tmp_path, "own/a.b") == tmp_path / "masks" / "own" / "a.b.png"


def test_coverage_is_person_from_one_half_on_and_knows_no_void(tmp_path: Path) -> None:
    stored = coverage_path(tmp_path, "rendered/1")
    stored.parent.mkdir(parents=True)
    cv2.imwrite(str(stored), np.array([[0, 1, 127, 128, 129, 255]], np.uint8))
    np.testing.assert_array_equal(pair_mask(tmp_path, "rendered/1"), [[0, 0, 0, 255, 255, 255]])


def test_a_mask_goes_before_coverage_and_its_values_stay_strict(tmp_path: Path) -> None:
    for path, value in ((mask_path(tmp_path, "own/1"), 128), (coverage_path(tmp_path, "own/1"), 255)):
        path.parent.mkdir(parents=True)
        cv2.imwrite(str(path), np.full((2, 2), value, np.uint8))
    assert (pair_mask(tmp_path, "own/1") == 128).all()
    cv2.imwrite(str(mask_path(tmp_path, "own/1")), np.full((2, 2), 127, np.uint8))
    with pytest.raises(PictureError, match="mask values 127"):
        pair_mask(tmp_path, "own/1")


def test_coloured_coverage_is_refused(tmp_path: Path) -> None:
    stored = coverage_path(tmp_path, "rendered/1")
    stored.parent.mkdir(parents=True)
    cv2.imwrite(str(stored), np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(PictureError, match="coverage of mode RGB, not 8-bit grey"):
        pair_mask(tmp_path, "rendered/1")
