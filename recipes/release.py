"""Take the model that the pipeline made over as one of the packaged ones, or its encoder as what training begins from.

    python recipes/release.py accurate
    python recipes/release.py base

The int8 and float16 files go into the package with their SHA-256, the Keras weights to weights/NAME.keras, from which
others can train on; `dvc add` and `dvc push` those and commit the rest. MoveNet's weights, which a published file has,
are left out of them. `--precisions` leaves out what does not pay: a file that is no quicker anywhere, or that costs too
much of the masks. `base` is the encoder alone, in weights/base.encoder.keras.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from figureground.stages import runner

runner.prepare()

import keras  # noqa: E402

from figureground.encoder_facts import ENCODER_ALONE  # noqa: E402
from figureground.files import file_sha256, write_bytes  # noqa: E402
from figureground.models import movenet  # noqa: E402
from figureground.models.deeplab import load_model  # noqa: E402
from figureground.models.encoder import encoder_layers  # noqa: E402
from figureground.runtime.packaged import MODELS, PACKAGED, PRECISIONS  # noqa: E402

BASE = "base"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=(*PACKAGED, BASE))
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the package's models")
    parser.add_argument("--precisions", nargs="+", choices=PRECISIONS, default=PRECISIONS)
    parser.add_argument("--weights", type=Path, default=Path("weights"))
    parser.add_argument("--results", type=Path, default=Path("results"))
    arguments = parser.parse_args()
    model = load_model(arguments.results / "train" / "model.keras")
    if arguments.name == BASE:
        write_bytes(arguments.weights / f"{BASE}{ENCODER_ALONE}", small(encoder_layers(model)[0]))
        return
    write_bytes(arguments.weights / f"{arguments.name}.keras", small(model))
    hashes = arguments.models / "hashes.json"
    listed = json.loads(hashes.read_text(encoding="utf-8"))
    for precision in PRECISIONS:
        packaged = arguments.models / f"{arguments.name}-{precision}.tflite"
        if precision in arguments.precisions:
            write_bytes(packaged, (arguments.results / "export" / f"{precision}.tflite").read_bytes())
            listed[packaged.name] = file_sha256(packaged)
        else:  # of an earlier release, whose masks differ
            packaged.unlink(missing_ok=True)
            listed.pop(packaged.name, None)
    write_bytes(hashes, (json.dumps(listed, indent=2, sort_keys=True) + "\n").encode())


def small(model: keras.Model) -> bytes:
    """A Keras file with weights rounded to float16, kept as float32 and compressed: less than half the bytes.

    MoveNet's are zeros in it: training takes them from `model.pose_network`.
    """
    for layer in model.layers:
        if layer.name == movenet.NAME:
            layer.set_weights([np.zeros_like(weights) for weights in layer.get_weights()])
    model.set_weights([weights.astype(np.float16).astype(np.float32) for weights in model.get_weights()])
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        model.save(saved := Path(folder) / "model.keras")
        with zipfile.ZipFile(saved) as whole, zipfile.ZipFile(packed, "w", zipfile.ZIP_BZIP2) as archive:
            for name in whole.namelist():
                archive.writestr(name, whole.read(name))
    return packed.getvalue()


if __name__ == "__main__":
    main()
