"""Results read back by another reader, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from figureground.photos.saving import SavingError, encoded

RGB = np.random.default_rng(0).integers(0, 256, (40, 30, 3)).astype(np.uint8)
RGBA = np.dstack([RGB, np.full((40, 30), 200, np.uint8)])


def reread(name: str, picture: np.ndarray) -> Image.Image:
    return Image.open(io.BytesIO(encoded(Path(name), picture)))


@pytest.mark.parametrize("picture, mode", [(RGB, "RGB"), (RGBA, "RGBA"), (RGB[..., 0].copy(), "L")])
def test_png_holds_every_pixel(picture: np.ndarray, mode: str) -> None:
    with reread("a.png", picture) as image:
        assert (image.format, image.mode) == ("PNG", mode)
        np.testing.assert_array_equal(np.array(image), picture)


@pytest.mark.parametrize("suffix, kind", [(".jpg", "JPEG"), (".JPEG", "JPEG"), (".webp", "WEBP")])
def test_the_suffix_is_the_format(suffix: str, kind: str) -> None:
    flat = np.full((40, 30, 3), (200, 100, 50), np.uint8)
    with reread(f"a{suffix}", flat) as image:
        assert image.format == kind
        assert np.abs(np.array(image).astype(int) - flat).max() <= 3


def test_webp_keeps_alpha_exactly() -> None:
    with reread("a.webp", RGBA) as image:
        np.testing.assert_array_equal(np.array(image)[..., 3], RGBA[..., 3])


@pytest.mark.parametrize(
    "name, picture, reason",
    [
        ("a.jpg", RGBA, "JPEG has no transparency"),
        ("a.webp", np.zeros((1, 16384, 3), np.uint8), "at most 16383 pixels"),
        ("a.jpg", np.zeros((65501, 1, 3), np.uint8), "at most 65500 pixels a side; use PNG"),
        ("a.png", np.zeros((1, 1_000_001, 4), np.uint8), "at most 1000000 pixels a side; make the photo smaller"),
        ("a.gif", RGB, r"cannot write \.gif"),
        ("a", RGB, "without suffix"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(name: str, picture: np.ndarray, reason: str) -> None:
    with pytest.raises(SavingError, match=reason):
        encoded(Path(name), picture)
