"""Files that every viewer shows are read, also where Pillow finds fault with them; what is not the photo is refused."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from figureground import image_files
from figureground.drawn_masks import read_drawn_mask
from figureground.pictures import (
    PictureError,
    frame_count,
    is_plain_jpeg,
    photo_of,
    picture_size,
    read_mask,
    read_photo,
)
from helpers.colour_profiles import linear, rgb_profile
from helpers.drawing import exif, person
from helpers.picture_files import chunk, saved

PHOTO = person(3, 160, 120)[0]


def put_in(png: bytes, extra: bytes, *, last: bool = False) -> bytes:
    place = len(png) - 12 if last else 33  # before IEND, or after IHDR
    return png[:place] + extra + png[place:]


LARGE_TEXT = chunk(b"zTXt", b"history\0\0" + zlib.compress(b"a b c d " * 300_000))
SIDE_CHUNKS = {
    "a large text": LARGE_TEXT,
    "a text with a wrong checksum": chunk(b"tEXt", b"Software\0demo", wrong=1),
    "a large translated text": chunk(
        b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"<x>" + b" " * 3_000_000)
    ),
    "a profile with a wrong checksum": chunk(b"iCCP", b"x\0\0" + zlib.compress(b"no profile"), wrong=1),
    "a time that is no time": chunk(b"tIME", b"", wrong=1),
    "a resolution that is too short": chunk(b"pHYs", b"\0"),
}


@pytest.mark.parametrize("extra", SIDE_CHUNKS.values(), ids=list(SIDE_CHUNKS))
@pytest.mark.parametrize("last", [False, True], ids=["before the pixels", "behind them"])
def test_chunks_that_nobody_uses_do_not_make_a_png_unreadable(tmp_path: Path, extra: bytes, last: bool) -> None:
    (tmp_path / "a.png").write_bytes(put_in(saved(PHOTO), extra, last=last))
    for source in (tmp_path / "a.png", (tmp_path / "a.png").read_bytes()):
        assert np.array_equal(read_photo(source), PHOTO)
        assert picture_size(source) == PHOTO.shape[:2] and frame_count(source) == 1


def test_what_changes_how_a_png_looks_outlives_a_damaged_side_chunk() -> None:
    turned = put_in(saved(PHOTO, exif=exif(6)), LARGE_TEXT)
    assert np.array_equal(read_photo(turned), np.rot90(PHOTO, -1))
    marked = Image.fromarray(np.full((4, 4), 7, np.uint8), "P")
    marked.putpalette([200, 0, 0] * 256)
    buffer = io.BytesIO()
    marked.save(buffer, "PNG", transparency=7)
    assert (read_photo(put_in(buffer.getvalue(), LARGE_TEXT)) == 255).all()


def test_a_large_colour_profile_counts_also_where_pillow_refuses_it() -> None:
    profile = rgb_profile("linear", 1)
    large = saved(PHOTO, icc_profile=profile + bytes(2_000_000))
    assert np.array_equal(read_photo(large), read_photo(saved(PHOTO, icc_profile=profile)))
    assert read_photo(large).mean() > PHOTO.mean() + 10


def test_masks_outlive_a_damaged_side_chunk(tmp_path: Path) -> None:
    mask = person(3, 160, 120)[1]
    (tmp_path / "mask.png").write_bytes(put_in(saved(mask), LARGE_TEXT, last=True))
    assert np.array_equal(read_mask(tmp_path / "mask.png"), mask)


def test_errors_name_the_file_of_a_damaged_side_chunk(tmp_path: Path) -> None:
    for last in (False, True):
        (tmp_path / "drawn.png").write_bytes(put_in(saved(PHOTO), LARGE_TEXT, last=last))
        with pytest.raises(PictureError, match=r"drawn\.png: coloured, so not a mask"):
            read_drawn_mask(tmp_path / "drawn.png")


def test_a_png_with_damaged_pixels_is_damaged_with_any_side_chunk() -> None:
    png = saved(PHOTO)
    for damaged in (png[: len(png) // 2], put_in(png, LARGE_TEXT)[: -len(png) // 2], png[:33]):
        with pytest.raises(PictureError, match="damaged or cut short"):
            read_photo(damaged)


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


@pytest.mark.parametrize(
    "extra",
    [
        segment(0xE2, b"ICC_PROFILE\0"), segment(0xEE, b"Adobe"), segment(0xE0, b"JFIF"),
        segment(0xED, b"Photoshop 3.0\0008BIM\3\xed"), segment(0xFE, bytes(60_000)),
    ],
    ids=["profile", "Adobe", "JFIF", "Photoshop", "comment"],
)  # fmt: skip
def test_segments_that_nobody_uses_do_not_make_a_jpeg_unreadable(extra: bytes) -> None:
    whole = saved(PHOTO, "JPEG", exif=exif(6), icc_profile=rgb_profile("linear", 1))
    damaged = whole[:2] + extra + whole[2:]
    assert np.array_equal(read_photo(damaged), read_photo(whole))
    assert picture_size(damaged) == picture_size(whole) == (120, 160)
    with pytest.raises(PictureError, match="damaged or cut short"):
        read_photo(damaged[: len(extra) + 30])


JPEGS = {
    "baseline": saved(PHOTO, "JPEG", quality=90),
    "progressive": saved(PHOTO, "JPEG", quality=90, progressive=True),
    "grey": saved(PHOTO[..., 0], "JPEG", quality=90),
    "with restarts": cv2.imencode(".jpg", PHOTO, [cv2.IMWRITE_JPEG_RST_INTERVAL, 4])[1].tobytes(),
}


@pytest.mark.parametrize("jpeg", JPEGS.values(), ids=list(JPEGS))
def test_a_jpeg_that_lacks_its_end_marker_alone_is_whole(tmp_path: Path, jpeg: bytes) -> None:
    for missing in (1, 2):
        (tmp_path / "a.jpg").write_bytes(jpeg[:-missing])
        assert np.array_equal(read_photo(tmp_path / "a.jpg"), read_photo(jpeg))
        with Image.open(tmp_path / "a.jpg") as opened:
            assert np.array_equal(photo_of(opened), read_photo(jpeg))
        assert is_plain_jpeg(jpeg) and not is_plain_jpeg(jpeg[:-missing])


@pytest.mark.parametrize("jpeg", JPEGS.values(), ids=list(JPEGS))
@pytest.mark.parametrize("missing", [4, 8, 40, 300, 1500])
def test_a_jpeg_that_lacks_pixels_is_cut_short(jpeg: bytes, missing: int) -> None:
    with pytest.raises(PictureError, match="damaged or cut short"):
        read_photo(jpeg[:-missing])


def test_a_moving_picture_that_is_cut_short_is_read_by_its_first_one() -> None:
    frames = [Image.fromarray(np.roll(PHOTO, 9 * number, 1)) for number in range(4)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    part = buffer.getvalue()[: len(buffer.getvalue()) * 2 // 3]
    assert np.array_equal(read_photo(part), read_photo(buffer.getvalue()))
    assert frame_count(part) >= 1


def directory(place: int, tags: Mapping[int, tuple[int, list[int]]]) -> bytes:
    """A directory of a TIFF file that lies at `place`; each tag with its type (1 byte, 3 short, 4 long) and values."""
    entries, body, behind = b"", b"", place + 6 + 12 * len(tags)
    for tag, (kind, values) in sorted(tags.items()):
        content = struct.pack(f"<{len(values)}{ {1: 'B', 3: 'H', 4: 'I'}[kind] }", *values)
        shown = content.ljust(4, b"\0") if len(content) <= 4 else struct.pack("<I", behind + len(body))
        body += content if len(content) > 4 else b""
        entries += struct.pack("<HHI", tag, kind, len(values)) + shown
    return b"".join((struct.pack("<H", len(tags)), entries, bytes(4), body))


def raw(changes: Mapping[int, tuple[int, list[int]]], magic: bytes = b"") -> bytes:
    """A raw file as Pillow opens it: a small preview comes first."""
    preview: bytes = cv2.resize(PHOTO, (40, 30)).tobytes()
    tags: dict[int, tuple[int, list[int]]] = {
        256: (4, [40]), 257: (4, [30]), 258: (3, [8, 8, 8]), 259: (3, [1]), 262: (3, [2]), 273: (4, [0]),
        277: (3, [3]), 278: (4, [30]), 279: (4, [len(preview)]), **changes,
    }  # fmt: skip
    first = 8 + len(magic)
    tags[273] = (4, [first + len(directory(first, tags))])
    return b"II*\0" + struct.pack("<I", first) + magic + directory(first, tags) + preview


DNG, REDUCED = {50706: (1, [1, 4, 0, 0])}, {254: (4, [1]), 330: (4, [8])}
RAWS = {
    "a.dng": raw(DNG), "a.nef": raw(REDUCED), "a.pef": raw({}), "a.cr2": raw({}, b"CR\2\0\0\0\0\0"),
    "no-suffix": raw(DNG), "renamed.tif": raw(REDUCED),
    "a.raf": b"FUJIFILMCCD-RAW 0201", "a.orf": b"IIRO" + bytes(60), "a.CR3": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
}  # fmt: skip


@pytest.mark.parametrize("name", RAWS)
def test_a_cameras_raw_file_is_refused_and_its_preview_not_taken_for_the_photo(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(RAWS[name])
    for read in (read_photo, picture_size, frame_count):
        with pytest.raises(PictureError, match=rf"{name}: a camera's raw file, .*; develop it"):
            read(tmp_path / name)
    if name not in ("a.pef",):  # by its name alone
        with pytest.raises(PictureError, match="picture: a camera's raw file"):
            read_photo(RAWS[name])


def test_a_raw_file_that_pillow_has_opened_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "a.dng").write_bytes(RAWS["a.dng"])
    with Image.open(tmp_path / "a.dng") as image, pytest.raises(PictureError, match="a camera's raw file"):
        photo_of(image)


def test_an_ordinary_tiff_is_no_raw_file(tmp_path: Path) -> None:
    pages = [Image.fromarray(PHOTO), Image.fromarray(PHOTO[:40])]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    assert np.array_equal(read_photo(tmp_path / "pages.tif"), PHOTO)
    assert frame_count(tmp_path / "pages.tif") == 2


HEADER = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def test_a_heic_photo_that_cannot_be_read_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "IMG_1.HEIC").write_bytes(HEADER)
    monkeypatch.setattr(image_files, "_heif_is_read", lambda: False)
    with pytest.raises(PictureError, match=r"IMG_1.HEIC: a HEIC photo, .*\.\[heif\]"):
        read_photo(tmp_path / "IMG_1.HEIC")


def heic(picture: np.ndarray, **options: Any) -> bytes:
    pytest.importorskip("pi_heif")
    writer = pytest.importorskip("pillow_heif")
    mode = "RGB;16" if picture.dtype == np.uint16 else "RGB"
    buffer = io.BytesIO()
    writer.from_bytes(mode, picture.shape[1::-1], picture.tobytes()).save(buffer, quality=95, **options)
    return buffer.getvalue()


def test_heic_photos_are_read_in_8_and_10_bits() -> None:
    smooth = cv2.GaussianBlur(PHOTO, (0, 0), 5)
    assert np.abs(read_photo(heic(smooth)).astype(int) - smooth).mean() < 3
    assert np.abs(read_photo(heic(smooth.astype(np.uint16) << 8)).astype(int) - smooth).mean() < 3


def test_the_colour_profile_of_a_heic_photo_counts() -> None:
    smooth = cv2.GaussianBlur(PHOTO, (0, 0), 5)
    light = np.rint(255 * linear(np.maximum(smooth, 90))).astype(np.uint8)
    read = read_photo(heic(light, icc_profile=rgb_profile("Camera RGB", 1)))
    assert np.abs(read.astype(int) - np.maximum(smooth, 90)).mean() < 5


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_heic_photos_are_turned_once_as_phones_write_them(orientation: int) -> None:
    smooth = cv2.GaussianBlur(PHOTO, (0, 0), 5)
    content = heic(smooth, exif=exif(orientation).tobytes())  # the turn stands in a box of its own beside the EXIF data
    upright = np.rot90(smooth, {3: 2, 6: -1, 8: 1}[orientation])
    assert picture_size(content) == upright.shape[:2]
    assert np.abs(read_photo(content).astype(int) - upright).mean() < 3


def test_a_damaged_heic_photo_is_called_damaged(tmp_path: Path) -> None:
    whole = heic(PHOTO)
    for part in (HEADER, whole[: len(whole) * 2 // 3]):
        with pytest.raises(PictureError, match="damaged"):
            read_photo(part)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_avif_photos_are_turned_once(orientation: int) -> None:
    content = saved(PHOTO, "AVIF", quality=95, exif=exif(orientation))
    with Image.open(io.BytesIO(saved(PHOTO, exif=exif(orientation)))) as image:
        upright = photo_of(image)
    assert picture_size(content) == upright.shape[:2]
    assert np.abs(read_photo(content).astype(int) - upright).mean() < 8
