"""Take the model that the pipeline made over as one of the packaged ones.

    python recipes/release.py accurate

The int8 file goes into the package with its SHA-256, the Keras weights to weights/NAME.keras, from which others can
train on; `dvc add` and `dvc push` those and commit the rest.
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

from figureground.files import file_sha256, write_bytes  # noqa: E402
from figureground.models.deeplab import load_model  # noqa: E402
from figureground.runtime.packaged import MODELS, PACKAGED  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=PACKAGED)
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the package's models")
    parser.add_argument("--weights", type=Path, default=Path("weights"))
    parser.add_argument("--results", type=Path, default=Path("results"))
    arguments = parser.parse_args()
    write_bytes(arguments.weights / f"{arguments.name}.keras", small(arguments.results / "train" / "model.keras"))
    packaged = arguments.models / f"{arguments.name}.tflite"
    write_bytes(packaged, (arguments.results / "export" / "int8.tflite").read_bytes())
    hashes = arguments.models / "hashes.json"
    listed = json.loads(hashes.read_text(encoding="utf-8")) | {packaged.name: file_sha256(packaged)}
    write_bytes(hashes, (json.dumps(listed, indent=2, sort_keys=True) + "\n").encode())


def small(path: Path) -> bytes:
    """The Keras file with weights rounded to float16, kept as float32 and compressed: less than half the bytes."""
    model = load_model(path)
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
