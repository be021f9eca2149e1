"""What a frame of video costs: frames a second from file to file, and milliseconds of each step on one core.

    python benchmarks/video.py PHOTO [--model fast] [--height 720] [--frames 90] [--jobs 1 2]

PHOTO shows a person; it slides before a drawn wall. Frames a second grow with what else the machine does not do; the
processor's milliseconds a frame do not, so on a busy machine go by them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np

from figureground.pictures import Picture, read_photo, resize_photo
from figureground.runtime.edges import refine
from figureground.runtime.processor import described
from figureground.video.backdrops import backdrop_of
from figureground.video.clips import Clip
from figureground.video.moving import DETAIL, ModelView, drawn, prepared_cutter
from figureground.video.recordings import Recording, coding_of
from figureground.video.video import replace_background

ROUNDS = 20
BACKGROUNDS = {"white": ".mp4", "blur": ".mp4", "transparent": ".webm"}


def film(path: Path, photo: Picture, height: int, frames: int) -> None:
    """The photo to and fro before a wall, with a camera's noise, as H.264."""
    rng = np.random.default_rng(0)
    size = height, height * 16 // 9
    wall = cv2.resize(rng.integers(0, 255, (9, 16, 3), np.uint8), size[::-1], interpolation=cv2.INTER_CUBIC)
    person = resize_photo(photo, height, min(size[1], height * photo.shape[1] // photo.shape[0]))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "20", "preset": "veryfast"})
        stream.height, stream.width, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            picture = wall.copy()
            left = int((size[1] - person.shape[1]) * (0.5 + 0.5 * np.sin(number / 10)))
            picture[:, left : left + person.shape[1]] = person
            noisy = (picture + rng.normal(0, 3, picture.shape)).clip(0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, "rgb24")))
        container.mux(stream.encode(None))


def cost(function: Callable[[], object]) -> float:
    """Milliseconds of the processor, the best of a few rounds."""
    best = np.inf
    for _ in range(ROUNDS):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
    return best * 1e3


def steps(clip_path: Path, model: str, scratch: Path) -> None:
    with Clip(clip_path) as clip:
        start = time.process_time()
        frames = list(clip.frames())
        rows = {"decode": (time.process_time() - start) / len(frames) * 1e3}
        cutter, frame = prepared_cutter(model, 1), frames[len(frames) // 2]
        photo = frame.photo()
        look: ModelView = cutter.steady(cutter.look(photo))
        rows["to RGB"] = cost(frame.photo)
        rows["model"] = cost(lambda: cutter.look(photo))
        rows["smoothing"] = cost(lambda: cutter.steady(look))
        rows["edge of the mask"] = cost(lambda: refine(photo, look.probability, DETAIL))
        for name in BACKGROUNDS:
            backdrop = backdrop_of(name)
            behind = backdrop.at(0, look.size)
            rows[f"edge and picture, {name}"] = cost(partial(drawn, look, behind))
        coding = coding_of(scratch, transparent=False)
        with Recording(scratch, clip, frame.shape, coding, scratch) as recording:
            rows["from RGB"] = cost(lambda: recording.prepared(photo, 0, 1))
            start = time.process_time()
            for each in frames:
                recording.write(recording.prepared(photo, each.time, each.duration))
        rows["encode H.264"] = (time.process_time() - start) / len(frames) * 1e3 - rows["from RGB"]
    for name, milliseconds in rows.items():
        print(f"{name:32}{milliseconds:8.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("photo", type=Path)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--frames", type=int, default=90)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    print(described())
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        clip, scratch = Path(name) / "clip.mp4", Path(name) / "scratch.mp4"
        film(clip, read_photo(options.photo), options.height, options.frames)
        steps(clip, options.model, scratch)
        print(f"load {os.getloadavg()[0]:.1f}\n{'':20}{'jobs':>5}{'frames/s':>10}{'processor ms a frame':>22}")
        for background, suffix in BACKGROUNDS.items():
            for jobs in options.jobs:
                target = Path(name) / f"out{suffix}"
                cutter, start = prepared_cutter(options.model, jobs), time.process_time()
                done = replace_background(clip, target, backdrop_of(background), cutter, jobs)
                spent = (time.process_time() - start) / done.frames * 1e3
                print(f"{background:20}{jobs:5}{done.frames / done.seconds:10.1f}{spent:22.1f}", flush=True)


if __name__ == "__main__":
    main()
