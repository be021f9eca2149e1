"""split.csv: written, read back, and refused where it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from figureground.dataset.sides import FEW_GROUPS, SplitError, few_warning, read_split, write_split


def test_a_split_reads_back_and_a_wrong_file_is_refused(tmp_path: Path) -> None:
    sides = {"a/é, 1": "train", "a/2": "test"}
    write_split(tmp_path / "split.csv", sides)
    assert read_split(tmp_path / "split.csv") == sides
    with pytest.raises(SplitError, match="run the split stage"):
        read_split(tmp_path / "none.csv")
    write_split(tmp_path / "odd.csv", {"a/1": "exam"})
    with pytest.raises(SplitError, match="a/1 is in 'exam'"):
        read_split(tmp_path / "odd.csv")


def test_few_photos_are_warned_of_by_their_groups() -> None:
    told = "so its scores are mostly chance; they begin to tell something at 30 groups"
    assert few_warning("test", ["a"]) == f"test: only 1 photo, {told}"
    assert few_warning("val", ["a", "b"]) == f"val: only 2 photos, {told}"
    assert few_warning("test", ["a"] * 90) == f"test: only 90 photos of 1 group, {told}"
    assert few_warning("test", ["a", "b"] * 45) == f"test: only 90 photos of 2 groups, {told}"
    assert few_warning("test", [str(number) for number in range(FEW_GROUPS)]) is None
