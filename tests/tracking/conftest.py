"""A project folder with a store in it; making the database takes seconds, so one is made and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from figureground.tracking.store import open_store
from helpers.tiny_networks import save_pixel_network


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may do so from a DVC stage or with a server set."""
    for variable in ("MLFLOW_TRACKING_URI", "DVC_EXP_NAME", "DVC_EXP_BASELINE_REV"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        open_store(folder)
    return folder / "mlflow.db"


@pytest.fixture
def root(tmp_path: Path, template: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copyfile(template, folder / "mlflow.db")
    return folder


@pytest.fixture(scope="session")
def tflite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LiteRT model of one 1x1 convolution over 8x8 pixels that takes bright ones for a person."""
    return save_pixel_network(tmp_path_factory.mktemp("model") / "float32.tflite", 8, 8)
