"""What a stage costs beyond its work: interpreter, imports, parameters, opening and closing its tracked run.

    python benchmarks/stage_overhead.py [--runs 3]

Each stage module is imported in a process of its own, which reads params.yaml and opens and closes a run in a fresh
store, without doing the stage's work. The median of the runs counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figureground.runtime.processor import described

STAGES = ("audit", "split", "augment", "train", "evaluate", "export", "register")
EMPTY_STAGE = """
import figureground.stages.{stage}
from figureground.params import flat, read_params
from figureground.tracking.runs import stage_run
with stage_run("{stage}", flat(read_params()), system_metrics={system_metrics}) as run:
    run.log_metrics({{"nothing": 0.0}})
    assert run.run_id
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=3)
    runs = arguments.parse_args().runs
    print(described())
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{Path(folder) / 'mlflow.db'}"}
        seconds(STAGES[0], environment)  # makes the store
        for stage in STAGES:
            median = statistics.median(seconds(stage, environment) for _ in range(runs))
            print(f"{stage:<9} {median:5.1f} s")


def seconds(stage: str, environment: dict[str, str]) -> float:
    code = EMPTY_STAGE.format(stage=stage, system_metrics=stage == "train")
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
