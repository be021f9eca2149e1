"""Work for worker processes in tests: a process of its own imports it from here, not from a test."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import cv2

from figureground.errors import FiguregroundError
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


def is_deaf(task: int) -> bool:
    """Whether this process was started without an ear for Ctrl-C."""
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def where(task: None) -> str:
    return str(Path.cwd())
