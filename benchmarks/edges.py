"""What the edge's two steps bring: boundary F, person IoU and softness, bilinear, refined, and with a second look.

    python benchmarks/edges.py MODEL.tflite [--data data] [--split results/split/split.csv] [--side val] [--photos 120]

The first two masks come from the same answer of the model, the third is `Segmenter.mask`. Tolerances are shares of the
photo's diagonal: 0.75 % is the usual one, 0.25 % shows more of what the eye sees. Soft inside is what is drawn as
glass: pixels far inside the true outline that are neither all person nor none, as a share of the person. Intervals are
of the paired difference to the column before (bootstrap, 95 %). Tuned on the validation photos only; the test photos
are for `evaluate`. Milliseconds are of the processor, for one core.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.dataset.metadata import mask_path, photo_path
from figureground.dataset.sides import read_split
from figureground.network_input import network_input
from figureground.pictures import read_mask, read_photo, resize_photo, resize_probability
from figureground.runtime.edges import refine
from figureground.runtime.processor import described
from figureground.runtime.segmenter import Segmenter, sigmoid
from figureground.scores import Bootstrap, boundary_f, paired_difference, person_iou

Mask = NDArray[np.uint8]

BOOTSTRAP = Bootstrap(resamples=2000, confidence=0.95, seed=7)
WELL_INSIDE = 0.02  # of the diagonal from the true outline, and more


def soft_inside(made: Mask, mask: Mask) -> float:
    """Pixels well inside the person that are 5 to 95 % person, as a share of the person."""
    person = (mask == 255).view(np.uint8)
    inside = cv2.distanceTransform(person, cv2.DIST_L2, cv2.DIST_MASK_5) > WELL_INSIDE * np.hypot(*mask.shape)
    return float(np.count_nonzero(inside & (made > 0.05 * 255) & (made < 0.95 * 255)) / np.count_nonzero(person))


SCORES: dict[str, Callable[[Mask, Mask], float]] = {
    "boundary F 0.75 %": lambda made, mask: boundary_f(made >= 128, mask, 0.0075),
    "boundary F 0.25 %": lambda made, mask: boundary_f(made >= 128, mask, 0.0025),
    "person IoU": lambda made, mask: person_iou(made >= 128, mask),
    "soft inside": soft_inside,
}


def compare(
    segmenter: Segmenter, data: Path, names: list[str]
) -> tuple[dict[str, list[tuple[float, ...]]], list[tuple[float, ...]]]:
    """(bilinear, refined, twice) of each score for each photo with a person; milliseconds of each and megapixels."""
    scores: dict[str, list[tuple[float, ...]]] = {name: [] for name in SCORES}
    costs = []
    for name in names:
        photo, mask = read_photo(photo_path(data, name)), read_mask(mask_path(data, name))
        small = network_input(resize_photo(photo, *segmenter.input_size))
        probability = sigmoid(segmenter.logits(small)[..., 0])
        clock = [time.process_time()]
        bilinear = np.rint(resize_probability(probability, *mask.shape) * 255).astype(np.uint8)
        clock.append(time.process_time())
        refined = refine(photo, probability)
        clock.append(time.process_time())
        twice = segmenter.mask(photo)
        clock.append(time.process_time())
        costs.append((*np.diff(clock) * 1e3, mask.size / 1e6))
        if (mask == 255).any():
            for score, function in SCORES.items():
                scores[score].append(tuple(function(made, mask) for made in (bilinear, refined, twice)))
    return scores, costs


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--split", type=Path, default=Path("results/split/split.csv"))
    parser.add_argument("--side", choices=["train", "val", "test"], default="val")
    parser.add_argument("--photos", type=int, default=120)
    options = parser.parse_args()
    print(described())
    cv2.setNumThreads(1)
    names = sorted(name for name, side in read_split(options.split).items() if side == options.side)
    chosen = [names[place] for place in np.random.default_rng(7).permutation(len(names))[: options.photos]]
    scores, costs = compare(Segmenter(options.model), options.data, chosen)
    print(f"{'':20}{'bilinear':>9}{'refined':>9}{'twice':>9}{'refined - bilinear':>28}{'twice - refined':>28}")
    for name, rows in scores.items():
        columns = np.array(rows).T
        line = f"{name:20}" + "".join(f"{np.nanmean(column):9.4f}" for column in columns)
        for before, after in itertools.pairwise(columns):
            change = paired_difference(after, before, BOOTSTRAP)
            line += f"{change.value:+10.4f} ({change.low:+.4f} {change.high:+.4f})"
        print(line)
    *milliseconds, megapixels = np.mean(costs, axis=0)
    bilinear, refined, whole = milliseconds
    print(
        f"{len(chosen)} photos of {megapixels:.2f} megapixels: {bilinear:.1f} ms bilinear, {refined:.1f} ms refined; "
        f"all of `mask`, with a second look, {whole:.1f} ms"
    )


if __name__ == "__main__":
    main()
