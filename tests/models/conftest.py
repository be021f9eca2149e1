from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from figureground.params import ModelParams


@pytest.fixture
def model_params() -> Callable[..., ModelParams]:
    """Parameters of a narrow network, with changes as keyword arguments."""

    def build(**changes: Any) -> ModelParams:
        narrow = {
            "encoder": "efficientnet_lite0",
            "start": "none",
            "freeze_batch_norm": False,
            "input_size": 65,
            "output_stride": 16,
            "aspp_width": 8,
            "aspp_rates": (2, 4),
            "bound_by_guess": True,
            "selfie_network": None,
            "decoder_width": 8,
            "low_level_width": 8,
            "mid_level_width": 0,
            "dropout": 0.0,
        }
        return ModelParams.model_validate(narrow | changes)

    return build


@pytest.fixture
def photos() -> NDArray[np.float32]:
    """Two of 97 x 65, 0..1."""
    return np.random.default_rng(3).random((2, 97, 65, 3), dtype=np.float32)
