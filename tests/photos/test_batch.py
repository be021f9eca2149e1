"""Many photos over processes, where one of the processes is killed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from figureground.errors import FiguregroundError
from figureground.photos.batch import Outcome, Settings, Status, _over_processes, bounded, cut_all
from figureground.photos.planning import Job
from helpers.worker_tasks import DyingCutter


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FiguregroundError("a.jpg: odd; mend it"), "a.jpg: odd; mend it"),
        (OSError(28, "No space left on device"), "a.png: no space left on device"),
        (MemoryError(), "a.jpg: too large for this machine's memory; make it smaller"),
        (cv2.error("OpenCV: (-215:Assertion failed)\nin resize"), "a.jpg: error: OpenCV: (-215:Assertion failed)"),
        (RecursionError("too deep"), "a.jpg: RecursionError: too deep"),
    ],
)
def test_whatever_goes_wrong_with_a_file_is_one_line_about_it(error: Exception, said: str) -> None:
    def fail(job: Job) -> Outcome:
        raise error

    job = Job(Path("a.jpg"), Path("a.png"), ".png")
    assert bounded(job, fail) == Outcome(job, Status.FAILED, said)


def test_a_file_that_cannot_even_be_looked_up_does_not_stop_the_others(tmp_path: Path, bright: Path) -> None:
    cv2.imwrite(str(tmp_path / "b.png"), np.full((60, 80, 3), 255, np.uint8))
    long = "x" * 300
    jobs = [
        Job(tmp_path / f"{long}.jpg", tmp_path / f"{long}.png", ".png"),
        Job(tmp_path / "b.png", tmp_path / "out/b.png", ".png"),
    ]
    outcomes = {outcome.job: outcome.status for outcome in cut_all(jobs, Settings(bright), 1)}
    assert outcomes == {jobs[0]: Status.FAILED, jobs[1]: Status.CUT}
    assert (tmp_path / "out/b.png").is_file()


def test_a_killed_process_fails_the_photos_that_are_left_only() -> None:
    jobs = [Job(Path(f"{name}.jpg"), Path(f"{name}.png"), ".png") for name in ("first", "second", "huge", "last")]
    outcomes = list(_over_processes(DyingCutter(), jobs, 1))  # type: ignore[arg-type]
    assert {str(outcome.job.source): outcome.status for outcome in outcomes} == {
        "first.jpg": Status.CUT,
        "second.jpg": Status.CUT,
        "huge.jpg": Status.FAILED,
        "last.jpg": Status.FAILED,
    }
    assert outcomes[-1].note == ("last.jpg: a worker process was killed, most often for want of memory; try --jobs 1")
