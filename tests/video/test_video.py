"""The command `figureground video` as its user meets it: real processes, real small videos, broken ones among them."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from helpers.command import begin, call, until
from helpers.drawing import Picture, astronaut

pytest.importorskip("av", reason="needs PyAV: pip install '.[video]'")

import av

from helpers.films import film, pictures_of, repeated, sound_of, walking

GREEN = (0, 200, 0)


def video(*arguments: object) -> subprocess.CompletedProcess[str]:
    return call("video", *arguments)


@pytest.fixture(scope="module")
def walk() -> list[tuple[Picture, Picture]]:
    return list(walking(20))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, walk: list[tuple[Picture, Picture]]) -> Path:
    return film(tmp_path_factory.mktemp("clip") / "walk.mp4", [photo for photo, _ in walk], sound=["aac"])


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_colour_behind_with_people_times_and_sound_kept(
    tmp_path: Path, bright: Path, clip: Path, walk: list[tuple[Picture, Picture]]
) -> None:
    done = video(clip, tmp_path / "out.mp4", "--background", "#00c800", "--model", bright)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{tmp_path / 'out.mp4'}: 20 frames, 20 with a person, ")
    assert "TensorFlow" not in done.stderr
    before, after = pictures_of(clip), pictures_of(tmp_path / "out.mp4")
    assert [time for time, _ in after] == [time for time, _ in before]
    assert sound_of(tmp_path / "out.mp4") == sound_of(clip)
    for (_, old), (_, new), (_, mask) in zip(before, after, walk, strict=True):
        person, wall = mask == 255, mask == 0
        green = np.abs(new.astype(int) - GREEN).max(axis=2) < 40
        assert green[wall].mean() > 0.93 and green[person].mean() < 0.05
        inside = cv2.erode(mask, np.ones((7, 7), np.uint8)) == 255  # chroma of half the size mixes at the edge
        change = (new.astype(int) - old)[inside]
        assert np.abs(change).mean() < 5  # noise that the encoder leaves out
        assert np.abs(change.mean(axis=0)).max() < 0.7  # no other colour
    assert files_of(tmp_path) == ["out.mp4"]


@pytest.mark.parametrize("name", ["out.webm", "out.mov"])
def test_a_transparent_background(
    tmp_path: Path, bright: Path, clip: Path, walk: list[tuple[Picture, Picture]], name: str
) -> None:
    done = video(clip, tmp_path / name, "--model", bright)
    assert done.returncode == 0, done.stderr
    after = pictures_of(tmp_path / name)
    assert len(after) == len(walk)
    for (_, new), (_, mask) in zip(after, walk, strict=True):
        alpha = new[..., 3] / np.iinfo(new.dtype).max
        assert np.mean((alpha >= 0.5) == (mask == 255)) > 0.95


def test_without_an_output_the_result_goes_beside_the_video_and_over_nothing(
    tmp_path: Path, bright: Path, clip: Path
) -> None:
    source = tmp_path / "talk.mov"
    source.write_bytes(clip.read_bytes())
    assert video(source, "-b", "white", "-m", bright).returncode == 0
    assert video(source, "-m", bright).returncode == 0
    assert files_of(tmp_path) == ["talk-cutout.mp4", "talk-cutout.webm", "talk.mov"]
    before = (tmp_path / "talk-cutout.mp4").read_bytes()
    done = video(source, "-b", "blue", "-m", bright)
    assert done.returncode == 1 and "talk-cutout.mp4: is there already; name the result" in done.stderr
    assert (tmp_path / "talk-cutout.mp4").read_bytes() == before


def test_sound_that_the_format_cannot_hold_is_encoded_again(tmp_path: Path, bright: Path, clip: Path) -> None:
    assert video(clip, tmp_path / "out.webm", "--background", "blur", "--model", bright).returncode == 0
    with av.open(str(tmp_path / "out.webm")) as container:
        (track,) = container.streams.audio
        assert track.codec_context.name == "opus"
        samples = [frame.to_ndarray() for frame in container.decode(track)]
    played = np.concatenate([part.mean(axis=0) for part in samples]) / 48_000
    assert abs(played.size / 48_000 - 0.8) < 0.1
    loudest = np.abs(np.fft.rfft(played)).argmax() * 48_000 / played.size
    assert abs(loudest - 440) < 5


@pytest.mark.parametrize("name", ["10:30.mp4", "./10:30.mp4", "10:30/out.mp4", "take-1:final.webm"])
def test_a_colon_in_a_relative_name_is_no_protocol(tmp_path: Path, bright: Path, clip: Path, name: str) -> None:
    (tmp_path / "in:1.mp4").write_bytes(clip.read_bytes())
    for background in ("white", "in:1.mp4"):
        done = call("video", "in:1.mp4", name, "--background", background, "--model", bright, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert len(pictures_of(tmp_path / name)) == 20


def test_another_format_is_advised_where_the_format_is_the_reason(tmp_path: Path, bright: Path) -> None:
    source = tmp_path / "in.mkv"
    wide = np.full((64, 16480, 3), 240, np.uint8)  # more than the 16384 columns that x264 takes
    film(source, [wide] * 2, codec="mjpeg", layout="yuvj420p")
    done = video(source, tmp_path / "out.mp4", "--background", "white", "--model", bright)
    assert done.returncode == 1
    assert "out.mp4: libx264 refuses pictures of 16480 x 64; try another format" in done.stderr
    assert video(source, tmp_path / "out.webm", "--background", "white", "--model", bright).returncode == 0


def test_a_picture_and_a_video_behind(tmp_path: Path, bright: Path, clip: Path) -> None:
    Image.fromarray(np.full((40, 90, 3), GREEN, np.uint8)).save(tmp_path / "wall.png")
    colours = [np.full((60, 80, 3), (250 * (number // 5), 0, 200), np.uint8) for number in range(10)]
    loop = film(tmp_path / "loop.mp4", colours)  # 0.2 s blue, then 0.2 s magenta
    for background in (tmp_path / "wall.png", loop):
        done = video(clip, tmp_path / "out.mp4", "--background", background, "--model", bright)
        assert done.returncode == 0, done.stderr
        corners = np.array([picture[:6, -6:].mean(axis=(0, 1)) for _, picture in pictures_of(tmp_path / "out.mp4")])
        if background is loop:
            expected = np.array([(250 * (number // 5 % 2), 0, 200) for number in range(20)])  # shown twice
        else:
            expected = np.tile(GREEN, (20, 1))
        assert np.abs(corners - expected).max() < 25


def test_a_real_person_is_found_by_the_packaged_model(tmp_path: Path) -> None:
    """She slides with all that is behind her."""
    photo, mask = astronaut()
    source = film(tmp_path / "in.mp4", [np.roll(photo, 3 * number, 1) for number in range(6)])
    done = video(source, tmp_path / "out.mp4", "--background", "#00c800")
    assert done.returncode == 0, done.stderr
    for number, (_, new) in enumerate(pictures_of(tmp_path / "out.mp4")):
        green = np.abs(new.astype(int) - GREEN).max(axis=2) < 40
        truth = np.roll(mask, 3 * number, 1)
        assert green[truth < 20].mean() > 0.9 and green[truth > 235].mean() < 0.1


def test_nobody_has_its_own_exit_status_and_no_file(tmp_path: Path, bright: Path, nobody: Picture) -> None:
    done = video(film(tmp_path / "wall.mp4", [nobody] * 5), tmp_path / "out.webm", "--model", bright)
    assert done.returncode == 3 and "no person found in this video" in done.stderr
    assert files_of(tmp_path) == ["wall.mp4"]


def broken(folder: Path, name: str, clip: Path) -> Path:
    path = folder / name
    match name:
        case "empty.mp4":
            path.write_bytes(b"")
        case "text.mp4":
            path.write_text("not a video at all\n" * 50)
        case "photo.mp4":
            Image.new("RGB", (40, 30)).save(path, "PNG")
        case "headless.mp4":  # its table of contents is at the end
            path.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
        case "sound.m4a":
            with av.open(str(path), "w", format="mp4") as container:
                container.add_stream("aac", rate=44100, layout="mono").codec_context.open()
                frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
                frame.sample_rate = 44100
                for part in (frame, None):
                    container.mux(container.streams.audio[0].encode(part))
        case "unknown.mp4":
            path.write_bytes(clip.read_bytes().replace(b"avc1", b"xxxx"))
        case "playlist.mp4":
            path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    return path


@pytest.mark.parametrize(
    "name, reason",
    [
        ("missing.mp4", "missing.mp4: no such file"),
        ("empty.mp4", "empty.mp4: an empty file"),
        ("text.mp4", "text.mp4: no video, or a damaged one"),
        ("photo.mp4", "photo.mp4: a picture, not a video; use `figureground cut`"),
        ("headless.mp4", "headless.mp4: no video, or a damaged one"),
        ("sound.m4a", "sound.m4a: holds no moving pictures"),
        ("unknown.mp4", "unknown.mp4: FFmpeg does not know the codec of its pictures; "),
        ("playlist.mp4", "playlist.mp4: "),
    ],
)
def test_what_is_no_whole_video_is_one_line(tmp_path: Path, bright: Path, clip: Path, name: str, reason: str) -> None:
    source = broken(tmp_path, name, clip)
    done = video(source, tmp_path / "out.mp4", "--background", "white", "--model", bright)
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1 and reason in errors[0] and "Traceback" not in done.stderr
    assert set(files_of(tmp_path)) <= {name}


def test_a_video_cut_short_leaves_nothing(tmp_path: Path, bright: Path, walk: list[tuple[Picture, Picture]]) -> None:
    whole = film(tmp_path / "long.mkv", [photo for photo, _ in walk] * 5)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    done = video(whole, tmp_path / "out.mp4", "--background", "white", "--model", bright)
    assert done.returncode == 1 and "cut short, ends after " in done.stderr and " of 4.0 s" in done.stderr
    assert files_of(tmp_path) == ["long.mkv"]


def test_a_damaged_place_is_left_out_and_said(tmp_path: Path, bright: Path, clip: Path) -> None:
    content = bytearray(clip.read_bytes())
    with av.open(str(clip)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pos is not None]
        hurt = packets[10]
        content[hurt.pos + 4 : hurt.pos + hurt.size] = bytes(hurt.size - 4)
    (tmp_path / "hurt.mp4").write_bytes(bytes(content))
    done = video(tmp_path / "hurt.mp4", tmp_path / "out.mp4", "--background", "white", "--model", bright)
    assert done.returncode == 0 and "1 damaged places were left out" in done.stderr
    assert len(pictures_of(tmp_path / "out.mp4")) >= 18


@pytest.mark.parametrize(
    "target, options, reason",
    [
        ("out.mp4", [], "MP4 has no transparency; use .webm or .mov"),
        ("out.avi", ["--background", "white"], "cannot write .avi; use .mp4"),
        ("out", ["--background", "white"], "cannot write a file without suffix"),
        ("out.webm", ["--held", "keep"], "bright.tflite: this model does not tell what people hold"),
        ("out.webm", ["--model", "nowhere.tflite"], "nowhere.tflite: cannot be read"),
        ("out.webm", ["--background", "whitish"], "whitish: neither transparent, blur nor a colour"),
        ("walk.mp4", ["--background", "white"], "walk.mp4: the result would replace the video"),
    ],
)
def test_requests_that_cannot_be_met(
    tmp_path: Path, bright: Path, clip: Path, target: str, options: list[str], reason: str
) -> None:
    source = tmp_path / "walk.mp4"
    source.write_bytes(clip.read_bytes())
    done = video(source, tmp_path / target, *(options if "--model" in options else [*options, "--model", bright]))
    assert done.returncode == 1 and reason in done.stderr and "Traceback" not in done.stderr
    assert files_of(tmp_path) == ["walk.mp4"] and source.read_bytes() == clip.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_end_in_the_middle_leaves_the_final_name_alone(tmp_path: Path, bright: Path, how: signal.Signals) -> None:
    short = film(tmp_path / "short.mp4", [photo for photo, _ in walking(20, height=480, width=640)])
    source = repeated(tmp_path / "long.mp4", short, times=300)  # a minute of work and more
    (tmp_path / "out").mkdir()
    target = tmp_path / "out/out.mp4"
    target.write_bytes(b"mine")
    running = begin("video", source, target, "--background", "white", "--model", bright)
    until(lambda: any(path.stat().st_size for path in target.parent.glob(".out-*")), running)
    os.killpg(running.pid, how)
    _, errors = running.communicate()
    assert running.returncode != 0 and "Traceback" not in errors
    assert target.read_bytes() == b"mine"
    if how is not signal.SIGKILL:
        assert files_of(target.parent) == ["out.mp4"]


def test_a_full_disk_is_one_line(tmp_path: Path, bright: Path, clip: Path) -> None:
    resource = pytest.importorskip("resource")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = call("video", clip, tmp_path / "out.mp4", "--background", "white", "--model", bright, preexec_fn=limit)
    assert done.returncode == 1 and "out.mp4: file too large" in done.stderr and "Traceback" not in done.stderr
    assert "another format" not in done.stderr
    assert files_of(tmp_path) == []
