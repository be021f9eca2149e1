"""Stage `review`: judge every pair's mask by a model that has not learned from it."""

from __future__ import annotations

import shutil

from figureground.stages import runner

runner.prepare_tensorflow()  # before what is below imports it

from figureground import files, paths  # noqa: E402
from figureground.dataset.manifest import read_manifest  # noqa: E402
from figureground.models.deeplab import load_model  # noqa: E402
from figureground.named_files import champion_run_id  # noqa: E402
from figureground.params import flat, read_params  # noqa: E402
from figureground.paths import DATA, RESULTS  # noqa: E402
from figureground.predictor import Predictor  # noqa: E402
from figureground.processes import usable_cores  # noqa: E402
from figureground.review.review import Predict, review  # noqa: E402
from figureground.runtime.segmenter import Segmenter  # noqa: E402
from figureground.tracking.runs import stage_run  # noqa: E402
from figureground.tracking.versions import weights_of_run  # noqa: E402

RECORD = RESULTS / "inputs/review.json"


def main() -> None:
    params = read_params()
    pairs = read_manifest(RESULTS / "audit/manifest.csv")
    out = RESULTS / "review"
    work = paths.half_done("review", files.fingerprint(params.review.model_dump(), params.seed))
    with runner.only_one(work), stage_run("review", flat(params), sections=("seed", "review")) as run:
        found = review(
            pairs, DATA, params.review, seed=params.seed, work=work, out=out, predict=_predict(params.review.judge)
        )
        run.log_metrics(found)
        for name in ("suspects.csv", "suspects.jpg"):
            run.log_artifact(out / name)
    shutil.rmtree(work, ignore_errors=True)
    runner.log.info(
        "review: %d of %d masks are worth a look (%s)", found["suspects"], found["pairs"], out / "suspects.jpg"
    )


def _predict(judge: str) -> Predict | None:
    """What tells where people are; None where models for it are trained."""
    if judge == "packaged":
        return Segmenter(threads=usable_cores()).probability
    if judge == "champion":
        return Predictor(load_model(weights_of_run(paths.project_root(), champion_run_id(RECORD, "review.judge"))))
    return None


if __name__ == "__main__":
    runner.run(main)
