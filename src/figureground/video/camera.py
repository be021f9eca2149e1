"""Live background replacement: camera in, virtual camera or window out; frames are dropped rather than shown late."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

import cv2

from figureground.errors import FiguregroundError, install_hint
from figureground.pictures import Picture
from figureground.processes import without_chatter
from figureground.video.backdrops import Backdrop
from figureground.video.moving import MovingCutter, drawn

_PATIENCE = 10.0  # seconds without a picture: some cameras need several until their first one
_PAUSE = 0.01  # seconds after a picture that failed, since a camera that is gone answers at once
_TITLE = "figureground"


class CameraError(FiguregroundError):
    """No camera, or nowhere to show its pictures."""


class PictureSource(Protocol):
    """Where pictures come from, as cv2.VideoCapture."""

    def read(self) -> tuple[bool, Any]:
        """Whether there is a picture, and the next one, uint8 HxWx3 BGR; blocks until it is there.

        One that fails is no end: a camera may miss a picture.
        """
        ...

    def release(self) -> None: ...


class Sink(Protocol):
    """Where pictures go."""

    name: str

    def show(self, picture: Picture) -> bool:
        """Show a picture (uint8 HxWx3 RGB); False when the user wants to end."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Capture:
    """An open camera, the (height, width) of its pictures and how many a second it promises."""

    source: PictureSource
    size: tuple[int, int]
    rate: float


@dataclass(frozen=True)
class Session:
    """What has been shown: pictures, those that came too fast and were dropped, and how long it took."""

    shown: int
    dropped: int
    seconds: float


def open_camera(device: str, size: tuple[int, int]) -> Capture:
    """A camera by its number or path, asked for pictures of `size` (height, width); it may give others.

    Raises:
        CameraError: There is no such camera, or another program has it.
    """
    with without_chatter():
        capture = cv2.VideoCapture(int(device) if device.isdecimal() else device)
    if not capture.isOpened():
        raise CameraError(f"camera {device}: not found, or in use by another program; try another --device")
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[0])
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[1])
    return Capture(
        capture,
        (int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)), int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))),
        capture.get(cv2.CAP_PROP_FPS) or 30.0,
    )


def check_backdrop(backdrop: Backdrop) -> Backdrop:
    """Refuses what a camera cannot show.

    Raises:
        CameraError: A transparent backdrop.
    """
    if backdrop.transparent:
        raise CameraError("a camera has no transparency; give --background blur, a colour, a picture or a video")
    return backdrop


class Newest:
    """The newest picture of a source at any time: a thread reads on, and what is not fetched in time is dropped.

    Attributes:
        dropped: Pictures that nobody fetched.
    """

    def __init__(self, source: PictureSource) -> None:
        self._source = source
        self._picture: Any = None
        self._change, self._ended = threading.Condition(), False
        self.dropped = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def pictures(self) -> Iterator[Picture]:
        """uint8 HxWx3 RGB, each once, for ever.

        Raises:
            CameraError: Nothing came for ten seconds.
        """
        for given in count():
            with self._change:
                came = self._change.wait_for(lambda: self._picture is not None, _PATIENCE)
                picture, self._picture = self._picture, None
            if not came:
                raise CameraError(
                    f"the camera gave no picture for {_PATIENCE:g} s, after {given} others; plug it in again"
                )
            yield cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)

    def close(self) -> None:
        self._ended = True
        self._thread.join(_PATIENCE)
        self._source.release()

    def _read(self) -> None:
        while not self._ended:
            good, picture = self._source.read()
            if not good:
                time.sleep(_PAUSE)
                continue
            with self._change:
                self.dropped += self._picture is not None
                self._picture = picture
                self._change.notify()


def replace_live(source: PictureSource, sink: Sink, backdrop: Backdrop, cutter: MovingCutter, mirror: bool) -> Session:
    """Cut out picture by picture until the sink's user ends it, or Ctrl-C; source and sink are closed then.

    Args:
        mirror: Turn pictures left for right, as people know themselves.
    Raises:
        CameraError: The camera gives nothing, or nothing more.
    """
    newest, start, shown = Newest(source), time.perf_counter(), 0
    try:
        for photo in newest.pictures():
            look = cutter.steady(cutter.look(cv2.flip(photo, 1) if mirror else photo))
            picture, _ = drawn(look, backdrop.at(time.perf_counter() - start, look.size))
            shown += 1
            if not sink.show(picture):
                break
    except KeyboardInterrupt:  # the usual end
        pass
    finally:
        newest.close()
        sink.close()
    return Session(shown, newest.dropped, time.perf_counter() - start)


def open_sink(size: tuple[int, int], rate: float) -> Sink:
    """A virtual camera for pictures of `size` (height, width) where there is one, else a window.

    Args:
        rate: Pictures a second that are to be expected.
    Raises:
        CameraError: There can be no window either.
    """
    try:
        return VirtualCamera(size, rate)
    except CameraError as missing:
        no_camera = str(missing)
    try:
        return Window(no_camera)
    except CameraError as no_window:
        raise CameraError(f"{no_camera}, and {no_window}") from None


class VirtualCamera:
    """A camera that other programs can choose: v4l2loopback on Linux, OBS on macOS and Windows.

    Raises:
        CameraError: None is set up, or pyvirtualcam is not installed.
    """

    def __init__(self, size: tuple[int, int], rate: float) -> None:
        try:
            import pyvirtualcam
        except ModuleNotFoundError:
            raise CameraError(f"no virtual camera ({install_hint('camera')})") from None
        try:
            self._camera = pyvirtualcam.Camera(height=size[0], width=size[1], fps=rate)
        except RuntimeError as error:
            raise CameraError(f"no virtual camera ({str(error).strip().split('. ')[0]})") from None
        self.name = f"the virtual camera {self._camera.device}"

    def show(self, picture: Picture) -> bool:
        self._camera.send(picture)
        return True

    def close(self) -> None:
        self._camera.close()


class Window:
    """A window of Tk, which comes with Python; q, Escape or its closing ends it.

    Args:
        reason: Why there is no virtual camera.
    Raises:
        CameraError: There is no screen, or a Python without Tk.
    """

    def __init__(self, reason: str) -> None:
        try:
            import tkinter
        except ImportError:
            raise CameraError("no window: this Python has no Tk (Debian: apt-get install python3-tk)") from None
        try:
            self._root = tkinter.Tk(className=_TITLE)
        except tkinter.TclError:
            raise CameraError("no screen for a window") from None
        self.name = f"a window, q ends it: {reason}"
        self._label, self._open = tkinter.Label(self._root, borderwidth=0), True
        self._label.pack()
        self._root.title(_TITLE)
        self._root.protocol("WM_DELETE_WINDOW", self._end)
        for key in ("q", "<Escape>"):
            self._root.bind(key, self._end)

    def show(self, picture: Picture) -> bool:
        from PIL import Image, ImageTk  # which needs Tk too

        self._shown = ImageTk.PhotoImage(Image.fromarray(picture), master=self._root)  # Tk itself keeps no reference
        self._label.configure(image=self._shown)
        self._root.update()
        return self._open

    def close(self) -> None:
        self._root.destroy()

    def _end(self, event: object = None) -> None:
        self._open = False
