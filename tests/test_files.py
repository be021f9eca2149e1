"""Files appear under their final name whole or not at all, for whom the user's umask says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from figureground.files import read_table, read_text, replacing, write_bytes, write_table


@pytest.fixture(params=[0o022, 0o077])
def mask_of_rights(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_who_may_read_a_file_is_what_the_umask_says(tmp_path: Path, mask_of_rights: int) -> None:
    write_bytes(tmp_path / "photo.png", b"x")
    assert (tmp_path / "photo.png").stat().st_mode & 0o777 == 0o666 & ~mask_of_rights


@pytest.mark.parametrize("stem", ["a" * 251, "ü" * 125])
def test_the_longest_names_can_be_written(tmp_path: Path, stem: str) -> None:
    write_bytes(tmp_path / f"{stem}.png", b"x")
    assert [path.name for path in tmp_path.iterdir()] == [f"{stem}.png"]


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    with pytest.raises(RuntimeError), replacing(path) as draft:
        draft.write_text("half")
        raise RuntimeError
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.txt", "before")]


def test_a_folder_in_a_files_place_is_told_by_its_own_name_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "out.png").mkdir()
    with pytest.raises(IsADirectoryError, match=r"out\.png'$"), replacing(tmp_path / "out.png"):
        pytest.fail("the work was begun")
    assert list((tmp_path / "out.png").iterdir()) == []


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = [{"name": "a, b", "share": 0.123456789, "note": None}, {"name": "ü", "share": float("nan"), "note": 3}]
    write_table(tmp_path / "t.csv", ["name", "share", "note"], rows)
    assert read_table(tmp_path / "t.csv") == [
        {"name": "a, b", "share": "0.123457", "note": ""},
        {"name": "ü", "share": "", "note": "3"},
    ]
    with pytest.raises(ValueError, match="odd"):
        write_table(tmp_path / "t.csv", ["name"], [{"name": "c", "odd": 1}])
    assert len(read_table(tmp_path / "t.csv")) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_and_texts_are_read_as_programs_save_them(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "t.csv").write_bytes('name,note\r\nü,"two\r\nlines"\r\n'.encode(encoding))
    assert read_text(tmp_path / "t.csv") == 'name,note\r\nü,"two\r\nlines"\r\n'
    assert read_table(tmp_path / "t.csv") == [{"name": "ü", "note": "two\r\nlines"}]
