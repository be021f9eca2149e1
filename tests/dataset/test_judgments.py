"""Judgments are kept whole, read back, and refused where the table is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figureground.dataset.judgments import (
    Judgment,
    JudgmentError,
    judgments_path,
    mask_digest,
    photo_digest,
    read_judgments,
    write_judgments,
)
from figureground.pictures import encode_jpeg, encode_png
from helpers import drawing

ONE = Judgment("own/ü, 1", "mended", "Ada", "2026-11-30T10:00:00.000+00:00", 'a "hole"', "accurate", "12", "34")


def test_judgments_come_back_as_they_were_written(tmp_path: Path) -> None:
    other = Judgment("own/0", "left-out", "Bob", "2026-11-30T10:00:01.000+00:00", "", "", "56", "")
    write_judgments(tmp_path, {ONE.name: ONE, other.name: other})
    assert read_judgments(tmp_path) == {ONE.name: ONE, other.name: other}
    assert [line[:5] for line in judgments_path(tmp_path).read_text().splitlines()[1:]] == ["own/0", '"own/']


def test_a_folder_without_judgments_has_none(tmp_path: Path) -> None:
    assert read_judgments(tmp_path / "corrections") == {}


def test_a_damaged_table_is_named_with_its_line(tmp_path: Path) -> None:
    write_judgments(tmp_path, {ONE.name: ONE})
    path = judgments_path(tmp_path)
    path.write_text(path.read_text().replace("mended", "bent"))
    with pytest.raises(JudgmentError, match=r"judgments\.csv: line 2: decision 'bent' is none of right, model"):
        read_judgments(tmp_path)
    path.write_text("name,decision\nown/1,right\n")
    with pytest.raises(JudgmentError, match="line 2: no reviewer, time"):
        read_judgments(tmp_path)
    path.write_bytes(b"name,reviewer\n\xff\xff,Ada\n")
    with pytest.raises(JudgmentError, match="not UTF-8"):
        read_judgments(tmp_path)


def test_a_photo_is_known_by_its_pixels_and_a_jpeg_by_its_bytes() -> None:
    photo = drawing.person(1)[0]
    packed, flat = encode_png(photo), encode_png(photo) + b"behind the end"
    assert photo_digest(packed) == photo_digest(flat)
    assert photo_digest(encode_jpeg(photo)) != photo_digest(encode_jpeg(photo, 90)) != photo_digest(packed)


def test_masks_of_equal_bytes_and_other_shapes_are_others() -> None:
    assert mask_digest(np.zeros((2, 3), np.uint8)) != mask_digest(np.zeros((3, 2), np.uint8))


def test_judgments_that_dvc_has_not_fetched_are_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "corrections.dvc").write_text("outs:\n- path: corrections\n")
    with pytest.raises(JudgmentError, match=r"corrections: not fetched yet; `dvc pull .*corrections\.dvc` brings"):
        read_judgments(tmp_path / "corrections")
    (tmp_path / "corrections").mkdir()
    assert read_judgments(tmp_path / "corrections") == {}
