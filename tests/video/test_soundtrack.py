"""Sound that the new format's encoder does not take as it is: its channels are mixed to the nearest layout."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av", reason="needs PyAV: pip install '.[video]'")

import av

from figureground.video.clips import VideoError
from figureground.video.soundtrack import nearest_layout
from helpers.command import call
from helpers.films import film, joined, merged, rewritten, sound_of, walking

RATE = 48_000


def tones(path: Path, layout: str, channels: int, seconds: float = 0.8, codec: str = "pcm_s16le") -> Path:
    """Sound whose channels have tones of 300, 400, 500, … Hz."""
    moments = np.arange(round(seconds * RATE)) / RATE
    samples = np.stack([8000 * np.sin(2 * np.pi * (300 + 100 * number) * moments) for number in range(channels)], 1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        stream.codec_context.layout = layout
        stream.codec_context.open()
        resampler = av.AudioResampler(
            stream.codec_context.format, layout, RATE, frame_size=stream.codec_context.frame_size or 960
        )
        frame = av.AudioFrame.from_ndarray(samples.astype(np.int16).reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def with_tones(folder: Path, layout: str, channels: int) -> Path:
    pictures = film(folder / "silent.mkv", [photo for photo, _ in walking(20)])
    return merged(folder / "in.mkv", [pictures, tones(folder / "sound.mkv", layout, channels)])


def heard(path: Path) -> tuple[str, set[int], float]:
    """Layout, the loudest tones of all channels in Hz to the next hundred, and seconds."""
    with av.open(str(path)) as container:
        (track,) = container.streams.audio
        mono = av.AudioResampler("s16", "mono", RATE)
        parts = [part.to_ndarray()[0] for frame in container.decode(track) for part in mono.resample(frame)]
        layout = track.codec_context.layout.name
    samples = np.concatenate(parts).astype(float)
    strength = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    strong = np.flatnonzero(strength > 0.05 * strength.max()) * RATE / samples.size
    return layout, {int(round(tone, -2)) for tone in strong}, samples.size / RATE


@pytest.mark.parametrize("target", ["out.mp4", "out.mov", "out.webm"])
@pytest.mark.parametrize("layout, channels", [("2.1", 3), ("quad", 4), ("6.1", 7), ("octagonal", 8)])
def test_sound_of_unusual_layouts_is_heard(tmp_path: Path, layout: str, channels: int, target: str) -> None:
    source = with_tones(tmp_path, layout, channels)
    _, tones_heard, seconds = heard(rewritten(source, tmp_path / target))
    loud = {300, 400} if layout == "2.1" else {300, 400, 500}  # subwoofers and rear channels are softer when mixed
    assert loud <= tones_heard
    assert seconds == pytest.approx(0.8, abs=0.06)


def test_sixteen_channels_go_through_the_command(tmp_path: Path, bright: Path) -> None:
    source = with_tones(tmp_path, "hexadecagonal", 16)
    done = call("video", source, tmp_path / "out.mp4", "--background", "white", "--model", bright)
    assert done.returncode == 0, done.stderr
    assert heard(tmp_path / "out.mp4")[0] == "7.1"


@pytest.mark.parametrize(
    "layout, aac, opus",
    [
        ("mono", "mono", "mono"),
        ("stereo", "stereo", "stereo"),
        ("quad", "5.0", "quad"),
        ("2.1", "5.1", "5.1"),
        ("4.0", "4.0", "6.1"),
        ("5.1(side)", "5.1", "5.1"),
        ("6.1", "7.1", "6.1"),
        ("downmix", "stereo", "stereo"),
        ("hexagonal", "5.1", "6.1"),
        ("22.2", "7.1", "7.1"),
        ("3 channels", "5.1", "5.1"),
        ("9 channels", "7.1", "7.1"),
    ],
)
def test_the_nearest_layout_has_a_place_for_each_channel_or_the_most_channels(layout: str, aac: str, opus: str) -> None:
    given = av.AudioLayout(layout)
    assert nearest_layout(given, ("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "7.1")) == aac
    assert nearest_layout(given, ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1")) == opus


def test_channels_that_cannot_be_mixed_are_refused_with_a_remedy_that_works(tmp_path: Path) -> None:
    source = with_tones(tmp_path, "9 channels", 9)
    with pytest.raises(VideoError, match=r"in\.mkv: a sound track of 9 channels cannot be mixed; \.mkv takes it"):
        rewritten(source, tmp_path / "out.mp4")
    assert len(sound_of(rewritten(source, tmp_path / "out.mkv"))) == 1


def test_a_layout_that_changes_in_the_middle_is_mixed_on(tmp_path: Path) -> None:
    """As broadcasts change between stereo and 5.1."""
    photos = [photo for photo, _ in walking(20)]
    parts = [
        merged(
            tmp_path / f"{number}.ts",
            [
                film(tmp_path / f"{number}.mkv", photos),
                tones(tmp_path / f"{number}.ac3", layout, channels, codec="ac3"),
            ],
        )
        for number, (layout, channels) in enumerate([("stereo", 2), ("5.1(side)", 6)])
    ]
    source = joined(tmp_path / "both.ts", parts)
    layout, tones_heard, seconds = heard(rewritten(source, tmp_path / "out.webm"))
    assert layout in ("stereo", "5.1") and {300, 400} <= tones_heard
    assert seconds == pytest.approx(1.6, abs=0.15)
