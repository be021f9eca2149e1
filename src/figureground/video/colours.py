"""What a video's numbers mean as colours, and FFmpeg's names for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from av.video.reformatter import Colorspace, Interpolation

# Without them FFmpeg's quick way makes every picture one or two levels darker, once for reading and writing it.
TRUE_COLOURS = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_HD = 720  # pixels of height from which a video that does not say its colour space is taken to have that of HDTV
_UNKNOWN = 2  # "unspecified" in the tables of ITU-T H.273, for colour space, primaries and transfer alike
_HDTV, _SDTV = 1, 6  # H.273, the same in all three tables: BT.709, BT.601 with 525 lines
_SWSCALE = {1: Colorspace.ITU709, 7: Colorspace.SMPTE240M, 9: Colorspace.BT2020, 10: Colorspace.BT2020}


@dataclass(frozen=True)
class Colours:
    """What a video's numbers mean: matrix from RGB, primaries and transfer function, each a number of ITU-T H.273."""

    space: int
    primaries: int
    transfer: int


def colours_of(stream: Any) -> Colours:
    """What a stream tells, and where it does not what is usual for its height."""
    context = stream.codec_context
    usual = _HDTV if context.height >= _HD else _SDTV
    told = (context.colorspace, context.color_primaries, context.color_trc)
    return Colours(*(usual if number in (0, _UNKNOWN) else int(number) for number in told))


def swscale_space(space: int) -> Colorspace:
    """The matrix of H.273 by the name that FFmpeg's converter knows."""
    matrix: Colorspace = _SWSCALE.get(space, Colorspace.ITU601)
    return matrix
