"""Files in object stores by their addresses, as in `s3://bucket/photos/a.jpg`, through fsspec (extra `cluster`)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Any

from figureground.errors import FiguregroundError, first_line, install_hint

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://[^/]")  # one letter before the colon is a drive of Windows


class StoreError(FiguregroundError):
    """A store that cannot be read or written. The message names the address and says what to do."""


def is_address(text: str) -> bool:
    """Whether a text is an address of a store and no path of this machine."""
    return _ADDRESS.match(text) is not None


@dataclass(frozen=True, slots=True)
class StorePath:
    """A file or folder of a store. What `pathlib.Path` has too has the same name and meaning.

    Every call asks the store anew, since other machines write to it as well.
    """

    address: str

    def __str__(self) -> str:
        return self.address

    def __truediv__(self, place: str | PurePath) -> StorePath:
        return StorePath(f"{self.address.rstrip('/')}/{PurePath(place).as_posix()}")

    @property
    def name(self) -> str:
        return self.address.rstrip("/").rpartition("/")[2]

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix

    def with_name(self, name: str) -> StorePath:
        return StorePath(f"{self.address.rstrip('/').rpartition('/')[0]}/{name}")

    def is_dir(self) -> bool:
        with _one_line(self):
            return bool(_system(self).isdir(self._key))

    def read_bytes(self) -> bytes:
        with _one_line(self):
            content: bytes = _system(self).cat_file(self._key)
            return content

    def write_bytes(self, content: bytes) -> None:
        """A store shows a file when it is whole, or not at all."""
        with _one_line(self):
            _system(self).pipe_file(self._key, content)

    def unlink(self) -> None:
        with _one_line(self):
            _system(self).rm_file(self._key)

    def files(self) -> dict[PurePosixPath, int]:
        """Size in bytes of every file below this folder, by its place in it and in order; of a file, only its own.

        Raises:
            StoreError: There is no such bucket, or it may not be listed.
        """
        with _one_line(self):
            found = _system(self).find(self._key, detail=True)
        return {PurePosixPath(os.path.relpath(key, self._key)): int(found[key]["size"] or 0) for key in sorted(found)}

    @property
    def _key(self) -> str:
        return str(_system(self)._strip_protocol(self.address)).rstrip("/")


def present(paths: Iterable[StorePath]) -> set[StorePath]:
    """Those of the files that are there, by one listing of the folder that holds them all: a question for each of a
    million would take hours."""
    asked = {path.address: path for path in paths}
    if not asked:
        return set()
    common = os.path.commonprefix(list(asked))  # noqa: RUF071  # an address is no path, of which `//` is `/`
    folder = StorePath(common if len(asked) == 1 else common.rpartition("/")[0])
    listed = {str(folder / place) if place.name else str(folder) for place in folder.files()}
    return {path for address, path in asked.items() if address in listed}


def _system(path: StorePath) -> Any:
    """fsspec's file system for an address; fsspec keeps one for each kind and process."""
    import fsspec

    kind = path.address.partition("://")[0]
    try:
        return fsspec.filesystem(kind, use_listings_cache=False)
    except ValueError:
        raise StoreError(f"{path}: no kind of store that is known; write it as s3://bucket/folder") from None
    except ImportError as error:
        hint = install_hint("cluster") if kind in ("s3", "s3a") else first_line(error)
        raise StoreError(f"{path}: this kind of store needs another package; {hint}") from None


@contextmanager
def _one_line(path: StorePath) -> Iterator[None]:
    """What any of the libraries beneath raises, as one line. Some of it is of no common class."""
    try:
        yield
    except StoreError:
        raise
    except FileNotFoundError:
        raise StoreError(f"{path}: no such file or bucket; check the address") from None
    except PermissionError:
        raise StoreError(f"{path}: access denied; check the rights on the bucket, and as whom you come") from None
    except Exception as error:
        raise StoreError(f"{path}: {first_line(error)}; check the address, the network and the credentials") from None
