"""Where things lie: the one module that knows the folders of a project."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote

DATA = Path("data")
RESULTS = Path("results")

# DVC runs `exp run --temp` and queued experiments in throw-away copies below this folder of the project itself.
_TEMPORARY_COPIES = Path(".dvc/tmp/exps").parts


def project_root(folder: Path | None = None) -> Path:
    """The project's own root for a folder that is the root, or DVC's temporary copy of it.

    What must outlive a temporary copy (tracking store, half-done work) lies below this root.
    """
    parts = (folder or Path.cwd()).resolve().parts
    length = len(_TEMPORARY_COPIES)
    for start in range(len(parts) - length):
        if parts[start : start + length] == _TEMPORARY_COPIES:
            return Path(*parts[:start])
    return Path(*parts)


def half_done(stage: str, fingerprint: str) -> Path:
    """Folder for work that a killed stage goes on from; neither git nor DVC looks into it."""
    return project_root() / ".figureground" / stage / fingerprint[:16]


_SQLITE = "sqlite:///"
_SPECIAL = re.compile(r"\?|%(?=[0-9A-Fa-f]{2})")  # what SQLAlchemy takes for more than itself in a file's path


def of_project(address: str, root: Path | None = None) -> str:
    """An address of a database; the file of a relative `sqlite:///` address is one of the project's own root, also in
    a temporary copy of it."""
    file, (_, mark, options) = sqlite_file(address, project_root(root)), address.partition("?")
    return f"{sqlite_address(file)}{mark}{options}" if file else address


def sqlite_file(address: str, below: Path = Path()) -> Path | None:
    """The file of a `sqlite:///` address, absolute; `below` is where a relative one lies. None for other addresses."""
    path = unquote(address.removeprefix(_SQLITE).partition("?")[0])
    if not address.startswith(_SQLITE) or path in ("", ":memory:") or path.startswith("file:"):
        return None
    return (below / path).resolve()


def sqlite_address(file: Path) -> str:
    """The address of an SQLite file for SQLAlchemy and MLflow.

    Absolute, unless that has characters which would have to be escaped: MLflow makes a folder of the escaped name.
    """
    place = str(file.absolute())
    if _SPECIAL.search(place):
        place = os.path.relpath(file)
    return _SQLITE + _SPECIAL.sub(lambda found: f"%{ord(found[0]):02X}", place)


def user_cache() -> Path:
    """Folder for what is downloaded once for all projects of a user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "figureground"
