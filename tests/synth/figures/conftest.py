"""Somebody to dress."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.figures.body import Body, draw_phenotype
from figureground.synth.figures.figure import Figure


@pytest.fixture(scope="module")
def figure(body: Body) -> Figure:
    return Figure(body, *body.shape(draw_phenotype(np.random.default_rng(5)) | {"age": 0.7}))
