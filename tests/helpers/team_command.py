"""The command `figureground` for tests of several processes: with a network that JAX compiles in seconds, and deaths.

It is run as a script, which the process that trains loads too, by another name.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# Environment variables: the number of the epoch, from 0, at whose start the process ends, or makes a file `waiting` and
# waits for an interrupt; and that it says nothing to the others once it has joined them, until it ends after so many
# seconds.
DIES, WAITS, SILENT = "TEST_DIES_AT_EPOCH", "TEST_WAITS_AT_EPOCH", "TEST_IS_SILENT_FOR"


def tiny_network(params: Any, size: tuple[int, int]) -> Any:
    """What makes a batch one thing is in it: statistics over the photos, and chance."""
    import keras
    from keras import layers

    photo = keras.Input((*size, 3))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same")(photo)))
    return keras.Model(photo, layers.Conv2D(1, 3, padding="same", name="logits")(layers.Dropout(0.1)(x)))


def replace_network() -> None:
    """Comes where the process begins its work: earlier, TensorFlow would be heard."""
    from figureground.stages import runner

    runner.prepare_tensorflow("jax")
    from figureground.training import fit

    vars(fit)["build_model"] = tiny_network
    begin = fit._EpochEnd.on_epoch_begin

    def begin_or_not(self: Any, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        if os.environ.get(DIES) == str(epoch):
            os.kill(os.getpid(), signal.SIGKILL)
        if os.environ.get(WAITS) == str(epoch):
            Path("waiting").touch()
            time.sleep(600)
        begin(self, epoch, logs)

    fit._EpochEnd.on_epoch_begin = begin_or_not  # type: ignore[method-assign]


def be_silent() -> None:
    time.sleep(float(os.environ[SILENT]))
    os.kill(os.getpid(), signal.SIGKILL)


def train_in_folder(told: Mapping[str, Any]) -> None:
    """What Ray Train calls on each worker."""
    from ray import train

    os.chdir(told["folders"][train.get_context().get_world_rank()])
    replace_network()
    from figureground.cluster.training import train_together

    train_together()


if __name__ == "__main__":
    from figureground.cli import main

    main(sys.argv[1:])
elif __name__ == "__mp_main__":
    from figureground.cluster import joining, launching

    join = vars(launching)["join"]

    def replace_and_join(place: Any) -> None:
        if SILENT in os.environ:
            vars(joining)["_HEARTBEAT"] = 10
            sys.modules["figureground.cluster.training"] = SimpleNamespace(train_together=be_silent)  # type: ignore[assignment]
        else:
            replace_network()
        join(place)

    vars(launching)["join"] = replace_and_join
