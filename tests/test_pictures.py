"""Pictures as people have them come out as a viewer shows them; resizing is the same for photo and mask."""

import io
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from figureground import pictures
from figureground.pictures import PERSON, VOID, PictureError
from helpers.drawing import Picture, exif


@pytest.fixture
def photo() -> Picture:
    """A gradient with three different corners: 24 x 40, so that every turn shows."""
    rows, columns = np.mgrid[0:24, 0:40]
    return np.stack([rows * 10, columns * 6, 255 - rows * 5 - columns * 3], axis=-1).astype(np.uint8)


def saved(picture: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_photos_and_their_sizes_are_upright(photo: Picture, tmp_path: Path, form: str, orientation: int) -> None:
    path = tmp_path / "photo"
    quality = {"quality": 100} if form in ("JPEG", "WEBP") else {}
    Image.fromarray(photo).save(path, format=form, exif=exif(orientation), **quality)
    upright = pictures.orient(photo, orientation)
    read = pictures.read_photo(path)
    assert read.shape == upright.shape
    assert np.abs(read.astype(int) - upright).max() <= (40 if quality else 0)
    assert np.abs(read.astype(int) - upright).mean() <= 3
    assert pictures.picture_size(path) == pictures.picture_size(path.read_bytes()) == upright.shape[:2]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orient_agrees_with_pillow(photo: Picture, orientation: int) -> None:
    image = Image.open(io.BytesIO(saved(Image.fromarray(photo), format="PNG", exif=exif(orientation))))
    assert np.array_equal(pictures.orient(photo, orientation), np.array(ImageOps.exif_transpose(image)))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_strange_orientation_and_damaged_exif_count_as_upright(photo: Picture) -> None:
    assert pictures.read_photo(saved(Image.fromarray(photo), format="PNG", exif=exif(77))).shape == photo.shape
    damaged = saved(Image.fromarray(photo), format="JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" + b"\xff" * 40)
    assert pictures.read_photo(damaged).shape == photo.shape


def test_modes_keep_their_colours(photo: Picture) -> None:
    grey = photo[..., 0]
    wide = Image.fromarray(grey.astype(np.uint16) * 257)
    assert np.array_equal(pictures.read_photo(saved(wide, format="PNG"))[..., 1], grey)
    assert np.array_equal(pictures.read_photo(saved(Image.fromarray(grey), format="PNG"))[..., 2], grey)
    palette = Image.fromarray(photo // 64 * 64).convert("P", palette=Image.Palette.ADAPTIVE, colors=256)
    assert np.array_equal(pictures.read_photo(saved(palette, format="PNG")), np.array(palette.convert("RGB")))
    red = np.full((8, 8, 3), (200, 30, 30), np.uint8)
    cmyk = pictures.read_photo(saved(Image.fromarray(red).convert("CMYK"), format="JPEG", quality=100))
    assert np.abs(cmyk.astype(int) - red).max() < 12
    bilevel = Image.fromarray(grey > 100)
    assert set(np.unique(pictures.read_photo(saved(bilevel, format="PNG")))) == {0, 255}


def test_16_bit_colour_comes_out_as_8_bit(photo: Picture) -> None:
    stored = cv2.imencode(".png", cv2.cvtColor(photo, cv2.COLOR_RGB2BGR).astype(np.uint16) * 257)[1].tobytes()
    assert np.array_equal(pictures.read_photo(stored), photo)


def test_transparent_parts_become_white(photo: Picture) -> None:
    alpha = np.full(photo.shape[:2], 255, np.uint8)
    alpha[:, :10] = 0
    read = pictures.read_photo(saved(Image.fromarray(np.dstack([photo, alpha])), format="PNG"))
    assert (read[:, :10] == 255).all()
    assert np.array_equal(read[:, 10:], photo[:, 10:])


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_cutout_keeps_its_transparency_and_is_upright(photo: Picture, orientation: int) -> None:
    cutout = np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)])
    cutout[:, :10, 3] = np.arange(10) * 20
    stored = saved(Image.fromarray(cutout), format="PNG", exif=exif(orientation))
    with Image.open(io.BytesIO(stored)) as image:
        np.testing.assert_array_equal(pictures.cutout_of(image), pictures.orient(cutout, orientation))
    assert pictures.cutout_of(Image.fromarray(photo))[..., 3].min() == 255
    grey = pictures.cutout_of(Image.fromarray(cutout).convert("LA"))
    np.testing.assert_array_equal(grey[..., 3], cutout[..., 3])


def test_colour_profiles_are_applied_and_damaged_ones_ignored(photo: Picture) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(pictures.read_photo(saved(Image.fromarray(photo), format="PNG", icc_profile=srgb)), photo)
    damaged = saved(Image.fromarray(photo), format="PNG", icc_profile=b"no profile")
    assert np.array_equal(pictures.read_photo(damaged), photo)
    foreign = saved(Image.fromarray(photo), format="JPEG", icc_profile=_swapped_primaries(srgb))
    assert not pictures.is_plain_jpeg(foreign)
    assert not np.array_equal(
        pictures.read_photo(foreign), pictures.read_photo(saved(Image.fromarray(photo), format="JPEG"))
    )


def _swapped_primaries(profile: bytes) -> bytes:
    """A profile whose red and blue change places, under another name: a wide-gamut profile needs no file then."""
    changed = bytearray(
        profile.replace("sRGB".encode("utf-16-be"), "Test".encode("utf-16-be")).replace(b"sRGB b", b"Test b")
    )
    for entry in range(128 + 4, 128 + 4 + 12 * int.from_bytes(changed[128:132], "big"), 12):
        name = bytes(changed[entry : entry + 4])
        if name in (b"rXYZ", b"bXYZ"):
            changed[entry : entry + 4] = b"bXYZ" if name == b"rXYZ" else b"rXYZ"
    return bytes(changed)


def test_only_jpegs_that_need_no_change_are_plain(photo: Picture) -> None:
    image = Image.fromarray(photo)
    assert pictures.is_plain_jpeg(saved(image, format="JPEG"))
    assert pictures.is_plain_jpeg(saved(image.convert("L"), format="JPEG"))
    assert not pictures.is_plain_jpeg(saved(image, format="JPEG", exif=exif(6)))
    assert not pictures.is_plain_jpeg(saved(image.convert("CMYK"), format="JPEG"))
    assert not pictures.is_plain_jpeg(saved(image, format="PNG"))


def test_unusable_files_say_what_is_wrong_and_where(photo: Picture, tmp_path: Path) -> None:
    whole = saved(Image.fromarray(photo), format="JPEG")
    cases = {"empty": b"", "cut": whole[: len(whole) // 2], "text": b"not a picture at all", "png": _cut_png(photo)}
    for name, content in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(PictureError, match=rf"{name}: .+; .+"):
            pictures.read_photo(path)
    with pytest.raises(PictureError, match="no such file"):
        pictures.read_photo(tmp_path / "missing.jpg")
    with pytest.raises(PictureError, match="floating-point"):
        pictures.read_photo(saved(Image.fromarray(np.zeros((4, 4), np.float32)), format="TIFF"))


def _cut_png(photo: Picture) -> bytes:
    whole = saved(Image.fromarray(photo), format="PNG")
    return whole[: len(whole) * 2 // 3]


def test_fast_decoding_gives_the_same_pixels(photo: Picture) -> None:
    for encoded in (pictures.encode_jpeg(photo), pictures.encode_png(photo)):
        assert np.array_equal(pictures.decode_photo(encoded), pictures.read_photo(encoded))
    assert np.array_equal(pictures.decode_photo(pictures.encode_png(photo)), photo)
    mask = np.where(photo[..., 0] > 90, PERSON, VOID).astype(np.uint8)
    assert np.array_equal(pictures.decode_mask(pictures.encode_png(mask)), mask)
    with pytest.raises(PictureError, match="not a JPEG or PNG"):
        pictures.decode_photo(b"")


def test_a_picture_that_an_encoder_does_not_take_is_an_error() -> None:
    with pytest.raises(PictureError, match=r"66000 x 1 pixels: cannot be a \.jpg file"):
        pictures.encode_jpeg(np.zeros((1, 66000, 3), np.uint8))


def test_a_picture_that_a_program_has_turned_is_not_turned_again(photo: Picture, tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    Image.fromarray(photo).save(path, exif=exif(6))
    with Image.open(path) as opened:
        turned = opened.rotate(-90, expand=True)
        assert pictures.photo_of(turned).shape[:2] == (turned.height, turned.width)
        assert pictures.photo_of(ImageOps.exif_transpose(opened)).shape == (40, 24, 3)
        ImageOps.exif_transpose(opened, in_place=True)
        assert pictures.photo_of(opened).shape == (40, 24, 3)
    with Image.open(path) as opened:
        opened.load()
        assert pictures.photo_of(opened).shape == (40, 24, 3)


def test_project_masks_hold_three_values_only(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    mask = np.array([[0, VOID, PERSON]], np.uint8)
    path.write_bytes(pictures.encode_png(mask))
    assert np.array_equal(pictures.read_mask(path), mask)
    path.write_bytes(pictures.encode_png(np.array([[0, 7, 255]], np.uint8)))
    with pytest.raises(PictureError, match="mask values 7 "):
        pictures.read_mask(path)
    path.write_bytes(pictures.encode_png(np.zeros((4, 4, 3), np.uint8)))
    with pytest.raises(PictureError, match="mode RGB"):
        pictures.read_mask(path)


def test_resizing_shrinks_by_area_and_grows_bilinear(photo: Picture) -> None:
    assert np.array_equal(pictures.resize_photo(photo, 24, 40), photo)
    assert np.array_equal(
        pictures.resize_photo(photo, 12, 20), cv2.resize(photo, (20, 12), interpolation=cv2.INTER_AREA)
    )
    assert np.array_equal(
        pictures.resize_photo(photo, 48, 80), cv2.resize(photo, (80, 48), interpolation=cv2.INTER_LINEAR)
    )
    mixed = pictures.resize_photo(photo, 48, 10)
    assert mixed.shape == (48, 10, 3)
    assert abs(float(mixed.mean()) - float(photo.mean())) < 1


def test_masks_are_decided_by_half_of_the_pixel_and_void_wins() -> None:
    person, void = PERSON, VOID
    blocks = np.array(
        [[person, person, 0, 0, void, person, void, 0], [0, person, 0, person, void, person, 0, 0]], np.uint8
    )
    assert pictures.resize_mask(blocks, 1, 4).tolist() == [[person, 0, void, 0]]
    halves = np.array([[person, 0], [person, 0]], np.uint8)
    assert pictures.resize_mask(halves, 1, 1).tolist() == [[person]]
    assert set(np.unique(pictures.resize_mask(blocks, 7, 19))) <= {0, void, person}
    assert np.array_equal(pictures.resize_mask(blocks, 2, 8), blocks)


def test_probabilities_stay_within_their_range() -> None:
    probability = np.random.default_rng(3).random((9, 7), np.float32)
    resized = pictures.resize_probability(probability, 30, 41)
    assert resized.shape == (30, 41)
    assert resized.dtype == np.float32
    assert probability.min() <= resized.min() and resized.max() <= probability.max()


def test_a_file_is_read_as_what_it_is_but_never_as_a_program(
    photo: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr("subprocess.check_call", lambda command, **options: started.append(command))
    path = tmp_path / "photo.jpg"
    Image.fromarray(photo).save(path, format="EPS")  # PostScript, which Pillow hands to Ghostscript
    for source in (path, path.read_bytes()):
        with pytest.raises(PictureError, match="not a picture of a known format"):
            pictures.read_photo(source)
        with pytest.raises(PictureError, match="not a picture of a known format"):
            pictures.picture_size(source)
    assert not started


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PictureError, match=r"pipe\.jpg: a pipe or a device"):
        pictures.read_photo(tmp_path / "pipe.jpg")
