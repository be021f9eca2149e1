"""Writing files so that a final name never holds half a file, and reading and writing tables."""

from __future__ import annotations

import codecs
import contextlib
import csv
import errno
import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

_STEM = 32  # characters
_BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, same suffix: it takes its place if the block ends well and is removed if not.

    Who may read the file is what the user's umask says, as of any new file.

    Raises:
        OSError: The file cannot be made there, or `path` is a folder; the message names `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():  # found out before the work, not after it
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    # A name may have 255 bytes, and `path` may use them all: of its stem no more is taken than helps to recognise it.
    draft = path.with_name(f".{path.stem[:_STEM]}-{secrets.token_hex(4)}{path.suffix}")
    draft.touch(exist_ok=False)
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    with replacing(path) as draft:
        draft.write_bytes(content)


def write_json(path: Path, value: Any) -> None:
    """`value` as indented JSON with sorted keys; not-a-number is refused, since JSON has none."""
    write_bytes(path, (json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n").encode())


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as `table`, in a file."""
    write_bytes(path, table(columns, rows))


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as CSV with exactly these columns, header first; floats with six significant digits, None and NaN empty.

    Bytes of a path that are not UTF-8 become escapes.
    """
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return stream.getvalue().encode("utf-8", "backslashreplace")


def read_table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file by column; raises what `read_text` raises.

    Fields are separated by what the first line has most of: commas, or the semicolons or tabs of spreadsheet programs.
    """
    text = read_text(path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def read_text(path: Path) -> str:
    """Text as people's programs save it: UTF-8, or what a byte-order mark says, which itself is left out.

    Line ends stay as they are.

    Raises:
        OSError: The file cannot be read.
        UnicodeDecodeError: It is neither UTF-8 nor UTF-16 with its mark.
    """
    content = path.read_bytes()
    return content.decode(next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8"))


def _cell(value: Any) -> Any:
    if value is None or value != value:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else value


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def bytes_sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def fingerprint(*parts: Any) -> str:
    """SHA-256 in hexadecimal of plain values (numbers, strings, lists, dicts) in a canonical spelling."""
    return bytes_sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode())


def source_fingerprint(*modules: ModuleType) -> str:
    """SHA-256 over the Python files of packages or modules: work half done by older code must not be gone on with."""
    digest = hashlib.sha256()
    for module in modules:
        place = Path(str(module.__file__))
        for file in sorted(place.parent.rglob("*.py")) if place.stem == "__init__" else [place]:
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def folder_fingerprint(folder: Path) -> str:
    """Changes when a file below `folder` is added, removed, renamed or written; contents are not read."""
    found = ((path.relative_to(folder).as_posix(), path.stat()) for path in sorted(folder.rglob("*")) if path.is_file())
    return fingerprint([[name, status.st_size, status.st_mtime_ns] for name, status in found])


def flat_numbers(nested: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """The numbers of nested dicts by dotted name: `{"a": {"b": 1}}` with prefix "test" is `{"test.a.b": 1.0}`."""
    flat: dict[str, float] = {}
    for key, value in nested.items():
        name = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(value, Mapping):
            flat |= flat_numbers(value, name)
        elif isinstance(value, int | float):
            flat[name] = float(value)
    return flat
