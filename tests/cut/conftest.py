"""A model that takes bright pixels for a person, and drawn photos that it therefore cuts out well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drawing import Picture, person
from networks import save_pixel_network


@pytest.fixture(scope="session")
def bright(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pixel_network(tmp_path_factory.mktemp("model") / "bright.tflite", 64, 64)


@pytest.fixture(scope="session")
def portrait() -> tuple[Picture, Picture]:
    """A photo and its mask: a person of bright colours before a dark background."""
    return person(3, 240, 180)


@pytest.fixture(scope="session")
def nobody() -> Picture:
    return np.full((60, 80, 3), 30, np.uint8)
