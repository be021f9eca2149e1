"""How much slower a step of the pipeline's training is than a bare Keras loop on one batch held in memory.

    python benchmarks/training_step.py [--rounds 4]

The same network, loss and optimizer on drawn pairs. The pipeline's side is the fit itself: it reads and decodes shards,
shuffles, updates metrics and calls back. After each of its epochs the bare loop takes as many steps, so that both meet
the same weather; the quickest epoch of each counts.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from figureground.stages import runner

runner.prepare()

import cv2  # noqa: E402
import numpy as np  # noqa: E402

from figureground import files, pictures  # noqa: E402
from figureground.augment.shards import Index  # noqa: E402
from figureground.augment.writing import augment  # noqa: E402
from figureground.dataset.manifest import Pair  # noqa: E402
from figureground.models.deeplab import build_model  # noqa: E402
from figureground.params import Params, read_params  # noqa: E402
from figureground.runtime.processor import described  # noqa: E402
from figureground.training.batches import steps_per_epoch, training_batches  # noqa: E402
from figureground.training.fit import compile_model, fit  # noqa: E402

PAIRS = 240


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=4)
    rounds = arguments.parse_args().rounds
    print(described())
    params = read_params()
    train = params.train.model_copy(update={"epochs": rounds + 1, "patience": rounds + 1})
    with tempfile.TemporaryDirectory() as folder:
        index = draw_shards(params, Path(folder))
        bare = Bare(index, params)
        seconds: dict[str, list[float]] = {"bare loop": [], "pipeline": []}

        def after_epoch(epoch: int, row: Mapping[str, float]) -> None:
            seconds["pipeline"].append(row["seconds"])
            seconds["bare loop"].append(bare.run())

        fit(
            index, params.model, params.loss, train,
            init=params.model.init, seed=1, work=Path(folder) / "work", on_epoch=after_epoch,
        )  # fmt: skip
    best = {name: min(times[1:]) / bare.steps for name, times in seconds.items()}  # the first traces the graph
    for name, each in best.items():
        print(f"{name:<9} {1000 * each:7.0f} ms a step of {train.batch_size} at {index.input_size} px")
    print(f"ratio     {best['pipeline'] / best['bare loop']:7.3f}")


class Bare:
    """The loop that the pipeline is held against: no input, no metrics, no callbacks."""

    def __init__(self, index: Index, params: Params) -> None:
        self.steps = steps_per_epoch(index.train_pairs, params.train.batch_size)
        self._model = build_model(params.model, (index.input_size, index.input_size))
        compile_model(self._model, params.loss, params.train, self.steps)
        self._model.compile(self._model.optimizer, self._model.loss)  # without metrics
        batches = training_batches(index, batch_size=params.train.batch_size, seed=1, first_epoch=0, epochs=1)
        self._photos, self._masks = next(iter(batches))

    def run(self) -> float:
        """Seconds for as many steps as an epoch has."""
        started = time.perf_counter()
        for _ in range(self.steps):
            self._model.train_on_batch(self._photos, self._masks)
        return time.perf_counter() - started


def draw_shards(params: Params, folder: Path) -> Index:
    """Shards of pictures of noise with an ellipse for a person: their content does not change a step's time."""
    rng = np.random.default_rng(1)
    pairs, sides = [], {}
    for number in range(PAIRS + 12):
        name = f"drawn/{number:03d}"
        photo = cv2.resize(rng.integers(0, 255, (20, 15, 3), dtype=np.uint8), (300, 400))
        mask = cv2.ellipse(np.zeros((400, 300), np.uint8), (150, 250), (70, 160), 0, 0, 360, 255, -1)
        files.write_bytes(folder / f"data/images/{name}.jpg", pictures.encode_jpeg(photo))
        files.write_bytes(folder / f"data/masks/{name}.png", pictures.encode_png(mask))
        pairs.append(Pair(name, "drawn", name, "", 300, 400, "full", 0.3, 0.0))
        sides[name] = "train" if number < PAIRS else "val"
    settings = params.augment.model_copy(update={"variants": 1})
    return augment(
        pairs, sides, folder / "data", settings,
        input_size=params.model.input_size, seed=1, out=folder / "shards", work=folder / "half_done",
    )  # fmt: skip


if __name__ == "__main__":
    main()
