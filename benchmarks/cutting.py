"""What `figureground cut` costs from start to end: help, a small photo, a large one, a folder on 1 and 2 processes.

    python benchmarks/cutting.py MODEL.tflite [--photos 200]

Each row is a whole process, imports and files included, on photos of a rendered person. Wall time grows with what else
the machine does; processor time does not, so on a busy machine go by that (a single photo is worked on by one core).
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from figureground.pictures import Picture, encode_jpeg, read_photo, resize_photo
from figureground.runtime.processor import described

PORTRAIT = Path(__file__).parent.parent / "tests/portrait.jpg"
COMMAND = [sys.executable, "-c", "from figureground.cli import main; main()"]
ROUNDS = 3


def portrait(height: int, width: int, seed: int) -> Picture:
    """A rendered person at any size, uint8 (height, width, 3) RGB, with noise as of a camera, which makes files large.

    Somebody has to be there: where nobody is found nothing is cut out, and most of the work is left undone.
    """
    photo = read_photo(PORTRAIT)
    scale = max(height / photo.shape[0], width / photo.shape[1])
    rows, columns = round(height / scale), round(width / scale)
    left = (photo.shape[1] - columns) // 2
    photo = resize_photo(np.ascontiguousarray(photo[-rows:, left : left + columns]), height, width)
    rng = np.random.default_rng(seed)
    for part in np.array_split(photo, 20):  # at once it would need more memory than what is to be measured
        part[:] = np.clip(part + rng.normal(0, 3, part.shape), 0, 255)
    return photo


def write_portrait(path: Path, height: int, width: int, seed: int) -> Path:
    path.write_bytes(encode_jpeg(portrait(height, width, seed)))
    return path


def measure(*arguments: object) -> tuple[float, float, float]:
    """Seconds of wall and processor time and megabytes of the largest process; the quickest of a few rounds."""
    runs = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, check=False)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(done.stderr.decode())
        runs.append((wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    wall, processor = np.min(runs, axis=0)
    return wall, processor, after.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--photos", type=int, default=200)
    options = parser.parse_args()
    print(described())
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_portrait(folder / "small.jpg", 480, 640, 1)
        write_portrait(folder / "large.jpg", 3000, 4000, 1)
        (folder / "many").mkdir()
        for number in range(options.photos):
            write_portrait(folder / f"many/{number:03d}.jpg", 480, 640, number)
        cut = ("--model", options.model, "-o", folder / "out", "--overwrite")
        rows: dict[str, tuple[object, ...]] = {
            "--help": ("--help",),
            "small photo, transparent": ("cut", folder / "small.jpg", *cut),
            "12 megapixels, transparent": ("cut", folder / "large.jpg", *cut),
            "12 megapixels, white": ("cut", folder / "large.jpg", "--background", "white", *cut),
            "12 megapixels, blur": ("cut", folder / "large.jpg", "--background", "blur", *cut),
            f"{options.photos} small photos, 1 process": ("cut", folder / "many", "--jobs", 1, *cut),
            f"{options.photos} small photos, 2 processes": ("cut", folder / "many", "--jobs", 2, *cut),
        }
        print(f"load {os.getloadavg()[0]:.1f}\n{'':34}{'wall s':>8}{'processor s':>13}{'peak MB so far':>16}")
        for title, arguments in rows.items():
            wall, processor, megabytes = measure(*arguments)
            print(f"{title:34}{wall:8.2f}{processor:13.2f}{megabytes:16.0f}", flush=True)


if __name__ == "__main__":
    main()
