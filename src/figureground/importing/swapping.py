"""A data set that takes the place of an earlier one when it is whole, and never half."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from figureground.errors import FiguregroundError

log = logging.getLogger(__name__)


class ImportingError(FiguregroundError):
    """An import that did not happen; the old data set is as it was."""


@contextmanager
def new_data_set(destination: Path) -> Iterator[Path]:
    """A folder that does not exist yet; what the block makes of it takes the place of `destination` if it ends well.

    It is beside, in `.figureground/`: what dies leaves the old data set, at the latest when the next one begins (or
    `recover` is called).

    Raises:
        ImportingError: Another import is at work.
    """
    with _only_import(destination):
        recover(destination)
        draft = _draft(destination)
        try:
            yield draft
            _swap(draft, destination)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def recover(destination: Path) -> None:
    """Put back the data set that an import was replacing when it was killed, and remove what it had written."""
    destination = destination.resolve()
    old = _old(destination)
    if old.exists() and not destination.exists():
        old.rename(destination)
        log.warning("%s: an import died while replacing it; the earlier data set is back", destination)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(_draft(destination), ignore_errors=True)


def _work(destination: Path) -> Path:
    """Beside the destination, so that renaming never crosses file systems; ignored by git and DVC."""
    return destination.parent / ".figureground" / "import"


def _draft(destination: Path) -> Path:
    return _work(destination) / f"{destination.name}.new"


def _old(destination: Path) -> Path:
    return _work(destination) / f"{destination.name}.old"


@contextmanager
def _only_import(destination: Path) -> Iterator[None]:
    _work(destination).mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(_work(destination) / f"{destination.name}.lock", timeout=0):
            yield
    except Timeout:
        raise ImportingError(f"{destination}: another import is at work on it; wait until it has ended") from None


def _swap(draft: Path, destination: Path) -> None:
    """Two renames; if the process dies between them, `recover` puts the old data set back."""
    old = _old(destination)
    if destination.exists():
        destination.rename(old)
    draft.rename(destination)
    shutil.rmtree(old, ignore_errors=True)
