"""TFRecord files of `tf.train.Example` with bytes features, without TensorFlow.

Sources: TensorFlow's `tensorflow/core/lib/io/record_writer.h` (framing), `core/example/example.proto` (message) and
Protocol Buffers' encoding. Worker processes start in a second this way instead of a dozen.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import google_crc32c

from figureground.errors import FiguregroundError

_MASK_DELTA = 0xA282EAD8


class RecordError(FiguregroundError):
    """A file that is no whole TFRecord file of such examples. The message names it and says what to do."""


def masked_crc(data: bytes) -> int:
    """CRC-32C as TFRecord stores it: turned and shifted, since a CRC of data that holds CRCs says little."""
    crc: int = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def frame(content: bytes) -> bytes:
    """One record of a TFRecord file: length, CRC of the length, content, CRC of the content."""
    length = struct.pack("<Q", len(content))
    return b"".join((length, struct.pack("<I", masked_crc(length)), content, struct.pack("<I", masked_crc(content))))


def encode_example(features: Mapping[str, bytes]) -> bytes:
    """A `tf.train.Example` whose features are one bytes value each, in the mapping's order."""
    entries = []
    for key, value in features.items():
        bytes_list = _field(1, value)
        feature = _field(1, bytes_list)
        entries.append(_field(1, _field(1, key.encode()) + _field(2, feature)))
    return _field(1, b"".join(entries))


def decode_example(content: bytes) -> dict[str, bytes]:
    """The features of an example as `encode_example` makes it."""
    features = {}
    for entry in _fields(_fields(content)[0][1]):
        parts = dict(_fields(entry[1]))
        features[parts[1].decode()] = _fields(_fields(parts[2])[0][1])[0][1]
    return features


def read_records(path: Path) -> Iterator[dict[str, bytes]]:
    """The examples of a TFRecord file, one after another, with both checksums of each verified.

    Raises:
        RecordError: The file is cut short or its bytes are not what was written.
    """
    with path.open("rb") as stream:
        while head := stream.read(12):
            content = _verified(head[:8], head[8:], path)
            size = struct.unpack("<Q", content)[0]
            yield decode_example(_verified(stream.read(size), stream.read(4), path))


def _verified(content: bytes, crc: bytes, path: Path) -> bytes:
    if len(crc) != 4 or struct.unpack("<I", crc)[0] != masked_crc(content):
        raise RecordError(f"{path}: damaged or cut short; run the augment stage again")
    return content


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field (wire type 2)."""
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _fields(message: bytes) -> list[tuple[int, bytes]]:
    found, position = [], 0
    while position < len(message):
        number = message[position] >> 3
        size, position = _read_varint(message, position + 1)
        found.append((number, message[position : position + size]))
        position += size
    return found


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position += 1
        if byte < 0x80:
            return value, position
        shift += 7
