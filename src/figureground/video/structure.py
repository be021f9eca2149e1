"""What the bytes of a file tell that FFmpeg does not: whether it has its end, and whether another is joined behind it.

The head of an AVI or FLV file may promise more than the file was ever given: encoders leave out last pictures,
recorders count on, cutters keep the old length. Such a file ends early and lacks nothing. One that was cut short lacks
the end of its structure, whatever its head says.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

_INDEX = np.dtype([("stream", "S2"), ("kind", "S2"), ("flags", "<u4"), ("place", "<u4"), ("size", "<u4")])
_PALETTE = b"pc"  # kind of a chunk of AVI that changes colours
_TAG = 11  # bytes before the content of a tag of FLV; the tag's length, 4 bytes, follows the content
_TYPE, _TYPES = 0x1F, (8, 9, 18)  # of a tag, in its first byte: sound, pictures, description
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


def avi_pictures(path: Path, stream: int) -> tuple[int, int] | None:
    """How many pictures the index of an AVI file lists, and how many of these are not empty.

    An empty one shows the picture before it on (Microsoft, "AVI RIFF File Reference").

    Args:
        stream: Number of the stream.
    Returns:
        None where the file lacks its end or its index.
    """
    with _content(path) as content:
        index = _avi_index(content)
    if index is None:
        return None
    entries = np.frombuffer(index[: len(index) // _INDEX.itemsize * _INDEX.itemsize], _INDEX)
    own = entries[(entries["stream"] == b"%02d" % stream) & (entries["kind"] != _PALETTE)]
    return len(own), int(np.count_nonzero(own["size"]))


def flv_has_its_end(path: Path) -> bool:
    """Whether an FLV file is as long as it says, and its tags fill it (Adobe, "Video File Format", annex E)."""
    with _content(path) as content:
        end = _flv_end(content)
        filled = end in (len(content), len(content) + 4) or _begins(content, end)
        return filled and _told_size(content) <= len(content)


def is_followed(path: Path, layout: str, *, discarded: bool) -> bool:
    """Whether another file is joined behind this one, in formats of which FFmpeg reads only the first.

    Args:
        layout: FFmpeg's name of the format.
        discarded: Whether FFmpeg told to drop packets, as it does with fragments of MP4 whose times begin again.
    """
    with _content(path) as content:
        if layout == "flv":
            return _begins(content, _flv_end(content))
        if layout == "asf":
            return content.find(_ASF_HEADER, len(_ASF_HEADER)) > 0
        boxes = list(_boxes(content)) if "mp4" in layout.split(",") else []
        return min(boxes.count(b"moov"), boxes.count(b"mdat")) > 1 and (discarded or b"moof" not in boxes)


@contextmanager
def _content(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


def _avi_index(content: mmap.mmap) -> bytes | None:
    """The content of the chunk `idx1`, where that and all of the file's RIFF chunks are whole."""
    index = None
    for kind, place, length in _chunks(content, 0, len(content)):
        if kind != b"RIFF":  # what others have added behind
            break
        if place + length > len(content):
            return None
        for inner, at, extent in _chunks(content, place + 4, place + length):
            if inner == b"idx1" and index is None:
                index = content[at : at + extent]
    return index


def _chunks(content: mmap.mmap, place: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, place and length of the content of each chunk of RIFF from `place` on."""
    while place + 8 <= end:
        kind, length = struct.unpack_from("<4sI", content, place)
        if kind == bytes(4):  # room that a download has never filled
            return
        yield kind, place + 8, length
        place += 8 + length + length % 2


def _flv_end(content: mmap.mmap) -> int:
    """Where the row of tags ends; behind the file where its last one is cut."""
    place = int.from_bytes(content[5:9], "big") + 4
    while place + _TAG <= len(content) and content[place] & _TYPE in _TYPES:
        place += _TAG + int.from_bytes(content[place + 1 : place + 4], "big") + 4
    return place


def _begins(content: mmap.mmap, place: int) -> bool:
    """Whether an FLV file begins here."""
    return content[place : place + 4] == b"FLV\x01"


def _told_size(content: mmap.mmap) -> float:
    """Bytes that an FLV file's description gives it, 0 where it gives none."""
    key = b"\0\x08filesize\0"
    place = content.find(key, 0, 1 << 16) + len(key)
    return float(struct.unpack_from(">d", content, place)[0]) if place >= len(key) else 0.0


def _boxes(content: mmap.mmap) -> Iterator[bytes]:
    """The kinds of the outermost boxes of an MP4 or QuickTime file (ISO/IEC 14496-12, 4.2)."""
    place = 0
    while place + 16 <= len(content):
        length, kind, long = struct.unpack_from(">I4sQ", content, place)
        yield kind
        length = long if length == 1 else length or len(content)
        if length < 8:
            return
        place += length
