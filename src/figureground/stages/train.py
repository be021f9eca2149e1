"""Stage `train`: fit the network, keep the best averaged weights."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from figureground.stages import runner

runner.prepare_tensorflow()  # before what is below imports it

import figureground.models  # noqa: E402
import figureground.training  # noqa: E402
from figureground import files, paths  # noqa: E402
from figureground.augment.shards import read_index  # noqa: E402
from figureground.params import Params, flat, read_params  # noqa: E402
from figureground.paths import RESULTS  # noqa: E402
from figureground.tracking.runs import stage_run  # noqa: E402
from figureground.tracking.versions import champion_weights  # noqa: E402
from figureground.training.curves import write_curves  # noqa: E402
from figureground.training.fit import HISTORY_COLUMNS, fit, summary  # noqa: E402

SECTIONS = ("seed", "model", "loss", "train")


def main() -> None:
    params = read_params()
    index = read_index(RESULTS / "augment/shards")
    out = RESULTS / "train"
    init = _init(params)
    digests = _digests(init, params)
    key = _fingerprint(params, index.checksum, digests)
    work = paths.half_done("train", key)
    tracked = stage_run("train", flat(params), sections=SECTIONS, resume_key=key, system_metrics=True)
    with runner.only_one(work), tracked as run:
        run.set_tags({f"{name}.sha256": digest for name, digest in digests.items()})
        trained = fit(
            index, params.model, params.loss, params.train,
            init=init, seed=params.seed, work=work, on_epoch=lambda epoch, row: run.log_metrics(row, step=epoch),
        )  # fmt: skip
        metrics = summary(trained)
        files.write_table(out / "history.csv", HISTORY_COLUMNS, trained.history)
        write_curves(trained.history, out / "curves.png")
        trained.model.compile()  # the optimizer's state is of no use to those who load the model
        with files.replacing(out / "model.keras") as draft:
            trained.model.save(draft)
        files.write_json(out / "metrics.json", metrics)
        run.log_summary({f"best.{name}": value for name, value in metrics.items()})  # beside the curves by epoch
        for name in ("history.csv", "curves.png", "model.keras"):
            run.log_artifact(out / name)
        runner.refuse_changed(params, SECTIONS)
    shutil.rmtree(work, ignore_errors=True)


def _init(params: Params) -> str:
    if params.model.init == "champion":
        return str(champion_weights(Path(), params.register_.name))
    return params.model.init


def _digests(init: str, params: Params) -> dict[str, str]:
    """SHA-256 of the weights files that training takes, by what they are to it."""
    teachers = {f"train.teachers.{Path(file).name}": file for file in params.train.teachers}
    taken = {"model.init": init, "model.selfie_network": params.model.selfie_network, **teachers}
    return {name: files.file_sha256(Path(file)) for name, file in taken.items() if file and Path(file).is_file()}


def _fingerprint(params: Params, shards: str, digests: Mapping[str, str]) -> str:
    code = files.source_fingerprint(figureground.models, figureground.training)
    sections = [section.model_dump() for section in (params.model, params.loss, params.train)]
    return files.fingerprint(shards, dict(digests), params.seed, *sections, code)


if __name__ == "__main__":
    runner.run(main)
