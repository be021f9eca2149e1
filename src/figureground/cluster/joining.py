"""Processes, on whatever hosts, that JAX's distributed runtime joins."""

from __future__ import annotations

import os
import socket
import warnings
from dataclasses import dataclass
from importlib.util import find_spec

import jax
import numpy as np
from jax.errors import JaxRuntimeError
from jax.experimental import multihost_utils

from figureground.errors import FiguregroundError

_HEARTBEAT = 30  # seconds without a sign of life after which a process counts as lost
_LONGEST_END = 3600  # seconds that the others wait while the first process writes and logs the results
_KUBERNETES = "KUBERNETES_SERVICE_HOST"  # environment variable of every container there
# Of the messages of Gloo, NCCL and JAX's coordination service where another process does not answer.
_SIGNS = ("Gloo", "NCCL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "coordination service", "distributed service")
LOST = "cluster: another process has ended or cannot be reached any more"
REMEDY = (
    "see what that one said, then give the same command everywhere again: the training goes on after its last "
    "finished epoch"
)


class TeamError(FiguregroundError):
    """Processes that cannot begin or go on together; one line: which, why, what to do."""


@dataclass(frozen=True)
class Membership:
    """A process's place among those of a training; what is None, the environment says.

    Attributes:
        process_id: 0 to `processes` - 1.
        coordinator: HOST:PORT of process 0, which listens there.
        patience: Seconds to wait for the others to begin.
    """

    process_id: int | None = None
    processes: int | None = None
    coordinator: str | None = None
    patience: int = 300


def join(place: Membership) -> None:
    """Wait until all processes are there; has to come before anything else that JAX does.

    Nothing happens where they are joined already, as Ray Train does it, or where there is one alone.

    Raises:
        TeamError: Options or environment do not tell the place, or the others are not to be had.
    """
    if jax.distributed.is_initialized() or place.processes == 1:
        return
    if place.process_id == 0 and place.coordinator:
        _refuse_taken(place.coordinator)
    # JAX's own service for those that are ended would swallow SIGTERM.
    jax.config.update("jax_enable_preemption_service", False)  # type: ignore[no-untyped-call]
    is_told = None not in (place.process_id, place.processes, place.coordinator)
    warnings.filterwarnings("ignore", "Kubernetes environment detected", UserWarning)  # `_untold` says it in a line
    try:
        jax.distributed.initialize(
            place.coordinator, place.processes, place.process_id, initialization_timeout=place.patience,
            heartbeat_timeout_seconds=_HEARTBEAT, shutdown_timeout_seconds=_LONGEST_END,
            # Kubernetes would be asked for no more than these; SLURM and Open MPI also tell each process its GPU.
            cluster_detection_method="deactivate" if is_told and _KUBERNETES in os.environ else None,
        )  # fmt: skip
    except JaxRuntimeError:
        raise unmet(place) from None
    except Exception as error:  # what the client of Kubernetes raises is of no common class
        raise _untold(error) from None


def _refuse_taken(coordinator: str) -> None:
    """JAX, which listens at all addresses, would end its process without a word."""
    both = socket.has_dualstack_ipv6()
    try:
        port = int(coordinator.rpartition(":")[2])
        family = socket.AF_INET6 if both else socket.AF_INET
        socket.create_server(("", port), family=family, dualstack_ipv6=both).close()
    except OSError as error:
        raise TeamError(
            f"{coordinator}: process 0 cannot listen at that port, {os.strerror(error.errno or 0).lower()}; give all "
            "processes another --coordinator"
        ) from None


def _untold(error: Exception) -> TeamError:
    reason = " ".join(str(error).partition("```")[0].split()).rstrip(".:") or type(error).__name__
    if _KUBERNETES in os.environ and find_spec("kubernetes") is None:
        reason = "Kubernetes does not tell which process this is; install its client, pip install 'jax[k8s]'"
    return TeamError(
        f"cluster: {reason}; give --process-id, --processes and --coordinator, or start the command by SLURM, Open MPI "
        "or Kubernetes, as deploy/ does, whose environment says them"
    )


def unmet(place: Membership) -> TeamError:
    """What to say where the processes do not find one another."""
    return TeamError(
        f"{place.coordinator or 'cluster'}: the processes did not find one another in {place.patience} s; start all of "
        "them, with the same --coordinator and --processes and each with its own --process-id, and let them reach that "
        "port"
    )


def leave() -> None:
    """Wait for the others to have done their work, too."""
    if jax.distributed.is_initialized():
        jax.distributed.shutdown()  # type: ignore[no-untyped-call]


def gather(text: str) -> list[str]:
    """The texts of all processes, by their numbers; all have to call it."""
    content = np.frombuffer(text.encode(), np.uint8)
    lengths = multihost_utils.process_allgather(np.array([content.size])).reshape(-1)
    row = np.zeros(lengths.max(), np.uint8)
    row[: content.size] = content
    rows = multihost_utils.process_allgather(row).reshape(len(lengths), -1)
    return [bytes(row[:length]).decode() for row, length in zip(rows, lengths, strict=True)]


def from_first(content: bytes) -> bytes:
    """The bytes of process 0; all have to call it."""
    if jax.process_count() == 1:
        return content
    length = int(multihost_utils.broadcast_one_to_all(np.array(len(content))))
    array = np.frombuffer(content, np.uint8) if jax.process_index() == 0 else np.zeros(length, np.uint8)
    return np.asarray(multihost_utils.broadcast_one_to_all(array), np.uint8).tobytes()


def is_lost(error: JaxRuntimeError) -> bool:
    """Whether an error of JAX says that another process does not answer any more."""
    return any(sign in str(error) for sign in _SIGNS)


def auto_precision() -> str:
    """Keras dtype policy that `train.precision` `auto` means on this process's devices."""
    device = jax.local_devices()[0]
    if device.platform == "tpu":
        return "mixed_bfloat16"
    major = int(str(getattr(device, "compute_capability", "0")).split(".")[0]) if device.platform == "gpu" else 0
    return "mixed_bfloat16" if major >= 8 else "mixed_float16" if major >= 7 else "float32"
