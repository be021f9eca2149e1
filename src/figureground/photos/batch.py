"""Many photos, one after the other or over processes: each has an outcome, and a bad one does not stop the rest."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2

from figureground.errors import FiguregroundError, first_line, system_reason
from figureground.photos.planning import Job
from figureground.photos.saving import encoded
from figureground.photos.streams import content_of, file_name, write
from figureground.pictures import frame_count, read_photo
from figureground.processes import WorkerKilled, as_completed, without_chatter, worthwhile
from figureground.runtime.backgrounds import BackgroundLike, Fit, background_of, composed
from figureground.runtime.held_things import Held, NothingHeldError, Replacement
from figureground.runtime.segmenter import Segmenter, shows_person
from figureground.stores import StorePath, present

Result = TypeVar("Result")

_PHOTOS_A_PROCESS = 4  # fewer are done sooner than another process has started


class Status(Enum):
    """What became of a photo."""

    CUT = "cut out"
    SKIPPED = "skipped"
    NOBODY = "no person found"
    NOTHING_HELD = "no hand found"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of a photo, and in one line why, or what else its owner should know."""

    job: Job
    status: Status
    note: str = ""


@dataclass(frozen=True)
class Settings:
    """How photos are cut out; see `Segmenter` and `composed`.

    `thing` takes the place of what is held, whatever `held` says; `mask_only` gives the mask instead of a cut-out.
    """

    model: str | Path = "accurate"
    background: BackgroundLike = None
    fit: Fit = "cover"
    held: Held = "drop"
    mask_only: bool = False
    overwrite: bool = False
    thing: Replacement | None = None


class Cutter:
    """Cuts files by the same settings; the model and the background are loaded once.

    Raises:
        SegmenterError, BackgroundError, PictureError: The model or the background cannot be used.
    """

    def __init__(self, settings: Settings, segmenter: Segmenter) -> None:
        self._settings = settings
        self._background = background_of(settings.background)
        self._segmenter = segmenter
        self._segmenter.check_held("keep" if settings.thing is not None else settings.held)

    def __reduce__(self) -> tuple[Callable[[Settings, bytes], Cutter], tuple[Settings, bytes]]:
        """Another process loads the model anew, without what LiteRT says when it does."""
        return _prepared, (self._settings, pickle.dumps(self._segmenter))

    def cut(self, job: Job) -> Outcome:
        """Read, cut out and write one photo; whatever goes wrong with it becomes its outcome."""
        return bounded(job, self._cut)

    def _cut(self, job: Job) -> Outcome:
        content = content_of(job.source)
        photo = read_photo(content, str(job.source))
        settings = self._settings
        if settings.thing is None:
            mask = self._segmenter.mask(photo, settings.held)
        else:
            photo, mask = self._segmenter.replaced(photo, settings.thing)
        if not shows_person(mask):
            return Outcome(job, Status.NOBODY, f"{job.source}")
        result = mask if settings.mask_only else composed(photo, mask, self._background, settings.fit)
        frames = frame_count(content)
        write(job.target, encoded(file_name(job.target, job.suffix), result))
        return Outcome(job, Status.CUT, f"{job.source}: only the first of {frames} pictures" if frames > 1 else "")


def bounded(job: Job, work: Callable[[Job], Result]) -> Result | Outcome:
    """What comes of work on one file. No error gets past it: what one photo causes must not cost the others."""
    try:
        return work(job)
    except NothingHeldError as error:
        return Outcome(job, Status.NOTHING_HELD, f"{job.source}: {error}")
    except FiguregroundError as error:
        return Outcome(job, Status.FAILED, str(error))
    except OSError as error:
        return Outcome(job, Status.FAILED, f"{job.target}: {system_reason(error)}")
    except MemoryError:
        return Outcome(job, Status.FAILED, f"{job.source}: too large for this machine's memory; make it smaller")
    except Exception as error:
        return Outcome(job, Status.FAILED, f"{job.source}: {type(error).__name__}: {first_line(error)}")


def cut_all(jobs: Sequence[Job], settings: Settings, processes: int) -> Iterator[Outcome]:
    """An outcome for every job, as they come.

    Args:
        processes: At most so many at once; few photos get fewer.
    Raises:
        SegmenterError, BackgroundError, PictureError: As `Cutter`, before the first photo.
    """
    yield from all_but_skipped(jobs, settings, partial(_on_this_machine, processes=processes))


def all_but_skipped(
    jobs: Sequence[Job], settings: Settings, cut: Callable[[Cutter, list[Job]], Iterator[Outcome]]
) -> Iterator[Outcome]:
    """An outcome for every job: of those whose results are there already, and of the others what `cut` makes of them.

    Raises:
        SegmenterError, BackgroundError, PictureError: As `Cutter`, before the first photo.
    """
    waiting = []
    stored = set() if settings.overwrite else present(job.target for job in jobs if isinstance(job.target, StorePath))
    for job in jobs:
        if settings.overwrite or (outcome := bounded(job, partial(_skipped, stored=stored))) is None:
            waiting.append(job)
        else:
            yield outcome
    if waiting:
        yield from cut(_prepared(settings), waiting)


def _skipped(job: Job, stored: set[StorePath]) -> Outcome | None:
    missing = isinstance(job.source, Path) and not job.source.exists()
    if (job.target in stored or (isinstance(job.target, Path) and job.target.exists())) and not missing:
        return Outcome(job, Status.SKIPPED, f"{job.target}: is there already; --overwrite replaces it")
    return None


def _on_this_machine(cutter: Cutter, jobs: list[Job], processes: int) -> Iterator[Outcome]:
    processes = worthwhile(len(jobs), processes, least=_PHOTOS_A_PROCESS)
    return map(cutter.cut, jobs) if processes == 1 else _over_processes(cutter, jobs, processes)


def _over_processes(cutter: Cutter, jobs: Sequence[Job], processes: int) -> Iterator[Outcome]:
    left = dict.fromkeys(jobs)
    try:
        for outcome in as_completed(cutter.cut, jobs, processes, advice="try --jobs 1"):
            left.pop(outcome.job, None)
            yield outcome
    except WorkerKilled as error:
        for job in left:
            yield Outcome(job, Status.FAILED, f"{job.source}: {error}")


def _prepared(settings: Settings, segmenter: bytes | None = None) -> Cutter:
    cv2.setNumThreads(1)  # processes share the cores already
    # Of large pictures, of which those twice as large again are refused, and of damage that hurts no pixel.
    warnings.filterwarnings("ignore", module="PIL")
    with without_chatter():
        return Cutter(settings, Segmenter(settings.model) if segmenter is None else pickle.loads(segmenter))
