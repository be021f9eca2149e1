"""Houses, walls, fences and what stands on pavements. Each stands on y = 0 and faces +z."""

from __future__ import annotations

import numpy as np

from figureground.synth.geometry.mesh import join
from figureground.synth.geometry.shapes import box, cylinder, lathe, prism, spline, tube
from figureground.synth.materials import paintings, surfaces
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Material, Thing, pictured
from figureground.synth.materials.palette import Palette
from figureground.synth.things.decor import sheet


def house(palette: Palette, width: float, height: float, depth: float = 8.0) -> Thing:
    """A house of flats or a small one; its front lies in z = 0."""
    rng = palette.rng
    # Houses are grey, cream, sand or brick red; the sky's blue light adds colour enough.
    tone = hsv(rng.uniform(0.06, 0.14), rng.uniform(0.02, 0.28), rng.uniform(0.45, 0.88))
    if rng.random() < 0.25:
        tone = hsv(rng.uniform(0.01, 0.05), rng.uniform(0.3, 0.5), rng.uniform(0.35, 0.6))
    floors, columns = max(1, round(height / 3.0)), max(1, round(width / 2.4))
    front = pictured(paintings.facade(rng, min(columns, 9), min(floors, 6), tone), roughness=0.6)
    side = surfaces.plaster(rng, tone)
    flank = box(width, height, depth).translated(z=-depth / 2 - 0.02)
    thing: Thing = [(front, sheet(width, height)), (side, flank)]
    plinth = box(width + 0.06, rng.uniform(0.3, 0.9), 0.08)
    thing.append((surfaces.stone(rng), plinth))
    if rng.random() < 0.7:
        entrance = box(1.1, 2.2, 0.1).translated(rng.uniform(-0.35, 0.35) * width)
        thing.append((palette.dark if rng.random() < 0.5 else palette.wood, entrance))
    thing.append((palette.white, box(width + 0.3, 0.18, 0.35).translated(y=height)))
    if rng.random() < 0.5:
        rise = rng.uniform(1.5, 3)
        gable = prism([(-depth / 2 - 0.4, 0), (depth / 2 + 0.4, 0), (0, rise)], width + 0.4).rotated(np.pi / 2)
        thing.append(
            (surfaces.tiles(rng, hsv(rng.uniform(0.01, 0.06), 0.4, 0.4)), gable.translated(y=height, z=-depth / 2))
        )
    return thing


def low_wall(palette: Palette, width: float, height: float) -> Thing:
    """A garden wall with a coping."""
    kind = surfaces.brick(palette.rng) if palette.chance(0.5) else surfaces.stone(palette.rng)
    coping = box(width, 0.06, 0.32).translated(y=height)
    return [(kind, box(width, height, 0.24)), (surfaces.stone(palette.rng), coping)]


def fence(palette: Palette, width: float, height: float) -> Thing:
    """Pickets, rails or iron bars."""
    kind = palette.rng.integers(3)
    material: Material = (palette.wood, palette.white, palette.dark)[int(palette.rng.integers(3))]
    meshes = [
        box(0.09, height + 0.08, 0.09).translated(x, 0, -0.06) for x in np.arange(-width / 2, width / 2 + 0.01, 1.8)
    ]
    if kind == 1:
        meshes += [box(width, 0.1, 0.03).translated(0, y) for y in np.linspace(0.25, 1.0, 3) * height - 0.1]
        return [(material, join(meshes))]
    step, broad = (0.14, 0.08) if kind == 0 else (0.13, 0.02)
    meshes += [box(width, 0.05, 0.025).translated(0, y, -0.02) for y in (0.2 * height, 0.8 * height)]
    meshes += [
        box(broad, height - 0.06, 0.02).translated(x, 0.06) for x in np.arange(-width / 2 + step, width / 2, step)
    ]
    return [(material, join(meshes))]


def lamp_post(palette: Palette) -> Thing:
    """A street lamp."""
    high = palette.between(3.5, 6.0)
    thing: Thing = [(palette.dark, lathe([(0.09, 0), (0.08, 0.6), (0.045, 0.65), (0.035, high)], 12))]
    if palette.chance(0.5):
        thing.append(
            (palette.white, lathe([(0, 0), (0.1, 0.02), (0.16, 0.3), (0.05, 0.4), (0, 0.42)], 12).translated(y=high))
        )
    else:
        arm = tube(spline([(0, high, 0), (0.1, high + 0.35, 0.1), (0.9, high + 0.45, 0.6)], 8), 0.03, 6)
        thing += [(palette.dark, arm), (palette.dark, box(0.5, 0.09, 0.2).translated(0.9, high + 0.4, 0.6))]
    return thing


def litter_bin(palette: Palette) -> Thing:
    """A litter bin or a wheeled one."""
    if palette.chance(0.5):
        barrel = lathe([(0.18, 0), (0.22, 0.75), (0.23, 0.78), (0.19, 0.78), (0.18, 0.4), (0, 0.4)], 18, sharp=True)
        return [
            (palette.dark if palette.chance(0.5) else palette.colour(), barrel.translated(y=0.1)),
            (palette.dark, cylinder(0.05, 0.12)),
        ]
    body = box(0.58, 0.95, 0.65).deformed(lambda v: v * (0.85 + 0.15 * v[:, [1]]) * [1, 1 / (0.85 + 0.15 * 0.95), 1])
    lid = box(0.6, 0.06, 0.7).rotated(-0.08, (1, 0, 0)).translated(y=0.95)
    return [(palette.dark, join([body.translated(y=0.05), lid.translated(y=0.05)]))]


def bollard(palette: Palette) -> Thing:
    """A post that keeps cars off the pavement."""
    return [(palette.dark, lathe([(0.07, 0), (0.07, 0.75), (0.09, 0.78), (0.09, 0.85), (0.05, 0.92), (0, 0.93)], 12))]


def zebra(palette: Palette, width: float, depth: float) -> Thing:
    """White bars across the road, `width` along the road's direction x."""
    bars = [box(0.5, 0.006, depth).translated(x) for x in np.arange(-width / 2, width / 2, 1.0)]
    return [(palette.white, join(bars))]
