"""How well a model tells what people hold, and how good `--held keep` is against the union of the true masks.

    python benchmarks/held.py FOLDER [--model fast] [--names names.txt] [--kinds kinds.csv]

FOLDER is a data set: images/NAME.jpg, held/NAME.png and masks/NAME.png or coverage/NAME.png. Photos without a file in
held/ do not count, and of the others those whose people hold something of 0.1 % of the photo or more. The held IoU is
the mean of the photos, recall and precision are of all their pixels. A thing is kept if `keep` shows more than half of
it; kinds are the column `categories` of a table with the column `name`. Void counts nowhere. Intervals are of the
bootstrap, 95 %.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from figureground.dataset.metadata import held_path, pair_mask
from figureground.pictures import PERSON, VOID, Picture, read_mask, read_photo
from figureground.runtime.processor import described
from figureground.runtime.segmenter import Segmenter
from figureground.scores import Bootstrap, Counts, bootstrap_mean, boundary_f, count, person_iou, person_iou_of

BOOTSTRAP = Bootstrap(resamples=2000, confidence=0.95, seed=1)
LEAST = 0.001  # of the photo: a thing that fills less hardly has an outline
TOLERANCE = 0.0075  # of the diagonal


@dataclass(frozen=True)
class Scored:
    """Of one photo: pixels of the held mask; IoU and boundary F of `keep`, and its IoU if `drop` were taken for it."""

    held: Counts
    keep: float
    boundary: float
    drop: float
    kept: float
    kind: str


def union(person: Picture, held: Picture) -> Picture:
    """The mask of people with what they hold; void where either is void and neither is certain."""
    void = np.where((person == VOID) | (held == VOID), np.uint8(VOID), np.uint8(0))
    return np.where((person == PERSON) | (held == PERSON), np.uint8(PERSON), void)


def scored(segmenter: Segmenter, folder: Path, name: str, kind: str) -> Scored | None:
    held = read_mask(held_path(folder, name))
    if np.count_nonzero(held == PERSON) < LEAST * held.size:
        return None
    photo, truth = read_photo(folder / "images" / f"{name}.jpg"), union(pair_mask(folder, name), held)
    keep = segmenter.mask(photo, held="keep") > 127
    shown = keep[held == PERSON]
    return Scored(
        count(segmenter.held(photo) > 127, held), person_iou(keep, truth), boundary_f(keep, truth, TOLERANCE),
        person_iou(segmenter.mask(photo) > 127, truth), float(shown.mean()), kind,
    )  # fmt: skip


def told(values: list[float]) -> str:
    found = bootstrap_mean(values, BOOTSTRAP)
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def report(photos: list[Scored]) -> None:
    total = sum((photo.held for photo in photos), Counts(0, 0, 0, 0))
    recall = total.true_positive / (total.true_positive + total.false_negative)
    precision = total.true_positive / max(1, total.true_positive + total.false_positive)
    print(f"{len(photos)} photos of people who hold something")
    print(f"held IoU {told([person_iou_of(photo.held) for photo in photos])}")
    print(f"recall {recall:.2f}, precision {precision:.2f}")
    print(
        f"keep: IoU {told([photo.keep for photo in photos])}, boundary F {told([photo.boundary for photo in photos])}"
    )
    print(f"drop in its place: IoU {told([photo.drop for photo in photos])}")
    kinds: dict[str, list[float]] = defaultdict(list)
    for photo in photos:
        kinds[photo.kind].append(photo.kept)
    for kind, kept in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"{kind or 'all kinds'}: {sum(share > 0.5 for share in kept)} of {len(kept)} kept")


def kinds_of(table: Path | None) -> dict[str, str]:
    if table is None:
        return {}
    with table.open(encoding="utf-8", newline="") as stream:
        return {row["name"]: row["categories"].partition(":")[0] for row in csv.DictReader(stream)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--names", type=Path, help="file that lists the names that count, one a line")
    parser.add_argument("--kinds", type=Path)
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    names = sorted(
        file.relative_to(folder / "held").with_suffix("").as_posix() for file in folder.glob("held/**/*.png")
    )
    if arguments.names:
        wanted = set(arguments.names.read_text(encoding="utf-8").split())
        names = [name for name in names if name in wanted]
    kinds, segmenter = kinds_of(arguments.kinds), Segmenter(arguments.model)
    photos = [scored(segmenter, folder, name, kinds.get(name, "")) for name in tqdm(names, unit="photo", disable=None)]
    print(described())
    report([photo for photo in photos if photo is not None])


if __name__ == "__main__":
    main()
