"""The body and the assets that rendered people are made of; tests that need what is not there are skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from figureground.synth.figures.body import Body
from figureground.synth.figures.makehuman import Assets
from figureground.synth.ingredients import BODY
from figureground.synth.rendering.setup import RenderError, prepare


@pytest.fixture(scope="session")
def assets() -> Assets:
    folder = os.environ.get("FIGUREGROUND_ASSETS")
    if not folder:
        pytest.skip("FIGUREGROUND_ASSETS does not name a folder with MakeHuman's assets")
    return Assets(Path(folder))


@pytest.fixture(scope="session")
def body() -> Body:
    if not BODY.is_file():
        pytest.skip(f"{BODY} is missing; dvc pull fetches it")
    return Body(BODY)


@pytest.fixture(scope="session")
def renderer() -> None:
    try:
        prepare()
    except RenderError as error:
        pytest.skip(str(error))
