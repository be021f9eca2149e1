"""Files of pictures as bytes: written by Pillow, read by it, or put together byte by byte."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from helpers.drawing import Picture


def saved(picture: np.ndarray, form: str = "PNG", **options: Any) -> bytes:
    """A picture as Pillow saves it."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, form, **options)
    return buffer.getvalue()


def opened(content: bytes) -> Picture:
    """The pixels that Pillow reads."""
    with Image.open(io.BytesIO(content)) as image:
        return np.array(image)


def chunk(name: bytes, content: bytes, *, wrong: int = 0) -> bytes:
    """A piece of a PNG, its checksum wrong by these bits."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content) ^ wrong)


def bomb(side: int) -> bytes:
    """A small PNG whose header promises `side` x `side` pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
