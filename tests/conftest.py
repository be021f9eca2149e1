"""Order and environment of all tests, and what the tests of all uses of the runtime share: a model that takes bright
pixels for a person, and drawn photos that it therefore cuts out well."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, so that a simple mistake shows within seconds; then those marked slow; end to end last."""

    def lateness(item: pytest.Item) -> int:
        return 2 if "end_to_end" in item.path.parts else int(item.get_closest_marker("slow") is not None)

    items.sort(key=lateness)


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
