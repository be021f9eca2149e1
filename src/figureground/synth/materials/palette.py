"""The surfaces that one place uses again and again, so that its things match and its textures stay few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np

from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import hsv, muted
from figureground.synth.materials.material import Material

Choice = TypeVar("Choice")


class Palette:
    """Draws each material when it is first asked for.

    Args:
        rng: Draws everything; a palette is used by one place only.
        tones: sRGB colours (3,) that walls and cloths shall resemble (tone-on-tone), or none.
    """

    def __init__(self, rng: np.random.Generator, tones: Sequence[Floats] = ()) -> None:
        self.rng = rng
        self.tones = tuple(tones)

    def tone(self, light: float | None = None) -> Floats:
        """A muted colour, or where tones were given one near to them."""
        if self.tones:
            tone = self.tones[int(self.rng.integers(len(self.tones)))]
            return np.clip(tone * self.rng.uniform(0.8, 1.2) + self.rng.normal(0, 0.02, 3), 0.03, 0.95)
        return muted(self.rng, light)

    @cached_property
    def wood(self) -> Material:
        return surfaces.wood(self.rng, self.tone(0.6) if self.tones else None)

    @cached_property
    def white(self) -> Material:
        return surfaces.paint(self.rng, hsv(0.11, self.rng.uniform(0, 0.08), self.rng.uniform(0.7, 0.92)))

    @cached_property
    def dark(self) -> Material:
        return surfaces.paint(self.rng, hsv(self.rng.random(), 0.08, self.rng.uniform(0.04, 0.2)), roughness=0.4)

    @cached_property
    def metal(self) -> Material:
        return surfaces.metal(self.rng)

    @cached_property
    def cloth(self) -> Material:
        if self.rng.random() < 0.25:
            return surfaces.leather(self.rng)
        return surfaces.cloth(self.rng, self.tone())

    @cached_property
    def second_cloth(self) -> Material:
        return surfaces.cloth(self.rng, self.tone())

    @cached_property
    def leaves(self) -> Material:
        return surfaces.leaves(self.rng, narrow=self.rng.uniform(0.15, 0.7))

    @cached_property
    def bark(self) -> Material:
        return surfaces.wood(self.rng, hsv(self.rng.uniform(0.06, 0.1), self.rng.uniform(0.1, 0.35), 0.35))

    @cached_property
    def colours(self) -> tuple[Material, ...]:
        """Small single-coloured surfaces: book spines, boxes, cups."""
        return tuple(surfaces.paint(self.rng, muted(self.rng)) for _ in range(6))

    def colour(self) -> Material:
        """One of the small surfaces."""
        return self.colours[int(self.rng.integers(len(self.colours)))]

    def chance(self, share: float) -> bool:
        """True in `share` of the calls."""
        return bool(self.rng.random() < share)

    def pick(self, odds: Mapping[Choice, float]) -> Choice:
        """One of the keys, each as often as its odds say; these need not add up to 1."""
        share = np.array(list(odds.values()))
        return list(odds)[int(self.rng.choice(len(odds), p=share / share.sum()))]

    def between(self, low: float, high: float) -> float:
        """A number of that range."""
        return float(self.rng.uniform(low, high))
