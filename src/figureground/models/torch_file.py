"""Reading tensors of a legacy (pre-1.6, not zip) torch file without torch and without running what it may hold."""

from __future__ import annotations

import collections
import pickle
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from figureground.errors import FiguregroundError

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_DTYPES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class TorchFileError(FiguregroundError):
    """A file that is no legacy torch stream of plain tensors."""


class _Tensor(NamedTuple):
    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild_tensor(storage: str, offset: int, shape: Any, strides: Any, *_: Any) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


class _TensorUnpickler(pickle.Unpickler):
    """Admits the few names that a dictionary of tensors needs; nothing is ever imported."""

    _ADMITTED: dict[tuple[str, str], Any] = {  # noqa: RUF012
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
        ("torch", "FloatStorage"): "FloatStorage",
        ("torch", "LongStorage"): "LongStorage",
    }

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self.storages: dict[str, tuple[np.dtype[Any], int]] = {}  # key -> dtype, count

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._ADMITTED:
            raise TorchFileError(f"asks for {module}.{name}, which a file of tensors has no need of")
        return self._ADMITTED[module, name]

    def persistent_load(self, reference: Any) -> str:
        kind, dtype, key, _device, count, _view = reference
        if kind != "storage" or dtype not in _DTYPES:
            raise TorchFileError(f"holds a {kind} of {dtype}, which is not read here")
        self.storages[str(key)] = (_DTYPES[dtype], int(count))
        return str(key)


def read_torch_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Tensors by name, as float32 or int64 arrays.

    The stream: magic number, protocol and system as three pickles, the tensors' description, the storages' keys in
    order, then each storage as its count (int64) and its little-endian values.

    Raises:
        TorchFileError: The file is missing, is not such a stream, or asks for anything but tensors. One line.
    """
    try:
        with path.open("rb") as stream:
            return _read(stream)
    except (OSError, EOFError, TypeError, ValueError, KeyError, AttributeError, pickle.UnpicklingError) as error:
        raise TorchFileError(f"{path}: cannot be read as a legacy torch file: {error}") from None


def _read(stream: BinaryIO) -> dict[str, NDArray[Any]]:
    if (_TensorUnpickler(stream).load(), _TensorUnpickler(stream).load()) != (_MAGIC, _PROTOCOL):
        raise TorchFileError("wrong magic number or protocol")
    _TensorUnpickler(stream).load()  # sizes of the types on the system that wrote it
    unpickler = _TensorUnpickler(stream)
    tensors: dict[str, _Tensor] = unpickler.load()
    values = {key: _read_storage(stream, *unpickler.storages[key]) for key in _TensorUnpickler(stream).load()}
    return {name: _view(values[tensor.storage], tensor) for name, tensor in tensors.items()}


def _read_storage(stream: BinaryIO, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
    if int.from_bytes(stream.read(8), "little") != count:
        raise TorchFileError("a storage's length is not the one announced")
    content = stream.read(count * dtype.itemsize)
    return np.frombuffer(content, dtype, count)


def _view(storage: NDArray[Any], tensor: _Tensor) -> NDArray[Any]:
    last = tensor.offset + sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=True))
    if min((tensor.offset, *tensor.strides)) < 0 or last >= storage.size or min(tensor.shape, default=1) < 1:
        raise TorchFileError("a tensor reaches out of its storage")
    strides = tuple(stride * storage.itemsize for stride in tensor.strides)
    return np.ascontiguousarray(as_strided(storage[tensor.offset :], tensor.shape, strides)).reshape(tensor.shape)
