from __future__ import annotations

from pathlib import Path

import pytest

from figureground.augment.records import RecordError, decode_example, encode_example, frame, read_records

EXAMPLE = {"photo": bytes(range(256)) * 30, "mask": b"", "name": "Größe/å 1".encode()}


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
