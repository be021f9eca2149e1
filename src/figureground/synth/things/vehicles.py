"""Cars and bicycles, their sides to +z."""

from __future__ import annotations

import numpy as np

from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.shapes import box, cylinder, grid, lathe, rod, spline, tube
from figureground.synth.geometry.vectors import vec
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Thing
from figureground.synth.materials.palette import Palette


def car(palette: Palette) -> Thing:
    """A plain car whose side shows to +z: a lofted body, glass, wheels, lights. No badge, no plate's writing."""
    rng = palette.rng
    grey = rng.random() < 0.75
    tone = hsv(rng.random(), 0.03 if grey else rng.uniform(0.2, 0.5), rng.choice([0.06, 0.2, 0.45, 0.8]))
    lacquer = surfaces.paint(rng, tone, roughness=0.2)
    glass = surfaces.paint(rng, np.full(3, 0.05), roughness=0.05)
    half, high = rng.uniform(1.9, 2.3), rng.uniform(1.4, 1.65)
    waist = rng.uniform(0.85, 0.95)
    estate = rng.uniform(0.35, 0.95)
    body = _loft([(-half, 0.5, 0.45), (-half + 0.08, 0.8, 0.75), (-0.9, 0.88, waist), (1.0, 0.88, waist + 0.04),
                  (half - 0.1, 0.82, waist), (half, 0.5, 0.5)], 0.28)  # fmt: skip
    cabin = _loft([(-1.0, 0.6, waist), (-0.35, 0.72, high - 0.05), (0.5, 0.74, high), (half * estate, 0.7, high - 0.08),
                   (half * 0.97, 0.6, waist)], waist - 0.05)  # fmt: skip
    roof = _loft(
        [(-0.3, 0.6, high - 0.03), (0.5, 0.68, high + 0.02), (half * estate - 0.05, 0.6, high - 0.05)], high - 0.09
    )
    thing: Thing = [(lacquer, body), (glass, cabin), (lacquer, roof)]
    for x in (-0.35, 0.42, 1.2):
        pillar = [
            rod((x, waist - 0.03, side * 0.84), (x + 0.08, high - 0.08, side * 0.71), 0.035, 5) for side in (-1, 1)
        ]
        thing.append((lacquer, join(pillar)))
    for x in (-half * 0.64, half * 0.64):
        for z in (-0.72, 0.72):
            tyre = (
                cylinder(0.32, 0.22, 20).rotated(np.pi / 2, (1, 0, 0)).translated(x, 0.32, z - 0.11 + 0.02 * np.sign(z))
            )
            rim = (
                cylinder(0.2, 0.235, 14)
                .rotated(np.pi / 2, (1, 0, 0))
                .translated(x, 0.32, z - 0.117 + 0.02 * np.sign(z))
            )
            thing += [(palette.dark, tyre), (palette.metal, rim)]
    thing.append((palette.white, join(box(0.08, 0.12, 0.25).translated(-half + 0.06, 0.6, z) for z in (-0.55, 0.55))))
    return thing


def _loft(sections: list[tuple[float, float, float]], bottom: float, steps: int = 14) -> Mesh:
    """A hull along x through (x, half breadth, top), with round shoulders; breadths in z."""
    x, breadth, top = spline(sections, steps).T
    angles = np.linspace(0, 2 * np.pi, 17)
    c, s = np.cos(angles), np.sin(angles)
    across, rise = np.sign(c) * np.abs(c) ** 0.4, np.sign(s) * np.abs(s) ** 0.5
    middle, half = (top + bottom) / 2, (top - bottom) / 2
    points = np.stack(
        [
            np.tile(x, (17, 1)),
            middle + np.outer(rise, half),
            np.outer(across, breadth),
        ],
        -1,
    )
    ends = [np.broadcast_to(points[:, [k]].mean(0, keepdims=True), (17, 1, 3)) for k in (0, -1)]
    return grid(np.concatenate([ends[0], points, ends[1]], axis=1), closed=True)


def bicycle(palette: Palette) -> Thing:
    """A parked bicycle, its side to +z."""
    angles = np.linspace(0, 2 * np.pi, 25)
    wheel = np.stack([0.33 * np.cos(angles), 0.33 * np.sin(angles) + 0.34, 0 * angles], 1)
    wheels = [tube(wheel + vec(x, 0, 0), 0.018, 6, caps=False) for x in (-0.52, 0.52)]
    spokes = [
        rod((x, 0.34, 0), (x + 0.32 * np.cos(a), 0.34 + 0.32 * np.sin(a), 0), 0.002, 3)
        for x in (-0.52, 0.52)
        for a in np.arange(12) * np.pi / 6
    ]
    crank, saddle, head, front, rear = (
        (0.05, 0.3, 0),
        (0.2, 0.8, 0),
        (-0.33, 0.78, 0),
        (-0.52, 0.34, 0),
        (0.52, 0.34, 0),
    )
    pairs = [(crank, saddle), (crank, head), (saddle, head), (head, front), (saddle, rear), (crank, rear)]
    frame = [rod(a, b, 0.016, 6) for a, b in pairs]
    bar = tube(spline([(-0.28, 0.95, -0.28), (-0.36, 0.98, 0), (-0.28, 0.95, 0.28)], 8), 0.013, 6)
    stem, post = rod(head, (-0.36, 0.98, 0), 0.014, 6), rod(saddle, (0.23, 0.92, 0), 0.013, 6)
    seat = lathe([(0, 0), (0.09, 0.01), (0.06, 0.05), (0, 0.06)], 10).scaled(1.4, 1, 0.9).translated(0.24, 0.9)
    colour = palette.colour()
    return [
        (palette.dark, join([*wheels, bar, seat])),
        (palette.metal, join([*spokes, stem, post])),
        (colour, join(frame)),
    ]
