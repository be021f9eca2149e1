"""A drawn data set: people are a head and shoulders in a colour of their own before a plain ground with texture."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from figureground.dataset.manifest import Pair, framing
from figureground.files import write_bytes
from figureground.pictures import Picture, encode_png


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., Pair]:
    """Writes one pair into `tmp_path/data` and returns its manifest row; `spoil` changes the stored mask."""

    def drawn(
        name: str,
        size: tuple[int, int] = (120, 90),
        person: bool = True,
        spoil: Callable[[Picture], Picture] = lambda mask: mask,
    ) -> Pair:
        height, width = size
        generator = np.random.default_rng(abs(hash(size)) % 1000)
        photo = generator.integers(60, 90, (height, width, 3)).astype(np.uint8)
        mask = np.zeros(size, np.uint8)
        if person:
            cv2.circle(mask, (width // 2, height * 2 // 5), width // 6, 255, -1)
            cv2.ellipse(mask, (width // 2, height), (width // 3, height // 2), 0, 0, 360, 255, -1)
            photo[mask == 255] = np.array((210, 160, 130)) + generator.integers(-10, 10, (int((mask == 255).sum()), 3))
        stored = spoil(mask)
        write_bytes(tmp_path / "data/images" / f"{name}.png", encode_png(photo))
        write_bytes(tmp_path / "data/masks" / f"{name}.png", encode_png(stored))
        source = name.split("/")[0]
        share, void = float((stored == 255).mean()), float((stored == 128).mean())
        return Pair(name, source, name, "CC0", width, height, framing(stored), share, void)

    return drawn


def sees_skin(photo: np.ndarray) -> np.ndarray:
    """The drawn people, exactly: their red is above the ground's."""
    return (photo[..., 0] > 150).astype(np.float32)


@pytest.fixture
def perfect() -> Callable[[np.ndarray], np.ndarray]:
    return sees_skin
