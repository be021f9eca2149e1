"""The sound of a video on its way into another file: packets as they are, where the new format can hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from figureground.video.clips import VideoError, open_video, read_sound, read_streams
from figureground.video.times import continued

# What is copied: not all that a format may hold by FFmpeg, but what players expect in it; in Matroska they expect all.
_MP4 = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"})
_KEPT = {
    ".mp4": _MP4, ".m4v": _MP4, ".webm": frozenset({"opus", "vorbis"}),
    ".mov": frozenset({"aac", "mp3", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be"}),
}  # fmt: skip
_USUAL_RATE = 48_000
# FFmpeg's own layouts for tracks that tell the number of their channels only, and loudspeakers in about the same place.
_UNTOLD = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1", 16: "hexadecagonal"}
_BESIDE = {"SL": "BL", "SR": "BR"}


@dataclass(frozen=True)
class _Encoder:
    """An encoder of FFmpeg, its samples a second, and those layouts that players know, fewest channels first."""

    name: str
    rates: frozenset[int]
    layouts: tuple[str, ...]


_AAC = _Encoder(
    "aac",
    frozenset({8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000}),
    ("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "7.1"),
)
_OPUS = _Encoder("libopus", frozenset({48_000}), ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"))
_ENCODERS = {".webm": _OPUS}  # all other formats: AAC


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
        self._tracks = {stream.index: _track(stream, target, suffix, source) for stream in read_sound(self._source)}
        self._packets = self._demuxed()
        self._next: Any = next(self._packets, None)
        self.end = 0.0

    @property
    def codecs(self) -> list[str]:
        """Names of the tracks' codecs in the new file."""
        return [track.codec for track in self._tracks.values()]

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
        """Packets of the tracks, on the clock of the pictures; in each track their times rise."""
        if not self._tracks:
            return
        last: dict[int, int] = {}
        try:
            for packet in continued(self._source, read_streams(self._source)):
                index = packet.stream.index
                if packet.dts is None or index not in self._tracks:  # the last ones are empty
                    continue
                if packet.dts > last.get(index, packet.dts - 1):  # else a moment too much where recordings are joined
                    last[index] = packet.dts
                    yield packet
        except av.FFmpegError:  # the file ends in the middle of something, which the pictures' reader reports
            return


def _begin(packet: Any) -> float:
    return float(packet.dts * packet.time_base)


def _track(stream: Any, target: Any, suffix: str, source: Path) -> _Copied | _Encoded:
    copied = stream.codec_context.codec.canonical_name in _KEPT.get(suffix, target.supported_codecs)
    return _Copied(stream, target) if copied else _Encoded(stream, target, _ENCODERS.get(suffix, _AAC), source)


def nearest_layout(layout: av.AudioLayout, taken: Sequence[str]) -> str:
    """The first layout with a place for each channel, else the first with as many channels, else the last one.

    Args:
        layout: FFmpeg's, also one that tells the number of channels only.
        taken: Names of layouts to choose from, fewest channels first.
    """
    untold = re.fullmatch(r"\d+ channels", layout.name)
    named = av.AudioLayout(_UNTOLD.get(layout.nb_channels, layout.name)) if untold else layout
    if named.name in taken:
        return str(named.name)
    places = _places(named)
    choices = [av.AudioLayout(name) for name in taken]
    holding = [choice.name for choice in choices if places <= _places(choice)]
    wide = [choice.name for choice in choices if choice.nb_channels >= named.nb_channels]
    return str((holding or wide or taken[-1:])[0])


def _places(layout: av.AudioLayout) -> frozenset[str]:
    return frozenset(_BESIDE.get(channel.name, channel.name) for channel in layout.channels)


class _Copied:
    def __init__(self, stream: Any, target: Any) -> None:
        self._stream = target.add_stream_from_template(stream)
        self.codec = str(stream.codec_context.name)

    def taken(self, packet: Any) -> Iterator[Any]:
        packet.stream = self._stream
        yield packet

    def rest(self) -> Iterator[Any]:
        return iter(())


class _Encoded:
    def __init__(self, stream: Any, target: Any, encoder: _Encoder, source: Path) -> None:
        self._decoder, self._source, self.codec = stream, source, encoder.name
        rate = stream.codec_context.sample_rate if stream.codec_context.sample_rate in encoder.rates else _USUAL_RATE
        self._stream = target.add_stream(encoder.name, rate=rate)
        self._stream.codec_context.layout = nearest_layout(stream.codec_context.layout, encoder.layouts)
        self._stream.codec_context.open()  # tells how many samples a frame of this encoder has
        self._resampler = self._fresh_resampler()
        self._kind: object = None

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
        kind = frame and (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind and self._kind and kind != self._kind:  # as broadcasts change between stereo and 5.1
            yield from self._encoded(None)
            self._resampler = self._fresh_resampler()
        self._kind = kind
        for resampled in self._mixed(frame):
            yield from self._stream.encode(resampled)

    def _mixed(self, frame: Any) -> list[Any]:
        try:
            return list(self._resampler.resample(frame))
        except av.FFmpegError:
            layout = self._decoder.codec_context.layout.name
            raise VideoError(
                f"{self._source}: a sound track of {layout} cannot be mixed; .mkv takes it as it is"
            ) from None

    def _fresh_resampler(self) -> av.AudioResampler:
        context = self._stream.codec_context
        return av.AudioResampler(context.format, context.layout, context.sample_rate, frame_size=context.frame_size)
