"""Where masks are judged: what is shown of each photo, and what is kept of each judgment, at once and for good."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from figureground.annotation.tasks import ReviewTask
from figureground.dataset.judgments import (
    Decision,
    Judgment,
    given_held_path,
    given_mask_path,
    mask_digest,
    photo_digest,
    read_judgments,
    write_judgments,
)
from figureground.dataset.metadata import held_path, pair_mask
from figureground.errors import FiguregroundError, system_reason
from figureground.files import write_bytes
from figureground.pictures import HALF, PERSON, Picture, PictureError, encode_png, picture_size, read_mask, read_photo
from figureground.runtime.segmenter import Segmenter


class DeskError(FiguregroundError):
    """A judgment that cannot be kept. The message says why and what to do."""


class TakenError(DeskError):
    """Somebody else has judged the photo since it was shown."""


@dataclass(frozen=True)
class Shown:
    """The masks of a photo, uint8 HxW of 0, 128 and 255.

    Attributes:
        mask: The data set's; None where there is none.
        given: What a person has given instead, if anything.
        model: The model's.
        held: Of what people hold: what a person has drawn, else the data set's, else the model's; None where none of
            them tells.
    """

    mask: Picture | None
    given: Picture | None
    model: Picture
    held: Picture | None


class Desk:
    """The photos to be judged, and the folder in which judgments are kept.

    Threads may share it: judgments are kept one after the other, each whole, before `judge` returns.

    Args:
        folder: See `dataset.judgments`.
        reviewer: Who judges.
    Attributes:
        tasks: By name, in the order in which they are shown.
    Raises:
        JudgmentError: The folder's table is damaged.
    """

    def __init__(self, folder: Path, tasks: Sequence[ReviewTask], segmenter: Segmenter, reviewer: str) -> None:
        self.folder = folder
        self.tasks = {task.name: task for task in tasks}
        self.reviewer = reviewer
        self._segmenter = segmenter
        self._turn = threading.Lock()
        self._all = read_judgments(folder)
        self._valid = {name for name in self.tasks if self._still_holds(name)}
        for name in self._valid:
            self._drop_unused(name)

    def judgment(self, name: str) -> Judgment | None:
        """What was said of the photo and mask as they are now."""
        return self._all[name] if name in self._valid else None

    def photo(self, name: str) -> bytes:
        """The photo's file.

        Raises:
            DeskError: There is no such photo, or it cannot be read any more.
        """
        task = self._task(name)
        try:
            return task.photo.read_bytes()
        except OSError as error:
            reason = system_reason(error)
            raise DeskError(f"{name}: the photo cannot be read: {reason}; put it back, or leave it for later") from None

    def shown(self, name: str) -> Shown:
        """What there is to see of a photo.

        Raises:
            DeskError: There is no such photo, or it cannot be read any more.
            PictureError: It, or one of its masks, is damaged.
        """
        task, photo = self._task(name), read_photo(self.photo(name))
        judged = self.judgment(name)
        given = self._given(judged) if judged else None
        kept = _kept_mask(task)
        model = read_mask(kept) if kept else _two_valued(self._segmenter.mask(photo))
        return Shown(_mask_of(task), given, model, self._held(task, photo))

    def judge(
        self, name: str, decision: Decision, seen: str, mask: Picture | None = None, held: Picture | None = None
    ) -> Judgment:
        """Keep a judgment, in place of an earlier one.

        Args:
            seen: The time of the judgment that its maker saw; empty where there was none.
            mask: The mask instead, for the decisions `model` and `mended`: uint8 HxW of 0, 128 and 255.
            held: The mask of what people hold, where it was drawn, too.
        Raises:
            DeskError: There is no such photo or mask, the mask does not fit the photo, or the photo is gone.
            TakenError: There is another judgment than the one that was seen.
            OSError: It cannot be written; the earlier judgment is still there.
        """
        task, photo = self._task(name), self.photo(name)
        original = _mask_of(task)
        if decision == "right" and original is None:
            raise DeskError(f"{name}: has no mask yet that could be right; take the model's or draw one")
        if decision in ("model", "mended"):
            _check(name, mask, picture_size(photo))
        with self._turn:
            former = self.judgment(name)
            if seen != (former.time if former else ""):
                raise TakenError(f"{name}: somebody else has judged it meanwhile; look at it again")
            if former and decision == "right" and self._is_applied(former, original):
                return former  # the mask is right that the data set has from there
            return self._keep(task, decision, photo, former, original, mask, held)

    def _keep(
        self,
        task: ReviewTask,
        decision: Decision,
        photo: bytes,
        former: Judgment | None,
        original: Picture | None,
        mask: Picture | None,
        held: Picture | None,
    ) -> Judgment:
        """First new masks, then the table, then masks away: what dies in between loses none that is in use."""
        if former and self._is_applied(former, original):
            judged_mask = former.mask_sha256
        else:
            judged_mask = "" if original is None else mask_digest(original)
        judgment = Judgment(
            name=task.name,
            decision=decision,
            reviewer=self.reviewer,
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),
            reason=task.why,
            model=(_kept_mask(task) or self._segmenter.file).name,
            photo_sha256=photo_digest(photo),
            mask_sha256=judged_mask,
        )
        for place, given in ((given_mask_path, mask), (given_held_path, held)):
            if judgment.gives_mask and given is not None:
                write_bytes(place(self.folder, task.name), encode_png(given))
        judgments = self._all | {task.name: judgment}
        write_judgments(self.folder, judgments)
        self._all = judgments
        self._valid.add(task.name)
        self._drop_unused(task.name)
        return judgment

    def _drop_unused(self, name: str) -> None:
        """Masks of an earlier judgment, which an import of drawn masks would take."""
        if not self._all[name].gives_mask:
            for place in (given_mask_path, given_held_path):
                place(self.folder, name).unlink(missing_ok=True)

    def _task(self, name: str) -> ReviewTask:
        if name not in self.tasks:
            raise DeskError(f"{name}: is not among the photos to be judged")
        return self.tasks[name]

    def _still_holds(self, name: str) -> bool:
        """Whether a judgment is about the photo and mask as they are now, or they are what it made of them."""
        judgment = self._all.get(name)
        if judgment is None:
            return False
        try:
            if photo_digest(self.photo(name)) != judgment.photo_sha256:
                return False
            if judgment.gives_mask and self._given(judgment) is None:
                return False
            original = _mask_of(self.tasks[name])
            digest = "" if original is None else mask_digest(original)
            return digest == judgment.mask_sha256 or self._is_applied(judgment, original)
        except (DeskError, PictureError):
            return False  # it is shown, and its reader told why it cannot be

    def _is_applied(self, judgment: Judgment, original: Picture | None) -> bool:
        """Whether the data set has the mask that the judgment gave."""
        given = self._given(judgment)
        return original is not None and given is not None and np.array_equal(given, original)

    def _given(self, judgment: Judgment) -> Picture | None:
        """The mask that came with a judgment; None where there was none, or it was lost since, and is drawn anew."""
        with suppress(PictureError):
            return read_mask(given_mask_path(self.folder, judgment.name)) if judgment.gives_mask else None
        return None

    def _held(self, task: ReviewTask, photo: Picture) -> Picture | None:
        drawn = given_held_path(self.folder, task.name)
        stored = held_path(task.data, task.name) if task.data else None
        for path in filter(None, (drawn if self.judgment(task.name) else None, stored)):
            if path.is_file():
                return read_mask(path)
        return _two_valued(self._segmenter.held(photo)) if self._segmenter.tells_held else None


@contextmanager
def only_desk(folder: Path) -> Iterator[Callable[[str], Path]]:
    """Keeps a second review of the same folder out while the block runs; gives places for what it wants to remember.

    Raises:
        DeskError: There is one.
    """
    work = folder.resolve().parent / ".figureground"
    work.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(work / f"{folder.name}.lock", timeout=0):
            yield lambda kind: work / f"{folder.name}.{kind}"
    except Timeout:
        raise DeskError(f"{folder}: another review is at work there; use its page, or end it first") from None


def _mask_of(task: ReviewTask) -> Picture | None:
    return pair_mask(task.data, task.name) if task.data else None


def _kept_mask(task: ReviewTask) -> Path | None:
    """The model's mask that the stage has kept; None where it has to be made."""
    return task.model_mask if task.model_mask and task.model_mask.is_file() else None


def _two_valued(mask: Picture) -> Picture:
    return np.where(mask >= HALF, np.uint8(PERSON), np.uint8(0))


def _check(name: str, mask: Picture | None, size: tuple[int, int]) -> None:
    if mask is None or mask.shape != size:
        raise DeskError(f"{name}: the mask does not have the photo's {size[0]} x {size[1]} pixels; open the page anew")
