"""The data set that comes with the project, as it lies in storage/: whole, small, exact, and credited."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from helpers.embedded_set import EmbeddedSet, embedded_set

LEAST_PAIRS, MOST_BYTES = 1200, 30_000_000


@pytest.fixture(scope="module")
def embedded() -> EmbeddedSet:
    return embedded_set()


@pytest.fixture(scope="module")
def rows(embedded: EmbeddedSet) -> list[dict[str, str]]:
    return embedded.rows()


def test_every_file_is_there_and_what_its_checksum_says(embedded: EmbeddedSet) -> None:
    total = 0
    for name, md5 in embedded.files.items():
        content = embedded.content(name)
        assert hashlib.md5(content).hexdigest() == md5, name
        total += len(content)
    assert total <= MOST_BYTES


def test_every_row_has_its_photo_and_coverage_and_no_file_is_left_over(
    embedded: EmbeddedSet, rows: list[dict[str, str]]
) -> None:
    names = [row["name"] for row in rows]
    expected = {f"images/{name}.jpg" for name in names} | {f"coverage/{name}.png" for name in names}
    held = {f"held/{name}.png" for name in names} & set(embedded.files)  # of those that show something held
    assert set(embedded.files) == expected | held | {"metadata.csv", "CREDITS.md"}
    assert len(names) == len(set(names)) >= LEAST_PAIRS


@pytest.mark.slow
def test_photos_and_coverage_agree_with_what_the_table_says_of_them(
    embedded: EmbeddedSet, rows: list[dict[str, str]]
) -> None:
    soft = 0
    for row in rows:
        photo = embedded.picture(f"images/{row['name']}.jpg")
        coverage = embedded.picture(f"coverage/{row['name']}.png")
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


@pytest.mark.slow
def test_what_is_held_is_no_person_and_only_in_pictures_whose_people_hold_something(
    embedded: EmbeddedSet, rows: list[dict[str, str]]
) -> None:
    holding = {row["name"] for row in rows if row["held"]}
    shown = [name for name in sorted(holding) if f"held/{name}.png" in embedded.files]
    assert len(shown) == sum(file.startswith("held/") for file in embedded.files) > 0.15 * len(rows)
    for name in shown:
        held = embedded.picture(f"held/{name}.png")
        coverage = embedded.picture(f"coverage/{name}.png")
        assert held.shape == coverage.shape
        assert set(np.unique(held)) == {0, 255}
        assert (coverage[held == 255] < 128).all(), name


def test_every_ingredient_of_every_picture_is_credited_under_the_licence(
    embedded: EmbeddedSet, rows: list[dict[str, str]]
) -> None:
    credits = embedded.content("CREDITS.md").decode()
    for row in rows:
        assert row["licence"] == "CC0-1.0"
        assert row["credits"]
        for line in row["credits"].split(" | "):
            assert f"- {line} (" in credits
            assert "CC0" in line
