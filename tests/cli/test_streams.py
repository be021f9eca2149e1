"""Photos from standard input and results to standard output, with nothing else between them."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.command import COMMAND
from helpers.drawing import Picture

JPEG_END = b"\xff\xd9"


def piped(*arguments: object, photo: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *map(str, arguments)], input=photo, capture_output=True, check=False, cwd=cwd)


def encoded(picture: Picture) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=95)
    return stream.getvalue()


@pytest.mark.parametrize("output", [[], ["-o", "-"]])
def test_a_photo_goes_in_and_a_png_comes_out(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture], output: list[str]
) -> None:
    done = piped("cut", "-", *output, "-m", bright, photo=encoded(portrait[0]), cwd=tmp_path)
    assert done.returncode == 0 and done.stderr.decode().splitlines()[-1] == "1 cut out"
    with Image.open(io.BytesIO(done.stdout)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (180, 240))
        assert np.mean((np.array(image)[..., 3] >= 128) == (portrait[1] == 255)) > 0.98
    assert done.stdout.endswith(b"IEND\xaeB`\x82") and list(tmp_path.iterdir()) == []


def test_a_file_to_standard_output_and_standard_input_to_a_file(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]
) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded(portrait[0]))
    out = piped("cut", tmp_path / "a.jpg", "-o", "-", "-b", "white", "-m", bright)
    with Image.open(io.BytesIO(out.stdout)) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
    out = piped("cut", tmp_path / "a.jpg", "-o", "-", "-b", "white", "--format", "jpg", "-m", bright)
    assert out.stdout.startswith(b"\xff\xd8") and out.stdout.endswith(JPEG_END)
    done = piped("cut", "-", "-o", tmp_path / "b.webp", "-m", bright, photo=encoded(portrait[0]))
    assert (done.returncode, done.stdout) == (0, b"1 cut out\n")
    with Image.open(tmp_path / "b.webp") as image:
        assert (image.format, image.mode) == ("WEBP", "RGBA")


def test_what_cannot_be_cut_out_leaves_standard_output_empty(bright: Path, nobody: Picture) -> None:
    for photo, status, reason in (
        (b"", 1, "failed: standard input: an empty file"),
        (b"text", 1, "failed: standard input: not a picture of a known format"),
        (encoded(nobody), 3, "no person found: standard input"),
    ):
        done = piped("cut", "-", "-m", bright, photo=photo)
        assert (done.returncode, done.stdout) == (status, b"") and reason in done.stderr.decode()


def test_a_file_that_is_called_like_the_streams(
    tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]
) -> None:
    (tmp_path / "-").write_bytes(encoded(portrait[0]))
    done = piped("cut", "./-", "-o", "b.png", "-m", bright, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"1 cut out\n") and (tmp_path / "b.png").exists()


@pytest.mark.parametrize("end, reason", [("stdin", "send a photo into it"), ("stdout", "send it to a file")])
def test_a_terminal_is_neither_waited_for_nor_shown_bytes(tmp_path: Path, bright: Path, end: str, reason: str) -> None:
    (tmp_path / "a.jpg").touch()
    controller, terminal = os.openpty()
    try:
        done = subprocess.run(
            [*COMMAND, "cut", "-" if end == "stdin" else "a.jpg", "-o", "-", "-m", str(bright)],
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, end: terminal},  # type: ignore[call-overload]
            stderr=subprocess.PIPE, cwd=tmp_path, timeout=600, check=False,
        )  # fmt: skip
    finally:
        os.close(terminal)
        os.close(controller)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 1 and len(lines) == 1
    assert lines[0].startswith(f"Error: standard {end.removeprefix('std')}put is a terminal") and reason in lines[0]


def test_a_reader_that_has_ended_is_one_line(tmp_path: Path, bright: Path, portrait: tuple[Picture, Picture]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)
    (tmp_path / "a.jpg").write_bytes(encoded(np.where(noise > 0, noise | 128, noise)))
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            [*COMMAND, "cut", str(tmp_path / "a.jpg"), "-o", "-", "-m", str(bright)],
            stdout=closed, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-2:] == ["failed: standard output: broken pipe", "0 cut out, 1 failed"]


def test_a_document_photo_through_pipes() -> None:
    done = piped("id-photo", "-", "--standard", "us", photo=(Path(__file__).parents[1] / "portrait.jpg").read_bytes())
    assert done.returncode == 4, done.stderr  # the photo is small, which is said
    assert b"standard output: United States passport" in done.stderr
    with Image.open(io.BytesIO(done.stdout)) as image:
        assert (image.format, image.size) == ("JPEG", (600, 600))
    assert done.stdout.endswith(JPEG_END)
