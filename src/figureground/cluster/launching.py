"""`figureground cluster train`: the stage `train` by several processes, Keras on JAX."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

from jax.errors import JaxRuntimeError

from figureground.cluster.joining import LOST, REMEDY, Membership, TeamError, is_lost, join, leave, unmet
from figureground.errors import first_line
from figureground.interrupts import (
    end_in_order,
    end_with_parent,
    exit_status,
    receive_interrupts,
    without_interrupts,
)
from figureground.processes import KILLED, SPAWN
from figureground.stages import runner

_FATAL = "JAX distributed service detected fatal errors"
_PATIENCE = 60.0  # seconds for an interrupted process to end the step and its run


def train_here(place: Membership) -> int:
    """One process of the training; returns the exit status.

    It works in a process of its own: where another one is lost in the middle of a computation, JAX's runtime ends the
    process that it runs in, with a stack of calls.

    Raises:
        TeamError: Another process was lost, or this one was killed.
        KeyboardInterrupt: This one was interrupted while it had not joined the others yet, or did not end in time.
    """
    with tempfile.TemporaryDirectory(prefix="figureground-") as folder:
        told, joined = Path(folder) / "told", Path(folder) / "joined"
        process = SPAWN.Process(target=_member, args=(place, told, joined))
        try:
            with without_interrupts():
                process.start()
            process.join()
        except KeyboardInterrupt as interrupt:
            # While it waits for the others, deep in JAX, it cannot see a signal; nothing has begun by then.
            end_in_order([process], _PATIENCE if joined.exists() else 0.0)
            if process.exitcode is None or process.exitcode < 0:
                raise
            return exit_status(interrupt)
        if process.exitcode is None or process.exitcode >= 0:
            return process.exitcode or 0
        raise _explained(process.exitcode, told.read_text(errors="replace") if told.exists() else "", place, joined)


def _explained(exitcode: int, told: str, place: Membership, joined: Path) -> TeamError:
    if _FATAL in told:
        return TeamError(f"{LOST}; {REMEDY}") if joined.exists() else unmet(place)
    if exitcode == -signal.SIGKILL:
        return TeamError(f"cluster: this process {KILLED}; give the same command everywhere again")
    sys.stderr.write(told)
    advice = "see above" if told else "give the same command everywhere again"
    return TeamError(f"cluster: this process was ended by {signal.Signals(-exitcode).name}; {advice}")


def _member(place: Membership, told: Path, joined: Path) -> None:
    """Body of the process. What native libraries say goes to a file, since Gloo and JAX's runtime are talkative."""
    end_with_parent()
    _divert_native_messages(told)
    status: object = 0
    try:
        runner.run(lambda: _join_and_train(place, joined), backend="jax")
    except SystemExit as request:
        status = request.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 1)  # what JAX does at an ordinary exit waits for the others


def _divert_native_messages(told: Path) -> None:
    sys.stdout, sys.stderr = (os.fdopen(os.dup(number), "w", buffering=1) for number in (1, 2))
    with told.open("w") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)


def _join_and_train(place: Membership, joined: Path) -> None:
    receive_interrupts()
    join(place)
    joined.touch()
    try:
        from figureground.cluster.training import train_together

        train_together()
        leave()
    except JaxRuntimeError as error:
        if not is_lost(error):
            raise
        raise TeamError(f"{LOST} ({first_line(error)}); {REMEDY}") from None
