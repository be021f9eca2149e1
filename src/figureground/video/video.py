"""A video file with another background: decoded, cut out and encoded side by side, in the order of its pictures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import av

from figureground.errors import system_reason
from figureground.files import replacing
from figureground.processes import map_ahead
from figureground.runtime.backgrounds import Background
from figureground.runtime.segmenter import NobodyError
from figureground.video.backdrops import Backdrop
from figureground.video.clips import Clip, Frame, VideoError, cut_short
from figureground.video.moving import ModelView, MovingCutter, drawn
from figureground.video.recordings import Recording, coding_of

Progress = Callable[[float, int, float], None]

MOST_WORKERS = 8  # by default: each holds several pictures, which are 25 MB each in a video of 3840 x 2160
_AHEAD = 2  # more pictures are begun than there are threads, so that none waits for work


@dataclass(frozen=True)
class Summary:
    """What was made.

    Attributes:
        frames: Pictures of the video.
        with_person: Those among them that show a person.
        seconds: That the work took.
        notes: What was done beyond the cutting, and was lost, each in a few words.
    """

    frames: int
    with_person: int
    seconds: float
    notes: tuple[str, ...]


def length_of(source: Path) -> float:
    """Seconds that a video promises to have; 0 where it promises nothing.

    Raises:
        VideoError: As `Clip`.
    """
    with Clip(source) as clip:
        return clip.seconds or 0.0


def replace_background(
    source: Path,
    target: Path,
    backdrop: Backdrop,
    cutter: MovingCutter,
    workers: int,
    progress: Progress | None = None,
) -> Summary:
    """Write `source` with another background to `target`, sound and times kept; what was there is replaced.

    Args:
        target: Its suffix names the format, see `coding_of`.
        cutter: Used up by this video, since it remembers its pictures.
        workers: Threads that cut out; this one decodes and encodes beside them.
        progress: Is told after each picture how many seconds of the video are done, how many pictures those were, and
            how many seconds of work.
    Raises:
        NobodyError: No picture shows a person.
        VideoError: The source cannot be read or is cut short, or the target's format cannot hold the result.
        OSError: The target cannot be written. Whatever is raised, `target` stays as it was.
    """
    coding = coding_of(target, transparent=backdrop.transparent)
    if target.exists() and target.samefile(source):
        raise VideoError(f"{target}: the result would replace the video; give another name")
    start = time.perf_counter()
    with Clip(source) as clip, replacing(target) as draft, _threads(workers) as pool:
        looks = map_ahead(pool, lambda frame: (frame, cutter.look(frame.photo())), clip.frames(), workers + _AHEAD)
        first = next(looks, None)
        if first is None:
            raise VideoError(f"{source}: no picture could be decoded; fetch it again")
        frames = with_person = 0
        end = 0.0
        with _naming(target), Recording(draft, clip, first[0].shape, coding, target) as recording:
            steps = _steadied(chain([first], looks), cutter, backdrop, clip)
            for picture, person in map_ahead(pool, _drawing(recording), steps, workers + _AHEAD):
                recording.write(picture)
                frames, with_person = frames + 1, with_person + person
                end = float(((picture.pts or 0) + picture.duration) * clip.time_base)
                if progress is not None:
                    progress(end, frames, time.perf_counter() - start)
        _check(clip, max(end, recording.sound_end), with_person)
    return Summary(frames, with_person, time.perf_counter() - start, tuple(_notes(clip, backdrop)))


def _steadied(
    looks: Iterable[tuple[Frame, ModelView]], cutter: MovingCutter, backdrop: Backdrop, clip: Clip
) -> Iterator[tuple[Frame, ModelView, Background]]:
    """What has to be done in the order of the pictures: smoothing, and finding the background of the time."""
    for frame, look in looks:
        seconds, pixel = float(frame.time * clip.time_base), float(frame.shape.pixel)
        yield frame, cutter.steady(look), backdrop.at(seconds, look.size, pixel)


def _drawing(recording: Recording) -> Callable[[tuple[Frame, ModelView, Background]], tuple[av.VideoFrame, bool]]:
    """The last step of a picture: ready to be encoded, and whether it shows a person."""

    def draw(step: tuple[Frame, ModelView, Background]) -> tuple[av.VideoFrame, bool]:
        frame, look, background = step
        picture, person = drawn(look, background)
        return recording.prepared(picture, frame.time, frame.duration), person

    return draw


def _notes(clip: Clip, backdrop: Backdrop) -> Iterator[str]:
    if clip.damaged:
        yield f"{clip.damaged} damaged places were left out"
    if clip.interlaced:
        yield "interlaced pictures were made whole"
    if clip.reshaped:
        yield f"{clip.reshaped} pictures of another shape were fitted into that of the first one"
    if clip.is_followed():
        yield "another video that is joined behind this one was left out; give both as files of their own"
    if backdrop.followed:
        yield "another video that is joined behind the background was left out; give one file of both, such as .ts"


def _check(clip: Clip, end: float, with_person: int) -> None:
    if cut_short(clip, end):
        raise VideoError(f"{clip.path}: cut short, ends after {end:.1f} of {clip.seconds:.1f} s; fetch it again")
    if not with_person:
        raise NobodyError("no person found in this video")


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _naming(target: Path) -> Iterator[None]:
    """FFmpeg's errors while it writes, in one line with the file's name."""
    try:
        yield
    except OSError as error:
        raise VideoError(f"{target}: {system_reason(error)}") from None
    except av.FFmpegError as error:
        raise VideoError(f"{target}: FFmpeg cannot write it ({(error.strerror or str(error)).lower()})") from None
