"""Colour profiles (ICC.1:2001-04) of sRGB's primaries, or of grey, with a curve of one's choice."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

# The colourants of sRGB as seen under D50.
_COLOURANTS = {b"r": (0.4360, 0.2225, 0.0139), b"g": (0.3851, 0.7169, 0.0971), b"b": (0.1431, 0.0606, 0.7141)}
_WHITE = (0.9642, 1.0, 0.8249)
_STEPS = 1024


def rgb_profile(name: str, gamma: float | None) -> bytes:
    """Of sRGB's primaries; `gamma` None is sRGB's own curve, 1 is linear."""
    tags = {colour + b"XYZ": _xyz(place) for colour, place in _COLOURANTS.items()}
    return _profile(name, b"RGB ", tags | {colour + b"TRC": _curve(gamma) for colour in _COLOURANTS})


def grey_profile(name: str, gamma: float | None) -> bytes:
    return _profile(name, b"GRAY", {b"kTRC": _curve(gamma)})


def linear(values: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Light, in 0..1, of values of sRGB (IEC 61966-2-1)."""
    share = values / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _curve(gamma: float | None) -> bytes:
    if gamma == 1:
        return b"curv" + bytes(8)
    if gamma is not None:
        return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    steps = linear(np.linspace(0, 255, _STEPS))  # type: ignore[arg-type]
    return b"curv" + bytes(4) + struct.pack(">I", _STEPS) + np.rint(65535 * steps).astype(">u2").tobytes()


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(place: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, place))


def _profile(name: str, space: bytes, tags: dict[bytes, bytes]) -> bytes:
    told = name.encode() + b"\0"
    description = b"desc" + bytes(4) + struct.pack(">I", len(told)) + told + bytes(78)
    tags = {b"desc": description, b"cprt": b"text" + bytes(6), b"wtpt": _xyz(_WHITE)} | tags
    place, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for sign, content in tags.items():
        table += sign + struct.pack(">II", place + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">I", place + len(body)) + bytes(4) + struct.pack(">I", 0x02400000) + b"mntr" + space + b"XYZ "
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + b"".join(map(_fixed, _WHITE))
    return head.ljust(128, b"\0") + table + body
