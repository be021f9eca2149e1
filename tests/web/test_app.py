"""POST /cut and /id-photo as a program meets them: a real server, real requests, bad ones among them."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from figureground import Segmenter
from figureground.pictures import encode_jpeg, encode_png
from helpers.drawing import Picture, portrait
from helpers.site import BOUNDARY, FORM, Site, form


def opened(content: bytes) -> Picture:
    with Image.open(io.BytesIO(content)) as image:
        return np.array(image)


def test_a_photo_becomes_the_cutout_that_python_makes(site: Site, photo: bytes, bright: Path) -> None:
    answer = site.post("/cut", {"photo": photo})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    expected = Segmenter(bright).cut(opened(photo))
    np.testing.assert_array_equal(opened(answer.content), expected)


@pytest.mark.parametrize(
    "fields, kind, mode",
    [
        ({"background": "white"}, "JPEG", "RGB"),
        ({"background": "#1e90ff", "format": "png"}, "PNG", "RGB"),
        ({"background": "blur", "format": "webp"}, "WEBP", "RGB"),
        ({"background": "transparent", "format": "webp"}, "WEBP", "RGBA"),
        ({"model": "fast", "background": "white"}, "JPEG", "RGB"),
    ],
)
def test_backgrounds_and_formats(site: Site, fields: dict[str, str], kind: str, mode: str) -> None:
    answer = site.post("/cut", {"photo": encode_jpeg(portrait()), **fields})
    assert answer.status == 200, answer.content
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, image.mode, image.size) == (kind, mode, (320, 240))


def test_a_background_picture_is_sent_along(site: Site, photo: bytes, drawn: tuple[Picture, Picture]) -> None:
    behind = encode_png(np.full((30, 40, 3), (10, 200, 30), np.uint8))
    result = opened(site.post("/cut", {"photo": photo, "background": behind, "format": "png"}).content)
    far = drawn[1] == 0
    assert np.mean((result[far] == (10, 200, 30)).all(axis=1)) > 0.95


def test_a_turned_photo_comes_out_upright(site: Site, drawn: tuple[Picture, Picture]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    Image.fromarray(np.rot90(drawn[0])).save(stream, "JPEG", exif=exif)
    assert opened(site.post("/cut", {"photo": stream.getvalue()}).content).shape == (240, 180, 4)


def test_no_path_of_the_request_is_ever_opened(site: Site, photo: bytes, tmp_path: Path) -> None:
    (tmp_path / "behind.png").write_bytes(encode_png(np.zeros((9, 9, 3), np.uint8)))
    answer = site.post("/cut", {"photo": photo, "background": str(tmp_path / "behind.png")})
    assert answer.status == 400 and "neither transparent, blur nor a colour" in answer.error
    assert site.post("/cut", {"photo": photo, "model": str(tmp_path / "x.tflite")}).status == 400
    for path in ("/../app.py", "/%2e%2e/app.py", "/static/../app.py", "//etc/passwd", "/models/../app.js", "/app.py"):
        assert site.ask("GET", path).status == 404


@pytest.mark.parametrize(
    "fields, status, said",
    [
        ({}, 400, "photo: missing"),
        ({"photo": "text"}, 400, "photo: missing"),
        ({"photo": b""}, 415, "an empty file"),
        ({"photo": b"%PDF-1.4 text"}, 415, "not a picture of a known format"),
        ({"photo": b"...", "colour": "white"}, 400, "'colour' is none of the fields photo, background, format, model"),
        ({"photo": b"...", "format": "gif"}, 400, "'gif' is none of png, webp, jpg"),
        ({"photo": b"...", "format": "jpg"}, 400, "JPEG has no transparency"),
        ({"photo": b"...", "background": "no colour"}, 400, "neither transparent, blur nor a colour"),
        ({"photo": b"...", "background": "x" * 2000}, 400, "not a whole multipart form"),
        ({"photo": b"...", "background": b"no picture"}, 415, "not a picture of a known format"),
    ],
)
def test_a_wrong_form_is_told_what_is_wrong(site: Site, fields: dict[str, str | bytes], status: int, said: str) -> None:
    answer = site.post("/cut", fields)
    assert answer.status == status
    assert said in answer.error and "\n" not in answer.error


def test_a_photo_cut_short_and_one_without_people(site: Site, photo: bytes, nobody: bytes) -> None:
    answer = site.post("/cut", {"photo": photo[: len(photo) // 2]})
    assert answer.status == 415 and "damaged or cut short" in answer.error
    answer = site.post("/cut", {"photo": nobody})
    assert (answer.status, answer.error) == (422, "no person found in this photo")


def test_a_picture_that_its_format_cannot_hold_is_told_so(site: Site) -> None:
    wide = encode_png(np.full((40, 66000, 3), 255, np.uint8))
    for kind, most in (("jpg", 65500), ("webp", 16383)):
        answer = site.post("/cut", {"photo": wide, "background": "blue", "format": kind})
        assert answer.status == 400 and f"at most {most} pixels a side; use PNG" in answer.error
    assert site.post("/cut", {"photo": wide, "background": "blue", "format": "png"}).status == 200


def test_files_that_are_not_the_photo_are_told_by_name(site: Site) -> None:
    raw, heic = b"FUJIFILMCCD-RAW 0201" + bytes(40), b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    for content, said in ((raw, "a camera's raw file"), (heic, "HEIC photo")):
        answer = site.post("/cut", {"photo": content})
        assert answer.status == 415 and said in answer.error


def test_a_decompression_bomb_is_refused_by_its_header(site: Site) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    for side, status, said in ((12_000, 413, "144 megapixels, the limit is 50"), (60_000, 415, "decompression bomb")):
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
        answer = site.post("/cut", {"photo": bomb})
        assert answer.status == status and said in answer.error


def test_what_is_no_form_is_refused(site: Site, photo: bytes) -> None:
    assert site.ask("POST", "/cut", photo, {"Content-Type": "image/jpeg"}).status == 415
    assert site.ask("POST", "/cut", photo).status == 415
    assert site.ask("POST", "/cut", photo, {"Content-Type": "multipart/form-data"}).status == 400
    broken = form({"photo": photo})[:-40]
    assert site.ask("POST", "/cut", broken, {"Content-Type": FORM}).status == 400
    twice = form({"photo": photo}).replace(f"--{BOUNDARY}--\r\n".encode(), b"") + form({"photo": photo})
    answer = site.ask("POST", "/cut", twice, {"Content-Type": FORM})
    assert answer.status == 400 and answer.error == "photo: given twice"


def test_other_methods_and_addresses(site: Site) -> None:
    answer = site.ask("GET", "/cut")
    assert (answer.status, answer.error) == (405, "method not allowed")
    assert site.ask("POST", "/health").status == 405
    assert "the page is at /" in site.ask("GET", "/nothing").error


def test_a_document_photo_with_its_shortcomings(site: Site) -> None:
    canvas = portrait(6)
    fields: dict[str, str | bytes] = {"photo": encode_jpeg(canvas), "standard": "us", "model": "fast"}
    answer = site.post("/id-photo", fields)
    assert answer.status == 200 and answer.headers["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (600, 600) and round(image.info["dpi"][0]) == 300
    small = encode_jpeg(np.ascontiguousarray(canvas[::6, ::6]))
    answer = site.post("/id-photo", fields | {"photo": small})
    assert any("too small" in sentence for sentence in json.loads(answer.headers["Figureground-Shortcomings"]))
    with Image.open(io.BytesIO(site.post("/id-photo", fields | {"sheet": "yes"}).content)) as image:
        assert sorted(image.size) == [1181, 1772]


@pytest.mark.parametrize("background, said", [("black", "too dark"), ("blur", "a plain background"), ("x", "a plain")])
def test_a_document_wants_a_light_colour(site: Site, photo: bytes, background: str, said: str) -> None:
    answer = site.post("/id-photo", {"photo": photo, "background": background})
    assert answer.status == 400 and said in answer.error


def test_a_document_without_a_face(site: Site, photo: bytes, nobody: bytes) -> None:
    assert site.post("/id-photo", {"photo": nobody}).status == 422
    answer = site.post("/id-photo", {"photo": photo})  # a blank disc for a head
    assert answer.status == 422 and "no face found" in answer.error
