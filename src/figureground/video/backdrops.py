"""What stands behind the person of a video at a time: always the same, or another video in a loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from figureground.pictures import frame_count
from figureground.runtime.backgrounds import Background, background_of, fitted

if TYPE_CHECKING:
    from figureground.video.clips import Frame

VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".ts", ".gif"})
_MAY_MOVE = frozenset({".png", ".apng", ".webp"})  # pictures of which some are animations


class Backdrop(Protocol):
    """What a video's people are put before."""

    @property
    def transparent(self) -> bool: ...

    @property
    def followed(self) -> bool:
        """Whether it began again although another video is joined behind it, which is not read."""
        ...

    def at(self, seconds: float, size: tuple[int, int], pixel: float = 1.0) -> Background:
        """The background of a picture at a time; times rise from call to call.

        Args:
            size: (height, width) of the picture.
            pixel: Width of its pixels over their height.
        """
        ...


def backdrop_of(given: str) -> Backdrop:
    """The backdrop that a user names: as `background_of`, or the file of a video.

    Raises:
        BackgroundError: None of these.
        PictureError, VideoError: The picture or video cannot be read.
    """
    path = Path(given)
    return Loop(path) if path.is_file() and _moves(path) else Still(background_of(given))


def _moves(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in VIDEOS or (suffix in _MAY_MOVE and frame_count(path) > 1)


class Still:
    """The same background all the time, its picture fitted once."""

    followed = False

    def __init__(self, background: Background) -> None:
        self._background, self._fitted = background, False
        self.transparent = background.transparent

    def at(self, seconds: float, size: tuple[int, int], pixel: float = 1.0) -> Background:
        if self._background.colour is not None:
            self._background = Background(picture=np.full((*size, 3), self._background.colour, np.uint8))
        elif self._background.picture is not None and not self._fitted:
            self._background = Background(picture=fitted(self._background.picture, size, "cover", pixel))
        self._fitted = True
        return self._background


class Loop:
    """Another video, at its own pace and again from its beginning when it has ended; its sound is left out.

    Raises:
        VideoError: As `Clip`, or the video has no pictures.
    """

    transparent = False

    def __init__(self, path: Path) -> None:
        self.followed = False
        self._coming = self._endless(path)
        (_, self._shown), self._next = next(self._coming), next(self._coming)
        self._background: Background | None = None

    def at(self, seconds: float, size: tuple[int, int], pixel: float = 1.0) -> Background:
        while seconds >= self._next[0]:
            (_, self._shown), self._next = self._next, next(self._coming)
            self._background = None
        if self._background is None:
            photo, wider = self._shown.photo(), pixel / float(self._shown.shape.pixel)
            self._background = Background(picture=fitted(photo, size, "cover", wider))
        return self._background

    def _endless(self, path: Path) -> Iterator[tuple[float, Frame]]:
        """When each picture begins, in seconds from the start, and the picture."""
        from figureground.video.clips import Clip, VideoError  # PyAV, which a camera before a wall does not need

        start = 0.0
        while True:
            with Clip(path) as clip:
                first = end = None
                for frame in clip.frames():
                    time = float(frame.time * clip.time_base)
                    first = time if first is None else first
                    end = time + float(frame.duration * clip.time_base)
                    yield start + time - first, frame
                self.followed = clip.is_followed()
            if first is None or end is None:
                raise VideoError(f"{path}: no picture could be decoded; fetch it again")
            start += end - first
