"""Video files: upright pictures with their times in, pictures and the old sound out. PyAV does the coding.

Times are kept as they are, so a video of variable frame rate stays one. Each frame is turned upright as the file's
display matrix says, and the result needs none. Sound is copied packet by packet, or encoded again where the new file's
format cannot hold it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.sidedata.sidedata import Type
from av.stream import Disposition
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from figureground.errors import FiguregroundError
from figureground.pictures import Picture, orient

# Without them FFmpeg's quick way makes every picture one or two levels darker, once for reading and writing it.
TRUE_COLOURS = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_HD = 720  # pixels of height from which a video that does not say its colour space is taken to have that of HDTV
_UNKNOWN = 2  # "unspecified" in the tables of ITU-T H.273, for colour space, primaries and transfer alike
_HDTV, _SDTV = 1, 6  # H.273, the same in all three tables: BT.709, BT.601 with 525 lines
_SWSCALE = {1: Colorspace.ITU709, 7: Colorspace.SMPTE240M, 9: Colorspace.BT2020, 10: Colorspace.BT2020}
# Display matrices by the signs of their first four numbers, as EXIF orientations; both turn the stored picture upright.
_ORIENTATIONS = {
    (1, 0, 0, 1): 1, (-1, 0, 0, 1): 2, (-1, 0, 0, -1): 3, (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5, (0, 1, -1, 0): 6, (0, -1, -1, 0): 7, (0, -1, 1, 0): 8,
}  # fmt: skip
_LEAST_SHARE, _LEAST_SECONDS = 0.02, 1.0  # of the promised length that may be missing before a file is cut short


class VideoError(FiguregroundError):
    """A video that cannot be read or written. The message names the file, what is wrong and what to do."""


@dataclass(frozen=True)
class Colours:
    """What a video's numbers mean: matrix from RGB, primaries and transfer function, each a number of ITU-T H.273."""

    space: int
    primaries: int
    transfer: int


@dataclass(frozen=True)
class Frame:
    """A picture of a video as it was decoded.

    Attributes:
        time: Of its showing since the clip's start, in units of its `time_base`; rises from frame to frame.
        colours: Of its clip.
    """

    decoded: av.VideoFrame
    time: int
    colours: Colours

    def photo(self) -> Picture:
        """uint8 HxWx3 RGB, upright; an odd last row or column is left out, since codecs want even sizes."""
        frame = self.decoded
        rgb = frame.reformat(
            format="rgb24",
            src_colorspace=swscale_space(self.colours.space),
            src_color_range=frame.color_range or ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=TRUE_COLOURS,
        ).to_ndarray()
        upright = orient(np.asarray(rgb, np.uint8), _orientation(frame))
        height, width = (max(2, side - side % 2) for side in upright.shape[:2])
        return upright[:height, :width]


class Clip:
    """A video file open for reading; also a context manager.

    Attributes:
        time_base: Seconds in a unit of time.
        rate: Frames a second, on average; a guess where the file does not say.
        seconds: Length that the file promises, None if it promises nothing.
        colours: See `Colours`; what the file does not tell is guessed from its height.
        damaged: Places that could not be decoded so far and were left out.
    Raises:
        VideoError: No such file, no video, a picture instead, or damaged beyond reading.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._container = open_video(path)
        pictures = [stream for stream in self._container.streams.video if not _is_cover(stream)]
        if not pictures:
            self._container.close()
            raise VideoError(f"{path}: holds no moving pictures")
        self.stream = pictures[0]
        self.stream.thread_type = "AUTO"
        self.time_base = Fraction(self.stream.time_base or Fraction(1, 1000))
        self.rate = Fraction(self.stream.average_rate or self.stream.guessed_rate or 25)
        self.seconds = self._container.duration / av.time_base if self._container.duration else None
        self.colours = _colours(self.stream)
        self.damaged = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def frames(self) -> Iterator[Frame]:
        """The frames in the order in which they are shown; what cannot be decoded is counted and left out."""
        last: int | None = None
        start = round(start_of(self._container) / self.time_base)
        step = max(1, round(1 / (self.rate * self.time_base)))
        for packet in self._packets():
            try:
                decoded = self.stream.decode(packet)
            except av.FFmpegError:
                self.damaged += 1
                continue
            for frame in decoded:
                time = frame.pts - start if frame.pts is not None else 0 if last is None else last + step
                last = time if last is None else max(time, last + 1)
                yield Frame(frame, last, self.colours)

    def _packets(self) -> Iterator[av.Packet[Any]]:
        try:
            yield from self._container.demux(self.stream)
        except av.FFmpegError:  # the file ends in the middle of something; whether too early is seen by its length
            self.damaged += 1


def open_video(path: Path) -> Any:
    """The file, opened by FFmpeg; nothing that it names is fetched from a network.

    Raises:
        VideoError: See `Clip`.
    """
    try:
        container = av.open(str(path.resolve()), options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except OSError as error:
        raise VideoError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    except av.FFmpegError:
        empty = path.stat().st_size == 0
        raise VideoError(
            f"{path}: {'an empty file' if empty else 'no video, or a damaged one'}; fetch it again"
        ) from None
    if container.format.name == "image2" or container.format.name.endswith("_pipe"):
        container.close()
        raise VideoError(f"{path}: a picture, not a video; use `figureground cut`")
    return container


def start_of(container: Any) -> Fraction:
    """Seconds that stand before the beginning of an open file's pictures and sound, as in a piece of a broadcast.

    Never below 0: what comes before 0 is what an audio encoder puts there to be skipped.
    """
    return Fraction(max(0, container.start_time or 0), av.time_base)


def cut_short(clip: Clip, end: float) -> bool:
    """Whether pictures and sound end, after `end` seconds, long before the file promises."""
    promised: float = clip.seconds or 0.0
    return end < promised - max(_LEAST_SECONDS, _LEAST_SHARE * promised)


def _is_cover(stream: Any) -> bool:
    return bool(Disposition.attached_pic & stream.disposition)


def swscale_space(space: int) -> Colorspace:
    """The matrix of H.273 by the name that FFmpeg's converter knows."""
    matrix: Colorspace = _SWSCALE.get(space, Colorspace.ITU601)
    return matrix


def _colours(stream: Any) -> Colours:
    context = stream.codec_context
    guess = _HDTV if context.height >= _HD else _SDTV
    told = (context.colorspace, context.color_primaries, context.color_trc)
    return Colours(*(guess if number in (0, _UNKNOWN) else int(number) for number in told))


def _orientation(frame: av.VideoFrame) -> int:
    """EXIF orientation for the frame's display matrix (ISO/IEC 14496-12, 8.3.2.3); 1 where there is none."""
    matrix = frame.side_data.get(Type.DISPLAYMATRIX)
    if matrix is None:
        return 1
    corners = np.frombuffer(matrix, np.int32)[[0, 1, 3, 4]].astype(np.int64)
    a, b, c, d = (np.sign(corners) * (2 * np.abs(corners) > np.abs(corners).max())).tolist()
    return _ORIENTATIONS.get((a, b, c, d), 1)
