"""Order and environment of all tests, and what the tests of all uses of the runtime share: a model that takes bright
pixels for a person, and drawn photos that it therefore cuts out well."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from figureground.params import ModelParams
from figureground.stages import runner
from helpers.drawing import Picture, person
from helpers.tiny_networks import save_pixel_network

with contextlib.suppress(ModuleNotFoundError):  # an extra
    import mitsuba  # noqa: F401  # before any test imports TensorFlow: the other way round the process ends

# Before any library reads them: no look-ups over the network, no chatter.
os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.pop("MLFLOW_TRACKING_URI", None)
runner.settle_keras()
# A shell's background jobs are started deaf to Ctrl-C, and so would be all processes that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Tests that are named on the command line run at once, without worker processes; all others on all cores."""
    return 0 if config.args_source is pytest.Config.ArgsSource.ARGS else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, so that a simple mistake shows within seconds; then those marked slow; end to end last."""

    def lateness(item: pytest.Item) -> int:
        return 2 if "end_to_end" in item.path.parts else int(item.get_closest_marker("slow") is not None)

    items.sort(key=lateness)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """The same chance in every run, for fixtures too: weights that nobody has seeded could fail a test one day."""
    random.seed(1)  # from which Keras takes the seeds of its layers
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(1)


@pytest.fixture(scope="session")
def bright(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pixel_network(tmp_path_factory.mktemp("model") / "bright.tflite", 64, 64)


@pytest.fixture(scope="session")
def portrait() -> tuple[Picture, Picture]:
    """A photo and its mask: a person of bright colours before a dark background."""
    return person(3, 240, 180)


@pytest.fixture(scope="session")
def nobody() -> Picture:
    return np.full((60, 80, 3), 30, np.uint8)


@pytest.fixture
def model_params() -> Callable[..., ModelParams]:
    """Parameters of a narrow network, with changes as keyword arguments."""

    def build(**changes: Any) -> ModelParams:
        narrow = {
            "encoder": "efficientnet_lite0",
            "init": "none",
            "freeze_batch_norm": False,
            "input_size": 65,
            "output_stride": 16,
            "aspp_width": 8,
            "aspp_rates": (2, 4),
            "bound_by_encoder": True,
            "selfie_network": None,
            "pose_network": None,
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
