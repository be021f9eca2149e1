from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figureground.models.onnx_file import OnnxFileError, read_initializers


def varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def tensor(name: str, values: np.ndarray, *, packed: bool) -> bytes:
    kind = {"float32": 1, "int64": 7}[values.dtype.name]
    sizes = [varint(size) for size in values.shape]
    shape = field(1, b"".join(sizes)) if packed else b"".join(varint(1 << 3) + size for size in sizes)
    return shape + varint(2 << 3) + varint(kind) + field(8, name.encode()) + field(9, values.tobytes())


def model(*tensors: bytes) -> bytes:
    """An ONNX model with these initializers, a version before them and a name of the graph behind."""
    return varint(1 << 3) + varint(6) + field(7, b"".join(field(5, each) for each in tensors) + field(2, b"graph"))


@pytest.mark.parametrize("packed", [True, False])
def test_tensors_come_back_by_name_in_the_order_of_the_file(tmp_path: Path, packed: bool) -> None:
    kernel = np.arange(300, dtype=np.float32).reshape(150, 2)
    steps = np.array([1, -1, 2**40])
    file = tmp_path / "model.onnx"
    file.write_bytes(model(tensor("kernel", kernel, packed=packed), tensor("steps", steps, packed=packed)))
    found = read_initializers(file)
    assert list(found) == ["kernel", "steps"]
    np.testing.assert_array_equal(found["kernel"], kernel)
    np.testing.assert_array_equal(found["steps"], steps)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_file_that_ends_too_early_is_refused(tmp_path: Path, share: float) -> None:
    whole = model(tensor("kernel", np.ones(50, np.float32), packed=True))
    file = tmp_path / "half.onnx"
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(OnnxFileError, match=r"half\.onnx: "):
        read_initializers(file)


@pytest.mark.parametrize("content", [b"", b"no protocol buffer", b"\xff" * 40, bytes(64)])
def test_what_is_no_model_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "no.onnx"
    file.write_bytes(content)
    with pytest.raises(OnnxFileError) as caught:
        read_initializers(file)
    assert "no.onnx" in str(caught.value)
    assert "\n" not in str(caught.value)
