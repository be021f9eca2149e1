"""Order and environment of all tests."""

from __future__ import annotations

import contextlib
import os

import pytest

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
