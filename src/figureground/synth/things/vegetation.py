"""Trees, bushes, grass and hills. Each stands on y = 0."""

from __future__ import annotations

import numpy as np

from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.shapes import cards, grid, rod, spline, tube
from figureground.synth.geometry.vectors import Floats, vec
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Material, Thing, shaded
from figureground.synth.materials.noise import spectral_noise
from figureground.synth.materials.palette import Palette


def tree(palette: Palette, height: float, leaves: Material | None = None, bare: bool = False) -> Thing:
    """A trunk that forks, and a crown of leaf cards in clumps."""
    rng = palette.rng
    crown_base = height * rng.uniform(0.25, 0.4)
    lean = rng.normal(0, 0.03, 2) * height
    top = np.array([lean[0], crown_base, lean[1]])
    girth = 0.028 * height * rng.uniform(0.7, 1.3)
    trunk = tube(spline([[0, -0.1, 0], top * [0.4, 0.5, 0.4], top], 8), np.linspace(1.2, 0.75, 8) * girth, 9)
    limbs, tips = [trunk], []
    for angle in np.arange(7) * 2.4 + rng.uniform(0, 6):
        reach = rng.uniform(0.1, 0.28) * height
        tip = top + vec(np.sin(angle) * reach, rng.uniform(0.15, 0.55) * height, np.cos(angle) * reach)
        bow = (top + tip) / 2 - [0, 0.05 * height, 0]
        limbs.append(tube(spline([top, bow, tip], 6), np.linspace(0.6, 0.12, 6) * girth, 6))
        tips += [tip, (bow + tip) / 2]
        if bare:
            limbs += [_twig(rng, bow, tip, height, girth) for _ in range(5)]
    thing: Thing = [(palette.bark, join(limbs))]
    if not bare:
        each = 22
        middle = np.repeat(np.array(tips), each, axis=0)
        centres = middle + rng.normal(size=middle.shape) * np.array([0.09, 0.07, 0.09]) * height
        sizes = rng.uniform(0.08, 0.17, len(centres)) * min(height, 7.0)
        thing.append((leaves or palette.leaves, cards(centres, sizes, rng)))
    return thing


def _twig(rng: np.random.Generator, start: Floats, end: Floats, height: float, girth: float) -> Mesh:
    root = start + rng.uniform(0.2, 1.0) * (end - start)
    tip = root + rng.normal(size=3) * 0.06 * height + [0, 0.06 * height, 0]
    return rod(root, tip, (0.12 * girth, 0.03 * girth), 5)


def conifer(palette: Palette, height: float) -> Thing:
    """A fir: tiers of drooping cards about a straight trunk."""
    rng = palette.rng
    share = rng.random(260) ** 0.7
    angle = rng.uniform(0, 2 * np.pi, 260)
    reach = 0.22 * height * (1.02 - share) * rng.uniform(0.3, 1.0, 260)
    centres = np.stack([reach * np.sin(angle), (0.1 + 0.9 * share) * height, reach * np.cos(angle)], 1)
    needles = surfaces.leaves(rng, hsv(rng.uniform(0.25, 0.38), 0.4, rng.uniform(0.18, 0.32)), narrow=0.12, count=26)
    thing: Thing = [(palette.bark, rod((0, 0, 0), (0, height, 0), (0.02 * height, 0.003 * height), 7))]
    thing.append((needles, cards(centres, rng.uniform(0.07, 0.13, 260) * height, rng)))
    return thing


def bush(palette: Palette, width: float, height: float, leaves: Material | None = None) -> Thing:
    """A shrub, or a hedge where it is wide."""
    rng = palette.rng
    count = int(min(90 + 60 * width, 420))
    spread = rng.uniform(-1, 1, (count, 3))
    spread /= np.maximum(1.0, np.linalg.norm(spread, axis=1, keepdims=True) / 1.05)
    centres = spread * [width / 2 - 0.1, height / 2, 0.35 * min(width, 1.2)] + [0, height / 2 + 0.05, 0]
    return [(leaves or palette.leaves, cards(centres, rng.uniform(0.25, 0.45, count) * min(height, 1.2), rng))]


def grass_tufts(palette: Palette, count: int, width: float, near: float, far: float) -> Thing:
    """Tufts of longer grass, strewn on the ground."""
    rng = palette.rng
    blades = surfaces.leaves(rng, hsv(rng.uniform(0.17, 0.27), 0.45, 0.4), narrow=0.07, count=30)
    size = rng.uniform(0.1, 0.3, count)
    centres = np.stack([rng.uniform(-width / 2, width / 2, count), size * 0.35, rng.uniform(far, near, count)], 1)
    return [(blades, cards(centres, size, rng, droop=1.0))]


def hills(palette: Palette, distance: float) -> Thing:
    """A range of wooded hills on the horizon, `distance` metres off."""
    rng = palette.rng
    x = np.linspace(-2.2, 2.2, 60) * distance
    ridge = np.cumsum(rng.normal(size=60))
    ridge = np.convolve(ridge - np.linspace(ridge[0], ridge[-1], 60), np.ones(5) / 5, mode="same")
    ridge = (ridge - ridge.min()) / (np.ptp(ridge) + 1e-9) * rng.uniform(0.04, 0.16) * distance + 0.02 * distance
    low = np.stack([x, 0 * x - 1.0, 0 * x - distance], 1)
    high = np.stack([x, ridge, 0 * x - distance * 1.2], 1)
    far = rng.uniform(0.3, 0.8)
    tone = hsv(rng.uniform(0.2, 0.3), 0.3, 0.3) * (1 - far) + hsv(0.58, 0.2, 0.62) * far
    shade = 1 + 0.15 * (1 - far) * spectral_noise(rng, 128, 0.6)
    return [(shaded(tone, shade, metres=distance * 0.4), grid(np.stack([low, high], 1)))]
