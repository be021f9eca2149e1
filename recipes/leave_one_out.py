"""What photos of a source get from a model that never saw that source: the nearest thing to a stranger's photo.

    python recipes/leave_one_out.py ccp picsart eg1800 coco voc

Runs the pipeline up to the exported model with the params.yaml that is there, first with all sources, then once without
each that is named, and scores each model on the test photos with score.py. Sources are left out by a weight of 0 in
`augment.source_weights`; params.yaml is put back at the end. A figure that is there already is not worked out again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from figureground.files import write_bytes
from figureground.params import read_params
from figureground.params_file import override

PARAMS = Path("params.yaml")
MODEL = "results/export/float32.tflite"
SCORE = Path(__file__).with_name("score.py")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="+", help="to leave out, one at a time")
    parser.add_argument("--out", type=Path, default=Path("recipes/scores/left-out"), help="folder of the tables")
    arguments = parser.parse_args()
    before = PARAMS.read_bytes()
    try:
        for name, left_out in {"nothing": [], **{source: [source] for source in arguments.sources}}.items():
            table = arguments.out / f"{name}.csv"
            if table.is_file():
                continue
            write_bytes(PARAMS, before)
            leave_out(PARAMS, left_out)
            subprocess.run(["dvc", "repro", "export"], check=True)
            subprocess.run([sys.executable, SCORE, MODEL, "--out", table], check=True)
    finally:
        write_bytes(PARAMS, before)


def leave_out(params: Path, sources: Sequence[str]) -> None:
    """Change params.yaml so that these sources are not trained on."""
    weights = read_params(params).augment.source_weights
    override(params, {"augment.source_weights": {**weights, **dict.fromkeys(sources, 0.0)}})


if __name__ == "__main__":
    main()
