"""Shards to train on."""

from __future__ import annotations

from pathlib import Path

import pytest

from figureground.augment.shards import Index, read_index
from helpers.small_training import write_shards


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shards(tmp_path_factory.mktemp("shards"))


@pytest.fixture
def index(shards: Path) -> Index:
    return read_index(shards)
