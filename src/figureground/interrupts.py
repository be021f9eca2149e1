"""Ctrl-C and SIGTERM: both end a process in order, and with it the processes that it has started."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_first_counts = False  # in this process; see `receive_interrupts`
_CAN_BLOCK = hasattr(signal, "pthread_sigmask")  # not on Windows


class Terminated(KeyboardInterrupt):
    """SIGTERM, by which `kill`, SLURM, Docker and Kubernetes end a process. What is done on Ctrl-C, is done on it."""


def exit_status(interrupt: KeyboardInterrupt) -> int:
    """As shells give it to a process that a signal has ended: 130 after Ctrl-C, 143 after SIGTERM."""
    return 128 + (signal.SIGTERM if isinstance(interrupt, Terminated) else signal.SIGINT)


@contextmanager
def sigterm_interrupts() -> Iterator[None]:
    """In the block SIGTERM is raised, as Ctrl-C is; without, it ends a Python process where it stands.

    Nothing is changed in other threads than the main one, which alone may receive signals.

    Raises:
        Terminated: It came.
    """
    before = signal.getsignal(signal.SIGTERM)
    if before is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is _interrupt:  # the block may have called `receive_interrupts`
            signal.signal(signal.SIGTERM, before)


@contextmanager
def keeping_sigterm() -> Iterator[None]:
    """After the block SIGTERM is what it was before: some libraries take it for themselves."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if callable(before) and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Terminated if number == signal.SIGTERM else KeyboardInterrupt


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Processes that are started in the block do not see Ctrl-C or SIGTERM, which may reach them too, while they
    import; these wait for the end of the block, and in the processes for `receive_interrupts`."""
    if not _CAN_BLOCK:
        yield
        return
    resource_tracker.ensure_running()  # in the block it would let the signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def receive_interrupts() -> None:
    """From now on Ctrl-C or SIGTERM ends this process in order, also one that came before.

    The first one counts: often it comes from the terminal and once more from the process that has started this one.

    Raises:
        KeyboardInterrupt: One did.
    """
    global _first_counts
    _first_counts, came = True, False

    def first(number: int, frame: FrameType | None) -> None:
        nonlocal came
        if not came:
            came = True
            _interrupt(number, frame)

    for number in _SIGNALS:
        signal.signal(number, first)
    if _CAN_BLOCK:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


@contextmanager
def interrupts_afterwards() -> Iterator[None]:
    """Ctrl-C or SIGTERM in the block takes effect at its end, for work that must not be left half done.

    A second one takes effect at once, but not where the first one counts (`receive_interrupts`).
    """
    before = {number: handler for number in _SIGNALS if callable(handler := signal.getsignal(number))}
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        if len(came) > 1 and not _first_counts:
            before[signal.Signals(number)](number, frame)

    for number in before:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def leave_interrupts_to_parent() -> None:
    """From now on Ctrl-C, which reaches all processes of a terminal, is for the first of them to decide on. SIGTERM
    still ends this one, where it stands."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if _CAN_BLOCK:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def end_with_parent() -> None:
    """From now on this process ends when the one that started it has: a killed parent cannot end its workers."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def end_in_order(processes: Collection[BaseProcess], patience: float) -> None:
    """End processes that `receive_interrupts`, whichever of them the interrupt of this one has reached; some may not
    have been started.

    Those that are still there after `patience` seconds, or when another interrupt comes, are killed.

    Raises:
        KeyboardInterrupt: Another one came.
    """
    started: list[BaseProcess] = []
    try:
        started += [process for process in processes if process.pid is not None]
        deadline = time.monotonic() + patience
        for process in started:
            if _CAN_BLOCK:  # else it would kill, and Ctrl-C has reached them
                process.terminate()
        for process in started:
            process.join(max(0.0, deadline - time.monotonic()))
    finally:
        for process in started:
            process.kill()
            process.join()
