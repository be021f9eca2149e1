"""Small videos for tests, made by PyAV: pictures at given times, with or without sound and a display matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from figureground.video.backdrops import Backdrop
from figureground.video.clips import Clip
from figureground.video.recordings import Recording, coding_of
from helpers.drawing import Picture, person

RATE = 44_100


def walking(count: int, step: int = 4, height: int = 120, width: int = 160) -> Iterator[tuple[Picture, Picture]]:
    """Photos and masks of a bright person that moves to the right before a dark background, with a camera's noise."""
    wall = np.full((height, width, 3), (40, 60, 90), np.uint8)
    photo, mask = person(3, height, height * 3 // 4)
    rng = np.random.default_rng(5)
    for number in range(count):
        frame, truth = wall.copy(), np.zeros((height, width), np.uint8)
        left = min(width - mask.shape[1], number * step)
        columns = slice(left, left + mask.shape[1])
        frame[:, columns][mask == 255] = photo[mask == 255]
        truth[:, columns] = mask
        yield (frame.astype(np.int16) + rng.integers(-4, 5, frame.shape)).clip(0, 255).astype(np.uint8), truth


def film(
    path: Path,
    pictures: Sequence[Picture],
    *,
    times: Sequence[int] | None = None,
    rate: int = 25,
    codec: str = "libx264",
    layout: str = "yuv420p",
    sound: Sequence[str] = (),
    matrix: Sequence[int] | None = None,
    offset: float = 0.0,
    last: float | None = None,
    options: Mapping[str, str] | None = None,
    **context: object,
) -> Path:
    """Write a video.

    Args:
        codec, layout: FFmpeg's names of the encoder and its pixel format.
        times: When each picture is shown, in milliseconds; without them `rate` a second.
        sound: Names of encoders, a track of a 440 Hz tone for each.
        offset: Seconds that all times are late.
        matrix: Of the display, as ISO/IEC 14496-12 has it.
        last: Seconds that the last picture is shown; without them as long as the others.
        options: Of the encoder, beside those for quick work of high quality.
        context: Attributes of the encoder, such as `colorspace`.
    """
    options = {**({"crf": "4", "preset": "ultrafast"} if codec == "libx264" else {}), **(options or {})}
    with av.open(str(path), "w", options={"output_ts_offset": str(offset)}) as container:
        stream = container.add_stream(codec, rate=rate, options=options)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = layout
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        if matrix is not None:
            stream.set_display_matrix(list(matrix))
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        tracks = [container.add_stream(name, rate=RATE, layout="mono") for name in sound]
        packets: list[av.Packet] = []
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[number], Fraction(1, 1000)
            packets += stream.encode(frame)
        packets += stream.encode(None)
        if last is not None:
            for final in (
                max(packets, key=lambda packet: packet.pts),
                packets[-1],
            ):  # last when shown, last when stored
                final.duration = round(last / final.time_base)
        container.mux(packets)
        seconds = len(pictures) / rate if times is None else times[-1] / 1000
        for track in tracks:
            _play(container, track, seconds)
    return path


def repeated(path: Path, film: Path, times: int) -> Path:
    """The pictures of a film over and over, without encoding them again: a long one in no time."""
    with av.open(str(film)) as source, av.open(str(path), "w") as container:
        original = source.streams.video[0]
        stream = container.add_stream_from_template(original)
        packets = [packet for packet in source.demux(original) if packet.dts is not None]
        length = sum(packet.duration for packet in packets)
        shown = [(packet.pts, packet.dts) for packet in packets]
        for number in range(times):
            for packet, (pts, dts) in zip(packets, shown, strict=True):
                packet.stream, packet.time_base = stream, original.time_base
                packet.pts, packet.dts = pts + number * length, dts + number * length
                container.mux(packet)
    return path


def _play(container: av.container.OutputContainer, track: av.AudioStream, seconds: float) -> None:
    tone = (np.sin(np.arange(int(seconds * RATE)) * 2 * np.pi * 440 / RATE) * 8000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(tone[np.newaxis], format="s16", layout="mono")
    frame.sample_rate = RATE
    resampler = av.AudioResampler(
        track.codec_context.format, "mono", RATE, frame_size=track.codec_context.frame_size or 1024
    )
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(track.encode(part))
    container.mux(track.encode(None))


def levels_behind(backdrop: Backdrop, times: Sequence[float]) -> list[float]:
    """How bright the background is at each time."""
    behind = [backdrop.at(seconds, (32, 32)).picture for seconds in times]
    return [float(picture.mean()) for picture in behind if picture is not None]


def pictures_of(path: Path) -> list[tuple[float, Picture]]:
    """Seconds and pixels (RGB, or RGBA where there is alpha) of each frame, by FFmpeg's own conversion."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        alpha = stream.metadata.get("alpha_mode") == "1"
        decoder = av.CodecContext.create("libvpx-vp9", "r") if alpha else stream.codec_context
        layout = "rgba" if alpha or "a" in (stream.codec_context.pix_fmt or "") else "rgb24"
        return [
            (float(frame.pts * stream.time_base), frame.to_ndarray(format=layout))
            for packet in container.demux(stream)
            for frame in decoder.decode(packet)
        ]


def sound_of(path: Path) -> list[list[tuple[float, bytes]]]:
    """Seconds and content of each packet of each sound track."""
    with av.open(str(path)) as container:
        tracks: list[list[tuple[float, bytes]]] = [[] for _ in container.streams.audio]
        for packet in container.demux(*container.streams.audio) if tracks else ():
            if packet.dts is not None:
                place = [stream.index for stream in container.streams.audio].index(packet.stream.index)
                tracks[place].append((float(packet.pts * packet.time_base), bytes(packet)))
        return tracks


def joined(path: Path, parts: Sequence[Path]) -> Path:
    """Files one after the other, byte by byte, as people join transport streams."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def merged(path: Path, parts: Sequence[Path]) -> Path:
    """All streams of several files side by side in one."""
    with av.open(str(path), "w") as container, ExitStack() as opened:
        packets = []
        for part in parts:
            source = opened.enter_context(av.open(str(part)))
            streams = {stream.index: container.add_stream_from_template(stream) for stream in source.streams}
            for packet in source.demux():
                if packet.dts is not None:
                    packet.stream = streams[packet.stream.index]
                    packets.append(packet)
        container.mux(sorted(packets, key=lambda packet: packet.dts * packet.time_base))
    return path


def length_of(path: Path) -> float:
    """Seconds that a file promises to last."""
    with av.open(str(path)) as container:
        return float(container.duration / av.time_base)


def rewritten(source: Path, target: Path, transparent: bool = False) -> Path:
    """Each picture written again as it was read, all of it visible."""
    with Clip(source) as clip:
        frames = list(clip.frames())
        coding = coding_of(target, transparent=transparent)
        with Recording(target, clip, frames[0].shape, coding, target) as recording:
            for frame in frames:
                photo = frame.photo()
                picture = np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)]) if transparent else photo
                recording.write(recording.prepared(picture, frame.time, frame.duration))
    return target
