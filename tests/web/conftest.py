"""A site whose model takes bright pixels for a person, and photos for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from figureground.pictures import encode_jpeg, encode_png
from helpers.drawing import Picture, person
from helpers.site import Site, serving
from helpers.tiny_networks import save_pixel_network


@pytest.fixture(scope="session")
def bright(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pixel_network(tmp_path_factory.mktemp("model") / "bright.tflite", 64, 48)


@pytest.fixture(scope="session")
def site(bright: Path) -> Iterator[Site]:
    with serving(bright) as running:
        yield running


@pytest.fixture(scope="session")
def drawn() -> tuple[Picture, Picture]:
    """A photo and its mask: a person of bright colours before a dark background."""
    return person(3, 240, 180)


@pytest.fixture(scope="session")
def photo(drawn: tuple[Picture, Picture]) -> bytes:
    return encode_jpeg(drawn[0])


@pytest.fixture(scope="session")
def nobody() -> bytes:
    return encode_png(np.full((60, 80, 3), 30, np.uint8))
