"""Files that promise more than they were given, files that were cut short, and files that are joined."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from helpers.drawing import Picture

pytest.importorskip("av", reason="needs PyAV: pip install '.[video]'")

import av

from figureground.video.clips import Clip, cut_short
from helpers.command import call
from helpers.films import film, joined, length_of, pictures_of, walking

FLICKER = [np.random.default_rng(level).integers(0, 256, (48, 64, 3)).astype(np.uint8) for level in range(100)]


def left_out(path: Path, pictures: list[Picture], empty: int) -> Path:
    """An AVI file whose last pictures an encoder has left out: their places are empty."""
    part = film(path.with_stem("part"), pictures, codec="mpeg4", options={"bf": "0"})
    with av.open(str(part)) as source, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        for packet in [each for each in source.demux(video=0) if each.dts is not None]:
            packet.stream = stream
            container.mux(packet)
        for time in range(len(pictures), len(pictures) + empty):
            packet = av.Packet(0)
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, time, time, Fraction(1, 25)
            container.mux(packet)
    return path


def promising(path: Path, pictures: int) -> Path:
    """The head of an AVI file, or the description of an FLV file, promises so many pictures, at 25 a second."""
    content = bytearray(path.read_bytes())
    if path.suffix == ".avi":
        struct.pack_into("<I", content, content.index(b"strh") + 40, pictures)
    else:
        struct.pack_into(">d", content, content.index(b"\0\x08duration\0") + 11, pictures / 25)
    path.write_bytes(content)
    return path


def fragmented(path: Path, film: Path, offset: int) -> Path:
    """The pictures of an MP4 file in a fragment, so many seconds later."""
    options = {"movflags": "empty_moov+default_base_moof"}
    with av.open(str(film)) as source, av.open(str(path), "w", options=options) as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        for packet in [each for each in source.demux(video=0) if each.dts is not None]:
            packet.stream = stream
            container.mux(packet)
        unit = stream.time_base
    content = bytearray(path.read_bytes())
    struct.pack_into(">Q", content, content.index(b"tfdt") + 8, round(offset / unit))
    path.write_bytes(content)
    return path


def end_of(path: Path) -> tuple[float, bool]:
    """Seconds at which the last picture ends, and whether that counts as cut short."""
    with Clip(path) as clip:
        *_, last = clip.frames()
        end = float((last.time + last.duration) * clip.time_base)
        return end, cut_short(clip, end)


def whole(path: Path) -> Path:
    codec = "libx264" if path.suffix == ".flv" else "mpeg4"
    return film(path, FLICKER, codec=codec, sound=["libmp3lame"])


def test_last_pictures_that_were_left_out_show_the_one_before_them_on(tmp_path: Path) -> None:
    end, short = end_of(left_out(tmp_path / "a.avi", FLICKER[:10], empty=240))
    assert end == pytest.approx(10) and not short


@pytest.mark.parametrize("name", ["a.avi", "a.flv"])
def test_a_whole_file_that_promises_more_than_it_has_is_whole(tmp_path: Path, name: str) -> None:
    end, short = end_of(promising(whole(tmp_path / name), pictures=1000))
    assert end == pytest.approx(4, abs=0.05) and not short


@pytest.mark.parametrize("claimed", [100, 1000])
@pytest.mark.parametrize("share", [0.2, 0.35, 0.5])
@pytest.mark.parametrize("name", ["a.avi", "a.flv"])
def test_a_file_that_was_cut_short_is_told_from_it(tmp_path: Path, name: str, share: float, claimed: int) -> None:
    path = promising(whole(tmp_path / name), claimed)
    content = path.read_bytes()
    kept = content[: int(share * len(content))]
    for rest in (b"", bytes(len(content) - len(kept))):  # a download may have reserved the room
        path.write_bytes(kept + rest)
        assert end_of(path)[1], f"{len(rest)} bytes reserved"


def test_a_file_that_was_cut_between_two_pictures_is_too_short_for_what_it_says(tmp_path: Path) -> None:
    path = film(tmp_path / "a.flv", FLICKER, codec="flv1", options={"g": "10"})
    content = path.read_bytes()
    place = 9 + 4
    while place < len(content) // 3:
        place += 11 + int.from_bytes(content[place + 1 : place + 4], "big") + 4
    path.write_bytes(content[:place])
    assert end_of(path)[1]


def test_the_command_tells_both_apart(tmp_path: Path, bright: Path) -> None:
    walk = [photo for photo, _ in walking(75, step=1)]
    claims = promising(film(tmp_path / "claims.avi", walk, codec="mpeg4"), pictures=400)
    cut = film(tmp_path / "cut.avi", walk, codec="mpeg4")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    held = left_out(tmp_path / "held.avi", walk[:5], empty=45)
    for path in (claims, held):
        done = call("video", path, tmp_path / "out.mp4", "--background", "white", "--model", bright)
        assert done.returncode == 0, done.stderr
    assert length_of(tmp_path / "out.mp4") == pytest.approx(2, abs=0.05)
    done = call("video", cut, tmp_path / "no.mp4", "--background", "white", "--model", bright)
    assert done.returncode == 1 and "cut.avi: cut short, ends after " in done.stderr and " of 3.0 s" in done.stderr
    assert not (tmp_path / "no.mp4").exists()


@pytest.mark.parametrize("suffix, codec", [("mp4", "libx264"), ("mov", "libx264"), ("flv", "flv1"), ("wmv", "wmv2")])
def test_what_is_joined_behind_a_file_and_not_read_is_said(
    tmp_path: Path, bright: Path, suffix: str, codec: str
) -> None:
    part = film(tmp_path / f"a.{suffix}", [photo for photo, _ in walking(8)], codec=codec)
    both = joined(tmp_path / f"both.{suffix}", [part, part])
    for path, said in ((part, False), (both, True)):
        done = call("video", path, tmp_path / "out.mp4", "--background", "white", "--model", bright)
        assert done.returncode == 0 and len(pictures_of(tmp_path / "out.mp4")) == 8
        assert ("another video that is joined behind this one was left out" in done.stderr + done.stdout) is said


def test_what_is_joined_behind_a_background_and_not_read_is_said(tmp_path: Path, bright: Path) -> None:
    part = film(tmp_path / "a.mp4", [photo for photo, _ in walking(4)])
    longer = film(tmp_path / "b.mp4", [photo for photo, _ in walking(8)])
    both = joined(tmp_path / "both.mp4", [part, part])
    for behind, said in ((part, False), (both, True)):
        done = call("video", longer, tmp_path / "out.mp4", "--background", behind, "--model", bright)
        assert done.returncode == 0
        assert ("joined behind the background was left out" in done.stderr + done.stdout) is said


@pytest.mark.parametrize("offset, read", [(0, 100), (10, 200)])
def test_fragments_with_a_second_head_are_read_on_or_it_is_said(tmp_path: Path, offset: int, read: int) -> None:
    """FFmpeg reads those whose times go on, and drops those whose times begin again."""
    whole = film(tmp_path / "a.mp4", FLICKER)
    parts = [fragmented(tmp_path / f"{seconds}.mp4", whole, seconds) for seconds in (0, offset)]
    with Clip(joined(tmp_path / "both.mp4", parts)) as clip:
        assert len(list(clip.frames())) == read
        assert clip.is_followed() is (read == 100)
