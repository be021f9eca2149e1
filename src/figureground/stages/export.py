"""Stage `export`: convert to LiteRT, compare the masks with Keras, measure latency."""

from __future__ import annotations

from figureground.stages import runner

runner.prepare_tensorflow()  # before what is below imports it

import numpy as np  # noqa: E402

from figureground import pictures  # noqa: E402
from figureground.dataset.metadata import photo_path  # noqa: E402
from figureground.dataset.sides import read_split  # noqa: E402
from figureground.export.litert import export  # noqa: E402
from figureground.models.deeplab import load_model  # noqa: E402
from figureground.params import flat, read_params  # noqa: E402
from figureground.paths import DATA, RESULTS  # noqa: E402
from figureground.tracking.runs import stage_run  # noqa: E402


def main() -> None:
    params = read_params()
    sides = read_split(RESULTS / "split/split.csv")
    out = RESULTS / "export"
    # Calibrated on training photos, compared on validation photos: the test photos were seen once, by evaluate.
    calibration = _sample(sides, "train", params.export.calibration_photos, params.seed)
    compared = _sample(sides, "val", params.export.parity_photos, params.seed)
    with stage_run("export", flat(params), sections=("seed", "export")) as run:
        metrics = export(
            load_model(RESULTS / "train/model.keras"),
            [pictures.read_photo(photo_path(DATA, name)) for name in calibration],
            [(name, pictures.read_photo(photo_path(DATA, name))) for name in compared],
            params.export,
            out,
        )
        for precision, found in metrics.items():
            figures = {
                "megabytes": found["megabytes"],
                "milliseconds": found["milliseconds"]["median"],
                "parity": found["parity"]["mean_person_iou"],
            }
            run.log_metrics({f"{precision}_{name}": value for name, value in figures.items()})
        for name in ("precisions.csv", "parity.csv", "float32.tflite", "float16.tflite", "int8.tflite"):
            run.log_artifact(out / name)


def _sample(sides: dict[str, str], side: str, count: int, seed: int) -> list[str]:
    names = sorted(name for name, its_side in sides.items() if its_side == side)
    chosen = np.random.default_rng(seed).permutation(len(names))[:count]
    return [names[number] for number in sorted(chosen)]


if __name__ == "__main__":
    runner.run(main)
