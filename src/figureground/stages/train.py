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
from figureground.named_files import champion_run_id, check_unchanged, read_digests, train_files  # noqa: E402
from figureground.params import Params, flat, read_params  # noqa: E402
from figureground.paths import RESULTS  # noqa: E402
from figureground.tracking.runs import stage_run  # noqa: E402
from figureground.tracking.versions import weights_of_run  # noqa: E402
from figureground.training.curves import write_curves  # noqa: E402
from figureground.training.fit import HISTORY_COLUMNS, fit, summary  # noqa: E402
from figureground.training.losses import least_loss  # noqa: E402

RECORD = RESULTS / "inputs/train.json"
SECTIONS = ("seed", "model", "loss", "train")


def main() -> None:
    params = read_params()
    index = read_index(RESULTS / "augment/shards")
    out = RESULTS / "train"
    recorded = read_digests(RECORD)
    champion = _champion(params)
    check_unchanged(RECORD, train_files(params.model, params.train, champion))
    key = _fingerprint(params, index.checksum, recorded)
    work = paths.half_done("train", key)
    tracked = stage_run("train", flat(params), sections=SECTIONS, resume_key=key, system_metrics=True)
    with runner.only_one(work), tracked as run:
        run.set_tags(recorded)
        trained = fit(
            index, params.model, params.loss, params.train, init=str(champion or params.model.init),
            seed=params.seed, work=work, on_epoch=lambda epoch, row: run.log_metrics(_curves(row), step=epoch),
        )  # fmt: skip
        metrics = summary(trained)
        files.write_table(out / "history.csv", HISTORY_COLUMNS, trained.history)
        write_curves(trained.history, least_loss(params.loss), out / "curves.png")
        trained.model.compile()  # the optimizer's state is of no use to those who load the model
        with files.replacing(out / "model.keras") as draft:
            trained.model.save(draft)
        files.write_table(out / "summary.csv", tuple(metrics), [metrics])
        run.log_summary({name: metrics[name] for name in ("val_loss", "val_person_iou")})
        for name in ("history.csv", "curves.png", "model.keras"):
            run.log_artifact(out / name)
        runner.refuse_changed(params, SECTIONS)
    shutil.rmtree(work, ignore_errors=True)


def _curves(row: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in row.items() if name != "epoch"}  # which is the step


def _champion(params: Params) -> Path | None:
    """The weights of the champion that stage `inputs` has found, where `model.init` asks for it."""
    if params.model.init != "champion":
        return None
    return weights_of_run(Path(), champion_run_id(RECORD, "model.init"))


def _fingerprint(params: Params, shards: str, recorded: Mapping[str, str]) -> str:
    code = files.source_fingerprint(figureground.models, figureground.training)
    sections = [section.model_dump() for section in (params.model, params.loss, params.train)]
    return files.fingerprint(shards, dict(recorded), params.seed, *sections, code)


if __name__ == "__main__":
    runner.run(main)
