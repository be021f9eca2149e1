"""Figures of an exported model on the listed test photos, as MODEL_CARD.md shows them.

    python recipes/score.py accurate-int8 --out recipes/scores/accurate.csv

After `dvc repro split` on the data of the recipes. What is scored is what a user gets: the mask of `Segmenter.mask`,
with the second look and the refined edge, person from 128 on. Only photos in which people cover a
hundredth or more count; below that, two people who draw masks hardly agree on a pixel.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from math import isnan
from pathlib import Path

from tqdm import tqdm

from figureground.dataset.manifest import Pair, read_manifest
from figureground.dataset.metadata import pair_held, pair_mask, photo_path
from figureground.dataset.sides import read_split
from figureground.evaluation import scoring
from figureground.evaluation.scoring import OURS, ScoredPhoto, Slice
from figureground.files import file_sha256, write_table
from figureground.pictures import read_photo
from figureground.runtime.segmenter import Segmenter
from figureground.scores import Bootstrap, Interval

DATA = Path("data")
BOOTSTRAP = Bootstrap(resamples=2000, confidence=0.95, seed=1)
LEAST_PERSON = 0.01
PERSON = 128  # of a mask's 255
HEADINGS = ("photos", "people", "person IoU", "boundary F", "nobody", "false alarms", "held called person")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a packaged model, or the path of a .tflite file")
    parser.add_argument("--out", type=Path, help="table of all slices to write")
    parser.add_argument("--side", choices=("val", "test"), default="test")
    arguments = parser.parse_args()
    segmenter = Segmenter(arguments.model)
    sides = read_split(Path("results/split/split.csv"))
    pairs = [
        pair for pair in read_manifest(Path("results/audit/manifest.csv")) if sides.get(pair.name) == arguments.side
    ]
    photos = [scored(pair, segmenter) for pair in tqdm(pairs, unit="photo", disable=None)]
    found = scoring.slices(photos, BOOTSTRAP)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        write_table(arguments.out, scoring.SLICE_COLUMNS, map(scoring.slice_row, found))
    of_some_size = [
        photo for photo in photos if photo.pair.person_share >= LEAST_PERSON or photo.pair.framing == "nobody"
    ]
    print(*table(scoring.slices(of_some_size, BOOTSTRAP)), sep="\n")


def scored(pair: Pair, segmenter: Segmenter) -> ScoredPhoto:
    photo, mask = read_photo(photo_path(DATA, pair.name)), pair_mask(DATA, pair.name)
    held = pair_held(DATA, pair.name)
    prediction = segmenter.mask(photo) >= PERSON
    return ScoredPhoto(pair, file_sha256(photo_path(DATA, pair.name)), {OURS: scoring.score(prediction, mask, held)})


def table(found: list[Slice]) -> Iterator[str]:
    """Rows of markdown, a source or a framing each."""
    yield f"| {' | '.join(('', *HEADINGS))} |"
    yield f"| {' | '.join(['---'] * (1 + len(HEADINGS)))} |"
    for part in found:
        if part.by in ("overall", "source", "framing"):
            cells = (
                part.source or part.framing or "all",
                str(part.photos),
                str(part.people),
                interval(part.person_iou),
                interval(part.boundary_f),
                str(part.nobody),
                share(part.false_alarms.value),
                share(part.held_called_person),
            )
            yield f"| {' | '.join(cells)} |"


def interval(value: Interval) -> str:
    return "" if isnan(value.value) else f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})"


def share(value: float) -> str:
    return "" if isnan(value) else f"{100 * value:.1f} %"


if __name__ == "__main__":
    main()
