from __future__ import annotations

import collections
import pickle
from pathlib import Path

import numpy as np
import pytest

from figureground.models.torch_file import TorchFileError, read_torch_tensors

MAGIC = 0x1950A86A20F9469CFC6C


class Global:
    """Pickled as the name of something to import, optionally called."""

    def __init__(self, module: str, name: str, *arguments: object) -> None:
        self.module, self.name, self.arguments = module, name, arguments


class LegacyPickler(pickle._Pickler):
    """Writes `Global` as torch's files hold them."""

    def save(self, item: object, save_persistent_id: bool = True) -> None:
        write, save = self.write, super().save  # type: ignore[attr-defined, misc]
        if isinstance(item, Global):
            write(pickle.GLOBAL + f"{item.module}\n{item.name}\n".encode())
            if item.arguments:
                save(item.arguments)
                write(pickle.REDUCE)
        else:
            save(item, save_persistent_id)

    def persistent_id(self, item: object) -> object:
        return item[1:] if isinstance(item, tuple) and item[:1] == ("persistent",) else None


def tensor(
    values: int, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], dtype: str = "FloatStorage"
) -> Global:
    storage = ("persistent", "storage", Global("torch", dtype), "7", "cpu", values, None)
    return Global(
        "torch._utils", "_rebuild_tensor_v2", storage, offset, shape, strides, False, collections.OrderedDict()
    )


def write(path: Path, tensors: object, storage: np.ndarray, count: int | None = None) -> Path:
    with path.open("wb") as stream:
        for head in (MAGIC, 1001, {"little_endian": True}):
            pickle.dump(head, stream, protocol=2)
        LegacyPickler(stream, protocol=2).dump(tensors)
        pickle.dump(["7"], stream, protocol=2)
        stream.write((storage.size if count is None else count).to_bytes(8, "little") + storage.tobytes())
    return path


def test_offsets_and_strides_are_followed(tmp_path: Path) -> None:
    values = np.arange(10, dtype="<f4")
    path = write(tmp_path / "a.pth", {"turned": tensor(10, 1, (2, 3), (1, 2)), "one": tensor(10, 4, (), ())}, values)
    read = read_torch_tensors(path)
    assert read["turned"].tolist() == [[1, 3, 5], [2, 4, 6]]
    assert read["one"].shape == ()
    assert read["one"] == 4


def test_nothing_is_imported_or_called(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    path = write(tmp_path / "a.pth", {"w": Global("os", "mkdir", str(trap))}, np.zeros(1, "<f4"))
    with pytest.raises(TorchFileError, match=r"a\.pth.*os\.mkdir"):
        read_torch_tensors(path)
    assert not trap.exists()


@pytest.mark.parametrize(
    ("offset", "shape", "strides"), [(0, (11,), (1,)), (5, (6,), (1,)), (0, (2, 2), (9, 2)), (3, (2,), (-1,))]
)
def test_tensors_outside_their_storage_are_refused(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...], tmp_path: Path
) -> None:
    path = write(tmp_path / "a.pth", {"w": tensor(10, offset, shape, strides)}, np.arange(10, dtype="<f4"))
    with pytest.raises(TorchFileError, match="out of its storage"):
        read_torch_tensors(path)


def test_cut_and_foreign_files_are_refused_in_one_line(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.pth", {"w": tensor(10, 0, (10,), (1,))}, np.arange(10, dtype="<f4")).read_bytes()
    for length in (0, 5, 60, len(whole) - 3):
        (tmp_path / "cut.pth").write_bytes(whole[:length])
        with pytest.raises(TorchFileError, match=r"^[^\n]*cut\.pth[^\n]*$"):
            read_torch_tensors(tmp_path / "cut.pth")
    (tmp_path / "zip.pth").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(TorchFileError):
        read_torch_tensors(tmp_path / "zip.pth")
    with pytest.raises(TorchFileError, match=r"none\.pth"):
        read_torch_tensors(tmp_path / "none.pth")
