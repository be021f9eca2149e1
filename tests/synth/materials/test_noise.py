"""Noise repeats without a seam."""

from __future__ import annotations

import numpy as np

from figureground.synth.materials.noise import spectral_noise, value_noise


def test_spectral_noise_repeats_without_a_seam() -> None:
    field = spectral_noise(np.random.default_rng(0), 64, 1.6)
    assert abs(field.mean()) < 1e-6 and np.isclose(field.std(), 1)
    inner = np.abs(np.diff(field, axis=1)).mean()
    assert np.abs(field[:, 0] - field[:, -1]).mean() < 2 * inner


def test_value_noise_has_no_seam() -> None:
    uneven = value_noise(np.random.default_rng(0), (4, 8))
    inside = np.abs(np.diff(uneven, axis=1)).max()
    assert np.abs(uneven[:, 0] - uneven[:, -1]).max() <= 1.5 * inside
