"""How long a file is, and one rising clock for its pictures and sound, also where times begin again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import av
from av.format import Flags

_BACK = Fraction(1, 10)  # seconds by which times fall only if they begin again; less is an untidy writer's
_MIXED = 3  # seconds of a recording among which the packets of one moment lie, such as a late sound
_LEAP = 10  # seconds by which times rise only if they begin anew, in formats where that is allowed


def start_of(container: Any) -> Fraction:
    """Seconds that stand before the beginning of an open file's pictures and sound, as in a piece of a broadcast.

    Never below 0: what comes before 0 is what an audio encoder puts there to be skipped.
    """
    return Fraction(max(0, container.start_time or 0), av.time_base)


def may_leap(container: Any) -> bool:
    """Whether the format is one of broadcasts and discs, whose times may begin anew and which promise no length."""
    return bool(container.format.flags & Flags.ts_discont.value)


def is_avi(container: Any) -> bool:
    """Whether the format is AVI, whose pictures all last as long as its head says and may be empty."""
    return str(container.format.name) == "avi"


def continued(container: Any, streams: Sequence[Any]) -> Iterator[av.Packet[Any]]:
    """The packets of some streams of an open file, their times counted from its start on one clock.

    Who reads the same streams gets the same times, so that pictures and sound which are read apart stay in step.
    """
    clock = Clock(start_of(container), may_leap(container))
    for packet in container.demux(*streams):
        clock.carry(packet)
        yield packet


def promised_length(container: Any, streams: Sequence[Any]) -> float | None:
    """Seconds that some streams of an open file promise to last, None if they promise nothing.

    What the whole file promises counts only where it holds no other streams: subtitles may last longer.
    """
    if len(streams) == len(container.streams) and not is_avi(container):
        return container.duration / av.time_base if container.duration else None
    ends = [end for stream in streams if (end := promised_end(stream)) is not None]
    return float(max(ends) - start_of(container)) if ends else None


def promised_end(stream: Any) -> Fraction | None:
    """Seconds at which a stream ends by the file's word, on the file's own clock; None if it does not tell."""
    if is_avi(stream.container) and stream.type == "video" and stream.frames and stream.average_rate:
        return Fraction(stream.frames / stream.average_rate)  # FFmpeg shortens durations by what the file lacks
    if stream.duration:
        return Fraction(((stream.start_time or 0) + stream.duration) * stream.time_base)
    told = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))  # of Matroska
    return None if told is None else 3600 * int(told[1]) + 60 * int(told[2]) + Fraction(told[3])


class Clock:
    """Shifts the times of packets so that those of each stream rise.

    A stream whose times fall back is in the next recording: that one is shifted to begin where the last one ended, by
    the same for all streams. They need not get there at the same time, since packets of several streams lie mixed.

    Args:
        start: Seconds that are the beginning.
        leaps: Whether times that leap forwards begin anew, too.
    """

    def __init__(self, start: Fraction, leaps: bool) -> None:
        self._shifts, self._leaps = [-start], leaps  # seconds, one for each recording
        self._recordings: dict[int, int] = {}  # where each stream is
        self._last: dict[int, Fraction] = {}  # decoding time of each stream's last packet
        self._end = Fraction(0)

    def carry(self, packet: av.Packet[Any]) -> None:
        """Shift a packet's times in place; for all packets, in the order of the file."""
        if packet.dts is None:  # the last ones are empty
            return
        stream, unit = packet.stream.index, Fraction(packet.time_base)
        recording = self._recordings.get(stream, len(self._shifts) - 1)
        if not self._fits(stream, packet.dts * unit + self._shifts[recording]):
            recording = self._next(stream, recording, packet.dts * unit, (packet.pts or packet.dts) * unit)
        shift = round(self._shifts[recording] / unit)
        packet.dts += shift
        packet.pts = None if packet.pts is None else packet.pts + shift
        self._recordings[stream], self._last[stream] = recording, packet.dts * unit
        self._end = max(self._end, ((packet.pts or packet.dts) + (packet.duration or 0)) * unit)

    def _fits(self, stream: int, time: Fraction) -> bool:
        rise = time - self._last.get(stream, time)
        return rise >= -_BACK and (rise <= _LEAP or not self._leaps)

    def _next(self, stream: int, recording: int, decoded: Fraction, shown: Fraction) -> int:
        """The recording that a packet begins: one that another stream has reached already, or a new one."""
        for later in range(recording + 1, len(self._shifts)):
            time = decoded + self._shifts[later]
            if self._fits(stream, time) and time >= self._end - _MIXED:
                return later
        self._shifts.append(self._end - shown)
        return len(self._shifts) - 1
