"""Many photos over the hosts of a Ray cluster, each by the same work as on one machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from figureground.files import table
from figureground.photos.batch import Cutter, Outcome, Settings, Status, all_but_skipped
from figureground.photos.planning import Job
from figureground.photos.streams import Place, write
from figureground.processes import KILLED
from figureground.ray_workers import over_hosts, task_size


def cut_over_hosts(jobs: Sequence[Job], settings: Settings, workers: int, listing: Place) -> Iterator[Outcome]:
    """`batch.cut_all` over the Ray cluster that this process is connected to (`ray_workers.cluster`).

    Photos and results are read and written by the hosts, so local folders must be the same on all of them.

    Args:
        workers: Processes at once.
        listing: Where those that are not cut out are listed: CSV of photo, status, reason. It is written before the
            first photo, empty, to find out whether results can be, and after the last one.
    Raises:
        SegmenterError, BackgroundError, PictureError, RayClusterError: Before the first photo.
        OSError, StoreError: The list cannot be written, and so neither can results.
    """
    bad = []
    for outcome in all_but_skipped(jobs, settings, partial(_on_all_hosts, workers=workers, listing=listing)):
        if outcome.status in (Status.NOBODY, Status.FAILED):
            bad.append(outcome)
        yield outcome
    write(listing, _listed(bad))


def _listed(bad: Sequence[Outcome]) -> bytes:
    rows = [(each.job.source, each.status.value, each.note.removeprefix(str(each.job.source))) for each in bad]
    columns = ("photo", "status", "reason")
    return table(columns, [dict(zip(columns, (*row, note.lstrip(": ")), strict=True)) for *row, note in rows])


def _on_all_hosts(cutter: Cutter, jobs: list[Job], workers: int, listing: Place) -> Iterator[Outcome]:
    """What was given out in one task with a photo that kills its process is tried again, each photo by itself."""
    write(listing, _listed(()))
    places = [place for job in jobs for place in (job.source, job.target) if isinstance(place, Path)]
    shared = [listing] if isinstance(listing, Path) else []
    if not all(place.is_absolute() for place in places):
        shared.append(Path.cwd())
    left = dict.fromkeys(jobs)
    for size in (task_size(len(jobs), workers), 1):
        waiting = list(left)
        tasks = [waiting[start : start + size] for start in range(0, len(waiting), size)]
        for _, outcomes in over_hosts(_OneAfterTheOther(cutter), tasks, workers, shared=shared):
            for outcome in outcomes:
                del left[outcome.job]
                yield outcome
        if not left:
            return
    for job in left:
        reason = f"a worker process {KILLED}; give the hosts more memory, or take fewer --jobs"
        yield Outcome(job, Status.FAILED, f"{job.source}: {reason}")


@dataclass(frozen=True)
class _OneAfterTheOther:
    """The photos of one task."""

    cutter: Cutter

    def __call__(self, jobs: Sequence[Job]) -> list[Outcome]:
        return [self.cutter.cut(job) for job in jobs]
