"""TFRecord files of `tf.train.Example` with bytes features, without TensorFlow.

Sources: TensorFlow's `tensorflow/core/lib/io/record_writer.h` (framing), `core/example/example.proto` (message) and
Protocol Buffers' encoding. Worker processes start in a second this way instead of a dozen.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError

_POLYNOMIAL = 0x82F63B78  # Castagnoli, bits reversed (RFC 3720, appendix B.4)
_BLOCK = 64  # bytes whose CRC is looked up at once, before blocks are joined two by two
_MASK_DELTA = 0xA282EAD8

Table = NDArray[np.uint32]


class RecordError(FiguregroundError):
    """A file that is no whole TFRecord file of such examples. The message names it and says what to do."""


def crc32c(data: bytes) -> int:
    """CRC-32C (RFC 3720) of some bytes.

    A CRC is linear: each byte's share depends on its value and its distance from the end alone. So the bytes of
    all blocks of 64 are looked up at once, and then neighbouring blocks are joined, twice as many bytes each time.
    """
    message = np.zeros(-(-max(len(data), 4) // _BLOCK) * _BLOCK, np.uint8)  # leading zeros change nothing …
    start = len(message) - len(data)
    message[start:] = np.frombuffer(data, np.uint8)
    if len(data) < 4:
        return _crc32c_of_few(data)
    message[start : start + 4] ^= 0xFF  # … once the register's start value is part of the message
    shares = _block_table()[np.arange(_BLOCK), message.reshape(-1, _BLOCK)]
    registers = np.bitwise_xor.reduce(shares, axis=1)
    level = 0
    while len(registers) > 1:
        if len(registers) % 2:
            registers = np.concatenate([np.zeros(1, np.uint32), registers])
        registers = _shifted(registers[::2], level) ^ registers[1::2]
        level += 1
    return int(registers[0]) ^ 0xFFFFFFFF


def masked_crc(data: bytes) -> int:
    """The CRC as TFRecord stores it: turned and shifted, since a CRC of data that holds CRCs says little."""
    crc = crc32c(data)
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


@cache
def _byte_table() -> Table:
    """Register after one byte, for each value of the register's low byte."""
    table: Table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.asarray((table >> 1) ^ (table & 1) * np.uint32(_POLYNOMIAL), np.uint32)
    return table


@cache
def _block_table() -> Table:
    """uint32 (64, 256): what a byte of each value at each place of a block adds to the block's register."""
    table = _byte_table()
    rows = [table]
    for _ in range(_BLOCK - 1):
        rows.append(table[rows[-1] & 0xFF] ^ (rows[-1] >> 8))
    return np.stack(rows[::-1])


@cache
def _shift_table(level: int) -> Table:
    """uint32 (4, 256): a register after 64 · 2^level zero bytes, as the XOR over its four bytes."""
    if level > 0:
        return _shifted(_shift_table(level - 1), level - 1)
    registers: Table = np.arange(256, dtype=np.uint32)[None] << (8 * np.arange(4, dtype=np.uint32))[:, None]
    for _ in range(_BLOCK):
        registers = _byte_table()[registers & 0xFF] ^ (registers >> 8)
    return registers


def _shifted(registers: Table, level: int) -> Table:
    table = _shift_table(level)
    parts = [table[byte][registers >> (8 * byte) & 0xFF] for byte in range(4)]
    return np.asarray(parts[0] ^ parts[1] ^ parts[2] ^ parts[3], np.uint32)


def _crc32c_of_few(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = int(_byte_table()[(crc ^ byte) & 0xFF]) ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF
