"""Worker processes, none of which is left behind; a process that is mute for a while; names of processes."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import socket
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent import futures
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import cv2

from figureground.errors import FiguregroundError
from figureground.interrupts import end_with_parent, leave_interrupts_to_parent, without_interrupts

if TYPE_CHECKING:
    import psutil  # only a trainer has it

Task = TypeVar("Task")
Result = TypeVar("Result")

KILLED = "was killed, most often for want of memory"
# A fork inherits the threads of OpenCV, LiteRT and TensorFlow half dead, and hangs.
SPAWN = multiprocessing.get_context("spawn")
_AHEAD = 3  # tasks given out for each process; bounds the memory of results that wait for their turn
_SAME_START = 2.0  # seconds: the start time that a system reports for one process moves when its clock is set


class WorkerKilled(FiguregroundError):
    """A worker process was ended from outside; the message says what to do."""


def usable_cores() -> int:
    """Cores that this process may use: those it is bound to, and no more than its container's share of them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    share = container_share(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))
    return max(1, math.ceil(min(cores, share)))


def container_share(groups: Path, mount: Path) -> float:
    """CPUs that Linux's control groups allow this process, as in 1.5; infinite without a limit.

    Args:
        groups: The groups of the process, a line `number:controllers:path` for each hierarchy; cgroups(7).
        mount: Where the hierarchies are mounted; in a container often the group itself, whatever its path says.
    """
    try:
        lines = [line.split(":", 2) for line in groups.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return math.inf
    shares = [math.inf]
    for _, controllers, path in lines:
        if controllers in ("", "cpu") or "cpu" in controllers.split(","):
            root = mount / "cpu" if controllers else mount
            group = root / path.lstrip("/")
            shares += [_share(place) for place in (group, *group.parents) if place.is_relative_to(root)]
    return min(shares)


def _share(group: Path) -> float:
    """The limit that one group sets, in the files of version 2 or of version 1."""
    for files in (["cpu.max"], ["cpu.cfs_quota_us", "cpu.cfs_period_us"]):
        with contextlib.suppress(OSError, ValueError):
            quota, period = " ".join((group / file).read_text(encoding="utf-8") for file in files).split()
            return int(quota) / int(period) if int(quota) > 0 else math.inf
    return math.inf


def worthwhile(tasks: int, wanted: int | None = None, *, least: int = 1) -> int:
    """How many processes to share `tasks` among: `wanted`, or as many as there are cores, of `least` tasks or more.

    Args:
        least: Fewer are done sooner by the others than another process has started.
    """
    return max(1, min(wanted or usable_cores(), tasks // least))


def in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], processes: int, *, advice: str
) -> Generator[Result]:
    """What `work` makes of each task, in the order of the tasks, which are taken as they are needed.

    Args:
        work: Sent to each process once.
        processes: 1 works in this one.
        advice: What to do when a process is killed.
    Raises:
        WorkerKilled: A process was ended from outside.
        Exception: What `work` raises; nothing more is begun then.
    """
    if processes == 1:
        with _one_thread():
            yield from map(work, tasks)
        return
    with _workers(work, processes, advice) as pool:
        yield from map_ahead(pool, _work_on, tasks, _AHEAD * processes)


def map_ahead(pool: Executor, work: Callable[[Task], Result], tasks: Iterable[Task], ahead: int) -> Generator[Result]:
    """`map` over a pool that takes no more than `ahead` tasks before their results are asked for."""
    waiting: deque[Future[Result]] = deque()
    for task in tasks:
        with without_interrupts():
            waiting.append(pool.submit(work, task))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def as_completed(
    work: Callable[[Task], Result], tasks: Iterable[Task], processes: int, *, advice: str
) -> Generator[Result]:
    """What `work` makes of the tasks as it comes, always in processes of their own; else as `in_order`.

    When a process is killed, what was finished by then comes first and `WorkerKilled` last.
    """
    with _workers(work, processes, advice) as pool:
        killed: BaseException | None = None
        with without_interrupts():
            begun = [pool.submit(_work_on, task) for task in tasks]
        for future in futures.as_completed(begun):
            if isinstance(error := future.exception(), BrokenProcessPool):
                killed = error
            else:
                yield future.result()
        if killed:
            raise killed


@contextlib.contextmanager
def _workers(work: Callable[[Task], Any], processes: int, advice: str) -> Iterator[ProcessPoolExecutor]:
    """At the end, an interruption too, nothing more is begun, and what is begun becomes whole."""
    pool = ProcessPoolExecutor(processes, SPAWN, _begin, (work,))
    try:
        yield pool
    except BrokenProcessPool:
        raise WorkerKilled(f"a worker process {KILLED}; {advice}") from None
    finally:
        pool.shutdown(cancel_futures=True)


_work: Callable[[Any], Any]  # of a worker process


def _begin(work: Callable[[Any], Any]) -> None:
    global _work
    end_with_parent()
    leave_interrupts_to_parent()
    cv2.setNumThreads(1)
    _work = work


def _work_on(task: Any) -> Any:
    return _work(task)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """OpenCV on one thread, as in the processes, which share out the cores already."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


@contextlib.contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the processes that are started in the block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def stderr_into(stream: IO[Any]) -> Iterator[None]:
    """What the whole process writes to stderr, all its threads, goes to the file `stream`."""
    sys.stderr.flush()
    kept = os.dup(2)
    os.dup2(stream.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextlib.contextmanager
def without_chatter() -> Iterator[None]:
    """Mutes stderr while a model is loaded, since LiteRT announces its kernels there and has no switch for it.

    For commands: it is the whole process that is mute.
    """
    with Path(os.devnull).open("w") as nowhere, stderr_into(nowhere):
        yield


def describe(process: psutil.Process) -> str:
    """`host|pid|start`: names a process for good, since process numbers come round again."""
    return f"{socket.gethostname()}|{process.pid}|{process.create_time():.2f}"


def is_gone(description: str) -> bool:
    """Whether the described process was one of this host and has ended. Of other hosts nothing is known: False."""
    import psutil

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
