"""Houses, fences, trees, vehicles and street furniture. Each stands on y = 0 and faces +z."""

from __future__ import annotations

import numpy as np

from figureground.synth import paintings, surfaces
from figureground.synth.decor import sheet
from figureground.synth.parts import Floats
from figureground.synth.shapes import Mesh, bent, box, cards, curve, cylinder, grid, join, lathe, prism, rod, tube, vec
from figureground.synth.stock import Stock
from figureground.synth.surfaces import Surface, Thing, fitted, hsv


def house(stock: Stock, width: float, height: float, depth: float = 8.0) -> Thing:
    """A house of flats or a small one; its front lies in z = 0."""
    rng = stock.rng
    # Houses are grey, cream, sand or brick red; the sky's blue light adds colour enough.
    tone = hsv(rng.uniform(0.06, 0.14), rng.uniform(0.02, 0.28), rng.uniform(0.45, 0.88))
    if rng.random() < 0.25:
        tone = hsv(rng.uniform(0.01, 0.05), rng.uniform(0.3, 0.5), rng.uniform(0.35, 0.6))
    floors, columns = max(1, round(height / 3.0)), max(1, round(width / 2.4))
    front = fitted(paintings.facade(rng, min(columns, 9), min(floors, 6), tone), roughness=0.6)
    side = surfaces.plaster(rng, tone)
    flank = box(width, height, depth).moved(z=-depth / 2 - 0.02)
    thing: Thing = [(front, sheet(width, height)), (side, flank)]
    plinth = box(width + 0.06, rng.uniform(0.3, 0.9), 0.08)
    thing.append((surfaces.stone(rng), plinth))
    if rng.random() < 0.7:
        entrance = box(1.1, 2.2, 0.1).moved(rng.uniform(-0.35, 0.35) * width)
        thing.append((stock.dark if rng.random() < 0.5 else stock.wood, entrance))
    thing.append((stock.white, box(width + 0.3, 0.18, 0.35).moved(y=height)))
    if rng.random() < 0.5:
        rise = rng.uniform(1.5, 3)
        gable = prism([(-depth / 2 - 0.4, 0), (depth / 2 + 0.4, 0), (0, rise)], width + 0.4).turned(np.pi / 2)
        thing.append((surfaces.tiles(rng, hsv(rng.uniform(0.01, 0.06), 0.4, 0.4)), gable.moved(y=height, z=-depth / 2)))
    return thing


def low_wall(stock: Stock, width: float, height: float) -> Thing:
    """A garden wall with a coping."""
    kind = surfaces.brick(stock.rng) if stock.chance(0.5) else surfaces.stone(stock.rng)
    coping = box(width, 0.06, 0.32).moved(y=height)
    return [(kind, box(width, height, 0.24)), (surfaces.stone(stock.rng), coping)]


def fence(stock: Stock, width: float, height: float) -> Thing:
    """Pickets, rails or iron bars."""
    kind = stock.rng.integers(3)
    surface: Surface = (stock.wood, stock.white, stock.dark)[int(stock.rng.integers(3))]
    meshes = [box(0.09, height + 0.08, 0.09).moved(x, 0, -0.06) for x in np.arange(-width / 2, width / 2 + 0.01, 1.8)]
    if kind == 1:
        meshes += [box(width, 0.1, 0.03).moved(0, y) for y in np.linspace(0.25, 1.0, 3) * height - 0.1]
        return [(surface, join(meshes))]
    step, broad = (0.14, 0.08) if kind == 0 else (0.13, 0.02)
    meshes += [box(width, 0.05, 0.025).moved(0, y, -0.02) for y in (0.2 * height, 0.8 * height)]
    meshes += [box(broad, height - 0.06, 0.02).moved(x, 0.06) for x in np.arange(-width / 2 + step, width / 2, step)]
    return [(surface, join(meshes))]


def tree(stock: Stock, height: float, leaves: Surface | None = None, bare: bool = False) -> Thing:
    """A trunk that forks, and a crown of leaf cards in clumps."""
    rng = stock.rng
    crown_base = height * rng.uniform(0.25, 0.4)
    lean = rng.normal(0, 0.03, 2) * height
    top = np.array([lean[0], crown_base, lean[1]])
    girth = 0.028 * height * rng.uniform(0.7, 1.3)
    trunk = tube(curve([[0, -0.1, 0], top * [0.4, 0.5, 0.4], top], 8), np.linspace(1.2, 0.75, 8) * girth, 9)
    limbs, tips = [trunk], []
    for angle in np.arange(7) * 2.4 + rng.uniform(0, 6):
        reach = rng.uniform(0.1, 0.28) * height
        tip = top + vec(np.sin(angle) * reach, rng.uniform(0.15, 0.55) * height, np.cos(angle) * reach)
        bow = (top + tip) / 2 - [0, 0.05 * height, 0]
        limbs.append(tube(curve([top, bow, tip], 6), np.linspace(0.6, 0.12, 6) * girth, 6))
        tips += [tip, (bow + tip) / 2]
        if bare:
            limbs += [_twig(rng, bow, tip, height, girth) for _ in range(5)]
    thing: Thing = [(stock.bark, join(limbs))]
    if not bare:
        each = 22
        middle = np.repeat(np.array(tips), each, axis=0)
        centres = middle + rng.normal(size=middle.shape) * np.array([0.09, 0.07, 0.09]) * height
        sizes = rng.uniform(0.08, 0.17, len(centres)) * min(height, 7.0)
        thing.append((leaves or stock.leaves, cards(centres, sizes, rng)))
    return thing


def _twig(rng: np.random.Generator, start: Floats, end: Floats, height: float, girth: float) -> Mesh:
    root = start + rng.uniform(0.2, 1.0) * (end - start)
    tip = root + rng.normal(size=3) * 0.06 * height + [0, 0.06 * height, 0]
    return rod(root, tip, (0.12 * girth, 0.03 * girth), 5)


def conifer(stock: Stock, height: float) -> Thing:
    """A fir: tiers of drooping cards about a straight trunk."""
    rng = stock.rng
    share = rng.random(260) ** 0.7
    angle = rng.uniform(0, 2 * np.pi, 260)
    reach = 0.22 * height * (1.02 - share) * rng.uniform(0.3, 1.0, 260)
    centres = np.stack([reach * np.sin(angle), (0.1 + 0.9 * share) * height, reach * np.cos(angle)], 1)
    needles = surfaces.leaves(rng, hsv(rng.uniform(0.25, 0.38), 0.4, rng.uniform(0.18, 0.32)), narrow=0.12, count=26)
    thing: Thing = [(stock.bark, rod((0, 0, 0), (0, height, 0), (0.02 * height, 0.003 * height), 7))]
    thing.append((needles, cards(centres, rng.uniform(0.07, 0.13, 260) * height, rng)))
    return thing


def bush(stock: Stock, width: float, height: float, leaves: Surface | None = None) -> Thing:
    """A shrub, or a hedge where it is wide."""
    rng = stock.rng
    count = int(min(90 + 60 * width, 420))
    spread = rng.uniform(-1, 1, (count, 3))
    spread /= np.maximum(1.0, np.linalg.norm(spread, axis=1, keepdims=True) / 1.05)
    centres = spread * [width / 2 - 0.1, height / 2, 0.35 * min(width, 1.2)] + [0, height / 2 + 0.05, 0]
    return [(leaves or stock.leaves, cards(centres, rng.uniform(0.25, 0.45, count) * min(height, 1.2), rng))]


def grass_tufts(stock: Stock, count: int, width: float, near: float, far: float) -> Thing:
    """Tufts of longer grass, strewn on the ground."""
    rng = stock.rng
    blades = surfaces.leaves(rng, hsv(rng.uniform(0.17, 0.27), 0.45, 0.4), narrow=0.07, count=30)
    size = rng.uniform(0.1, 0.3, count)
    centres = np.stack([rng.uniform(-width / 2, width / 2, count), size * 0.35, rng.uniform(far, near, count)], 1)
    return [(blades, cards(centres, size, rng, droop=1.0))]


def car(stock: Stock) -> Thing:
    """A plain car whose side shows to +z: a lofted body, glass, wheels, lights. No badge, no plate's writing."""
    rng = stock.rng
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
            tyre = cylinder(0.32, 0.22, 20).turned(np.pi / 2, (1, 0, 0)).moved(x, 0.32, z - 0.11 + 0.02 * np.sign(z))
            rim = cylinder(0.2, 0.235, 14).turned(np.pi / 2, (1, 0, 0)).moved(x, 0.32, z - 0.117 + 0.02 * np.sign(z))
            thing += [(stock.dark, tyre), (stock.metal, rim)]
    thing.append((stock.white, join(box(0.08, 0.12, 0.25).moved(-half + 0.06, 0.6, z) for z in (-0.55, 0.55))))
    return thing


def _loft(sections: list[tuple[float, float, float]], bottom: float, steps: int = 14) -> Mesh:
    """A hull along x through (x, half breadth, top), with round shoulders; breadths in z."""
    x, breadth, top = curve(sections, steps).T
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


def bicycle(stock: Stock) -> Thing:
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
    bar = tube(curve([(-0.28, 0.95, -0.28), (-0.36, 0.98, 0), (-0.28, 0.95, 0.28)], 8), 0.013, 6)
    stem, post = rod(head, (-0.36, 0.98, 0), 0.014, 6), rod(saddle, (0.23, 0.92, 0), 0.013, 6)
    seat = lathe([(0, 0), (0.09, 0.01), (0.06, 0.05), (0, 0.06)], 10).scaled(1.4, 1, 0.9).moved(0.24, 0.9)
    colour = stock.colour()
    return [
        (stock.dark, join([*wheels, bar, seat])),
        (stock.metal, join([*spokes, stem, post])),
        (colour, join(frame)),
    ]


def lamp_post(stock: Stock) -> Thing:
    """A street lamp."""
    high = stock.between(3.5, 6.0)
    thing: Thing = [(stock.dark, lathe([(0.09, 0), (0.08, 0.6), (0.045, 0.65), (0.035, high)], 12))]
    if stock.chance(0.5):
        thing.append((stock.white, lathe([(0, 0), (0.1, 0.02), (0.16, 0.3), (0.05, 0.4), (0, 0.42)], 12).moved(y=high)))
    else:
        arm = tube(curve([(0, high, 0), (0.1, high + 0.35, 0.1), (0.9, high + 0.45, 0.6)], 8), 0.03, 6)
        thing += [(stock.dark, arm), (stock.dark, box(0.5, 0.09, 0.2).moved(0.9, high + 0.4, 0.6))]
    return thing


def bin_(stock: Stock) -> Thing:
    """A litter bin or a wheeled one."""
    if stock.chance(0.5):
        barrel = lathe([(0.18, 0), (0.22, 0.75), (0.23, 0.78), (0.19, 0.78), (0.18, 0.4), (0, 0.4)], 18, sharp=True)
        return [
            (stock.dark if stock.chance(0.5) else stock.colour(), barrel.moved(y=0.1)),
            (stock.dark, cylinder(0.05, 0.12)),
        ]
    body = bent(box(0.58, 0.95, 0.65), lambda v: v * (0.85 + 0.15 * v[:, [1]]) * [1, 1 / (0.85 + 0.15 * 0.95), 1])
    lid = box(0.6, 0.06, 0.7).turned(-0.08, (1, 0, 0)).moved(y=0.95)
    return [(stock.dark, join([body.moved(y=0.05), lid.moved(y=0.05)]))]


def bollard(stock: Stock) -> Thing:
    """A post that keeps cars off the pavement."""
    return [(stock.dark, lathe([(0.07, 0), (0.07, 0.75), (0.09, 0.78), (0.09, 0.85), (0.05, 0.92), (0, 0.93)], 12))]


def zebra(stock: Stock, width: float, depth: float) -> Thing:
    """White bars across the road, `width` along the road's direction x."""
    bars = [box(0.5, 0.006, depth).moved(x) for x in np.arange(-width / 2, width / 2, 1.0)]
    return [(stock.white, join(bars))]


def hills(stock: Stock, distance: float) -> Thing:
    """A range of wooded hills on the horizon, `distance` metres off."""
    rng = stock.rng
    x = np.linspace(-2.2, 2.2, 60) * distance
    ridge = np.cumsum(rng.normal(size=60))
    ridge = np.convolve(ridge - np.linspace(ridge[0], ridge[-1], 60), np.ones(5) / 5, mode="same")
    ridge = (ridge - ridge.min()) / (np.ptp(ridge) + 1e-9) * rng.uniform(0.04, 0.16) * distance + 0.02 * distance
    low = np.stack([x, 0 * x - 1.0, 0 * x - distance], 1)
    high = np.stack([x, ridge, 0 * x - distance * 1.2], 1)
    far = rng.uniform(0.3, 0.8)
    tone = hsv(rng.uniform(0.2, 0.3), 0.3, 0.3) * (1 - far) + hsv(0.58, 0.2, 0.62) * far
    shade = 1 + 0.15 * (1 - far) * surfaces.noise(rng, 128, 0.6)
    return [(surfaces.finish(tone, shade, metres=distance * 0.4), grid(np.stack([low, high], 1)))]
