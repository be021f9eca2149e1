"""The data set that comes with the project, as it lies in storage/: whole, small, exact, and credited."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent.parent
STORE = ROOT / "storage/files/md5"
LEAST_PAIRS, MOST_BYTES = 1200, 30_000_000


def stored(md5: str) -> bytes:
    return (STORE / md5[:2] / md5[2:]).read_bytes()


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """Path in data/ -> MD5, as data.dvc has it."""
    pointer = ROOT / "data.dvc"
    if not pointer.is_file():
        pytest.skip("data.dvc is not there")
    (out,) = YAML(typ="safe").load(pointer)["outs"]
    if not (STORE / out["md5"][:2] / out["md5"][2:]).is_file():
        pytest.skip("data.dvc names a data set of the user's own")
    return {entry["relpath"]: entry["md5"] for entry in json.loads(stored(out["md5"]))}


@pytest.fixture(scope="module")
def rows(files: dict[str, str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(stored(files["metadata.csv"]).decode())))


def test_every_file_is_there_and_what_its_checksum_says(files: dict[str, str]):
    total = 0
    for name, md5 in files.items():
        content = stored(md5)
        assert hashlib.md5(content).hexdigest() == md5, name
        total += len(content)
    assert total <= MOST_BYTES


def test_every_row_has_its_photo_and_coverage_and_no_file_is_left_over(files, rows):
    names = [row["name"] for row in rows]
    expected = {f"images/{name}.jpg" for name in names} | {f"coverage/{name}.png" for name in names}
    held = {f"held/{name}.png" for name in names} & set(files)  # of those that show something held
    assert set(files) == expected | held | {"metadata.csv", "CREDITS.md"}
    assert len(names) == len(set(names)) >= LEAST_PAIRS


@pytest.mark.slow
def test_photos_and_coverage_agree_with_what_the_table_says_of_them(files, rows):
    soft = 0
    for row in rows:
        pictures = [
            cv2.imdecode(np.frombuffer(stored(files[path]), np.uint8), cv2.IMREAD_UNCHANGED)
            for path in (f"images/{row['name']}.jpg", f"coverage/{row['name']}.png")
        ]
        photo, coverage = pictures
        assert photo.dtype == coverage.dtype == np.uint8
        assert photo.shape == (int(row["height"]), int(row["width"]), 3)
        assert coverage.shape == photo.shape[:2]
        assert max(coverage.shape) == 320
        covered = float((coverage / 255).mean())
        assert (covered > 0.0005) == (int(row["persons"]) > 0), row["name"]
        assert covered < 0.95
        soft += bool(((coverage > 0) & (coverage < 255)).any())
    people = sum(int(row["persons"]) > 0 for row in rows)
    assert soft >= 0.95 * people
    assert 0.15 < 1 - people / len(rows) < 0.3


def test_every_ingredient_of_every_picture_is_credited_under_the_licence(files, rows):
    credits = stored(files["CREDITS.md"]).decode()
    for row in rows:
        assert row["licence"] == "CC0-1.0"
        assert row["credits"]
        for line in row["credits"].split(" | "):
            assert f"- {line} (" in credits
            assert "CC0" in line
