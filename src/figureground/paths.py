"""Where things lie: the one module that knows the folders of a project."""

from __future__ import annotations

import os
from pathlib import Path

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


def user_cache() -> Path:
    """Folder for what is downloaded once for all projects of a user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "figureground"
