"""Colours and textures of cloth, leather and knitwear: what people wear in the street, mostly dark, grey or blue."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials.material import Texture
from figureground.synth.materials.noise import SIDE, value_noise

# sRGB 0..1 and odds. A look through street photos: most clothes are black, grey, white, navy or denim.
_PALETTE = (
    ((0.07, 0.07, 0.08), 21),  # black
    ((0.20, 0.20, 0.22), 10),  # charcoal
    ((0.45, 0.45, 0.46), 10),  # grey
    ((0.67, 0.67, 0.66), 5),  # light grey
    ((0.88, 0.87, 0.85), 12),  # white
    ((0.12, 0.14, 0.21), 12),  # navy
    ((0.33, 0.39, 0.48), 5),  # faded blue
    ((0.60, 0.68, 0.78), 4),  # shirt blue
    ((0.74, 0.66, 0.54), 7),  # beige
    ((0.40, 0.28, 0.19), 5),  # brown
    ((0.33, 0.34, 0.23), 5),  # olive
    ((0.40, 0.10, 0.12), 4),  # dark red
    ((0.14, 0.25, 0.20), 2),  # bottle green
    ((0.74, 0.56, 0.56), 2),  # old rose
)
_BRIGHT = ((0.75, 0.12, 0.12), (0.85, 0.68, 0.12), (0.10, 0.45, 0.28), (0.12, 0.33, 0.70), (0.80, 0.40, 0.10))
_BRIGHT_SHARE = 0.05
_DENIM = (0.25, 0.31, 0.40)


def cloth_colour(rng: np.random.Generator, bright: float = _BRIGHT_SHARE) -> Floats:
    """A colour (3,) sRGB that clothes have; a share of `bright` of them is."""
    if rng.random() < bright:
        colour = np.array(_BRIGHT[int(rng.integers(len(_BRIGHT)))])
    else:
        odds = np.array([weight for _, weight in _PALETTE], float)
        colour = np.array(_PALETTE[int(rng.choice(len(_PALETTE), p=odds / odds.sum()))][0])
    varied = colour * rng.uniform(0.8, 1.2) + rng.normal(0, 0.012, 3)
    return np.asarray(np.clip(varied, 0.025, 0.93))


def cloth(rng: np.random.Generator, colour: Floats | None = None, plain: float = 0.78) -> Texture:
    """A piece of cloth: plain with the odds `plain`, else striped, checked or with a small print."""
    first = cloth_colour(rng) if colour is None else colour
    ground = np.broadcast_to(first, (SIDE, SIDE, 3)).astype(np.float32)
    if rng.random() >= plain:
        pattern = _PATTERNS[int(rng.choice(len(_PATTERNS), p=[0.5, 0.32, 0.18]))]
        second = cloth_colour(rng)
        if np.abs(second - first).sum() < 0.25:  # a pattern that can be seen
            second = np.clip(1 - first, 0.05, 0.85) * 0.5 + first * 0.5
        share = pattern(rng)[..., None]
        ground = np.asarray(ground * (1 - share) + second.astype(np.float32) * share, np.float32)
    return _woven(rng, ground)


def denim(rng: np.random.Generator) -> Texture:
    """Blue, black or grey jeans, worn lighter in places."""
    colour = np.array(_DENIM) * rng.uniform(0.4, 1.35) if rng.random() < 0.75 else np.full(3, rng.uniform(0.08, 0.4))
    ground = np.broadcast_to(colour, (SIDE, SIDE, 3)).astype(np.float32)
    worn = np.clip(value_noise(rng, (2, 4)), 0, None)[..., None]
    return _woven(rng, np.asarray(ground * (1 + worn * rng.uniform(0, 1.0)), np.float32), grain=0.06)


def knit(rng: np.random.Generator, colour: Floats | None = None) -> Texture:
    """Ribbed wool."""
    first = cloth_colour(rng) if colour is None else colour
    ground = np.broadcast_to(first, (SIDE, SIDE, 3)).astype(np.float32)
    ribs = 1 + 0.13 * np.sin(np.arange(SIDE, dtype=np.float32) / SIDE * 2 * np.pi * 32)
    return _woven(rng, np.asarray(ground * ribs[None, :, None], np.float32), grain=0.05)


def flat(colour: Floats | tuple[float, float, float]) -> Texture:
    """One colour."""
    return np.broadcast_to(np.asarray(colour, np.float32), (8, 8, 3)).copy()


def _woven(rng: np.random.Generator, ground: Texture, grain: float = 0.03) -> Texture:
    threads = rng.normal(0, grain, (SIDE, SIDE, 1)).astype(np.float32)
    uneven = 1 + 0.2 * value_noise(rng, (4, 8, 16, 64))[..., None] + threads
    return np.asarray(np.clip(ground * uneven, 0.01, 0.95), np.float32)


def _stripes(rng: np.random.Generator) -> Texture:
    count, width = int(rng.integers(5, 18)), rng.uniform(0.15, 0.55)
    line = (np.arange(SIDE) / SIDE * count % 1 < width).astype(np.float32)
    across = np.broadcast_to(line[:, None], (SIDE, SIDE))
    return np.ascontiguousarray(across if rng.random() < 0.65 else across.T)


def _checks(rng: np.random.Generator) -> Texture:
    count, width = int(rng.integers(4, 14)), rng.uniform(0.3, 0.5)
    line = (np.arange(SIDE) / SIDE * count % 1 < width).astype(np.float32)
    return np.asarray((line[:, None] + line[None, :]) / 2 * rng.uniform(0.5, 1.0), np.float32)


def _print(rng: np.random.Generator) -> Texture:
    """Dots or blots, all over."""
    if rng.random() < 0.5:
        return np.asarray(value_noise(rng, (32, 64)) > rng.uniform(0.08, 0.16), np.float32)
    count = int(rng.integers(8, 20))
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE * count
    columns = columns + (rows.astype(int) % 2) * 0.5
    return np.asarray((rows % 1 - 0.5) ** 2 + (columns % 1 - 0.5) ** 2 < rng.uniform(0.02, 0.08), np.float32)


_PATTERNS: tuple[Callable[[np.random.Generator], Texture], ...] = (_stripes, _checks, _print)


def recoloured(texture: Texture, where: NDArray[np.bool_], colour: Floats) -> Texture:
    """The texture with its `where` (H, W) in another colour, light and shade as they were."""
    luminance = texture @ np.array([0.3, 0.59, 0.11], np.float32)
    shade = luminance / max(float(np.median(luminance[where])), 0.02) if where.any() else luminance
    dyed = np.clip(shade, 0.3, 1.8)[..., None] * colour.astype(np.float32)
    return np.asarray(np.where(where[..., None], np.clip(dyed, 0.01, 0.95), texture), np.float32)


def greyed(texture: Texture, share: float) -> Texture:
    """The texture with `share` of its colourfulness taken out."""
    grey = texture.mean(axis=2, keepdims=True)
    return np.asarray(texture + (grey - texture) * share, np.float32)
