"""What a user may name as a background, and what stands behind the person then."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from figureground.pictures import PictureError
from figureground.runtime.backgrounds import (
    Background,
    BackgroundError,
    background_of,
    blurred,
    composed,
    fitted,
    named_background,
)
from helpers.drawing import Picture


@pytest.mark.parametrize(
    "given, expected",
    [
        (None, Background()),
        ("transparent", Background()),
        ("blur", Background(blurred=True)),
        ("white", Background(colour=(255, 255, 255))),
        ("#1e90ff", Background(colour=(30, 144, 255))),
        ("#f80", Background(colour=(255, 136, 0))),
        ((1, 2, 3), Background(colour=(1, 2, 3))),
        (Background(blurred=True), Background(blurred=True)),
    ],
)
def test_what_a_background_may_be(given: object, expected: Background) -> None:
    assert background_of(given) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["whitish", "#12345", (1, 2), (1, 2, 256), (0.5, 1, 1), np.zeros((3, 3), np.uint8)])
def test_what_is_no_background_is_refused(given: object) -> None:
    with pytest.raises(BackgroundError):
        background_of(given)  # type: ignore[arg-type]


def test_a_name_alone_never_leads_to_a_file(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((4, 6, 3), np.uint8)).save(tmp_path / "wall.png")
    assert background_of(str(tmp_path / "wall.png")).picture is not None
    assert named_background(str(tmp_path / "wall.png")) is None
    assert named_background("blur") == Background(blurred=True)


def test_pictures_come_as_file_image_or_array(tmp_path: Path) -> None:
    picture = np.full((4, 6, 3), (9, 8, 7), np.uint8)
    Image.fromarray(picture).save(tmp_path / "wall.png")
    for given in (picture, Image.fromarray(picture), tmp_path / "wall.png", str(tmp_path / "wall.png")):
        found = background_of(given).picture
        assert found is not None
        np.testing.assert_array_equal(found, picture)
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    with pytest.raises(PictureError, match="broken"):
        background_of(tmp_path / "broken.png")


@pytest.mark.parametrize("given", [None, "red", "blur", np.zeros((50, 40, 3), np.uint8)])
def test_the_persons_own_pixels_are_untouched(given: object, portrait: tuple[Picture, Picture]) -> None:
    photo, mask = portrait
    soft = cv2.GaussianBlur(mask, (0, 0), 2)
    result = composed(photo, soft, background_of(given))  # type: ignore[arg-type]
    assert result.shape == (*mask.shape, 4 if given is None else 3)
    np.testing.assert_array_equal(result[soft == 255][:, :3], photo[soft == 255])


def test_a_transparent_background_has_the_mask_as_alpha_and_no_colours(portrait: tuple[Picture, Picture]) -> None:
    photo, mask = portrait
    result = composed(photo, mask, Background())
    np.testing.assert_array_equal(result[..., 3], mask)
    assert result[mask == 0].max() == 0


def test_a_colour_fills_what_is_not_person_and_mixes_at_the_edge() -> None:
    photo = np.full((20, 20, 3), 200, np.uint8)
    mask = np.zeros((20, 20), np.uint8)
    mask[:, 10:] = 255
    mask[:, 9] = 51
    result = composed(photo, mask, Background(colour=(0, 100, 0)))
    np.testing.assert_array_equal(result[:, :9], np.broadcast_to(np.array([0, 100, 0], np.uint8), (20, 9, 3)))
    np.testing.assert_array_equal(result[5, 9], [40, 120, 40])


def columns(height: int, width: int) -> Picture:
    """Each column has its own grey, so that one sees what was cut off."""
    return np.repeat(np.linspace(0, 250, width).astype(np.uint8)[np.newaxis, :, np.newaxis], 3, 2).repeat(height, 0)


def test_cover_cuts_the_sides_and_contain_leaves_margins() -> None:
    wide = columns(100, 400)
    cover = fitted(wide, (200, 200), "cover")
    assert cover.shape == (200, 200, 3)
    assert 90 < cover[100, 0, 0] < 97 and 152 < cover[100, -1, 0] < 160  # the middle quarter
    contain = fitted(wide, (200, 200), "contain")
    assert contain[:75].min() == 255 and contain[125:].min() == 255
    assert contain[100, 0, 0] < 3 and contain[100, -1, 0] > 247


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (300, 2)])
@pytest.mark.parametrize("picture", [(1, 1), (2, 900), (700, 3), (40, 40)])
@pytest.mark.parametrize("fit", ["cover", "contain"])
def test_any_picture_fits_any_photo(size: tuple[int, int], picture: tuple[int, int], fit: str) -> None:
    assert fitted(columns(*picture), size, fit).shape == (*size, 3)  # type: ignore[arg-type]


def test_the_blurred_original_holds_nothing_of_the_person() -> None:
    photo = np.full((300, 300, 3), (20, 40, 60), np.uint8)
    mask = np.zeros((300, 300), np.uint8)
    cv2.circle(mask, (150, 150), 60, 255, -1)
    photo[mask == 255] = (250, 250, 250)
    assert np.abs(blurred(photo, mask).astype(int) - (20, 40, 60)).max() <= 2


def test_blurring_takes_the_detail_out() -> None:
    rng = np.random.default_rng(5)
    photo = rng.integers(0, 256, (200, 260, 3)).astype(np.uint8)
    result = blurred(photo, np.zeros((200, 260), np.uint8))
    assert result.std() < photo.std() / 8
    assert abs(result.mean() - photo.mean()) < 3
