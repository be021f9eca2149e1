"""Where photos come from and results go: files, object stores, standard input and output."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import TypeVar

from figureground.errors import FiguregroundError
from figureground.files import write_bytes
from figureground.stores import StorePath

Place = Path | StorePath
File = TypeVar("File", bound=Place)


class StreamError(FiguregroundError):
    """A terminal where a picture has to come from or go to."""


class Stream(Enum):
    """What a user means by `-` in place of a photo, and in place of a result."""

    INPUT = "standard input"
    OUTPUT = "standard output"

    def __str__(self) -> str:
        return self.value


def check_streams(source: Place | Stream, target: Place | Stream) -> None:
    """Before any work, that pictures come from and go to programs or files.

    Raises:
        StreamError: One of them is a terminal, where a person would be waited for or be shown bytes, or is closed.
    """
    if source is Stream.INPUT and (sys.stdin is None or sys.stdin.isatty()):
        raise StreamError("standard input is a terminal or closed; send a photo into it, as with `< photo.jpg`")
    if target is Stream.OUTPUT and (sys.stdout is None or sys.stdout.isatty()):
        raise StreamError("standard output is a terminal or closed; send it to a file, as with `> result.png`")


def content_of(source: Place | Stream) -> Path | bytes:
    """What `read_photo` takes; the bytes of what can be read once only, or from afar, for all that look at it.

    Raises:
        StoreError: An object store does not give it.
    """
    if isinstance(source, StorePath):
        return source.read_bytes()
    return sys.stdin.buffer.read() if isinstance(source, Stream) else source


def file_name(target: File | Stream, suffix: str) -> File | Path:
    """A name that tells the format: the file's own, or one for messages with the suffix that a stream is to have."""
    return Path(f"{target}{suffix}") if isinstance(target, Stream) else target


def write(target: Place | Stream, content: bytes) -> None:
    """A file as a whole or not at all, or all of it to standard output.

    Raises:
        OSError, StoreError: It cannot be written, or whoever was to read it has ended.
    """
    if isinstance(target, Path):
        write_bytes(target, content)
    elif isinstance(target, StorePath):
        target.write_bytes(content)
    else:  # not by sys.stdout, which would try to write what is left once more when Python ends
        with open(sys.stdout.fileno(), "wb", closefd=False) as stream:
            stream.write(content)
