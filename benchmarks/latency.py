"""Milliseconds of exported models on one core, and how they compare with a well-known network in the same run.

    python benchmarks/latency.py results/export/*.tflite

A second is not a second on another machine or beside other work; the ratio to MobileNetV2 (224 x 224, float32) is.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from figureground.stages import runner

runner.prepare()

import keras  # noqa: E402

from figureground.export.latency import measure  # noqa: E402
from figureground.export.litert import convert  # noqa: E402
from figureground.runtime.processor import described  # noqa: E402

RUNS = 50


def main(models: list[Path]) -> None:
    if not models:
        sys.exit("usage: python benchmarks/latency.py MODEL.tflite…")
    print(described())
    network = keras.applications.MobileNetV2(weights=None, input_shape=(224, 224, 3))
    with tempfile.TemporaryDirectory() as folder:
        reference = Path(folder) / "MobileNetV2-224"
        reference.write_bytes(convert(network, precisions=["float32"])["float32"])
        print(f"{'model':24} {'MB':>6} {'ms':>7} {'10 %':>7} {'90 %':>7} {'ratio':>6}")
        for model in [reference, *models]:
            # Beside each model anew, so that other work on the machine slows both alike.
            yardstick, figures = measure(reference, RUNS), measure(model, RUNS)
            print(
                f"{model.name:24} {model.stat().st_size / 1e6:6.1f} {figures['median']:7.1f} {figures['p10']:7.1f} "
                f"{figures['p90']:7.1f} {figures['median'] / yardstick['median']:6.2f}"
            )


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
