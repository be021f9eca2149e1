"""POST /cut and /id-photo as a program meets them: a real server, real requests, bad ones among them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from figureground import InHand, Segmenter
from figureground.hands.things import THINGS
from figureground.pictures import encode_jpeg, encode_png, read_photo
from helpers.drawing import Picture, portrait
from helpers.picture_files import bomb, opened
from helpers.places import ROOT
from helpers.site import BOUNDARY, FORM, Site, form, serving
from helpers.tiny_networks import save_pixel_network


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


def test_what_people_hold_is_left_out_or_kept(tmp_path: Path) -> None:
    model = save_pixel_network(tmp_path / "telling.tflite", 64, 64, (20, 0, 0), held=(0, 0, 20))
    picture = np.zeros((60, 90, 3), np.uint8)
    picture[:, :45, 0] = picture[:, 45:70, 2] = 255  # a red person holds something blue
    photo = encode_png(picture)
    with serving(model) as site:
        left, kept = (opened(site.post("/cut", {"photo": photo, **held}).content) for held in ({}, {"held": "keep"}))
        refused = site.post("/cut", {"photo": photo, "held": "keep", "model": "open"})
    np.testing.assert_array_equal(left, Segmenter(model).cut(picture))
    np.testing.assert_array_equal(kept, Segmenter(model).cut(picture, held="keep"))
    assert kept[..., 3].sum() > 1.4 * left[..., 3].sum()
    assert refused.status == 400
    assert "give model own" in refused.error


def test_a_thing_is_put_into_a_hand(site: Site) -> None:
    photo = (ROOT / "tests/hands.jpg").read_bytes()
    fields: dict[str, str | bytes] = {"photo": photo, "hand": "right", "turn": "-7.5", "format": "png", "model": "fast"}
    named = site.post("/put", {**fields, "thing": "placard", "text": "Free hugs"})
    assert (named.status, named.headers["Content-Type"]) == (200, "image/png"), named.content
    expected = Segmenter("fast").put(read_photo(photo), InHand("placard", "right", turn=-7.5, text="Free hugs"))
    np.testing.assert_array_equal(opened(named.content), expected)
    sent = site.post("/put", {**fields, "thing": (THINGS / "mug.png").read_bytes()})
    assert sent.status == 200 and sent.content != named.content


def test_a_cutout_may_have_a_thing_in_the_place_of_what_is_held(tmp_path: Path) -> None:
    model = save_pixel_network(tmp_path / "telling.tflite", 64, 64, (20, 0, 0), held=(0, 0, 20))
    picture = np.zeros((60, 90, 3), np.uint8)
    picture[:, :45, 0] = picture[20:40, 45:70, 2] = 255
    with serving(model) as site:
        replaced = site.post("/cut", {"photo": encode_png(picture), "held": "replace", "thing": "mug"})
        without = site.post("/cut", {"photo": encode_png(picture), "held": "replace"})
    assert replaced.status == 200, replaced.content
    np.testing.assert_array_equal(
        opened(replaced.content), Segmenter(model).cut(picture, held="replace", thing=InHand("mug"))
    )
    assert without.status == 400 and "thing: '' is no picture's file and none of book" in without.error


@pytest.mark.parametrize(
    "fields, status, reason",
    [
        ({"thing": "tests/hands.jpg"}, 400, "thing: 'tests/hands.jpg' is no picture's file and none of book"),
        ({"thing": b"no picture", "hand": "1"}, 415, "thing: "),
        ({"thing": "mug", "hand": "0"}, 400, "hand: from 1 on"),
        ({"thing": "mug", "hand": "both"}, 400, "hand: 'both' is no number"),
        ({"thing": "mug", "scale": "1e9"}, 400, "scale: '1e9' is no number such as 1.5"),
        ({"thing": "mug", "scale": "0"}, 400, "scale: 0.05 to 20"),
        ({"thing": "mug", "text": "hello"}, 400, "mug: has no place for a text"),
        ({"thing": "mug"}, 422, "no hand found in this photo"),
    ],
)
def test_what_cannot_be_put_into_a_hand_is_said(
    site: Site, nobody: bytes, fields: dict[str, str | bytes], status: int, reason: str
) -> None:
    answer = site.post("/put", {"photo": nobody, **fields})
    assert (answer.status, reason in answer.error) == (status, True), answer.content


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
        ({"photo": ""}, 400, "photo: missing"),
        ({"photo": "text"}, 415, "photo: not a picture of a known format"),
        ({"photo": b""}, 415, "photo: an empty file"),
        ({"photo": b"%PDF-1.4 text"}, 415, "photo: not a picture of a known format"),
        (
            {"photo": b"...", "colour": "white"},
            400,
            "'colour' is none of the fields photo, background, held, thing, hand, scale, turn, text, format, model",
        ),
        ({"photo": b"...", "held": "hold"}, 400, "held: 'hold' is none of drop, keep"),
        ({"photo": b"...", "held": "keep"}, 400, "held: the model own does not tell what people hold; "),
        ({"photo": b"...", "format": "gif"}, 400, "format: 'gif' is none of png, webp, jpg"),
        ({"photo": b"...", "format": "jpg"}, 400, "format: JPEG has no transparency"),
        ({"photo": b"...", "background": "no colour"}, 400, "background: 'no colour' is neither"),
        ({"photo": b"...", "background": "x" * 2000}, 400, "background: longer than the 1000 bytes that a text may"),
        ({"photo": b"...", "format": b"x" * 2000}, 400, "format: longer than the 1000 bytes that a text may have"),
        ({"photo": b"...", "background": b"no picture"}, 415, "background: not a picture of a known format"),
    ],
)
def test_a_wrong_form_is_told_what_is_wrong(site: Site, fields: dict[str, str | bytes], status: int, said: str) -> None:
    answer = site.post("/cut", fields)
    assert answer.status == status
    assert said in answer.error and "\n" not in answer.error


@pytest.mark.parametrize(
    "named",
    ["", '; filename="a.jpg"', '; filename=""', "; filename=a.jpg", "; filename*=UTF-8''%E6%9D%B1.jpg", "; FileName=x"],
)
@pytest.mark.parametrize("kind", ["image/jpeg", "application/octet-stream", "IMAGE/JPEG", None])
def test_a_file_is_one_however_it_is_named(site: Site, photo: bytes, named: str, kind: str | None) -> None:
    part = f'Content-Disposition: form-data; name="photo"{named}' + (f"\r\nContent-Type: {kind}" if kind else "")
    body = b"".join((f"--B\r\n{part}\r\n\r\n".encode(), photo, b"\r\n--B--\r\n"))
    answer = site.ask("POST", "/cut", body, {"Content-Type": "Multipart/Form-Data; boundary=B"})
    assert answer.status == 200, answer.content


def test_a_background_is_a_file_or_a_text(site: Site, photo: bytes) -> None:
    def background(head: str, content: bytes) -> Picture:
        parts = [("photo", "", photo), ("background", head, content), ("format", "", b"png")]
        heads = [f'--B\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n' for name, more, _ in parts]
        body = b"".join(head.encode() + part[2] + b"\r\n" for head, part in zip(heads, parts, strict=True))
        answer = site.ask("POST", "/cut", body + b"--B--\r\n", {"Content-Type": "multipart/form-data; boundary=B"})
        assert answer.status == 200, answer.content
        return opened(answer.content)

    green = encode_png(np.full((30, 40, 3), (10, 200, 30), np.uint8))
    for head in ("; filename*=UTF-8''wall.png", "\r\nContent-Type: image/png"):
        assert background(head, green)[2, 2].tolist() == [10, 200, 30]
    for head in ("", "\r\nContent-Type: text/plain; charset=utf-8"):
        assert background(head, b"white")[2, 2].tolist() == [255, 255, 255]
    for head in ("", '; filename=""', '; filename=""\r\nContent-Type: application/octet-stream'):
        assert background(head, b"")[2, 2, 3] == 0  # not sent: transparent


def test_a_photo_cut_short_and_one_without_people(site: Site, photo: bytes, nobody: bytes) -> None:
    answer = site.post("/cut", {"photo": photo[: len(photo) // 2]})
    assert answer.status == 415 and answer.error.startswith("photo: damaged or cut short")
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
    for side, status, said in (
        (12_000, 413, "photo: the picture has 144 megapixels, the limit is 50"),
        (60_000, 415, "decompression bomb"),
    ):
        answer = site.post("/cut", {"photo": bomb(side)})
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
    large = form({"phto": bytes(20_000_000)})
    assert "'phto' is none of the fields" in site.ask("POST", "/cut", large, {"Content-Type": FORM}).error


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


def test_a_document_of_one_of_several_people(site: Site) -> None:
    fields: dict[str, str | bytes] = {"photo": encode_jpeg(np.hstack([portrait(3), portrait(3)])), "model": "fast"}
    answer = site.post("/id-photo", fields)
    assert answer.status == 422 and "2 faces in this photo" in answer.error and "1 to 2 from the left" in answer.error
    assert site.post("/id-photo", fields | {"face": "2"}).status == 200
    answer = site.post("/id-photo", fields | {"face": "3"})
    assert answer.status == 422 and answer.error == "face 3: there are 2 faces in this photo"
    answer = site.post("/id-photo", fields | {"face": "left"})
    assert (answer.status, answer.error) == (400, "face: 'left' is no number from 1 to 999")


def test_a_document_for_the_united_states_is_small_enough(site: Site) -> None:
    fields: dict[str, str | bytes] = {"photo": encode_png(portrait(6)), "model": "fast", "standard": "us"}
    assert len(site.post("/id-photo", fields).content) <= 240_000
    answer = site.post("/id-photo", fields | {"format": "png"})
    said = json.loads(answer.headers.get("Figureground-Shortcomings") or "[]")
    assert (len(answer.content) > 240_000) == any("at most 240 are taken; save it as .jpg" in each for each in said)


def test_a_document_without_a_face(site: Site, photo: bytes, nobody: bytes) -> None:
    assert site.post("/id-photo", {"photo": nobody}).status == 422
    answer = site.post("/id-photo", {"photo": photo})  # a blank disc for a head
    assert answer.status == 422 and "no face found" in answer.error
