"""What smoothing a video's mask brings and costs: flicker, lag and milliseconds, beside no and plain smoothing.

    python benchmarks/smoothing.py --photos FOLDER --masks FOLDER --behind FOLDER [--model fast] [--clips 6]

People are cut out by their masks and moved over other photos, so that the truth of every frame is exact; each frame has
its own noise, exposure and JPEG compression. The speed is that of the person in the middle of its swing, in pixels a
frame of 640 x 360. Before the last third of a clip the scene is cut to another.

flicker: mean change of the mask from frame to frame, of 255, seen from the person and near its edge, where the truth
does not change. IoU: against the truth; `fast` counts the half of the frames with most movement, `cut` the first frame
after the cut. A mask that lags loses IoU with speed and after the cut.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from figureground.network_input import network_input
from figureground.pictures import read_mask, read_photo, resize_photo
from figureground.runtime.processor import described
from figureground.runtime.segmenter import Segmenter, sigmoid
from figureground.scores import person_iou
from figureground.video.smoothing import Smoother

HEIGHT, WIDTH = 360, 640
FRAMES = 45
SPEEDS = (0, 3, 10, 30)
SWING = 150  # pixels to each side
Steady = Callable[[np.ndarray, np.ndarray], np.ndarray]
Frame = tuple[np.ndarray, np.ndarray, np.ndarray]  # photo, truth, movement


def moves(speed: float) -> Iterator[np.ndarray]:
    """Affine matrices of a person that swings to and fro and sways a little."""
    for frame in range(FRAMES):
        phase = frame * speed / SWING
        matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT), 4 * np.sin(2 * phase), 1 + 0.05 * np.sin(phase))
        matrix[0, 2] += SWING * np.sin(phase)
        yield matrix


def standing(photo: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Person and mask in the middle of a frame, feet or chest at the lower edge."""
    rows, columns = np.nonzero(mask == 255)
    box = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    scale = min(0.9 * HEIGHT / (rows.max() - rows.min() + 1), 0.6 * WIDTH / (columns.max() - columns.min() + 1))
    people = []
    for picture in (photo, np.where(mask == 255, np.uint8(255), np.uint8(0))):
        small = cv2.resize(picture[box], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        frame = np.zeros((HEIGHT, WIDTH, *picture.shape[2:]), np.uint8)
        left = (WIDTH - small.shape[1]) // 2
        frame[HEIGHT - small.shape[0] :, left : left + small.shape[1]] = small
        people.append(frame)
    return people[0], people[1]


def filmed(frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As a camera would have it: exposure, noise, compression."""
    noisy = frame * (1 + rng.normal(0, 0.01)) + rng.normal(0, 4, frame.shape)
    coded = cv2.imencode(".jpg", noisy.clip(0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 70])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))


def clip(
    pairs: list[tuple[np.ndarray, np.ndarray]], behind: list[np.ndarray], speed: float, seed: int
) -> Iterator[Frame]:
    """Photo, truth and movement of each frame; two scenes."""
    rng = np.random.default_rng(seed)
    people = [standing(*pair) for pair in pairs]
    walls = [cv2.resize(wall, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for wall in behind]
    for number, matrix in enumerate(moves(speed)):
        scene = int(number >= FRAMES * 2 // 3)
        photo, mask = (cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT)) for picture in people[scene])
        alpha = mask[..., np.newaxis] / 255
        yield filmed(alpha * photo + (1 - alpha) * walls[scene], rng), mask >= 128, matrix


def plain(share: float) -> Steady:
    """Recursive average that heeds nothing."""
    past: list[np.ndarray] = []

    def steady(_: np.ndarray, probability: np.ndarray) -> np.ndarray:
        past[:] = [probability if not past else share * past[0] + (1 - share) * probability]
        return past[0]

    return steady


def measure(
    frames: list[Frame], probabilities: list[np.ndarray], smalls: list[np.ndarray], steady: Steady
) -> tuple[float, float, float, float]:
    """(flicker, mean IoU, IoU of the fast half, IoU after the cut)."""
    masks = [steady(small, probability) for small, probability in zip(smalls, probabilities, strict=True)]
    masks = [cv2.resize(mask, (WIDTH, HEIGHT)) for mask in masks]
    ious = [person_iou(mask >= 0.5, truth * np.uint8(255)) for mask, (_, truth, _) in zip(masks, frames, strict=True)]
    shift = np.abs(np.diff([matrix[0, 2] for *_, matrix in frames], prepend=0))
    seen = [
        cv2.warpAffine(mask, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        for mask, (*_, matrix) in zip(masks, frames, strict=True)
    ]
    near = cv2.dilate(frames[0][1].astype(np.uint8), np.ones((41, 41))) > 0
    first = FRAMES * 2 // 3
    flicker = [np.abs(after - before)[near].mean() * 255 for before, after in zip(seen[1:], seen, strict=False)]
    del flicker[first - 1]  # the cut
    fast = np.array(ious)[shift >= np.median(shift)]
    return float(np.mean(flicker)), float(np.mean(ious)), float(np.mean(fast)), ious[first]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--masks", type=Path, required=True)
    parser.add_argument("--behind", type=Path, required=True)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--clips", type=int, default=6)
    options = parser.parse_args()
    print(described())
    cv2.setNumThreads(1)
    rng = np.random.default_rng(7)
    masks = sorted(path for path in options.masks.iterdir() if path.suffix == ".png")
    chosen = [masks[place] for place in rng.permutation(len(masks))[: 2 * options.clips]]
    pairs = [(read_photo(next(options.photos.glob(f"{path.stem}.*"))), read_mask(path)) for path in chosen]
    walls = sorted(options.behind.iterdir())
    behind = [read_photo(walls[place]) for place in rng.permutation(len(walls))[: 2 * options.clips]]
    segmenter = Segmenter(options.model)
    print(f"{'speed':>5} {'':14}{'flicker':>9}{'IoU':>8}{'fast':>8}{'cut':>8}")
    for speed in SPEEDS:
        rows: dict[str, list[tuple[float, float, float, float]]] = {}
        for number in range(options.clips):
            two = slice(2 * number, 2 * number + 2)
            frames = list(clip(pairs[two], behind[two], speed, number))
            smalls = [resize_photo(photo, *segmenter.input_size) for photo, *_ in frames]
            answers = [sigmoid(segmenter.logits(network_input(small))[..., 0]) for small in smalls]
            for name, steady in (
                ("none", lambda _, probability: probability), ("plain 0.5", plain(0.5)), ("plain 0.8", plain(0.8)),
                ("smoother", Smoother().steady),
            ):  # fmt: skip
                rows.setdefault(name, []).append(measure(frames, answers, smalls, steady))
        for name, values in rows.items():
            flicker, iou, fast, cut = np.mean(values, axis=0)
            print(f"{speed:5} {name:14}{flicker:9.2f}{iou:8.4f}{fast:8.4f}{cut:8.4f}", flush=True)
    smoother, clock = Smoother(), time.process_time()
    for small, answer in zip(smalls, answers, strict=True):
        smoother.steady(small, answer)
    print(
        f"{(time.process_time() - clock) / len(smalls) * 1e3:.1f} ms a frame of {'x'.join(map(str, smalls[0].shape))}"
    )


if __name__ == "__main__":
    main()
