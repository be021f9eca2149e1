"""The live camera with a real video file as its source and a sink that records what it is shown."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import ImageGrab

from figureground.runtime.backgrounds import background_of
from figureground.video import camera
from figureground.video.backdrops import Still
from figureground.video.camera import CameraError, Newest, Window, check_backdrop, open_camera, open_sink, replace_live
from figureground.video.moving import MovingCutter
from helpers.command import call
from helpers.drawing import Picture, person

GREEN = (0, 200, 0)


class Paced:
    """A film as a camera gives it, one picture in so many seconds, without an end; those of some numbers fail."""

    def __init__(self, film: Any, pause: float, missed: Collection[int] = (), *, ends: bool = False) -> None:
        self._source, self._pause, self._missed, self._ends = film, pause, missed, ends
        self.read_so_far, self.released = 0, False

    def read(self) -> tuple[bool, Any]:
        time.sleep(self._pause)
        good, picture = self._source.read()
        if not good and not self._ends:
            self._source.set(cv2.CAP_PROP_POS_FRAMES, 0)
            good, picture = self._source.read()
        self.read_so_far += good
        return (False, None) if self.read_so_far in self._missed else (good, picture)

    def release(self) -> None:
        self._source.release()
        self.released = True


class Recorder:
    """A sink that keeps the pictures and ends after some."""

    name = "recorder"

    def __init__(self, end: int = 1000) -> None:
        self.pictures: list[Picture] = []
        self._end, self.closed = end, False

    def show(self, picture: Picture) -> bool:
        self.pictures.append(picture)
        return len(self.pictures) < self._end

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty frames of a bright person that stands left of the middle, by OpenCV's own writer."""
    path = tmp_path_factory.mktemp("camera") / "walk.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (160, 120))
    photo, mask = person(3, 120, 90)
    for _ in range(30):
        frame = np.full((120, 160, 3), (40, 60, 90), np.uint8)
        frame[:, :90][mask == 255] = photo[mask == 255]
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def green() -> Still:
    return Still(background_of(GREEN))


@pytest.mark.parametrize("mirror", [False, True])
def test_people_stay_and_the_wall_goes(film: Path, bright: Path, mirror: bool) -> None:
    capture = open_camera(str(film), (120, 160))
    assert capture.size == (120, 160) and capture.rate == 25
    source, sink = Paced(capture.source, 0.01), Recorder(end=6)
    session = replace_live(source, sink, green(), MovingCutter(bright), mirror)
    assert source.released and sink.closed
    assert session.shown == len(sink.pictures) == 6
    assert session.shown + session.dropped in (source.read_so_far, source.read_so_far - 1)  # one may be in hand
    truth = np.zeros((120, 160), np.uint8)
    truth[:, :90] = person(3, 120, 90)[1]
    truth = np.flip(truth, 1) if mirror else truth
    wall = np.abs(sink.pictures[-1].astype(int) - GREEN).max(axis=2) < 10
    assert wall[truth == 0].mean() > 0.95 and wall[truth == 255].mean() < 0.05


def test_a_slow_sink_makes_frames_drop_and_not_queue(film: Path, bright: Path) -> None:
    source = Paced(cv2.VideoCapture(str(film)), 0.01)

    class Slow(Recorder):
        def show(self, picture: Picture) -> bool:
            before = source.read_so_far
            while source.read_so_far < before + 5:
                time.sleep(0.001)
            return super().show(picture)

    session = replace_live(source, Slow(end=2), green(), MovingCutter(bright), mirror=False)
    assert session.dropped > session.shown == 2


def test_a_camera_that_misses_pictures_goes_on(film: Path, bright: Path) -> None:
    source = Paced(cv2.VideoCapture(str(film)), 0.02, missed={1, 2, 5, 6, 7})
    sink = Recorder(end=8)
    session = replace_live(source, sink, green(), MovingCutter(bright), mirror=False)
    assert session.shown == 8 and source.read_so_far > 8 and source.released and sink.closed


def test_a_camera_that_is_gone_is_an_error(film: Path, bright: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film that has ended gives no more pictures, and says so at once, as an unplugged camera does."""
    monkeypatch.setattr(camera, "_PATIENCE", 3.0)
    source, sink = Paced(cv2.VideoCapture(str(film)), 0.0, ends=True), Recorder()
    with pytest.raises(CameraError, match=r"no picture for 3 s, after [1-9]\d* others; plug it in again"):
        replace_live(source, sink, green(), MovingCutter(bright), mirror=False)
    assert len(sink.pictures) > 0 and source.read_so_far == 30 and source.released and sink.closed


def test_the_newest_picture_is_given_and_none_twice() -> None:
    class Counting:
        number, first_seen = 0, threading.Event()

        def read(self) -> tuple[bool, Any]:
            time.sleep(0.001)
            self.number += 1
            if self.number == 20:
                self.first_seen.wait()
            return self.number <= 40, np.full((4, 4, 3), self.number, np.uint8)

        def release(self) -> None:
            pass

    source, seen, read_so_far = Counting(), [], 0
    newest = Newest(source)
    for photo in newest.pictures():
        seen.append(int(photo[0, 0, 0]))
        assert seen[-1] >= read_so_far - 1  # the last one may be on its way
        if seen[-1] == 40:
            break
        source.first_seen.set()
        while source.number < min(40, seen[-1] + 10):
            time.sleep(0.001)
        read_so_far = min(source.number, 40)
    newest.close()
    assert seen == sorted(set(seen)) and seen[-1] == 40
    assert len(seen) + newest.dropped == 40 and newest.dropped > 10


def test_the_sinks_user_ends_it(film: Path, bright: Path) -> None:
    source, sink = Paced(cv2.VideoCapture(str(film)), 0.01), Recorder(end=3)
    assert replace_live(source, sink, green(), MovingCutter(bright), mirror=False).shown == 3
    assert source.released and sink.closed


def test_ctrl_c_is_a_clean_end(film: Path, bright: Path) -> None:
    class Interrupted(Recorder):
        def show(self, picture: Picture) -> bool:
            if len(self.pictures) == 2:
                raise KeyboardInterrupt
            return super().show(picture)

    source, sink = Paced(cv2.VideoCapture(str(film)), 0.01), Interrupted()
    session = replace_live(source, sink, green(), MovingCutter(bright), mirror=False)
    assert len(sink.pictures) == 2 and source.released and sink.closed and session.seconds > 0


def test_a_transparent_backdrop_is_refused() -> None:
    with pytest.raises(CameraError, match="a camera has no transparency"):
        check_backdrop(Still(background_of(None)))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A screen of the tests' own, by the name under which programs find it; one, since Tk never lets go of it."""
    pytest.importorskip("tkinter")
    if (program := shutil.which("Xvfb")) is None:
        pytest.skip("needs Xvfb")
    read, write = os.pipe()
    command = [program, "-displayfd", str(write), "-screen", "0", "320x240x24"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as running:
        os.close(write)
        with os.fdopen(read) as number:
            name = f":{number.readline().strip()}"
        yield name
        running.terminate()


@pytest.fixture
def screen(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DISPLAY", server)
    return server


def test_without_a_virtual_camera_the_pictures_are_in_a_window(screen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    window = open_sink((120, 160), 25)
    assert isinstance(window, Window)
    for colour in ((200, 30, 90), (0, 200, 0)):
        assert window.show(np.full((120, 160, 3), colour, np.uint8))
        assert ImageGrab.grab(xdisplay=screen).getpixel((80, 60)) == colour
    window.close()


@pytest.mark.parametrize("key", ["q", "<Escape>"])
def test_keys_end_the_window(screen: str, key: str) -> None:
    window, picture = Window("none is set up"), np.zeros((120, 160, 3), np.uint8)
    assert window.show(picture)
    window._root.focus_force()
    window._root.event_generate(key)
    assert not window.show(picture)
    window.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")
def test_neither_virtual_camera_nor_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(CameraError, match=r"pip install '\.\[camera\]'.*no screen for a window"):
        open_sink((120, 160), 25)


@pytest.mark.parametrize(
    "options, status, reason",
    [
        (["--device", "/dev/no-such-camera"], 1, "camera /dev/no-such-camera: not found, or in use"),
        (["--held", "keep", "--background", "white"], 1, "bright.tflite: this model does not tell what people hold"),
        (["--background", "transparent"], 1, "a camera has no transparency"),
        (["--size", "large"], 2, "large is not WIDTHxHEIGHT"),
    ],
)
def test_what_cannot_begin_is_one_line(bright: Path, options: list[str], status: int, reason: str) -> None:
    done = call("camera", "--model", bright, *options, env={**os.environ, "DISPLAY": ""})
    assert done.returncode == status and "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1 and reason in lines[0]
