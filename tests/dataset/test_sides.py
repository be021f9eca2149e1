"""split.csv: written, read back, and refused where it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from figureground.dataset.sides import SplitError, read_split, write_split


def test_a_split_reads_back_and_a_wrong_file_is_refused(tmp_path: Path) -> None:
    sides = {"a/é, 1": "train", "a/2": "test"}
    write_split(tmp_path / "split.csv", sides)
    assert read_split(tmp_path / "split.csv") == sides
    with pytest.raises(SplitError, match="run the split stage"):
        read_split(tmp_path / "none.csv")
    write_split(tmp_path / "odd.csv", {"a/1": "exam"})
    with pytest.raises(SplitError, match="a/1 is in 'exam'"):
        read_split(tmp_path / "odd.csv")
