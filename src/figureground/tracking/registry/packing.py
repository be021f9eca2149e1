"""Packing an exported model as an MLflow model, and opening it again."""

from __future__ import annotations

import shutil
import tempfile
from importlib.metadata import version as installed
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import figureground
from figureground.pictures import resize_photo
from figureground.tracking.store import Store, TrackingError

_EXAMPLE_SIDE = 32  # pixels: MLflow writes the example as JSON, a hundred times the size of a photo
_REQUIREMENTS = ("mlflow", "numpy", "pillow", "ai-edge-litert")
_OPENCV = "opencv-python-headless"  # which a server without a screen can load; training has its twin of the same number
_TRAVELLING_CODE = (
    "__init__.py", "colour_profiles.py", "errors.py", "files.py", "image_files.py", "network_input.py", "pictures.py",
    "runtime/**/*.py",
)  # fmt: skip


def log_model(store: Store, run_id: str, name: str, model: Path, example: NDArray[np.uint8]) -> tuple[str, str]:
    """Logs the pyfunc model to a run of the store, which must be the global one; returns its address and id."""
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    byte = np.dtype(np.uint8)
    signature = ModelSignature(Schema([TensorSpec(byte, (-1, -1, 3))]), Schema([TensorSpec(byte, (-1, -1))]))
    with mlflow.start_run(run_id=run_id), tempfile.TemporaryDirectory() as folder:
        code = travelling_code(Path(folder) / "code")
        logged = mlflow.pyfunc.log_model(
            name=name,
            python_model=str(Path(__file__).with_name("pyfunc_model.py")),
            artifacts={"model": model.resolve().as_uri(), "code": code.as_uri()},
            signature=signature,
            input_example=resize_photo(example, _EXAMPLE_SIDE, _EXAMPLE_SIDE),
            pip_requirements=[
                f"{_OPENCV}>={installed('opencv-python')}",
                *(f"{package}>={installed(package)}" for package in _REQUIREMENTS),
            ],
        )
    store.client.update_run(run_id, "RUNNING")  # leaving the global run has ended it
    return str(logged.model_uri), str(logged.model_id)


def load_back(uri: str, example: NDArray[np.uint8]) -> None:
    """Loads a model from the global store and cuts out the example: MLflow logs models that cannot be loaded, silently.

    Raises:
        TrackingError: The model's answer is not a mask of the photo's size.
    """
    import mlflow

    mask = mlflow.pyfunc.load_model(uri).predict(example)
    if not isinstance(mask, np.ndarray) or mask.dtype != np.uint8 or mask.shape != example.shape[:2]:
        raise TrackingError(f"{uri}: gives no uint8 mask of the photo's size {example.shape[:2]}")


def travelling_code(folder: Path) -> Path:
    """A copy of the modules that the model needs where figureground is not installed."""
    package = Path(figureground.__file__).parent
    for pattern in _TRAVELLING_CODE:
        for module in package.glob(pattern):
            target = folder / package.name / module.relative_to(package)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(module, target)
    return folder
