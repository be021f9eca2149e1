"""Colours, sRGB 0..1: what walls, furniture and skin have."""

from __future__ import annotations

import colorsys

import numpy as np

from figureground.synth.geometry.vectors import Floats


def hsv(hue: float, saturation: float, value: float) -> Floats:
    """sRGB (3,) of a hue, saturation and value, each 0..1."""
    return np.array(colorsys.hsv_to_rgb(hue % 1.0, min(max(saturation, 0.0), 1.0), min(max(value, 0.0), 1.0)))


def muted(rng: np.random.Generator, light: float | None = None) -> Floats:
    """A colour as walls and furniture have it: mostly whites, greys, browns and beiges; seldom anything strong."""
    value = float(rng.uniform(0.15, 0.9)) if light is None else light
    kind = rng.random()
    if kind < 0.4:
        return hsv(rng.uniform(0.05, 0.15), rng.uniform(0.0, 0.12), value)
    if kind < 0.7:
        return hsv(rng.uniform(0.05, 0.13), rng.uniform(0.12, 0.45), value * 0.9)
    if kind < 0.88:
        return hsv(rng.uniform(0.54, 0.64), rng.uniform(0.05, 0.3), value * 0.85)
    return hsv(rng.random(), rng.uniform(0.08, 0.5 if kind > 0.98 else 0.22), value * 0.9)


def skin_coloured(rng: np.random.Generator) -> Floats:
    """A tone as human skin has it, for walls, wood and cushions that are none."""
    light = rng.uniform(0.3, 0.92)
    return hsv(rng.uniform(0.03, 0.085), rng.uniform(0.25, 0.5) * (1.2 - 0.5 * light), light)
