"""Masks as people store them: cut-outs, grey pictures, palettes and maps of class numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from figureground.drawn_masks import grey_levels, read_drawn_mask, read_label_map
from figureground.pictures import PictureError
from helpers.drawing import Picture, person


@pytest.fixture
def photo() -> Picture:
    return person(3, 24, 40)[0]


def drawn(tmp_path: Path, image: Image.Image, **options: Any) -> tuple[Picture, bool]:
    image.save(tmp_path / "drawn.png", **options)
    values, labels = read_drawn_mask(tmp_path / "drawn.png")
    return grey_levels(values), labels


def test_drawn_masks_are_read_from_alpha_grey_or_palette(tmp_path: Path, photo: Picture) -> None:
    values = np.zeros((24, 40), np.uint8)
    values[5:20, 8:30] = 255
    cutout = drawn(tmp_path, Image.fromarray(np.dstack([photo, values])))
    opaque = drawn(tmp_path, Image.fromarray(np.dstack([values, values, values, np.full_like(values, 255)])))
    wide = drawn(tmp_path, Image.fromarray(values.astype(np.uint16) * 257))
    narrow_in_wide = drawn(tmp_path, Image.fromarray(values.astype(np.uint16)))
    bilevel = drawn(tmp_path, Image.fromarray(values > 0))
    for read, labels in (cutout, opaque, wide, narrow_in_wide, bilevel):
        assert np.array_equal(read, values)
        assert not labels
    nothing_left = drawn(tmp_path, Image.fromarray(np.dstack([photo, np.zeros_like(values)])))
    assert not nothing_left[0].any()


def test_coloured_palettes_are_labels_and_other_colours_are_refused(tmp_path: Path, photo: Picture) -> None:
    numbers = np.zeros((24, 40), np.uint8)
    numbers[4:9] = 15
    image = Image.fromarray(numbers, mode="P")
    image.putpalette([0, 0, 0] * 15 + [192, 128, 128])
    read, labels = drawn(tmp_path, image)
    assert labels
    assert np.array_equal(read, numbers)
    with pytest.raises(PictureError, match="coloured, so not a mask"):
        drawn(tmp_path, Image.fromarray(photo))


@pytest.mark.parametrize("kind", ["grey", "palette", "palette of greys", "wide", "whole", "floating", "three channels"])
def test_label_maps_are_read_as_the_numbers_that_are_stored(tmp_path: Path, kind: str) -> None:
    numbers = np.zeros((24, 40), np.uint8)
    numbers[4:9], numbers[12:20] = 15, 255
    palette = Image.fromarray(numbers, mode="P")
    grey = kind == "palette of greys"
    palette.putpalette([number if grey else number * channel % 256 for number in range(256) for channel in (1, 2, 3)])
    images = {
        "grey": Image.fromarray(numbers),
        "wide": Image.fromarray(numbers.astype(np.uint16) * 200),
        "whole": Image.fromarray(numbers.astype(np.int32) * 200),
        "floating": Image.fromarray(numbers.astype(np.float32) * 200),
        "three channels": Image.fromarray(np.dstack([numbers] * 3)),
    }
    suffix = ".tif" if kind in ("whole", "floating") else ".png"
    images.get(kind, palette).save(tmp_path / f"map{suffix}")
    read = read_label_map(tmp_path / f"map{suffix}")
    assert np.array_equal(read, numbers.astype(int) * (200 if kind in ("wide", "whole", "floating") else 1))


def test_label_maps_of_colours_or_fractions_are_refused(tmp_path: Path, photo: Picture) -> None:
    Image.fromarray(photo).save(tmp_path / "colours.png")
    with pytest.raises(PictureError, match="coloured, not a map of numbers; save it with one number a pixel"):
        read_label_map(tmp_path / "colours.png")
    for fraction in (0.5, np.nan, np.inf):
        Image.fromarray(np.full((4, 4), fraction, np.float32)).save(tmp_path / "fractions.tif")
        with pytest.raises(PictureError, match="floating-point pixels of unknown range"):
            read_label_map(tmp_path / "fractions.tif")
