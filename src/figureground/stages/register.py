"""Stage `register`: make a model version of it, champion if it is better on the same test photos."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from figureground import files, pictures
from figureground.dataset.metadata import photo_path
from figureground.params import flat, read_params
from figureground.paths import DATA, RESULTS
from figureground.scores import Bootstrap
from figureground.stages import runner
from figureground.tracking.description import describe, keep_pictures
from figureground.tracking.provenance import provenance
from figureground.tracking.registry.decision import PhotoScore
from figureground.tracking.registry.registering import register
from figureground.tracking.result import lines, read_result, side_warning
from figureground.tracking.runs import stage_run
from figureground.tracking.versions import WARNING


def main() -> None:
    params = read_params()
    scores = _photo_scores(RESULTS / "evaluate/photos.csv")
    with stage_run("register", flat(params), sections=("seed", "register")) as run:
        decision = register(
            RESULTS / f"export/{params.register_.precision}.tflite",
            run=run,
            name=params.register_.name,
            weights=RESULTS / "train/model.keras",
            example=pictures.read_photo(photo_path(DATA, min(scores))),
            metrics=json.loads((RESULTS / "evaluate/metrics.json").read_text(encoding="utf-8")),
            photo_scores=scores,
            tags={**provenance(Path()), "dvc.stage": "register", "precision": params.register_.precision, **_warning()},
            bootstrap=Bootstrap(params.register_.resamples, params.register_.confidence, params.seed),
        )
        files.write_json(RESULTS / "register/decision.json", asdict(decision))
        result = read_result(RESULTS)
        run.log_summary(result.metrics)
        describe(run, params.register_.name, result)
        keep_pictures(run, RESULTS)
    if not os.environ.get("FIGUREGROUND_RESULT_FOLLOWS"):  # `make repro` shows it last, below what DVC has to say
        print(*lines(result), sep="\n")


def _warning() -> dict[str, str]:
    """A tag for who looks at the scores of the version only."""
    warning = side_warning(RESULTS, "test")
    return {WARNING: warning} if warning else {}


def _photo_scores(path: Path) -> dict[str, PhotoScore]:
    return {
        row["name"]: PhotoScore(float(row["person_iou"] or "nan"), row["photo_hash"]) for row in files.read_table(path)
    }


if __name__ == "__main__":
    runner.run(main)
