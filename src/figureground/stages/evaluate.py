"""Stage `evaluate`: score the model once on the test photos, beside GrabCut and the null model."""

from __future__ import annotations

from figureground.stages import runner

runner.prepare_tensorflow()  # before what is below imports it

from figureground import files  # noqa: E402
from figureground.dataset.manifest import read_manifest  # noqa: E402
from figureground.dataset.sides import read_split  # noqa: E402
from figureground.evaluation.baselines import mean_mask  # noqa: E402
from figureground.evaluation.report import evaluate  # noqa: E402
from figureground.models.deeplab import load_model  # noqa: E402
from figureground.params import flat, read_params  # noqa: E402
from figureground.paths import DATA, RESULTS  # noqa: E402
from figureground.predictor import Predictor  # noqa: E402
from figureground.tracking.result import SCORES, headline  # noqa: E402
from figureground.tracking.runs import stage_run  # noqa: E402

PICTURES = (
    "random.jpg",
    "best.jpg",
    "worst.jpg",
    "iou_histogram.png",
    "iou_by_framing.png",
    "confusion.png",
)
TABLES = ("photos.csv", "slices.csv")


def main() -> None:
    params = read_params()
    pairs = read_manifest(RESULTS / "audit/manifest.csv")
    sides = read_split(RESULTS / "split/split.csv")
    out = RESULTS / "evaluate"
    with stage_run("evaluate", flat(params), sections=("seed", "evaluate")) as run:
        training = [pair for pair in pairs if sides.get(pair.name) == "train"]
        metrics = evaluate(
            [pair for pair in pairs if sides.get(pair.name) == "test"],
            DATA,
            Predictor(load_model(RESULTS / "train/model.keras")),
            params=params.evaluate,
            seed=params.seed,
            null_mask=mean_mask(training, DATA),
            out=out,
        )
        files.write_json(out / "metrics.json", metrics)
        run.log_metrics(headline(metrics))
        run.log_summary(headline(metrics))
        for name in PICTURES + TABLES:
            run.log_artifact(out / name)
    scores = ", ".join(f"{words} {metrics[name]:.3f}" for name, words in SCORES.items() if name in metrics)
    runner.log.info("evaluate: %s on %d test photos (results/evaluate/worst.jpg)", scores, metrics["test_photos"])


if __name__ == "__main__":
    runner.run(main)
