"""Stage `split`: assign each group of pairs to training, validation or test."""

from __future__ import annotations

import logging
from pathlib import Path

from figureground import files
from figureground.dataset.manifest import read_manifest
from figureground.dataset.sides import few_warning, write_split
from figureground.named_files import check_unchanged, split_files
from figureground.params import read_params
from figureground.paths import RESULTS
from figureground.split.assign import read_test_names, split, split_metrics
from figureground.stages import runner

log = logging.getLogger(__name__)


def main() -> None:
    params = read_params()
    pairs = read_manifest(RESULTS / "audit/manifest.csv")
    check_unchanged(RESULTS / "inputs/split.json", split_files(params.split))
    fixed = read_test_names(Path(params.split.test_names)) if params.split.test_names else None
    sides = split(pairs, params.split, params.seed, fixed)
    write_split(RESULTS / "split/split.csv", sides)
    for side in ("val", "test"):
        if warning := few_warning(side, [pair.group for pair in pairs if sides.get(pair.name) == side]):
            log.warning(warning)
    files.write_json(RESULTS / "split/metrics.json", split_metrics(pairs, sides))


if __name__ == "__main__":
    runner.run(main)
