"""Speed of the augment stage: pairs a second on one core, and how much faster two workers are.

    python benchmarks/augmentation.py [--data DIR] [--pairs 48] [--rounds 3]

Reading and writing are included. Without --data the photos are drawn, at 550 x 830 pixels. A second, shorter run
with each number of workers is taken off, so that starting processes and importing libraries does not count.
The last column goes by processor time, workers' included: it holds on a machine that is busy with other things too.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.augment.writing import augment
from figureground.dataset.manifest import Pair
from figureground.dataset.metadata import mask_path, photo_path, read_metadata
from figureground.params import read_params
from figureground.pictures import decode_mask, encode_jpeg, encode_png
from figureground.runtime.processor import described

HEIGHT, WIDTH = 830, 550


def draw_pairs(data: Path, count: int) -> list[Pair]:
    """Photos with the detail of real ones (blurred noise of several sizes) and a person of ellipses."""
    rng = np.random.default_rng(7)
    pairs = []
    for number in range(count):
        name = f"drawn/{number:04d}"
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        middle = int(rng.integers(180, 370))
        cv2.ellipse(mask, (middle, 250), (55, 75), 0, 0, 360, 255, -1)
        cv2.ellipse(mask, (middle, 620), (130, 310), 0, 0, 360, 255, -1)
        photo = _texture(rng)
        photo[mask > 0] = 255 - _texture(rng)[mask > 0]
        for folder, suffix, content in (("images", "jpg", encode_jpeg(photo)), ("masks", "png", encode_png(mask))):
            path = data / folder / f"{name}.{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        pairs.append(_pair(name, mask))
    return pairs


def real_pairs(data: Path, count: int) -> list[Pair]:
    rows = read_metadata(data)
    chosen = [rows[place] for place in np.random.default_rng(7).permutation(len(rows))[:count]]
    return [_pair(row.name, decode_mask(mask_path(data, row.name).read_bytes())) for row in chosen]


def seconds(pairs: list[Pair], data: Path, workers: int, folder: Path, engine: str = "local") -> NDArray[np.float64]:
    """Wall time and processor time of one run."""
    split = {pair.name: "train" for pair in pairs}
    params = read_params().augment.model_copy(update={"engine": engine})
    for pair in pairs:  # into the cache of the file system, so that the first run is not the slow one
        photo_path(data, pair.name).read_bytes()
    began = _clocks()
    augment(
        pairs, split, data, params,
        input_size=256, seed=1, out=folder / "out", work=folder / "work", workers=workers,
    )  # fmt: skip
    return np.asarray(_clocks() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="a data set as `figureground data import` makes it")
    parser.add_argument("--pairs", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3, help="the quickest counts")
    options = parser.parse_args()
    print(described())
    variants = read_params().augment.variants
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or Path(folder) / "data"
        pairs = real_pairs(data, options.pairs) if options.data else draw_pairs(data, options.pairs)
        few = max(1, len(pairs) // 6)
        seconds(pairs[:1], data, 1, Path(folder))  # imports
        print(f"{len(pairs)} pairs x {variants} variants to 256 px; load {os.getloadavg()[0]:.1f}")
        print(f"{'workers':>8}{'seconds':>9}{'start':>7}{'pairs/s':>9}{'ratio':>7}{'pairs/s of processor':>22}")
        alone = 0.0
        for workers in (1, 2):
            runs = [
                [seconds(some, data, workers, Path(folder)) for some in (pairs[:few], pairs)]
                for _ in range(options.rounds)
            ]
            short, long = np.min(runs, axis=0)  # what else the machine does makes a run slower, never faster
            rate, processor_rate = (len(pairs) - few) * variants / (long - short)
            alone = alone or rate
            start = short[0] - few * variants / rate
            print(
                f"{workers:>8}{long[0]:>9.1f}{start:>7.1f}{rate:>9.1f}{rate / alone:>7.2f}{processor_rate:>22.1f}",
                flush=True,
            )


def _clocks() -> NDArray[np.float64]:
    return np.array([time.perf_counter(), sum(os.times()[:4])])


def _texture(rng: np.random.Generator) -> np.ndarray:
    layers = [(8, 0.5), (40, 0.35), (200, 0.15)]
    total = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    for cells, weight in layers:
        grid = rng.random((cells, cells, 3), np.float32)
        total += weight * cv2.resize(grid, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.clip(total * 255, 0, 255).astype(np.uint8)


def _pair(name: str, mask: np.ndarray) -> Pair:
    height, width = mask.shape
    shares = [float(np.mean(mask == value)) for value in (255, 128)]
    return Pair(name, name.split("/")[0], name, "none", width, height, "full", *shares)


if __name__ == "__main__":
    main()
