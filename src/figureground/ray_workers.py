"""Work over the cores of a Ray cluster (extra `cluster`): Ray Data shares it out, and repeats elsewhere what a lost
process or host had begun."""

from __future__ import annotations

import functools
import logging
import os
import pickle
import platform
import socket
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

import cv2

import figureground
from figureground.errors import FiguregroundError, first_line
from figureground.files import source_fingerprint
from figureground.interrupts import keeping_sigterm
from figureground.processes import without_chatter

Task = TypeVar("Task")
Result = TypeVar("Result")

_MOST_A_TASK = 32  # photos or pairs: so many are done again where a host is lost
_TASKS_A_WORKER = 16  # where there are photos enough: the last ones end at about the same time
_RETRIES = 3  # of a task whose process or host was lost
_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # what Ray says of lost processes and hosts is for its developers
    "RAY_DATA_LOG_LEVEL": "CRITICAL",
    "RAY_NUM_REDIS_GET_RETRIES": "1",  # to find the head of a cluster, each of 40 seconds
}
_NEW = "local"
_OBJECT_STORE = 256 << 20  # bytes, of a cluster that is started here: tasks and results are small
_HTTP2_SETTINGS = b"\x04"  # kind of a frame
_HTTP2_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0" + _HTTP2_SETTINGS + b"\0\0\0\0\0"
_PATIENCE = 10  # seconds for an address to answer
_HOST_PATIENCE = 240  # seconds for a host to tell its versions: it may have to start Python first
_DECIDING = ("figureground", "numpy", "pillow", "ai-edge-litert", "albumentations")  # what results' bytes depend on


class RayClusterError(FiguregroundError):
    """A cluster that cannot be used. The message names address or host and says what to do."""


@dataclass(frozen=True)
class Driver:
    """What every host must have as the process has that shares out the work."""

    versions: tuple[tuple[str, str], ...]
    folder: Path
    shared: tuple[Path, ...]

    def refuse_this_host(self) -> None:
        """Raises RayClusterError where this host has other versions, or lacks a folder that all must share."""
        here, theirs, wanted = socket.gethostname(), dict(versions()), dict(self.versions)
        for name in sorted(wanted.keys() | theirs.keys()):
            if (own := theirs.get(name)) != (asked := wanted.get(name)):
                raise RayClusterError(
                    f"{here}: {name} {own or 'is missing'}, but {asked or 'none'} where the command runs; "
                    "install the same on all hosts"
                )
        for place in self.shared:
            if not place.exists():
                raise RayClusterError(
                    f"{here}: {place} is not there; use a folder that all hosts share, or an object store"
                )


def versions() -> tuple[tuple[str, str], ...]:
    """Names and versions of all that decides the bytes of results, this package's own code among it."""
    found = [("Python", platform.python_version()), ("OpenCV", cv2.__version__)]
    for name in _DECIDING:
        with suppress(metadata.PackageNotFoundError):
            found.append((name, metadata.version(name)))
    return (*found, ("the code of figureground", source_fingerprint(figureground)[:12]))


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Ray for the block, in which nothing is printed to standard output.

    Args:
        address: HOST:PORT of a cluster, or "local" for a new one of this machine's cores, which ends with the block.
            None for what RAY_ADDRESS names; without that the one that runs on this machine, or else a new one. Where
            this process is connected already, it is that cluster.
    Raises:
        RayClusterError: There is none at that address, or of another version.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    import ray

    if ray.is_initialized():
        yield
        return
    address = address or os.environ.get("RAY_ADDRESS")
    if address not in (None, _NEW):
        _reach(str(address))
    try:
        with without_chatter(), keeping_sigterm():
            _connect(address)
    except (OSError, RuntimeError, ValueError) as error:
        raise RayClusterError(
            f"{address or 'Ray'}: {' '.join(str(error).split())}; this machine needs the cluster's versions of Ray and "
            "Python and, if it asks for a token, RAY_AUTH_MODE=token and its ~/.ray/auth_token"
        ) from None
    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # where Ray prints which hosts were lost
            yield
    finally:
        ray.shutdown()


def _connect(address: str | None) -> None:
    import ray

    quiet: dict[str, Any] = {"logging_level": logging.CRITICAL, "log_to_driver": False}
    with suppress(*([] if address else [ConnectionError])):  # there is none on this machine
        if address != _NEW:
            ray.init(address or "auto", **quiet)
            return
    ray.init(_NEW, include_dashboard=False, object_store_memory=_OBJECT_STORE, **quiet)


def _reach(address: str) -> None:
    """Before `ray.init`, which tries an address for many minutes.

    Ray speaks gRPC, that is HTTP/2, whose servers begin with a frame of settings (RFC 9113, 3.4 and 4.1).
    """
    host, _, port = address.rpartition(":")
    remedy = "start one there with `ray start --head`, or give its HOST:PORT, such as 10.0.0.1:6379"
    if not host or not port.isdigit():
        raise RayClusterError(f"{address}: not the address of a Ray cluster; {remedy}")
    try:
        with socket.create_connection((host, int(port)), _PATIENCE) as connection:
            connection.sendall(_HTTP2_GREETING)
            head = connection.recv(9, socket.MSG_WAITALL)
    except (OSError, OverflowError):
        head = b""
    if head[3:4] != _HTTP2_SETTINGS:
        raise RayClusterError(f"{address}: no Ray cluster answers; {remedy}")


def cores() -> int:
    """Of all hosts of the cluster that this process is connected to."""
    import ray

    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def task_size(things: int, workers: int) -> int:
    """How many photos or pairs to give out in one task."""
    return max(1, min(_MOST_A_TASK, things // (workers * _TASKS_A_WORKER)))


def over_hosts(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    workers: int,
    *,
    shared: Sequence[Path] = (),
    in_order: bool = False,
) -> Iterator[tuple[int, Result]]:
    """What `work` makes of each task and the task's number, as it comes or in order.

    A task whose process is killed is tried again a few times; after that it is left out.

    Args:
        work: Sent to each process once.
        workers: Processes at once, in the cluster that this process is connected to.
        shared: Files and folders that each host must see.
    Raises:
        RayClusterError: A host has other versions, or does not see what is shared.
        Exception: What `work` raises.
    """
    import ray
    from ray.data import DataContext, TaskPoolStrategy, from_items

    driver = Driver(versions(), Path.cwd(), tuple(path.absolute() for path in shared))
    _check_hosts(driver)
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1
    context.execution_options.preserve_order = in_order
    rows = [{"task": pickle.dumps((number, task))} for number, task in enumerate(tasks)]
    do = functools.partial(_do, work=ray.put(pickle.dumps(work)), driver=driver)
    share, pool = min(1.0, cores() / workers), TaskPoolStrategy(size=workers)
    with warnings.catch_warnings(action="ignore"):  # without a number of its own, Ray Data tries for ever
        made = from_items(rows, override_num_blocks=len(rows)).map(
            do, compute=pool, num_cpus=share, max_retries=_RETRIES
        )
    for row in made.iter_rows():
        number, result = pickle.loads(row["result"])
        if isinstance(result, Exception):
            raise result
        yield number, result


def _check_hosts(driver: Driver) -> None:
    """Before any work, of all hosts that there are by then; `_loaded` asks those that come later."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    ask = ray.remote(num_cpus=0, max_retries=0)(_answer)
    answers = {}
    for node in ray.nodes():
        if node["Alive"] and node["Resources"].get("CPU"):
            place = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            answers[ask.options(scheduling_strategy=place).remote(driver)] = node["NodeManagerHostname"]
    for answer, host in answers.items():
        try:
            refusal = ray.get(answer, timeout=_HOST_PATIENCE)
        except ray.exceptions.GetTimeoutError:
            raise RayClusterError(
                f"{host}: no answer for {_HOST_PATIENCE} seconds; look at `ray status`, and set RAY_AUTH_MODE as there"
            ) from None
        except Exception as error:  # without the package there, or with one that has no such function
            raise RayClusterError(f"{host}: {_cause(error)}; install the same on all hosts") from None
        if refusal is not None:
            raise refusal


def _cause(error: Exception) -> str:
    """Of an error from another process, the last line that says something: the first ones tell where it happened."""
    lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith(" ")]
    return first_line(RuntimeError(lines[-1])) if lines else type(error).__name__


def _answer(driver: Driver) -> RayClusterError | None:
    try:
        driver.refuse_this_host()
    except RayClusterError as refusal:
        return refusal
    return None


def _do(row: dict[str, bytes], work: Any, driver: Driver) -> dict[str, bytes]:
    number, task = pickle.loads(row["task"])
    try:
        result = _loaded(work, driver)(task)
    except Exception as error:
        result = error
    return {"result": pickle.dumps((number, result))}


@functools.lru_cache(maxsize=1)
def _loaded(work: Any, driver: Driver) -> Callable[[Any], Any]:
    """The work, once a process; relative paths mean here what they mean where the command runs."""
    import ray

    driver.refuse_this_host()
    if driver.folder.is_dir():
        os.chdir(driver.folder)
    cv2.setNumThreads(1)  # processes share the cores already
    function: Callable[[Any], Any] = pickle.loads(ray.get(work))
    return function
