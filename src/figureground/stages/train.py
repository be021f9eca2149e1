"""Stage `train`: fit the network, keep the best averaged weights."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from figureground.stages import runner

if __name__ == "__main__":
    runner.prepare_tensorflow()  # before what is below imports it

import figureground.models
import figureground.training
from figureground import files, paths
from figureground.augment.shards import Index, read_index
from figureground.named_files import champion_run_id, check_unchanged, read_digests, train_files
from figureground.params import Params, flat, read_params
from figureground.paths import RESULTS
from figureground.tracking.runs import StageRun, stage_run
from figureground.tracking.versions import weights_of_run
from figureground.training.curves import write_curves
from figureground.training.fit import HISTORY_COLUMNS, OnEpoch, Trained, fit, summary
from figureground.training.losses import least_loss
from figureground.training.team import ALONE, Team

RECORD = RESULTS / "inputs/train.json"
SHARDS = RESULTS / "augment/shards"
SECTIONS = ("seed", "model", "loss", "train")


@dataclass(frozen=True)
class Inputs:
    """What the stage reads beside the shards.

    Attributes:
        recorded: Digests of the files that params.yaml names, by stage `inputs`.
        champion: Weights, where `model.init` asks for those of the registry's best.
    """

    params: Params
    recorded: Mapping[str, str]
    champion: Path | None


def main() -> None:
    train(read_inputs(), read_index(SHARDS))


def read_inputs() -> Inputs:
    """Raises FiguregroundError: params.yaml is wrong, or a file that it names is missing or has changed."""
    params, recorded = read_params(), read_digests(RECORD)
    champion = _champion(params)
    check_unchanged(RECORD, train_files(params.model, params.train, champion))
    return Inputs(params, recorded, champion)


def train(inputs: Inputs, index: Index, team: Team | None = None) -> None:
    """The stage.

    Args:
        team: Processes that train together, each of which calls this; the first one writes results and MLflow's run.
    """
    params, key = inputs.params, _fingerprint(inputs, index.checksum, team is not None)
    work = paths.half_done("train", key)
    if team is not None and not team.is_first:
        _fit(inputs, index, work, team)
        return
    tracked = stage_run("train", flat(params), sections=SECTIONS, resume_key=key, system_metrics=True)
    with runner.only_one(work), tracked as run:
        run.set_tags(inputs.recorded)
        trained = _fit(inputs, index, work, team, lambda epoch, row: run.log_metrics(_curves(row), step=epoch))
        _write(trained, params, run)
        runner.refuse_changed(params, SECTIONS)
    shutil.rmtree(work, ignore_errors=True)


def _fit(inputs: Inputs, index: Index, work: Path, team: Team | None, on_epoch: OnEpoch | None = None) -> Trained:
    params = inputs.params
    with (team or ALONE).scope():
        return fit(
            index, params.model, params.loss, params.train, init=str(inputs.champion or params.model.init),
            seed=params.seed, work=work, on_epoch=on_epoch, team=team,
        )  # fmt: skip


def _write(trained: Trained, params: Params, run: StageRun) -> None:
    """The stage's results, to their folder and to the run."""
    out = RESULTS / "train"
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


def _curves(row: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in row.items() if name != "epoch"}  # which is the step


def _champion(params: Params) -> Path | None:
    """The weights of the champion that stage `inputs` has found, where `model.init` asks for it."""
    if params.model.init != "champion":
        return None
    return weights_of_run(Path(), champion_run_id(RECORD, "model.init"))


def _fingerprint(inputs: Inputs, shards: str, is_team: bool) -> str:
    """Of what the weights depend on: not of how many processes a team has, so it may go on with more or fewer."""
    params = inputs.params
    code = files.source_fingerprint(figureground.models, figureground.training)
    sections = [section.model_dump() for section in (params.model, params.loss, params.train)]
    order = ["team"] if is_team else []
    return files.fingerprint(shards, dict(inputs.recorded), params.seed, *sections, code, *order)


if __name__ == "__main__":
    runner.run(main)
