"""Labels of Clothing Co-Parsing become masks of people and of what they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from figureground.importing.building import Source, import_sources
from figureground.importing.sources import SourceError
from figureground.pictures import PERSON, read_mask
from helpers.drawing import write_photos

HEIGHT, WIDTH = 60, 80


@pytest.fixture
def clothing(tmp_path: Path) -> Source:
    """Clothing Co-Parsing as its authors publish it: labels 0 to 7, one stripe of eight columns each."""
    root = tmp_path / "ccp"
    write_photos(root / "photos", "0001.jpg", "0002.jpg", "0003.jpg", "0004.jpg", height=HEIGHT, width=WIDTH)
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
