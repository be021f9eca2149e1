"""Stage `augment`: write augmented training pairs and resized validation pairs as shards."""

from __future__ import annotations

import figureground.augment
import figureground.dataset
from figureground import files, paths, pictures
from figureground.augment.examples import write_example_sheet
from figureground.augment.shards import read_index
from figureground.augment.writing import augment
from figureground.dataset.manifest import read_manifest
from figureground.dataset.sides import read_split
from figureground.params import flat, read_params
from figureground.paths import DATA, RESULTS
from figureground.stages import runner
from figureground.tracking.runs import stage_run


def main() -> None:
    params = read_params()
    pairs = read_manifest(RESULTS / "audit/manifest.csv")
    sides = read_split(RESULTS / "split/split.csv")
    out = RESULTS / "augment"
    code = files.source_fingerprint(figureground.augment, figureground.dataset, pictures)
    key = files.fingerprint(
        params.augment.deciding(),
        params.augment.store,
        params.model.input_size,
        params.seed,
        sides,
        files.folder_fingerprint(DATA),
        code,
    )
    work = paths.half_done("augment", key)
    with runner.only_one(work), stage_run("augment", flat(params), sections=("seed", "augment")) as run:
        index = augment(
            pairs, sides, DATA, params.augment,
            input_size=params.model.input_size, seed=params.seed, out=out / "shards", work=work,
        )  # fmt: skip
        shown = read_index(out / "shards", lambda index: [variant[0] for variant in index.train])
        write_example_sheet(shown, out / "examples.jpg", params.augment.examples_on_sheet)
        run.log_metrics({"train_pairs": index.train_pairs, "val_pairs": index.val_pairs})
        run.log_artifact(out / "examples.jpg")


if __name__ == "__main__":
    runner.run(main)
