"""A project folder with a tracking store in it; making the database takes seconds, so one is made and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from figureground.tracking.store import open_store


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    open_store(folder)
    return folder / "mlflow.db"


@pytest.fixture
def project(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of the test."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copyfile(template, folder / "mlflow.db")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("SWEEP_STORAGE", raising=False)
    return folder
