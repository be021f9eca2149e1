"""Video files: upright pictures with their times in, pictures and the old sound out. PyAV does the coding.

Times are kept as they are, so a video of variable frame rate stays one. Each frame is turned upright as the file's
display matrix says, and the result needs none; interlaced frames are made whole. Sound is copied packet by packet, or
encoded again where the new file's format cannot hold it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.sidedata.sidedata import Type
from av.stream import Disposition
from av.video.reformatter import ColorRange

from figureground.errors import FiguregroundError, system_reason
from figureground.pictures import Picture, frame_count, orient
from figureground.runtime.backgrounds import BLACK, fitted
from figureground.video.colours import TRUE_COLOURS, Colours, colours_of, swscale_space
from figureground.video.interlacing import Deinterlacer
from figureground.video.structure import avi_pictures, flv_has_its_end, is_followed
from figureground.video.times import continued, is_avi, may_leap, promised_end, promised_length, start_of

# Display matrices by the signs of their first four numbers, as EXIF orientations; both turn the stored picture upright.
_ORIENTATIONS = {
    (1, 0, 0, 1): 1, (-1, 0, 0, 1): 2, (-1, 0, 0, -1): 3, (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5, (0, 1, -1, 0): 6, (0, -1, -1, 0): 7, (0, -1, 1, 0): 8,
}  # fmt: skip
_TURNED = 5  # from this EXIF orientation on, height and width change places
_WIDEST = Fraction(4)  # pixels: the widest that are in use are twice as wide as high
_LEAST_SHARE, _LEAST_SECONDS = 0.02, 1.0  # of the promised length that may be missing before a file is cut short


class VideoError(FiguregroundError):
    """A video that cannot be read or written. The message names the file, what is wrong and what to do."""


@dataclass(frozen=True)
class Shape:
    """What an upright picture is like.

    Attributes:
        size: (height, width), both even, since codecs want them so.
        pixel: Width of a pixel over its height; not 1 in videos of discs and tapes.
    """

    size: tuple[int, int]
    pixel: Fraction


@dataclass(frozen=True)
class Frame:
    """A picture of a video as it was decoded.

    Attributes:
        time: Of its showing since the clip's start, in units of its `time_base`; rises from frame to frame.
        duration: Of its showing, in the same units, at least 1.
        colours: Of its clip.
        own: Its shape.
        shape: Of its clip.
    """

    decoded: av.VideoFrame
    time: int
    duration: int
    colours: Colours
    own: Shape
    shape: Shape

    def photo(self) -> Picture:
        """uint8 HxWx3 RGB, upright, of the clip's size; an odd last row or column is left out.

        A picture of another shape than the clip's is fitted into it between black margins, its proportions kept.
        """
        frame = self.decoded
        rgb = frame.reformat(
            format="rgb24",
            src_colorspace=swscale_space(self.colours.space),
            src_color_range=frame.color_range or ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=TRUE_COLOURS,
        ).to_ndarray()
        upright = orient(np.asarray(rgb, np.uint8), _orientation(frame))
        height, width = self.own.size
        photo = upright[:height, :width]
        if self.own == self.shape:
            return photo
        return fitted(photo, self.shape.size, "contain", float(self.shape.pixel / self.own.pixel), BLACK)


class Clip:
    """A video file open for reading; also a context manager.

    Attributes:
        time_base: Seconds in a unit of time.
        rate: Frames a second, on average; an estimate where the file does not say.
        seconds: Length of its pictures and sound as far as it can be told before they are read, else None.
        promised: The same where the file itself promises it, so that it must not end before.
        colours: See `Colours`; what the file does not tell is what is usual for its height.
        damaged: Places that could not be decoded so far and were left out.
        reshaped: Pictures so far that had another shape than the first one.
    Raises:
        VideoError: No such file, no video, a picture instead, or damaged beyond reading.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._container = open_video(path)
        self._streams = read_streams(self._container)
        if (refusal := _refusal(self._streams)) is not None:
            self._container.close()
            raise VideoError(f"{path}: {refusal}")
        self.stream = self._streams[0]
        self.stream.thread_type = "AUTO"
        self.time_base = Fraction(self.stream.time_base or Fraction(1, 1000))
        self.rate = Fraction(self.stream.average_rate or self.stream.guessed_rate or 25)
        self.seconds = promised_length(self._container, self._streams)
        self.promised = None if may_leap(self._container) else self.seconds
        self.colours = colours_of(self.stream)
        self.damaged = self.reshaped = self._count = 0
        self._discarded = False
        self._deinterlacer = Deinterlacer()
        self._pixels = (self.stream.sample_aspect_ratio, self.stream.codec_context.sample_aspect_ratio)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    @property
    def interlaced(self) -> bool:
        """Whether there was an interlaced picture so far; they are made whole."""
        return self._deinterlacer.used

    def frames(self) -> Iterator[Frame]:
        """The frames in the order in which they are shown; what cannot be decoded is counted and left out.

        Each is shown until the next one, the last as long as the file says.
        """
        last: Frame | None = None
        for frame, pixel in self._whole():
            step = frame.duration or round(1 / (self.rate * frame.time_base))
            unit = Fraction(frame.time_base) / self.time_base
            time = None if frame.pts is None else round(frame.pts * unit)
            if last is not None:
                time = last.time + last.duration if time is None else max(time, last.time + 1)
                yield replace(last, duration=time - last.time)
            own = _shape_of(frame, pixel)
            shape = own if last is None else last.shape
            self.reshaped += own != shape
            last = Frame(frame, time or 0, max(1, round(step * unit)), self.colours, own, shape)
        if last is not None:
            yield replace(last, duration=max(last.duration, self._promised_end() - last.time))

    def has_its_end(self) -> bool:
        """Whether the file itself shows that nothing is missing at its end; to be asked when it has been read."""
        if is_avi(self._container):
            return not self.damaged and self._listed_end() > 0
        return not self.damaged and self._container.format.name == "flv" and flv_has_its_end(self.path)

    def is_followed(self) -> bool:
        """Whether another video is joined behind this one that is not read."""
        return is_followed(self.path, self._container.format.name, discarded=self._discarded)

    def _promised_end(self) -> int:
        """When the last picture ends by the file's word, where all were there; 0 where it does not tell.

        Formats that store pictures out of their order may tell of a long last picture only so.
        """
        if self._count != self.stream.frames:
            return self._listed_end() if is_avi(self._container) else 0
        end = promised_end(self.stream)
        return 0 if end is None else round((end - start_of(self._container)) / self.time_base)

    def _listed_end(self) -> int:
        """When the last picture of an AVI file ends by its index, with the empty ones that show it on; 0 where it lacks
        its end or pictures."""
        pictures, filled = avi_pictures(self.path, self.stream.index) or (0, 0)
        return round(pictures / self.rate / self.time_base) if filled <= self._count else 0

    def _whole(self) -> Iterator[tuple[av.VideoFrame, Fraction]]:
        """Frames with no row of another moment, and width over height of their pixels as they are stored."""
        pixel = self._pixel()
        for packet in self._packets():
            if packet.stream.index != self.stream.index:
                continue
            self._count += packet.size > 0
            self._discarded |= packet.is_discard
            try:
                decoded = self.stream.decode(packet)
            except av.FFmpegError:
                self.damaged += 1
                continue
            if self._pixel() != pixel:
                yield from ((frame, pixel) for frame in self._deinterlacer.rest())
                pixel = self._pixel()
            for frame in decoded:
                yield from ((ready, pixel) for ready in self._deinterlacer.whole(frame))
        yield from ((frame, pixel) for frame in self._deinterlacer.rest())

    def _packets(self) -> Iterator[av.Packet[Any]]:
        try:
            yield from continued(self._container, self._streams)
        except av.FFmpegError:  # the file ends in the middle of something; whether too early is seen by its length
            self.damaged += 1

    def _pixel(self) -> Fraction:
        told, coded = self._pixels  # the container's word counts, unless the coded pictures change theirs
        now = self.stream.codec_context.sample_aspect_ratio
        return _plausible(told if now == coded else now)


def _shape_of(frame: av.VideoFrame, pixel: Fraction) -> Shape:
    turned = _orientation(frame) >= _TURNED
    height, width = (frame.width, frame.height) if turned else (frame.height, frame.width)
    return Shape((max(2, height - height % 2), max(2, width - width % 2)), 1 / pixel if turned else pixel)


def open_video(path: Path) -> Any:
    """The file, opened by FFmpeg; nothing that it names is fetched from a network.

    Raises:
        VideoError: See `Clip`.
    """
    try:
        container = av.open(str(path.resolve()), options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except OSError as error:
        raise VideoError(f"{path}: {system_reason(error)}") from None
    except av.FFmpegError:
        empty = path.stat().st_size == 0
        raise VideoError(
            f"{path}: {'an empty file' if empty else 'no video, or a damaged one'}; fetch it again"
        ) from None
    if container.format.name == "image2" or container.format.name.endswith("_pipe"):
        container.close()
        if frame_count(path) > 1:
            raise VideoError(f"{path}: FFmpeg cannot read the animations of this format; make a .gif or .mp4 of it")
        raise VideoError(f"{path}: a picture, not a video; use `figureground cut`")
    return container


def read_streams(container: Any) -> list[Any]:
    """The streams of an open file that are read: its moving pictures, if there are any, and all sound after them."""
    pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
    return [*pictures[:1], *read_sound(container)]


def read_sound(container: Any) -> list[Any]:
    """The sound tracks of an open file that FFmpeg knows."""
    return [stream for stream in container.streams.audio if stream.codec_context is not None]


def cut_short(clip: Clip, end: float) -> bool:
    """Whether pictures and sound end, after `end` seconds, long before the file promises, and its end is missing."""
    promised: float = clip.promised or 0.0
    return end < promised - max(_LEAST_SECONDS, _LEAST_SHARE * promised) and not clip.has_its_end()


def _refusal(streams: Sequence[Any]) -> str | None:
    """Why there are no pictures to be had from the streams that would be read."""
    if not streams or streams[0].type != "video":
        return "holds no moving pictures"
    known = streams[0].codec_context is not None
    return None if known else "FFmpeg does not know the codec of its pictures; convert it to H.264 with what made it"


def _plausible(pixel: Fraction | None) -> Fraction:
    """Width of a pixel over its height, 1 where a file does not tell it or tells what no video has."""
    return pixel if pixel and 1 / _WIDEST <= pixel <= _WIDEST else Fraction(1)


def _is_cover(stream: Any) -> bool:
    return bool(Disposition.attached_pic & stream.disposition)


def _orientation(frame: av.VideoFrame) -> int:
    """EXIF orientation for the frame's display matrix (ISO/IEC 14496-12, 8.3.2.3); 1 where there is none."""
    matrix = frame.side_data.get(Type.DISPLAYMATRIX)
    if matrix is None:
        return 1
    corners = np.frombuffer(matrix, np.int32)[[0, 1, 3, 4]].astype(np.int64)
    a, b, c, d = (np.sign(corners) * (2 * np.abs(corners) > np.abs(corners).max())).tolist()
    return _ORIENTATIONS.get((a, b, c, d), 1)
