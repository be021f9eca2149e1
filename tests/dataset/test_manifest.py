from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figureground.dataset.manifest import ManifestError, Pair, framing, read_manifest, write_manifest

PAIR = Pair("set/фото 1", "set", "set/walk", "CC BY, 4.0", 320, 240, "half", 0.25, 0.0)


def _mask(*boxes: tuple[int, int, int, int], value: int = 255) -> np.ndarray:
    """100 x 100 with boxes (top, bottom, left, right)."""
    mask = np.zeros((100, 100), np.uint8)
    for top, bottom, left, right in boxes:
        mask[top:bottom, left:right] = value
    return mask


def test_a_manifest_reads_back_as_it_was_written(tmp_path: Path) -> None:
    pairs = [PAIR, replace(PAIR, name="set/2", framing="nobody", person_share=0.0, void_share=0.125)]
    write_manifest(tmp_path / "manifest.csv", pairs)
    assert read_manifest(tmp_path / "manifest.csv") == pairs


def test_a_missing_or_foreign_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"manifest\.csv: not found; run the audit"):
        read_manifest(tmp_path / "manifest.csv")
    (tmp_path / "other.csv").write_text("name,side\na,train\n")
    with pytest.raises(ManifestError, match=r"other\.csv: not a manifest"):
        read_manifest(tmp_path / "other.csv")


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        ([], "nobody"),
        ([(40, 80, 45, 55)], "far"),
        ([(10, 95, 40, 60)], "full"),
        ([(5, 100, 40, 60)], "full"),
        ([(20, 100, 5, 95)], "close"),
        ([(60, 100, 30, 60)], "half"),
        ([(20, 100, 5, 95), (10, 30, 0, 4)], "close"),
    ],
)
def test_framing_says_how_the_largest_person_fills_the_photo(
    boxes: list[tuple[int, int, int, int]], expected: str
) -> None:
    assert framing(_mask(*boxes)) == expected


def test_void_is_nobody() -> None:
    assert framing(_mask((20, 100, 5, 95), value=128)) == "nobody"
