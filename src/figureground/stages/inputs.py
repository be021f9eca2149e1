"""Stage `inputs`: check that the files named in params.yaml are there, and write down what is in them.

It runs each time. The stages that read the files depend on what it writes, and run again when that changes.
"""

from __future__ import annotations

from pathlib import Path

from figureground import files
from figureground.named_files import digests, split_files, train_files
from figureground.params import Params, read_params
from figureground.paths import RESULTS
from figureground.stages import runner
from figureground.tracking.versions import champion_run, weights_of_run


def main() -> None:
    params = read_params()
    champion = _champion("model.init", params.model.init, params)
    weights = weights_of_run(Path(), champion["model.init.run_id"]) if champion else None
    of_split = digests(split_files(params.split))
    of_train = digests(train_files(params.model, params.train, weights))
    files.write_json(RESULTS / "inputs/review.json", _champion("review.judge", params.review.judge, params))
    files.write_json(RESULTS / "inputs/split.json", of_split)
    files.write_json(RESULTS / "inputs/train.json", {**champion, **of_train})


def _champion(name: str, value: str, params: Params) -> dict[str, str]:
    """Version and run of the model that `champion` stands for as a parameter's value; nothing for another value."""
    if value != "champion":
        return {}
    version, run_id = champion_run(Path(), params.register_.name)
    return {f"{name}.version": str(version), f"{name}.run_id": run_id}


if __name__ == "__main__":
    runner.run(main)
