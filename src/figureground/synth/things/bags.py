"""Handbags as shops have them: totes, satchels, hobos, bowling bags, clutches; of leather, canvas or quilted stuff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.shapes import box, cushion, spline, tube
from figureground.synth.geometry.vectors import Floats, vec
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Material, Thing, shaded
from figureground.synth.materials.noise import SIDE
from figureground.synth.materials.palette import Palette

_HIDES = {
    (0.06, 0.3, 0.07): 30,  # black
    (0.06, 0.6, 0.28): 18,  # brown
    (0.075, 0.6, 0.55): 14,  # tan
    (0.1, 0.2, 0.8): 9,  # cream
    (0.99, 0.75, 0.4): 8,  # red, burgundy
    (0.6, 0.05, 0.45): 8,  # grey
    (0.62, 0.5, 0.25): 6,  # navy
    (0.93, 0.35, 0.75): 4,  # rose
    (0.35, 0.4, 0.3): 3,  # bottle green
}
"""Hue, saturation and value of what bags are made of, and how often."""


@dataclass(frozen=True)
class Bag:
    """A bag that stands on y = 0, its front towards +z.

    Attributes:
        thing: Body, flap, seams and fittings, without what it hangs by.
        width, height, depth: Metres.
        ends: (2, 3) where a strap is sewn on, left and right.
        strap: What straps and handles are made of.
    """

    thing: Thing
    width: float
    height: float
    depth: float
    ends: Floats
    strap: Material

    def handles(self, drop: float) -> Mesh:
        """Two handles, one before the other, that reach `drop` metres above the bag and meet there."""
        loops = []
        for face in (-1, 1):
            feet = [vec(s * self.width * 0.22, self.height * 0.97, face * self.depth * 0.3) for s in (-1, 1)]
            top = [vec(s * 0.03, self.height + drop, face * 0.008) for s in (-1, 1)]
            loops.append(tube(spline([feet[0], *top, feet[1]], 16), 0.007, 6))
        return join(loops)


def draw_bag(palette: Palette) -> Bag:
    """One of the kinds, in one of its sizes, colours and stuffs."""
    return palette.pick(_KINDS)(palette)


def clutch(palette: Palette) -> Bag:
    """A small flat bag without handles."""
    width = palette.between(0.2, 0.3)
    return _flapped(palette, width, width * palette.between(0.5, 0.65), palette.between(0.03, 0.05))


def _hide(palette: Palette) -> Material:
    """Smooth, grained, patent or quilted leather; canvas; something woven."""
    hue, saturation, value = palette.pick(_HIDES)
    tone = hsv(
        hue + palette.rng.normal(0, 0.015),
        saturation * palette.between(0.6, 1.2),
        value * palette.between(0.6, 1.4) + 0.01,
    )
    kind = palette.rng.random()
    if kind < 0.2:
        return surfaces.cloth(palette.rng, tone, pattern=palette.chance(0.4))
    if kind < 0.35:
        return _quilted(palette, tone)
    return surfaces.leather(palette.rng, tone)


def _quilted(palette: Palette, tone: Floats) -> Material:
    """Padded in rhombs, as seams that cross make them."""
    y, x = np.mgrid[:SIDE, :SIDE] * (8 * np.pi / SIDE)
    seams = np.minimum(np.abs(np.sin((x + y) / 2)), np.abs(np.sin((x - y) / 2)))
    shade = 0.55 + 0.5 * np.sqrt(seams)
    return shaded(tone, shade, metres=palette.between(0.15, 0.3), roughness=0.35, specular=0.5)


def _fitting(palette: Palette) -> Material:
    """Gilt or nickel."""
    tone = hsv(0.12, 0.45, 0.75) if palette.chance(0.6) else hsv(0.6, 0.03, 0.7)
    return surfaces.metal(palette.rng, tone)


def _edges(width: float, height: float, depth: float) -> Mesh:
    """Piping round the front and the back."""
    x, low, high = width * 0.47, height * 0.06, height * 0.95
    ring = [vec(-x, high, 0), vec(-x, low, 0), vec(0, low * 0.6, 0), vec(x, low, 0), vec(x, high, 0)]
    return join(tube(spline(ring, 24), 0.005, 5).translated(z=side * depth * 0.46) for side in (-1, 1))


def _tote(palette: Palette) -> Bag:
    """Open, wider at the top, to carry much."""
    width, height = palette.between(0.26, 0.4), palette.between(0.24, 0.36)
    depth, flare = palette.between(0.1, 0.17), palette.between(0.0, 0.35)
    hide = _hide(palette)
    trim = hide if palette.chance(0.5) else _hide(palette)
    body = cushion(width, height, depth, 0.22)
    band = cushion(width, height * 0.16, depth * 1.03, 0.22).translated(y=height * 0.82)
    body, band = (mesh.deformed(lambda v: v * _widening(v[:, 1] / height, flare)) for mesh in (body, band))
    ends = np.array([[s * width * (1 + flare) / 2, height * 0.93, 0] for s in (-1, 1)])
    thing = [(hide, body), (trim, join([band, _edges(width, height * 0.85, depth)]))]
    return Bag(thing, width, height, depth, ends, trim)


def _widening(up: Floats, flare: float) -> Floats:
    """Factors (N, 3) for x and z that grow with the height."""
    return np.stack([1 + flare * up, np.ones_like(up), 1 - 0.5 * up], axis=1)


def _satchel(palette: Palette) -> Bag:
    width = palette.between(0.24, 0.38)
    return _flapped(palette, width, width * palette.between(0.62, 0.85), palette.between(0.07, 0.12))


def _flapped(palette: Palette, width: float, height: float, depth: float) -> Bag:
    """A case with a flap over its front, a lock on it and piping."""
    hide = _hide(palette)
    trim = hide if palette.chance(0.6) else _hide(palette)
    long = palette.between(0.4, 0.75)
    flap = cushion(width * 1.02, height * long, 0.02, 0.25).translated(0, height * (1.01 - long), depth / 2)
    lid = cushion(width * 1.02, 0.02, depth, 0.25).translated(y=height * 0.985)
    lock = box(palette.between(0.02, 0.06), 0.025, 0.012).translated(0, height * (1.03 - long), depth / 2 + 0.012)
    thing = [
        (hide, cushion(width, height, depth, 0.2)),
        (trim, join([flap, lid, _edges(width, height, depth)])),
        (_fitting(palette), lock),
    ]
    ends = np.array([[s * width / 2, height * 0.95, 0] for s in (-1, 1)])
    return Bag(thing, width, height, depth, ends, trim)


def _hobo(palette: Palette) -> Bag:
    """A soft crescent that sags between the ends of its strap."""
    width, height, depth = palette.between(0.32, 0.46), palette.between(0.2, 0.3), palette.between(0.1, 0.16)
    rise = palette.between(0.5, 1.2)
    hide = _hide(palette)
    body = cushion(width, height, depth, 0.6).deformed(
        lambda v: v + np.stack([0 * v[:, 0], rise * height * (2 * v[:, 0] / width) ** 2 * 0.5, 0 * v[:, 0]], 1)
    )
    ends = np.array([[s * width * 0.46, height * (0.5 + 0.45 * rise), 0] for s in (-1, 1)])
    return Bag([(hide, body)], width, height, depth, ends, hide)


def _bowling(palette: Palette) -> Bag:
    """A rounded case with a zip along its top."""
    width, height, depth = palette.between(0.28, 0.4), palette.between(0.19, 0.27), palette.between(0.13, 0.19)
    hide = _hide(palette)
    trim = hide if palette.chance(0.4) else _hide(palette)
    zip_line = spline([vec(-width * 0.42, height * 0.8, 0), vec(0, height, 0), vec(width * 0.42, height * 0.8, 0)], 12)
    foot = cushion(width * 1.01, height * 0.22, depth * 1.02, 0.3)
    thing = [
        (hide, cushion(width, height, depth, 0.42)),
        (trim, join([foot, _edges(width, height * 0.9, depth)])),
        (_fitting(palette), tube(zip_line, 0.006, 5)),
    ]
    ends = np.array([[s * width * 0.45, height * 0.85, 0] for s in (-1, 1)])
    return Bag(thing, width, height, depth, ends, trim)


_KINDS: dict[Callable[[Palette], Bag], float] = {_tote: 28, _satchel: 30, _hobo: 16, _bowling: 20, clutch: 6}
