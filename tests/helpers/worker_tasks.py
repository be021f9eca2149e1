"""Work for worker processes in tests: a process of its own imports it from here, not from a test."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import cv2

from figureground.errors import FiguregroundError
from figureground.interrupts import exit_status, receive_interrupts
from figureground.photos.batch import Outcome, Status
from figureground.photos.planning import Job


def square(number: int) -> int:
    return number * number


def first_waits_for_last(task: tuple[Path, int]) -> int:
    """Task 0 ends once task 7 has."""
    sign, number = task
    if number == 7:
        sign.touch()
    while number == 0 and not sign.exists():
        time.sleep(0.01)
    return number


def end_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse_three(number: int) -> int:
    if number == 3:
        raise FiguregroundError("three: not wanted; leave it out")
    return number


def threads(_: int) -> int:
    return cv2.getNumThreads()


class DyingCutter:
    """Dies at one photo, as where the system runs out of memory."""

    def cut(self, job: Job) -> Outcome:
        if str(job.source) == "huge.jpg":
            os.kill(os.getpid(), signal.SIGKILL)
        return Outcome(job, Status.CUT)


def write_after(place: Path) -> None:
    """Tells that it has begun; is done once there is a file `go` beside it."""
    place.with_suffix(".begun").touch()
    while not place.with_name("go").exists():
        time.sleep(0.01)
    place.with_suffix(".done").touch()


def is_deaf(task: int) -> bool:
    """Whether this process was started without an ear for Ctrl-C."""
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def deaf_while_it_starts(place: Path) -> None:
    """Writes which signals this process was started without an ear for."""
    place.write_text(str(sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ())))))


def end_when_told(place: Path) -> None:
    try:
        receive_interrupts()
        time.sleep(600)
    except KeyboardInterrupt as interrupt:
        place.write_text("in order")
        sys.exit(exit_status(interrupt))


def never_end(place: Path) -> None:
    """Whatever it is told; `place` is there from then on, and a file `told` beside it once it is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: place.with_name("told").touch())
    place.touch()
    time.sleep(600)


def where(task: None) -> str:
    return str(Path.cwd())
