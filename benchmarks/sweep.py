"""What a sweep costs beside its training, and how much more two workers get done than one.

    python benchmarks/sweep.py [--data DIR] [--photos 48] [--epochs 2] [--side 128] [--trials 4]

Every trial trains the same network on the same photos, so that only the workers differ. Overhead is what lies between
the starts of two trials of a process beside the training itself: Optuna, MLflow, shards, freeing memory. Without
--data the photos are drawn.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median

import optuna
from augmentation import draw_pairs, real_pairs

from figureground.dataset.manifest import Pair, write_manifest
from figureground.dataset.sides import write_split
from figureground.params import Params, parse_params, read_params
from figureground.runtime.processor import described
from figureground.stages.runner import prepare
from figureground.sweep.run import run_sweep
from figureground.sweep.storage import address_of, open_storage
from figureground.sweep.study import PROCESS, finished


def params_of(options: argparse.Namespace) -> Params:
    values = read_params().model_dump(by_alias=True)
    values["model"] |= {"input_size": options.side}
    values["sweep"] |= {
        "trials": 2 + options.trials, "epochs": options.epochs, "prune_after": options.epochs,
        "train_photos": options.photos, "val_photos": options.photos // 4,
        "space": {"train.learning_rate": {"low": 0.0003, "high": 0.003, "log": True}},
    }  # fmt: skip
    values["train"] |= {"warmup_epochs": 0.0, "batch_size": 8}
    values["augment"] |= {"background_share": 0.0, "second_person_share": 0.0}
    return parse_params(values)


def prepare_project(folder: Path, pairs: list[Pair], data: Path) -> None:
    folder.mkdir()
    (folder / "data").symlink_to(data.resolve())
    (folder / "weights").symlink_to(Path("weights").resolve())
    write_manifest(folder / "results/audit/manifest.csv", pairs)
    sides = {pair.name: "val" if number % 5 == 0 else "train" for number, pair in enumerate(pairs)}
    write_split(folder / "results/split/split.csv", sides)


def trials_of(params: Params, workers: int) -> list[optuna.trial.FrozenTrial]:
    """The trials of a sweep in the present folder, but for the null model."""
    study = run_sweep(params, workers=workers)
    return finished(optuna.load_study(study_name=study, storage=open_storage(address_of(None))))[1:]


def overheads(trials: list[optuna.trial.FrozenTrial]) -> list[float]:
    """Seconds from the start of each trial to that of the next one of its process, less its training."""
    found = []
    for process in {trial.user_attrs[PROCESS] for trial in trials}:
        own = sorted((t for t in trials if t.user_attrs[PROCESS] == process), key=lambda trial: trial.datetime_start)
        for trial, following in pairwise(own):
            between = (following.datetime_start - trial.datetime_start).total_seconds()
            found.append(between - trial.user_attrs["training_seconds"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="a data set as `figureground data import` makes it")
    parser.add_argument("--photos", type=int, default=48, help="to train on; a quarter as many to validate with")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--side", type=int, default=128, help="of the photos, in pixels")
    parser.add_argument("--trials", type=int, default=4, help="beside the null model and the present parameters")
    options = parser.parse_args()
    print(described())
    prepare()
    params, home, rows, alone = params_of(options), Path.cwd(), [], 0.0
    with tempfile.TemporaryDirectory() as place:
        data, count = options.data or Path(place) / "data", 2 * options.photos
        pairs = real_pairs(data, count) if options.data else draw_pairs(data, count)
        for workers in (1, 2):
            folder = Path(place) / str(workers)
            prepare_project(folder, pairs, data)
            os.chdir(folder)
            trials = trials_of(params, workers)
            os.chdir(home)
            seconds = median(trial.user_attrs["training_seconds"] for trial in trials[1:])
            alone = alone or seconds
            rows.append((workers, seconds, workers * alone / seconds, median(overheads(trials))))
    print(f"{len(trials)} trials each; load {os.getloadavg()[0]:.1f}")
    print(f"{'workers':>8}{'seconds a trial':>17}{'trials, ratio':>15}{'overhead, s':>13}")
    for workers, seconds, ratio, overhead in rows:
        print(f"{workers:>8}{seconds:>17.1f}{ratio:>15.2f}{overhead:>13.2f}")


if __name__ == "__main__":
    main()
