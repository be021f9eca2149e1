"""What Ray costs on one machine: cutting out and augmentation with 1 and 2 workers against as many local processes.

    python benchmarks/over_ray.py MODEL.tflite [--photos 300] [--pairs 96] [--memory 5000]

Everything is in one process with one new Ray cluster of two cores. Rates leave out the first fifth of the photos, in
which processes start; the start-up stands beside them, from the call to the first result. The ratio is Ray's rate
against the local one with as many processes, both in the same round; the median of the rounds counts.
Memory is what the worker processes and this one hold (RSS) after each fifth of many small photos.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import augmentation
import cutting
import numpy as np
import psutil

from figureground.photos.batch import Outcome, Settings, Status, cut_all
from figureground.photos.over_hosts import cut_over_hosts
from figureground.photos.planning import Job
from figureground.ray_workers import cluster, over_hosts
from figureground.runtime.processor import described

say = partial(print, file=sys.stdout, flush=True)  # while Ray is at work nothing else is printed there
Cut = Callable[[list[Job], int], Iterator[Outcome]]


def pace(jobs: list[Job], workers: int, cut: Cut) -> tuple[float, float]:
    """Photos a second, and seconds until the first was done."""
    began = time.perf_counter()
    times = []
    for outcome in cut(jobs, workers):
        assert outcome.status is Status.CUT, outcome
        times.append(time.perf_counter() - began)
    fifth = len(times) // 5
    return (len(times) - fifth) / (times[-1] - times[fifth - 1]), times[0]


def compare_cutting(jobs: list[Job], ways: dict[str, Cut], rounds: int) -> None:
    say(f"\n{len(jobs)} photos{'':10}{'workers':>8}{'photos/s':>10}{'start s':>9}{'ratio':>7}")
    for workers in (1, 2):
        runs = [{name: pace(jobs, workers, cut) for name, cut in ways.items()} for _ in range(rounds)]
        for name in ways:
            rate, start = np.median([run[name] for run in runs], axis=0)
            ratio = np.median([run[name][0] / run["local"][0] for run in runs])
            say(f"{name:21}{workers:>8}{rate:>10.2f}{start:>9.1f}{ratio:>7.2f}")


def compare_augmentation(count: int, folder: Path, rounds: int) -> None:
    pairs = augmentation.draw_pairs(folder / "data", count)
    few = count // 6
    say(f"\n{count} pairs{'':12}{'workers':>8}{'pairs/s':>10}{'start s':>9}{'ratio':>7}")
    for workers in (1, 2):
        augmentation.seconds(pairs[:few], folder / "data", workers, folder, "ray")  # starts its processes
        runs = []
        for _ in range(rounds):
            rates = {}
            for engine in ("local", "ray"):
                short, long = (
                    augmentation.seconds(some, folder / "data", workers, folder, engine)[0]
                    for some in (pairs[:few], pairs)
                )
                rate = (count - few) / (long - short)
                rates[engine] = (rate, short - few / rate)
            runs.append(rates)
        for engine in ("local", "ray"):
            rate, start = np.median([run[engine] for run in runs], axis=0)
            ratio = np.median([run[engine][0] / run["local"][0] for run in runs])
            say(f"{engine:21}{workers:>8}{rate:>10.2f}{start:>9.1f}{ratio:>7.2f}")


def give_out_nothing(tasks: int) -> None:
    """Tasks without work: what this process, which gives them out, can do at most."""
    began = time.perf_counter()
    first = 0.0
    for _ in over_hosts(abs, range(tasks), 2):
        first = first or time.perf_counter()
    ended = time.perf_counter()
    say(f"\n{tasks} tasks without work: {tasks / (ended - first):.0f} a second, {first - began:.1f} s before the first")


def memory(jobs: list[Job], cut: Cut) -> None:
    say(f"\nmegabytes of {'this process':>15}{'the largest worker':>20}")
    fifth = len(jobs) // 5
    for number, _ in enumerate(cut(jobs, 2), 1):
        if number % fifth == 0:
            own = psutil.Process()
            workers = [_rss(process) for process in psutil.process_iter() if _is_worker(process)]
            say(f"{number:>6} photos{own.memory_info().rss / 2**20:>15.0f}{max(workers, default=0):>20.0f}")


def _is_worker(process: psutil.Process) -> bool:
    try:
        return " ".join(process.cmdline()).startswith("ray::Map")
    except psutil.Error:
        return False


def _rss(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss / 2**20)
    except psutil.Error:
        return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--photos", type=int, default=300, help="of 640 x 480 pixels")
    parser.add_argument("--pairs", type=int, default=96)
    parser.add_argument("--memory", type=int, default=5000, help="photos of 160 x 120 pixels")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    say(f"{described()}\nload {os.getloadavg()[0]:.1f}")
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(options.model.resolve(), overwrite=True)

        def jobs(size: tuple[int, int], count: int) -> list[Job]:
            kinds = [cutting.write_portrait(folder / f"{size[0]}-{seed}.jpg", *size, seed) for seed in range(20)]
            return [Job(kinds[number % 20], folder / f"out/{number}.png", ".png") for number in range(count)]

        began = time.perf_counter()
        os.environ["RAY_ADDRESS"] = "local"
        with cluster(None):
            say(f"Ray started in {time.perf_counter() - began:.1f} s")
            ways: dict[str, Cut] = {
                "local": lambda jobs, workers: cut_all(jobs, settings, workers),
                "Ray": lambda jobs, workers: cut_over_hosts(jobs, settings, workers, folder / "out/bad.csv"),
            }
            compare_cutting(jobs((480, 640), options.photos), ways, options.rounds)
            compare_augmentation(options.pairs, folder, options.rounds)
            give_out_nothing(2000)
            memory(jobs((120, 160), options.memory), ways["Ray"])


if __name__ == "__main__":
    main()
