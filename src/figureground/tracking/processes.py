"""Which process a run belongs to, and which `dvc` a stage was started by."""

from __future__ import annotations

import socket
from pathlib import PurePath

import psutil

# Seconds: the start time that a system reports for one process moves when its clock is set.
_SAME_START = 2.0


def describe(process: psutil.Process) -> str:
    """`host|pid|start`: names a process for good, since process numbers come round again."""
    return f"{socket.gethostname()}|{process.pid}|{process.create_time():.2f}"


def is_gone(description: str) -> bool:
    """Whether the described process was one of this host and has ended. Of other hosts nothing is known: False."""
    try:
        host, pid, start = description.rsplit("|", 2)
        if host != socket.gethostname():
            return False
        process = psutil.Process(int(pid))
        same = abs(process.create_time() - float(start)) < _SAME_START
        return not same or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except (ValueError, psutil.AccessDenied):
        return False


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
