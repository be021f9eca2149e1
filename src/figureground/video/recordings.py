"""The video file that a new background goes into: pictures encoded, the sound of the old one kept."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
from av.video.frame import PictureType
from av.video.reformatter import ColorRange

from figureground.pictures import Picture
from figureground.video.clips import Clip, Shape, VideoError
from figureground.video.colours import TRUE_COLOURS, swscale_space
from figureground.video.soundtrack import Soundtrack


@dataclass(frozen=True)
class Coding:
    """How pictures are encoded.

    Attributes:
        codec: FFmpeg's name of the encoder.
        layout: Its pixel format.
        options: Of the encoder. Qualities are chosen so that the person looks as before.
        square: Whether it cannot say that pixels are wider than high, so that they have to be made square.
    """

    codec: str
    layout: str
    options: dict[str, str] = field(default_factory=dict)
    square: bool = False


# `veryfast` is a third of the work of the default at files a tenth larger.
_H264 = Coding("libx264", "yuv420p", {"crf": "18", "preset": "veryfast"})
_VP9 = {"crf": "24", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"}
OPAQUE = {
    ".mp4": _H264, ".m4v": _H264, ".mov": _H264, ".mkv": _H264,
    ".webm": Coding("libvpx-vp9", "yuv420p", _VP9, square=True),
}  # fmt: skip
TRANSPARENT = {
    # VP9 cannot have alternate reference frames with alpha.
    ".webm": Coding("libvpx-vp9", "yuva420p", {**_VP9, "auto-alt-ref": "0"}, square=True),
    ".mov": Coding("prores_ks", "yuva444p10le", {"profile": "4444"}),
}


def coding_of(path: Path, *, transparent: bool) -> Coding:
    """The coding for a file's suffix.

    Raises:
        VideoError: A suffix that is not known, or one whose format has no transparency.
    """
    suffix = path.suffix.lower()
    if suffix not in OPAQUE:
        raise VideoError(f"{path}: cannot write {suffix or 'a file without suffix'}; use {', '.join(OPAQUE)}")
    if transparent and suffix not in TRANSPARENT:
        raise VideoError(
            f"{path}: {suffix[1:].upper()} has no transparency; use {' or '.join(TRANSPARENT)}, "
            "or give a background such as --background white"
        )
    return TRANSPARENT[suffix] if transparent else OPAQUE[suffix]


class Recording:
    """A video file being written; a context manager, since it is whole only after a good end of the block.

    Args:
        path: Its suffix names the format.
        clip: Whose times, colours and sound it takes over.
        shape: Of the pictures.
        coding: See `coding_of`.
        name: Of the file in messages.
    Raises:
        VideoError: The format refuses pictures or sound.
        OSError: The file cannot be written.
    """

    def __init__(self, path: Path, clip: Clip, shape: Shape, coding: Coding, name: Path) -> None:
        options = {"movflags": "faststart"} if path.suffix.lower() in (".mp4", ".m4v", ".mov") else {}
        if coding.codec not in av.codecs_available:
            raise VideoError(
                f"{name}: the FFmpeg of this PyAV has no {coding.codec}; use another format, such as .webm"
            )
        self._container = av.open(str(path.absolute()), "w", options=options)  # a:b.mp4 alone would be a protocol
        self._layout, self._time_base, self._space = coding.layout, clip.time_base, clip.colours.space
        self._size = squared(shape) if coding.square else shape.size
        self._waiting: av.VideoFrame | None = None
        self._durations: dict[int, int] = {}
        self._stream: Any = self._container.add_stream(coding.codec, rate=clip.rate, options=dict(coding.options))
        self._stream.height, self._stream.width = self._size
        self._stream.codec_context.sample_aspect_ratio = Fraction(1) if coding.square else shape.pixel
        self._stream.pix_fmt = coding.layout
        self._stream.codec_context.time_base = clip.time_base
        self._stream.codec_context.thread_type = "AUTO"
        self._stream.codec_context.colorspace = clip.colours.space
        self._stream.codec_context.color_primaries = clip.colours.primaries
        self._stream.codec_context.color_trc = clip.colours.transfer
        self._stream.codec_context.color_range = ColorRange.MPEG
        self._sound = Soundtrack(clip.path, self._container, path.suffix.lower())
        self._begin(coding, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
                self._container.close()
        finally:
            self._sound.close()
            with suppress(av.FFmpegError):  # of a file that is given up
                self._container.close()

    def _begin(self, coding: Coding, name: Path) -> None:
        """Open the encoders and write the file's head: here it shows whether the format takes these pictures and sound.

        FFmpeg says no more than "invalid argument", so the message tells what it was given.
        """
        height, width = self._size
        try:
            self._stream.codec_context.open()
        except av.FFmpegError:
            raise VideoError(
                f"{name}: {coding.codec} refuses pictures of {width} x {height}; try another format"
            ) from None
        try:
            self._container.start_encoding()
        except (av.error.ArgumentError, av.error.InvalidDataError, av.error.PatchWelcomeError):
            sound = ", ".join(self._sound.codecs) or "no sound"
            raise VideoError(
                f"{name}: {name.suffix} refuses pictures as {coding.codec} with {sound}; try another format"
            ) from None

    @property
    def sound_end(self) -> float:
        """Seconds of the sound written so far."""
        return self._sound.end

    def prepared(self, picture: Picture, time: int, duration: int) -> av.VideoFrame:
        """A picture (uint8 HxWx3 RGB or HxWx4 RGBA) as the encoder wants it; any thread may do this.

        Args:
            time, duration: Of its showing, in units of the clip's `time_base`.
        """
        frame = av.VideoFrame.from_ndarray(picture, format="rgba" if picture.shape[2] == 4 else "rgb24")
        ready = frame.reformat(
            height=self._size[0],
            width=self._size[1],
            format=self._layout,
            dst_colorspace=swscale_space(self._space),
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=TRUE_COLOURS,
        )
        ready.pts, ready.duration, ready.time_base = time, duration, self._time_base
        return ready

    def write(self, frame: av.VideoFrame) -> None:
        """The frame before this one, and the sound up to it."""
        self._encode(self._waiting)
        self._waiting = frame

    def _encode(self, frame: av.VideoFrame | None) -> None:
        if frame is None:
            return
        self._durations[frame.pts or 0] = frame.duration
        self._mux(self._stream.encode(frame))
        self._sound.advance(float((frame.pts or 0) * self._time_base))

    def _finish(self) -> None:
        """The last frame, coded for itself: it is stored last, too, where formats look for the end of a video."""
        if self._waiting is not None:
            self._waiting.pict_type = PictureType.I
        self._encode(self._waiting)
        self._mux(self._stream.encode(None))
        self._sound.advance(None)

    def _mux(self, packets: Iterable[Any]) -> None:
        """Packets with the durations of their frames, which encoders do not pass on."""
        for packet in packets:
            packet.duration = self._durations.pop(packet.pts, packet.duration)
            self._container.mux(packet)


def squared(shape: Shape) -> tuple[int, int]:
    """(height, width) of the same picture with square pixels, both even; no side gets shorter."""
    one = Fraction(1)
    height, width = shape.size[0] / min(shape.pixel, one), shape.size[1] * max(shape.pixel, one)
    return 2 * round(height / 2), 2 * round(width / 2)
