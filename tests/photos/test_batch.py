"""Many photos over processes, where one of the processes is killed."""

from __future__ import annotations

from pathlib import Path

from figureground.photos.batch import Status, _over_processes
from figureground.photos.planning import Job
from helpers.worker_tasks import DyingCutter


def test_a_killed_process_fails_the_photos_that_are_left_only() -> None:
    jobs = [Job(Path(f"{name}.jpg"), Path(f"{name}.png")) for name in ("first", "second", "huge", "last")]
    outcomes = list(_over_processes(DyingCutter(), jobs, 1))  # type: ignore[arg-type]
    assert [(outcome.job.source.stem, outcome.status) for outcome in outcomes] == [
        ("first", Status.CUT),
        ("second", Status.CUT),
        ("huge", Status.FAILED),
        ("last", Status.FAILED),
    ]
    assert outcomes[-1].note == ("last.jpg: a worker process was killed, most often for want of memory; try --jobs 1")
