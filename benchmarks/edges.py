"""What edge refinement brings: boundary F and person IoU of refined masks beside bilinear ones, and its price.

    python benchmarks/edges.py MODEL.tflite [--data data] [--split results/split/split.csv] [--side val] [--photos 120]

Both masks come from the same answer of the model. Tolerances are shares of the photo's diagonal: 0.75 % is the usual
one, 0.25 % shows more of what the eye sees. Intervals are of the paired difference (bootstrap, 95 %). Tuned on the
validation photos only; the test photos are for `evaluate`. Milliseconds are of the processor, for one core.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from figureground.cut.edges import refine
from figureground.cut.segmenter import Segmenter, sigmoid
from figureground.data.metadata import mask_path, photo_path
from figureground.data.split import read_split
from figureground.pictures import read_mask, read_photo, resize_photo, resize_probability
from figureground.scores import boundary_f, paired_difference, person_iou

SCORES = {
    "boundary F 0.75 %": lambda prediction, mask: boundary_f(prediction, mask, 0.0075),
    "boundary F 0.25 %": lambda prediction, mask: boundary_f(prediction, mask, 0.0025),
    "person IoU": person_iou,
}


def compare(segmenter: Segmenter, data: Path, names: list[str]) -> tuple[dict[str, list[tuple[float, float]]], list]:
    """(bilinear, refined) of each score for each photo with a person, and milliseconds of both with megapixels."""
    scores: dict[str, list[tuple[float, float]]] = {name: [] for name in SCORES}
    costs = []
    for name in names:
        photo, mask = read_photo(photo_path(data, name)), read_mask(mask_path(data, name))
        small = resize_photo(photo, *segmenter.input_size).astype(np.float32) / np.float32(255)
        probability = sigmoid(segmenter.logits(small))
        clock = [time.process_time()]
        bilinear = resize_probability(probability, *mask.shape) >= 0.5
        clock.append(time.process_time())
        refined = refine(photo, probability) >= 128
        clock.append(time.process_time())
        costs.append((*np.diff(clock) * 1e3, mask.size / 1e6))
        if (mask == 255).any():
            for score, function in SCORES.items():
                scores[score].append((function(bilinear, mask), function(refined, mask)))
    return scores, costs


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--split", type=Path, default=Path("results/split/split.csv"))
    parser.add_argument("--side", choices=["train", "val", "test"], default="val")
    parser.add_argument("--photos", type=int, default=120)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    names = sorted(name for name, side in read_split(options.split).items() if side == options.side)
    chosen = [names[place] for place in np.random.default_rng(7).permutation(len(names))[: options.photos]]
    scores, costs = compare(Segmenter(options.model), options.data, chosen)
    print(f"{'':20}{'bilinear':>9}{'refined':>9}{'difference':>12}   95 % interval")
    for name, pairs in scores.items():
        bilinear, refined = np.array(pairs).T
        change = paired_difference(refined, bilinear, resamples=2000, confidence=0.95, seed=7)
        print(
            f"{name:20}{np.nanmean(bilinear):9.4f}{np.nanmean(refined):9.4f}{change.value:+12.4f}"
            f"   {change.low:+.4f} to {change.high:+.4f}"
        )
    cost, refined_cost, megapixels = np.mean(costs, axis=0)
    print(f"{len(chosen)} photos of {megapixels:.2f} megapixels: {cost:.1f} ms bilinear, {refined_cost:.1f} ms refined")


if __name__ == "__main__":
    main()
