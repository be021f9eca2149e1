"""Which `dvc` a stage was started by."""

from __future__ import annotations

from pathlib import PurePath

import psutil


def pipeline_process() -> psutil.Process:
    """The nearest `dvc` that this process descends from; the process itself where a stage is run alone."""
    current = psutil.Process()
    return next((parent for parent in current.parents() if _is_dvc(parent)), current)


def _is_dvc(process: psutil.Process) -> bool:
    """`dvc …`, `python …/dvc …` or `python -m dvc …`."""
    try:
        words = process.cmdline()[:3]
    except psutil.Error:
        return False
    programs = [PurePath(word).stem for word in words if not word.startswith("-")][:2]
    return "dvc" in programs[:1] or (programs[:1] != [] and programs[0].startswith("python") and "dvc" in programs[1:])
