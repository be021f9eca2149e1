"""The registered model: MLflow runs a copy of this file wherever the model is loaded.

It needs mlflow, numpy, OpenCV, Pillow and LiteRT. Where figureground is installed, that is used; elsewhere the few
modules that travel with the model are.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext


class PersonModel(PythonModel):  # type: ignore[misc]
    """A photo, uint8 HxWx3 RGB of any size, to its mask, uint8 HxW: 0 background, 255 person, between them the edge."""

    def load_context(self, context: PythonModelContext) -> None:
        if importlib.util.find_spec("figureground") is None:
            sys.path.append(str(Path(context.artifacts["code"]).resolve()))  # last, so that it shadows nothing
        from figureground.runtime.segmenter import Segmenter

        self._segmenter = Segmenter(Path(context.artifacts["model"]))

    def predict(
        self, context: PythonModelContext, model_input: np.ndarray, params: dict[str, Any] | None = None
    ) -> Any:
        """MLflow has checked the photo against the signature."""
        return self._segmenter.mask(model_input)


set_model(PersonModel())
