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
    champion = _champion(params)
    weights = weights_of_run(Path(), champion["model.init.run_id"]) if champion else None
    of_split = digests(split_files(params.split))
    of_train = digests(train_files(params.model, params.train, weights))
    files.write_json(RESULTS / "inputs/split.json", of_split)
    files.write_json(RESULTS / "inputs/train.json", {**champion, **of_train})


def _champion(params: Params) -> dict[str, str]:
    """Version and run of the model that `model.init: champion` stands for; nothing where it does not ask for one."""
    if params.model.init != "champion":
        return {}
    version, run_id = champion_run(Path(), params.register_.name)
    return {"model.init.version": str(version), "model.init.run_id": run_id}


if __name__ == "__main__":
    runner.run(main)
