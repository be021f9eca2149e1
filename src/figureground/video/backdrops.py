"""What stands behind the person of a video at a time: always the same, or another video in a loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from figureground.runtime.backgrounds import Background, background_of, fitted

VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".ts", ".gif"})


class Backdrop(Protocol):
    """What a video's people are put before."""

    @property
    def transparent(self) -> bool: ...

    def at(self, seconds: float, size: tuple[int, int]) -> Background:
        """The background of a picture of `size` (height, width) at a time; times rise from call to call."""
        ...


def backdrop_of(given: str) -> Backdrop:
    """The backdrop that a user names: as `background_of`, or the file of a video.

    Raises:
        BackgroundError: None of these.
        PictureError, VideoError: The picture or video cannot be read.
    """
    path = Path(given)
    return Loop(path) if path.suffix.lower() in VIDEOS and path.is_file() else Still(background_of(given))


class Still:
    """The same background all the time, its picture fitted once."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self.transparent = background.transparent

    def at(self, seconds: float, size: tuple[int, int]) -> Background:
        if self._background.colour is not None:
            self._background = Background(picture=np.full((*size, 3), self._background.colour, np.uint8))
        elif self._background.picture is not None and self._background.picture.shape[:2] != size:
            self._background = Background(picture=fitted(self._background.picture, size, "cover"))
        return self._background


class Loop:
    """Another video, at its own pace and again from its beginning when it has ended; its sound is left out.

    Raises:
        VideoError: As `Clip`, or the video has no pictures.
    """

    transparent = False

    def __init__(self, path: Path) -> None:
        self._coming = _endless(path)
        self._shown, self._next = next(self._coming), next(self._coming)

    def at(self, seconds: float, size: tuple[int, int]) -> Background:
        while seconds >= self._next[0]:
            self._shown, self._next = self._next, next(self._coming)
        return self._shown[1]


def _endless(path: Path) -> Iterator[tuple[float, Background]]:
    """When each picture begins, in seconds from the start, and the picture."""
    from figureground.video.clips import Clip, VideoError  # PyAV, which a camera before a wall does not need

    start = 0.0
    while True:
        with Clip(path) as clip:
            first = end = None
            for frame in clip.frames():
                time = float(frame.time * clip.time_base)
                first = time if first is None else first
                end = time + float(1 / clip.rate)
                yield start + time - first, Background(picture=frame.photo())
        if first is None or end is None:
            raise VideoError(f"{path}: no picture could be decoded; fetch it again")
        start += end - first
