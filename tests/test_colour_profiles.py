"""Colour profiles are judged by what they do: by their curves and not by their names, on the pixels as stored."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from figureground.pictures import is_plain_jpeg, photo_of, read_photo
from helpers.colour_profiles import grey_profile, linear, rgb_profile
from helpers.drawing import Picture
from helpers.picture_files import saved

GREY = np.tile(np.arange(256, dtype=np.uint8), (8, 1))
COLOURS = np.stack([GREY, np.flip(GREY, 1), 128 + GREY // 4], -1)
LINEAR_NAMES = ["linear Rec709 RGB", "GIMP built-in Linear sRGB", "sRGB-elle-V2-g10.icc"]


def dark(values: Picture) -> Picture:
    """Values of sRGB as a file of linear light holds them."""
    return np.rint(255 * linear(values)).astype(np.uint8)


@pytest.mark.parametrize("name", LINEAR_NAMES)
def test_linear_light_is_brightened_whatever_its_profile_is_called(name: str) -> None:
    bright = np.maximum(COLOURS, 90)  # below, 8 bits of linear light do not tell colours apart
    read = read_photo(saved(dark(bright), icc_profile=rgb_profile(name, 1)))
    assert np.abs(read.astype(int) - bright).max() <= 3


@pytest.mark.parametrize("name", ["sRGB IEC61966-2.1", "c2", "Anything"])
def test_srgb_keeps_every_pixel_whatever_its_profile_is_called(name: str) -> None:
    for picture, profile in ((COLOURS, rgb_profile(name, None)), (GREY, grey_profile(name, None))):
        read = read_photo(saved(picture, icc_profile=profile))
        assert np.array_equal(read, picture if picture.ndim == 3 else np.dstack([picture] * 3))
        assert is_plain_jpeg(saved(picture, "JPEG", icc_profile=profile))


def test_a_profile_of_another_curve_makes_no_plain_jpeg() -> None:
    assert not is_plain_jpeg(saved(COLOURS, "JPEG", icc_profile=rgb_profile("sRGB", 1)))
    assert not is_plain_jpeg(saved(GREY, "JPEG", icc_profile=grey_profile("sRGB", 1)))


def test_grey_profiles_count_with_and_without_alpha_and_in_16_bits() -> None:
    profile = grey_profile("Linear grey", 1)
    bright = np.maximum(GREY, 90)
    opaque = np.full_like(GREY, 255)
    deep = np.rint(65535 * linear(GREY)).astype(np.uint16)  # 16 bits tell the dark tones apart too
    for picture, expected in ((dark(bright), bright), (np.dstack([dark(bright), opaque]), bright), (deep, GREY)):
        read = read_photo(saved(picture, icc_profile=profile))
        assert np.abs(read.astype(int) - expected[..., np.newaxis]).max() <= 3, picture.dtype


def test_transparent_parts_become_white_after_the_profile_was_applied() -> None:
    alpha = np.where(GREY > 200, np.uint8(0), np.uint8(255))
    grey = read_photo(saved(np.dstack([dark(GREY), alpha]), icc_profile=grey_profile("grey", 1)))
    colours = read_photo(saved(np.dstack([dark(COLOURS), alpha]), icc_profile=rgb_profile("sRGB", 1)))
    for read, expected in ((grey, np.dstack([GREY] * 3)), (colours, COLOURS)):
        assert (read[alpha == 0] == 255).all()
        shown = (alpha == 255) & (expected.min(axis=2) >= 90)
        assert np.abs(read[shown].astype(int) - expected[shown]).max() <= 3


def test_a_profile_for_another_kind_of_pixels_counts_as_none() -> None:
    for picture, profile in ((GREY, rgb_profile("red", 1)), (COLOURS, grey_profile("grey", 1))):
        assert np.array_equal(
            read_photo(saved(picture, icc_profile=profile)), picture if picture.ndim == 3 else np.dstack([picture] * 3)
        )


def test_a_palettes_colours_have_the_profile_too() -> None:
    image = Image.fromarray(dark(np.maximum(COLOURS // 64 * 64, 90))).convert("P", palette=Image.Palette.ADAPTIVE)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", icc_profile=rgb_profile("sRGB", 1))
    plain = photo_of(image)
    assert read_photo(buffer.getvalue()).mean() > plain.mean() + 20


def test_lab_pictures_become_srgb() -> None:
    lab = ImageCms.profileToProfile(
        Image.fromarray(COLOURS), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    buffer = io.BytesIO()
    assert lab is not None
    lab.save(buffer, "TIFF")
    assert np.abs(read_photo(buffer.getvalue()).astype(int) - COLOURS).mean() < 2  # 8 bits of Lab are coarse
