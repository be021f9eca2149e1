"""What `figureground cut` costs from start to end: help, a small photo, a large one, a folder on 1 and 2 processes.

    python benchmarks/cutting.py MODEL.tflite [--photos 200]

Each row is a whole process, imports and files included, on drawn photos. Wall time grows with what else the machine
does; processor time does not, so on a busy machine go by that (a single photo is worked on by one core).
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

import cv2
import numpy as np

COMMAND = [sys.executable, "-c", "from figureground.cli import main; main()"]
ROUNDS = 3


def draw_photo(path: Path, height: int, width: int, seed: int) -> None:
    """A person of ellipses with noise as of a camera, which is what makes files large."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 120, (9, 7, 3), dtype=np.uint8)
    photo = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    middle = int(width * rng.uniform(0.4, 0.6))
    cv2.ellipse(photo, (middle, int(height * 0.95)), (width // 3, int(height * 0.4)), 0, 0, 360, (90, 60, 150), -1)
    cv2.ellipse(photo, (middle, int(height * 0.4)), (width // 7, height // 7), 0, 0, 360, (150, 180, 225), -1)
    for rows in np.array_split(photo, 20):  # at once it would need more memory than what is to be measured
        rows[:] = np.clip(rows + rng.normal(0, 3, rows.shape), 0, 255)
    cv2.imwrite(str(path), photo, [cv2.IMWRITE_JPEG_QUALITY, 92])


def measure(*arguments: object) -> tuple[float, float, float]:
    """Seconds of wall and processor time and megabytes of the largest process; the quickest of a few rounds."""
    runs = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, check=False)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in (0, 3):
            sys.exit(done.stderr.decode())
        runs.append((wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    wall, processor = np.min(runs, axis=0)
    return wall, processor, after.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--photos", type=int, default=200)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw_photo(folder / "small.jpg", 640, 480, 1)
        draw_photo(folder / "large.jpg", 4000, 3000, 1)
        (folder / "many").mkdir()
        for number in range(options.photos):
            draw_photo(folder / f"many/{number:03d}.jpg", 640, 480, number)
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
