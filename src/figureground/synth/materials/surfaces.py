"""Painted surfaces: wood, plaster, brick, tiles, cloth, grass, asphalt, leaves, in muted natural colours.

All textures repeat without a seam. Each is drawn from the generator it is given; nothing is read from disk.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from figureground.synth.geometry.vectors import Floats, smoothstep
from figureground.synth.materials.colours import hsv, muted
from figureground.synth.materials.material import Material, shaded
from figureground.synth.materials.noise import SIDE, spectral_noise

LARGE = 512


def paint(
    rng: np.random.Generator, colour: Floats | None = None, roughness: float = 0.6, metres: float = 1.0
) -> Material:
    """Something of one colour, hardly uneven: lacquer, plastic, primed wood."""
    tone = muted(rng) if colour is None else colour
    return shaded(tone, 1 + rng.uniform(0.005, 0.03) * spectral_noise(rng, 64, 1.2), roughness=roughness, metres=metres)


def plaster(rng: np.random.Generator, colour: Floats | None = None) -> Material:
    """A painted or weathered wall."""
    tone = muted(rng, rng.beta(3, 1.4) * 0.7 + 0.25) if colour is None else colour
    stains = 0.02 + 0.06 * rng.random() ** 3
    shade = 1 + stains * spectral_noise(rng, SIDE, 1.8) + 0.012 * spectral_noise(rng, SIDE, 0.3)
    return shaded(tone, shade, metres=rng.uniform(2, 4), roughness=0.85, specular=0.2)


def wood(rng: np.random.Generator, colour: Floats | None = None, planks: int = 0) -> Material:
    """Wood grain along x; with `planks` so many boards above one another."""
    tone = hsv(rng.uniform(0.05, 0.1), rng.uniform(0.25, 0.6), rng.uniform(0.2, 0.8)) if colour is None else colour
    side = LARGE if planks else SIDE
    grain = spectral_noise(rng, side, 1.1, stretch=0.08)
    rings = np.sin(6 * grain + 2 * spectral_noise(rng, side, 2.0, stretch=0.1))
    shade = 1 + 0.07 * grain + 0.05 * rings + 0.03 * spectral_noise(rng, side, 0.4)
    if planks:
        rows = np.arange(side) * planks // side
        offset = (rng.random(planks) * side).astype(int)[rows]
        columns = (np.arange(side)[None, :] + offset[:, None]) % side
        board = (columns * 2 // side) + 2 * rows[:, None]
        shade = shade * (1 + 0.12 * rng.normal(size=2 * planks))[board]
        gap = (np.arange(side) * planks % side < 1.2 * planks)[:, None] | (columns % (side // 2) < 2)
        shade = np.where(gap, shade * 0.55, shade)
    return shaded(tone, shade, metres=1.6 if planks else 1.0, roughness=rng.uniform(0.3, 0.7))


def tiles(
    rng: np.random.Generator, colour: Floats | None = None, across: int = 4, metres: float | None = None
) -> Material:
    """Square tiles or slabs with joints."""
    tone = muted(rng, rng.uniform(0.3, 0.85)) if colour is None else colour
    joint = rng.uniform(0.35, 1.15)
    each = 1 + rng.uniform(0.01, 0.07) * rng.normal(size=(across, across))
    step = SIDE // across
    shade = np.kron(each, np.ones((step, step)))
    shade = shade * (1 + 0.03 * spectral_noise(rng, SIDE, 1.5))
    near = np.arange(SIDE) % step < max(2, step // 24)
    shade = np.where(near[:, None] | near[None, :], joint * shade.mean(), shade)
    length = across * rng.uniform(0.2, 0.6) if metres is None else metres
    return shaded(tone, shade, metres=length, roughness=rng.uniform(0.25, 0.7))


def brick(rng: np.random.Generator, colour: Floats | None = None) -> Material:
    """Running bond, 24 by 8 cm with joints."""
    tone = hsv(rng.uniform(0.01, 0.07), rng.uniform(0.25, 0.6), rng.uniform(0.35, 0.7)) if colour is None else colour
    rows, across = 12, 4
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    row = (y * rows).astype(int)
    column = x * across + 0.5 * (row % 2)
    shade = (1 + 0.12 * rng.normal(size=(rows, across)))[row, column.astype(int) % across]
    shade = shade * (1 + 0.08 * spectral_noise(rng, SIDE, 0.9))
    mortar = ((y * rows) % 1 < 0.13) | (column % 1 < 0.04)
    grey = np.full(3, rng.uniform(0.4, 0.75))
    return shaded(np.where(mortar[..., None], grey, tone), shade, metres=1.0, roughness=0.9, specular=0.1)


def cloth(rng: np.random.Generator, colour: Floats | None = None, pattern: bool | None = None) -> Material:
    """Woven stuff: plain, striped or checked."""
    tone = muted(rng) if colour is None else colour
    y, x = np.mgrid[:SIDE, :SIDE]
    weave = 1 + 0.05 * np.sin(x * np.pi / 2) * np.sin(y * np.pi / 2) + 0.04 * spectral_noise(rng, SIDE, 0.6)
    picture = np.broadcast_to(tone, (SIDE, SIDE, 3))
    if rng.random() < 0.25 if pattern is None else pattern:
        other = np.clip(tone * rng.uniform(0.4, 1.6) + rng.normal(0, 0.05, 3), 0.05, 0.9)
        count = int(rng.integers(2, 9))
        stripes = ((x * count / SIDE) % 1 < rng.uniform(0.15, 0.6)).astype(float)
        share = (stripes + stripes.T) / 2 if rng.random() < 0.5 else stripes
        picture = tone + share[..., None] * (other - tone)
    return shaded(picture, weave, metres=rng.uniform(0.3, 0.6), roughness=0.95, specular=0.1)


def wallpaper(rng: np.random.Generator, colour: Floats | None = None) -> Material:
    """A wall with a faint repeating ornament."""
    tone = muted(rng, rng.uniform(0.5, 0.9)) if colour is None else colour
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE * 2 * np.pi
    a, b = rng.integers(2, 7, 2)
    waves = (
        np.sin(a * x + 2 * np.sin(b * y)) * np.sin(b * y + np.sin(a * x)) if rng.random() < 0.6 else np.sin(2 * a * x)
    )
    strength = rng.uniform(0.03, 0.15)
    shade = 1 + strength * smoothstep(waves, -0.2, 0.3) - strength / 2 + 0.01 * spectral_noise(rng, SIDE, 0.8)
    return shaded(tone, shade, metres=rng.uniform(0.5, 1.2), roughness=0.85, specular=0.2)


def carpet(rng: np.random.Generator, colour: Floats | None = None) -> Material:
    """Pile, plain or mottled."""
    tone = muted(rng, rng.uniform(0.15, 0.6)) if colour is None else colour
    shade = 1 + 0.1 * spectral_noise(rng, SIDE, 0.1) + rng.uniform(0.01, 0.08) * spectral_noise(rng, SIDE, 1.6)
    return shaded(tone, shade, metres=1.2, roughness=1.0, specular=0.05)


def rug(rng: np.random.Generator) -> Material:
    """A whole woven rug, 0..1: nested borders round a field with an ornament."""
    base, second, third = (muted(rng, rng.uniform(0.2, 0.7)) for _ in range(3))
    y, x = np.abs(np.mgrid[:SIDE, :SIDE] / SIDE - 0.5) * 2
    edge = np.maximum(x, y)
    ornament = np.sin(rng.integers(2, 9) * np.pi * x) * np.sin(rng.integers(2, 9) * np.pi * y) > rng.uniform(0, 0.5)
    picture = np.where(ornament[..., None], second, base)
    picture = np.where((edge > 0.8)[..., None], third, picture)
    picture = np.where(((edge > 0.86) & (edge < 0.9))[..., None], second, picture)
    return shaded(picture, 1 + 0.08 * spectral_noise(rng, SIDE, 0.2), metres=0.0, roughness=1.0, specular=0.05)


def grass(rng: np.random.Generator) -> Material:
    """A lawn or meadow, more or less dry."""
    fresh = hsv(rng.uniform(0.17, 0.27), rng.uniform(0.28, 0.5), rng.uniform(0.26, 0.46))
    dry = hsv(rng.uniform(0.11, 0.16), rng.uniform(0.25, 0.45), rng.uniform(0.4, 0.6))
    share = smoothstep(spectral_noise(rng, LARGE, 1.4), rng.uniform(-0.5, 1.5), 3.0)[..., None]
    blades = 1 + 0.22 * spectral_noise(rng, LARGE, 0.15) + 0.1 * spectral_noise(rng, LARGE, 1.0)
    return shaded(fresh + share * (dry - fresh), blades, metres=3.0, roughness=0.95, specular=0.1)


def asphalt(rng: np.random.Generator) -> Material:
    """A road."""
    tone = hsv(rng.uniform(0.05, 0.65), rng.uniform(0, 0.06), rng.uniform(0.22, 0.5))
    shade = 1 + 0.1 * spectral_noise(rng, LARGE, 0.1) + 0.06 * spectral_noise(rng, LARGE, 1.6)
    return shaded(tone, shade, metres=3.0, roughness=0.9, specular=0.2)


def gravel(rng: np.random.Generator) -> Material:
    """Pebbles, sand or trodden earth."""
    tone = hsv(rng.uniform(0.06, 0.13), rng.uniform(0.08, 0.35), rng.uniform(0.4, 0.7))
    grains = spectral_noise(rng, LARGE, 0.8, finest=rng.uniform(0.1, 1.2))
    shade = 1 + rng.uniform(0.08, 0.2) * grains + 0.06 * spectral_noise(rng, LARGE, 1.8)
    return shaded(tone, shade, metres=2.0, roughness=0.95, specular=0.1)


def grainy(rng: np.random.Generator, colour: Floats) -> Material:
    """Something grainy of one colour, in small: food, fruit, sponge."""
    shade = 1 + 0.12 * spectral_noise(rng, 64, 0.7) + 0.08 * spectral_noise(rng, 64, 1.7)
    return shaded(colour, shade, metres=0.15, roughness=0.5)


def stone(rng: np.random.Generator, colour: Floats | None = None) -> Material:
    """Sandstone, concrete, granite or marble."""
    tone = hsv(rng.uniform(0.06, 0.14), rng.uniform(0.0, 0.2), rng.uniform(0.35, 0.85)) if colour is None else colour
    shade = (
        1
        + rng.uniform(0.02, 0.1) * spectral_noise(rng, SIDE, rng.uniform(0.3, 1.6))
        + 0.05 * spectral_noise(rng, SIDE, 1.8)
    )
    if rng.random() < 0.3:
        shade = shade - 0.2 * np.exp(-((spectral_noise(rng, SIDE, 1.6) / 0.12) ** 2))
    return shaded(tone, shade, metres=1.5, roughness=rng.uniform(0.4, 0.95))


def metal(rng: np.random.Generator, colour: Floats | None = None) -> Material:
    """Brushed or painted metal."""
    tone = hsv(rng.uniform(0.05, 0.6), rng.uniform(0, 0.1), rng.uniform(0.1, 0.75)) if colour is None else colour
    shade = 1 + 0.04 * spectral_noise(rng, 128, 0.8, stretch=0.1)
    return shaded(tone, shade, roughness=rng.uniform(0.2, 0.45), specular=0.8)


def leather(rng: np.random.Generator, colour: Floats | None = None) -> Material:
    """Hide: browns, blacks, creams."""
    tone = hsv(rng.uniform(0.03, 0.09), rng.uniform(0.1, 0.6), rng.uniform(0.08, 0.6)) if colour is None else colour
    shade = 1 + 0.06 * spectral_noise(rng, SIDE, 0.7, finest=0.6) + 0.04 * spectral_noise(rng, SIDE, 1.7)
    return shaded(tone, shade, metres=0.5, roughness=rng.uniform(0.35, 0.6), specular=0.4)


def fur(rng: np.random.Generator, colour: Floats | None = None) -> Material:
    """Short hair in one colour, or patched with a second."""
    natural = hsv(rng.uniform(0.04, 0.11), rng.uniform(0.05, 0.6), rng.uniform(0.08, 0.8))
    tone = natural if colour is None else colour
    picture = np.broadcast_to(tone, (SIDE, SIDE, 3))
    if rng.random() < 0.5:
        other = hsv(rng.uniform(0.05, 0.1), rng.uniform(0, 0.3), rng.choice([0.08, 0.25, 0.85]))
        patches = smoothstep(spectral_noise(rng, SIDE, 2.2), rng.uniform(-0.2, 0.6), 0.7)[..., None]
        picture = tone + patches * (other - tone)
    shade = 1 + 0.12 * spectral_noise(rng, SIDE, 0.5, stretch=0.25) + 0.06 * spectral_noise(rng, SIDE, 1.6)
    return shaded(picture, shade, metres=0.8, roughness=0.9, specular=0.15)


def leaves(rng: np.random.Generator, colour: Floats | None = None, narrow: float = 0.45, count: int = 9) -> Material:
    """A card of leaves on twigs with opacity, 0..1; `narrow` is a leaf's breadth by its length."""
    tone = hsv(rng.uniform(0.18, 0.31), rng.uniform(0.3, 0.6), rng.uniform(0.2, 0.48)) if colour is None else colour
    side = 128
    opacity = np.zeros((side, side), np.uint8)
    shade = np.ones((side, side), np.float32)
    for _ in range(count):
        angle = rng.uniform(0, 360)
        centre = np.array([side, side]) / 2 + rng.uniform(-0.27, 0.27, 2) * side
        length = rng.uniform(0.13, 0.22) * side
        shape = cv2.ellipse2Poly(
            tuple(int(c) for c in centre), (int(length), max(1, int(length * narrow))), int(angle), 0, 360, 20
        )
        cv2.fillConvexPoly(opacity, shape, 255, cv2.LINE_AA)
        cv2.fillConvexPoly(shade, shape, float(rng.uniform(0.65, 1.3)))
    material = shaded(tone, shade * (1 + 0.1 * spectral_noise(rng, side, 0.8)), metres=0.0, roughness=0.6)
    return replace(material, opacity=(opacity / 255).astype(np.float32))
