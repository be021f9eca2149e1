from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figureground.augment.records import RecordError, crc32c, decode_example, encode_example, frame, read_records

EXAMPLE = {"photo": bytes(range(256)) * 30, "mask": b"", "name": "Größe/å 1".encode()}


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0x00000000),
        (b"a", 0xC1D04330),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),  # RFC 3720, appendix B.4
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_crc32c_of_published_examples(data: bytes, crc: int) -> None:
    assert crc32c(data) == crc


@pytest.mark.parametrize("size", [1, 3, 4, 5, 63, 64, 65, 127, 128, 129, 191, 193, 1000, 4096, 5000])
def test_crc32c_of_any_length_equals_bit_by_bit_division(size: int) -> None:
    data = np.random.default_rng(size).bytes(size)
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    assert crc32c(data) == register ^ 0xFFFFFFFF


def test_examples_come_back_as_they_went_in(tmp_path: Path) -> None:
    assert decode_example(encode_example(EXAMPLE)) == EXAMPLE
    file = tmp_path / "two.tfrecord"
    file.write_bytes(frame(encode_example(EXAMPLE)) + frame(encode_example({"name": b"second"})))
    assert list(read_records(file)) == [EXAMPLE, {"name": b"second"}]


@pytest.mark.parametrize("damage", ["cut in the content", "cut in the head", "changed content", "changed length"])
def test_damage_is_found_and_named(tmp_path: Path, damage: str) -> None:
    content = bytearray(frame(encode_example(EXAMPLE)))
    if damage.startswith("cut"):
        del content[-100 if "content" in damage else 7 :]
    else:
        content[500 if "content" in damage else 0] ^= 1
    file = tmp_path / "bad.tfrecord"
    file.write_bytes(content)
    with pytest.raises(RecordError, match=r"bad\.tfrecord: damaged or cut short"):
        list(read_records(file))


@pytest.mark.slow
def test_tensorflow_reads_the_records(tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow")
    file = tmp_path / "one.tfrecord"
    file.write_bytes(frame(encode_example(EXAMPLE)) * 2)
    features = {key: tf.io.FixedLenFeature([], tf.string) for key in EXAMPLE}
    read = [tf.io.parse_single_example(record, features) for record in tf.data.TFRecordDataset(str(file))]
    assert [{key: value.numpy() for key, value in record.items()} for record in read] == [EXAMPLE, EXAMPLE]
