"""Colour profiles are judged by what they do: by their curves and not by their names, on the pixels as stored."""

import io
import struct
import zlib
from collections.abc import Callable

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


def avif(picture: Picture, primaries: int, transfer: int) -> bytes:
    content = bytearray(saved(picture, "AVIF", quality=100, subsampling="4:4:4"))
    struct.pack_into(">HH", content, content.index(b"colrnclx") + 8, primaries, transfer)
    return bytes(content)


def heic(picture: Picture, primaries: int, transfer: int) -> bytes:
    pytest.importorskip("pi_heif")
    writer = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    codes = {"color_primaries": primaries, "transfer_characteristics": transfer, "full_range_flag": 1}
    writer.from_bytes("RGB", picture.shape[1::-1], picture.tobytes()).save(
        buffer, quality=100, chroma=444, matrix_coefficients=6, **codes
    )
    return buffer.getvalue()


def png(picture: Picture, primaries: int, transfer: int) -> bytes:
    content = saved(picture)
    chunk = b"cICP" + bytes([primaries, transfer, 0, 1])
    end = content.index(b"IDAT") - 4
    return content[:end] + struct.pack(">I", 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + content[end:]


WRITERS = [avif, heic, png]
# From light of Display P3 and of BT.2020 to that of sRGB (CSS Color 4, sample code).
TO_SRGB = {
    12: [[1.224940, -0.224940, 0], [-0.042057, 1.042057, 0], [-0.019638, -0.078636, 1.098274]],
    9: [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]],
}


@pytest.mark.parametrize("primaries", list(TO_SRGB))
@pytest.mark.parametrize("written", WRITERS)
def test_primaries_that_stand_in_no_profile_count(
    written: Callable[[Picture, int, int], bytes], primaries: int
) -> None:
    skin = np.full((64, 64, 3), (200, 150, 120), np.uint8)
    light = np.array(TO_SRGB[primaries]) @ linear(skin[0, 0])
    expected = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(read_photo(written(skin, primaries, 13)).mean((0, 1)) - expected).max() < 2


@pytest.mark.parametrize("codes", [(1, 13), (1, 1), (2, 2), (6, 6)])
@pytest.mark.parametrize("written", WRITERS)
def test_code_points_of_srgb_and_its_like_change_no_pixel(
    written: Callable[[Picture, int, int], bytes], codes: tuple[int, int]
) -> None:
    with Image.open(io.BytesIO(written(COLOURS, *codes))) as image:
        stored = np.array(image.convert("RGB"))
    assert np.array_equal(read_photo(written(COLOURS, *codes)), stored)


@pytest.mark.parametrize("transfer, white", [(16, 0.58), (18, 0.75)])  # ITU-R BT.2408, table 1
def test_hdr_is_shown_as_on_a_screen_without_it(transfer: int, white: float) -> None:
    for share, expected in ((white, 255), (1.0, 255), (0.0, 0)):
        grey = np.full((64, 64, 3), round(255 * share), np.uint8)
        assert np.abs(read_photo(png(grey, 9, transfer)).astype(int) - expected).max() <= 2
    ramp = read_photo(png(np.repeat(GREY[..., None], 3, -1), 9, transfer))[0, :, 0]
    assert (np.diff(ramp.astype(int)) >= 0).all() and 90 < ramp[round(0.4 * 255)] < 200


def test_a_profile_counts_before_the_code_points_of_avif_and_transparency_stays() -> None:
    told = saved(dark(np.maximum(COLOURS, 90)), "AVIF", quality=100, icc_profile=rgb_profile("linear", 1))
    told = told.replace(b"colrnclx\0\x01", b"colrnclx\0\x0c")
    assert np.abs(read_photo(told).astype(int) - np.maximum(COLOURS, 90)).mean() < 6
    clear = np.zeros((64, 64, 4), np.uint8)
    assert (read_photo(avif(clear, 12, 13)) == 255).all()
