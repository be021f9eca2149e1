"""Noise that repeats without a seam: by its spectrum, or smooth between random values on grids."""

from __future__ import annotations

import cv2
import numpy as np

from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials.material import Texture

SIDE = 256
"""Pixels along each side of a texture."""


def spectral_noise(
    rng: np.random.Generator, side: int, slope: float = 1.5, stretch: float = 1.0, finest: float = 0.0
) -> Floats:
    """Seamless noise (side, side), mean 0, deviation 1, whose amplitudes fall with frequency as f ** -slope.

    Args:
        stretch: How many times longer its grain is along the columns than along the rows.
        finest: Blur: frequencies over side / 2 * (1 - finest) are damped.
    """
    down = np.fft.fftfreq(side)[:, None] * stretch
    along = np.fft.rfftfreq(side)[None, :]
    frequency = np.hypot(down, along)
    frequency[0, 0] = 1.0
    weight = frequency**-slope * np.exp(-((frequency * 4 * finest) ** 2))
    weight[0, 0] = 0.0
    spectrum = np.fft.rfft2(rng.normal(size=(side, side)).astype(np.float32)) * weight
    field = np.fft.irfft2(spectrum, s=(side, side))
    return np.asarray(field / (field.std() + 1e-12))


def value_noise(rng: np.random.Generator, cells: tuple[int, ...], side: int = SIDE) -> Texture:
    """Smooth unevenness (side, side) about 0, a mean over grids of so many cells; it repeats without a seam."""
    total = np.zeros((side, side), np.float32)
    for count in cells:
        grid = np.pad(rng.random((count, count), np.float32) - 0.5, 2, mode="wrap")
        scale = side // count
        total += cv2.resize(grid, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)[
            2 * scale : 2 * scale + side, 2 * scale : 2 * scale + side
        ]
    return np.asarray(total / len(cells), np.float32)
