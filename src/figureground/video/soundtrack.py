"""The sound of a video on its way into another file: packets as they are, where the new format can hold them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from figureground.video.clips import open_video, start_of

# What is copied: not all that a format may hold by FFmpeg, but what players expect in it. Matroska takes anything.
_MP4 = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"})
_KEPT = {
    ".mp4": _MP4, ".m4v": _MP4, ".webm": frozenset({"opus", "vorbis"}),
    ".mov": frozenset({"aac", "mp3", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be"}),
}  # fmt: skip
_ENCODERS = {
    ".webm": ("libopus", frozenset({48_000}))
}  # with the samples a second that it takes; the rest is resampled
_ENCODER = ("aac", frozenset({8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000}))
_USUAL_RATE = 48_000
_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}  # of tracks that tell the number of their channels only


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
        known = [stream for stream in self._source.streams.audio if stream.codec_context is not None]
        self._tracks = {stream.index: _track(stream, target, suffix) for stream in known}
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
        """Packets of the known tracks, their times counted from the start."""
        if not self._tracks:
            return
        start = start_of(self._source)
        try:
            for packet in self._source.demux(*(self._source.streams[index] for index in self._tracks)):
                if packet.dts is None:  # the last ones are empty
                    continue
                shift = round(start / packet.time_base)
                packet.dts, packet.pts = packet.dts - shift, None if packet.pts is None else packet.pts - shift
                yield packet
        except av.FFmpegError:  # the file ends in the middle of something, which the pictures' reader reports
            return


def _begin(packet: Any) -> float:
    return float(packet.dts * packet.time_base)


def _track(stream: Any, target: Any, suffix: str) -> _Copied | _Encoded:
    kept = _KEPT.get(suffix)
    copied = kept is None or stream.codec_context.codec.canonical_name in kept
    return _Copied(stream, target) if copied else _Encoded(stream, target, *_ENCODERS.get(suffix, _ENCODER))


class _Copied:
    def __init__(self, stream: Any, target: Any) -> None:
        self._stream = target.add_stream_from_template(stream)

    def taken(self, packet: Any) -> Iterator[Any]:
        packet.stream = self._stream
        yield packet

    def rest(self) -> Iterator[Any]:
        return iter(())


class _Encoded:
    def __init__(self, stream: Any, target: Any, encoder: str, rates: frozenset[int]) -> None:
        self._decoder = stream
        rate = stream.codec_context.sample_rate if stream.codec_context.sample_rate in rates else _USUAL_RATE
        layout = stream.codec_context.layout
        self._stream = target.add_stream(encoder, rate=rate)
        self._stream.codec_context.layout = _LAYOUTS.get(layout.nb_channels, layout.name)
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
