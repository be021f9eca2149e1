"""suspects.csv: written, read back, and refused where it is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from figureground.dataset.suspects import Suspect, SuspectsError, read_suspects, write_suspects


def test_suspects_come_back_as_they_were_written_with_their_ranks(tmp_path: Path) -> None:
    written = [
        Suspect("own/ü 1", "own", 0.75, "holes", "2 % of the photo, within the person", "masks/own/ü 1.png"),
        Suspect("own/2", "own", 0.0),
    ]
    write_suspects(tmp_path / "suspects.csv", written)
    assert read_suspects(tmp_path / "suspects.csv") == [replace(written[0], rank=1), replace(written[1], rank=2)]


def test_a_list_that_is_missing_or_none_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SuspectsError, match=r"review.suspects\.csv: not found; run the review stage first"):
        read_suspects(tmp_path / "review/suspects.csv")
    (tmp_path / "suspects.csv").write_text("name,score\nown/1,high\n")
    with pytest.raises(SuspectsError, match="not a list of suspects"):
        read_suspects(tmp_path / "suspects.csv")
