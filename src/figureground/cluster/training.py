"""What each process of a training does once it is joined with the others."""

from __future__ import annotations

import logging

from figureground.stages import runner

runner.prepare_tensorflow("jax")  # reads the shards

import jax  # noqa: E402
import keras  # noqa: E402

import figureground.models  # noqa: E402
import figureground.training  # noqa: E402
from figureground import files  # noqa: E402
from figureground.augment.shards import Index, read_index  # noqa: E402
from figureground.cluster.agreement import agree, versions  # noqa: E402
from figureground.cluster.joining import TeamError, auto_precision, from_first  # noqa: E402
from figureground.params import flat  # noqa: E402
from figureground.stages.train import SECTIONS, SHARDS, Inputs, read_inputs, train  # noqa: E402
from figureground.training.team import Team  # noqa: E402


def train_together() -> None:
    """The stage `train` in each of the processes that `jax.distributed` has joined, in the project's folder.

    Raises:
        TeamError: The processes differ in parameters, data, code or versions, or cannot share the batches.
        FiguregroundError: What the stage raises.
    """
    data_parallel = keras.distribution.DataParallel(auto_shard_dataset=False)
    team = Team(jax.process_index(), jax.process_count(), from_first, auto_precision(), data_parallel.scope)
    found: list[tuple[Inputs, Index]] = []

    def about_to_do() -> dict[str, str]:
        inputs = read_inputs()
        batch_size = _shared(inputs.params.train.batch_size)
        index = read_index(SHARDS, lambda index: team.shards(index, batch_size))
        _refuse_few(index, batch_size)
        found.append((inputs, index))
        return _facts(inputs, index)

    agree(about_to_do)
    if not team.is_first:
        logging.getLogger("figureground").setLevel(logging.ERROR)  # one of them tells how it goes
    for inputs, index in found:
        train(inputs, index, team)


def _shared(batch_size: int) -> int:
    devices = jax.device_count()
    if batch_size % devices:
        raise TeamError(
            f"params.yaml: train.batch_size: {batch_size} photos cannot be shared evenly by {devices} devices; give a "
            f"multiple of {devices}"
        )
    return batch_size


def _refuse_few(index: Index, batch_size: int) -> None:
    if index.train_pairs < batch_size:
        raise TeamError(
            f"params.yaml: train.batch_size: {batch_size} is more than the {index.train_pairs} training pairs; lower it"
        )


def _facts(inputs: Inputs, index: Index) -> dict[str, str]:
    used = {name: str(value) for name, value in flat(inputs.params).items() if name.split(".")[0] in SECTIONS}
    code = files.source_fingerprint(figureground.models, figureground.training)
    return {**versions(), "code": code, **used, "shards": index.checksum, **inputs.recorded}
