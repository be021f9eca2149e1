"""Rotations by hand."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.geometry.rotations import fraction_of, mirrored, rotation, rotation_between, twist_angle
from figureground.synth.geometry.vectors import X, Y, Z


def test_rotations_by_hand() -> None:
    quarter = rotation(Z, np.pi / 2)
    assert np.allclose(quarter @ X, Y)
    assert np.allclose(fraction_of(quarter, 0.5) @ fraction_of(quarter, 0.5), quarter)
    assert np.allclose(rotation_between(X, Y), quarter)
    assert np.allclose(rotation_between(X, -X) @ X, -X)
    assert twist_angle(X, Z, Y) == pytest.approx(np.pi / 2)
    assert np.allclose(mirrored(quarter), quarter.T)
