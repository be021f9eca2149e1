"""The sound of a video on its way into another file: packets as they are, where the new format can hold them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from figureground.cut.clips import open_video

_ENCODERS = {".webm": ("libopus", 48_000)}  # samples a second: Opus knows few rates
_ENCODER = ("aac", None)


class Soundtrack:
    """All sound tracks of a file, read a second time beside its pictures and written as far as the pictures have come.

    Args:
        source: The video.
        target: An open output container of PyAV to which nothing has been written yet.
        suffix: Of the target's file.
    Attributes:
        end: Seconds up to which it has come.
    """

    def __init__(self, source: Path, target: Any, suffix: str) -> None:
        self._source, self._target = open_video(source), target
        self._tracks = {stream.index: _track(stream, target, suffix) for stream in self._source.streams.audio}
        self._packets = self._demuxed()
        self._next: Any = next(self._packets, None)
        self.end = 0.0

    def advance(self, seconds: float | None) -> None:
        """Write all that is to be heard before this time; None for all the rest."""
        while self._next is not None and (seconds is None or _begin(self._next) <= seconds):
            packet, self._next = self._next, next(self._packets, None)
            self.end = max(self.end, _begin(packet) + float((packet.duration or 0) * packet.time_base))
            self._target.mux(list(self._tracks[packet.stream.index].taken(packet)))
        if seconds is None:
            for track in self._tracks.values():
                self._target.mux(list(track.rest()))

    def close(self) -> None:
        self._source.close()

    def _demuxed(self) -> Iterator[Any]:
        if not self._tracks:
            return
        try:
            for packet in self._source.demux(*self._source.streams.audio):
                if packet.dts is not None:  # the last ones are empty
                    yield packet
        except av.FFmpegError:  # the file ends in the middle of something, which the pictures' reader reports
            return


def _begin(packet: Any) -> float:
    return float(packet.dts * packet.time_base)


def _track(stream: Any, target: Any, suffix: str) -> _Copied | _Encoded:
    kept = stream.codec_context.name in target.supported_codecs
    return _Copied(stream, target) if kept else _Encoded(stream, target, *_ENCODERS.get(suffix, _ENCODER))


class _Copied:
    def __init__(self, stream: Any, target: Any) -> None:
        self._stream = target.add_stream_from_template(stream)

    def taken(self, packet: Any) -> Iterator[Any]:
        packet.stream = self._stream
        yield packet

    def rest(self) -> Iterator[Any]:
        return iter(())


class _Encoded:
    def __init__(self, stream: Any, target: Any, encoder: str, rate: int | None) -> None:
        self._decoder = stream
        rate = rate or stream.codec_context.sample_rate
        self._stream = target.add_stream(encoder, rate=rate)
        self._stream.codec_context.layout = stream.codec_context.layout
        self._stream.codec_context.open()  # tells how many samples a frame of this encoder has
        self._resampler = av.AudioResampler(
            format=self._stream.codec_context.format,
            layout=self._stream.codec_context.layout,
            rate=rate,
            frame_size=self._stream.codec_context.frame_size,
        )

    def taken(self, packet: Any) -> Iterator[Any]:
        try:
            decoded = self._decoder.decode(packet)
        except av.FFmpegError:  # a damaged packet is a click, no reason to lose the video
            return
        for frame in decoded:
            yield from self._encoded(frame)

    def rest(self) -> Iterator[Any]:
        for frame in self._decoder.decode(None):
            yield from self._encoded(frame)
        yield from self._encoded(None)
        yield from self._stream.encode(None)

    def _encoded(self, frame: Any) -> Iterator[Any]:
        for resampled in self._resampler.resample(frame):
            yield from self._stream.encode(resampled)
