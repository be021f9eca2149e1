"""Half-done work and the tracking store belong to the project, also where DVC runs in a copy of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from figureground.paths import half_done, project_root


@pytest.mark.parametrize("copy", ["tmpabc", "standalone/tmpabc", "tmpabc/src"])
def test_a_temporary_copy_belongs_to_its_project(tmp_path: Path, copy: str) -> None:
    folder = tmp_path / ".dvc/tmp/exps" / copy
    folder.mkdir(parents=True)
    assert project_root(folder) == tmp_path.resolve()


def test_any_other_folder_is_its_own_root(tmp_path: Path) -> None:
    for name in ("project", ".dvc/tmp", "exps/.dvc"):
        (tmp_path / name).mkdir(parents=True)
        assert project_root(tmp_path / name) == (tmp_path / name).resolve()


def test_half_done_work_is_apart_by_stage_and_by_what_it_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    places = {half_done(stage, mark * 64) for stage in ("train", "augment") for mark in "ab"}
    assert len(places) == 4
    assert all(tmp_path.resolve() / ".figureground" in place.parents for place in places)
