"""Stage `split`: assign each group of pairs to training, validation or test."""

from __future__ import annotations

from pathlib import Path

from figureground import files
from figureground.dataset.manifest import read_manifest
from figureground.dataset.sides import SIDES, few_warning, write_split
from figureground.dataset.suspects import read_suspects
from figureground.named_files import check_unchanged, split_files
from figureground.params import read_params
from figureground.paths import RESULTS
from figureground.split.assign import SIDE_COLUMNS, most_suspect, read_test_names, side_rows, split
from figureground.stages import runner


def main() -> None:
    params = read_params()
    pairs = read_manifest(RESULTS / "audit/manifest.csv")
    check_unchanged(RESULTS / "inputs/split.json", split_files(params.split))
    fixed = read_test_names(Path(params.split.test_names)) if params.split.test_names else None
    sides = split(pairs, params.split, params.seed, fixed)
    suspects = read_suspects(RESULTS / "review/suspects.csv")
    dropped = most_suspect(suspects, sides, params.review.drop_share)
    sides = {name: side for name, side in sides.items() if name not in dropped}
    write_split(RESULTS / "split/split.csv", sides)
    for side in ("val", "test"):
        if warning := few_warning(side, [pair.group for pair in pairs if sides.get(pair.name) == side]):
            runner.log.warning(warning)
    files.write_table(RESULTS / "split/sides.csv", SIDE_COLUMNS, side_rows(pairs, sides))
    counts = {side: list(sides.values()).count(side) for side in SIDES}
    told = "{train} photos to train, {val} to validate, {test} to test".format(**counts)
    if dropped:
        told += f"; {len(dropped)} suspect masks are left out of training"
    if left_out := len(pairs) - len(sides) - len(dropped):
        told += f"; {left_out} share a group with a listed one and are left out"
    runner.log.info("split: %s", told)


if __name__ == "__main__":
    runner.run(main)
