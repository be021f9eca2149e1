"""What stands on tables, hangs on walls and lights a room: lamps, plants, doors, windows, pictures, crockery."""

from __future__ import annotations

import numpy as np

from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.shapes import box, cards, cushion, cylinder, grid, lathe, quad, rod, spline, tube
from figureground.synth.geometry.vectors import vec
from figureground.synth.materials import paintings, surfaces
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Material, Thing, pictured
from figureground.synth.materials.palette import Palette


def sheet(width: float, height: float) -> Mesh:
    """An upright picture plane on y = 0, facing +z, texture coordinates 0..1."""
    x = width / 2
    return quad([[-x, 0, 0], [x, 0, 0], [x, height, 0], [-x, height, 0]]).fitted()


def framed(material: Material, rim: Material, width: float, height: float, bar: float = 0.03) -> Thing:
    """A picture plane with a frame round it, its back on z = 0."""
    sides = [
        box(width + 2 * bar, bar, 0.03).translated(0, -bar),
        box(width + 2 * bar, bar, 0.03).translated(0, height),
        box(bar, height, 0.03).translated(-(width + bar) / 2),
        box(bar, height, 0.03).translated((width + bar) / 2),
    ]
    return [(material, sheet(width, height).translated(z=0.008)), (rim, join(sides))]


def picture(palette: Palette) -> Thing:
    """A picture that hangs with its middle at eye level."""
    width, height = palette.between(0.25, 1.1), palette.between(0.25, 0.9)
    shown = paintings.hung(palette.rng, 128, max(32, int(128 * width / height)))
    rim = (palette.wood, palette.dark, palette.white)[int(palette.rng.integers(3))]
    thing = framed(pictured(shown, roughness=0.4), rim, width, height, palette.between(0.01, 0.04))
    return raised(thing, palette.between(1.45, 1.7) - height / 2)


def raised(thing: Thing, y: float) -> Thing:
    """The thing, `y` metres higher."""
    return [(material, mesh.translated(y=y)) for material, mesh in thing]


def window(palette: Palette, width: float = 1.2, height: float = 1.3) -> Thing:
    """A window with bars and a bright view."""
    view = paintings.landscape(palette.rng, 128, 128) * 0.5 + 0.45
    thing = framed(pictured(view, roughness=0.15), palette.white, width, height, 0.06)
    for x in np.linspace(-width / 2, width / 2, int(palette.rng.integers(2, 5)))[1:-1]:
        thing.append((palette.white, box(0.05, height, 0.04).translated(x)))
    if palette.chance(0.4):
        thing.append((palette.white, box(width, 0.04, 0.04).translated(0, height * 0.65)))
    thing.append((palette.white, box(width + 0.2, 0.04, 0.18).translated(0, -0.1, 0.06)))
    return raised(thing, palette.between(0.8, 1.0))


def curtain(palette: Palette, width: float, height: float) -> Thing:
    """Hanging folds of cloth."""
    folds = max(3, int(width / 0.12))
    x = np.linspace(-width / 2, width / 2, folds * 6)
    phase = np.linspace(0, folds * 2 * np.pi, len(x)) + 0.6 * np.sin(np.linspace(0, 7, len(x)))
    y = np.linspace(0.02, height, 5)
    depth = 0.035 * np.sin(phase)[:, None] * np.linspace(1.3, 0.8, 5)[None, :] + 0.08
    points = np.stack([np.tile(x[:, None], (1, 5)), np.tile(y, (len(x), 1)), depth], -1)
    return [(palette.second_cloth, grid(points))]


def door(palette: Palette) -> Thing:
    """A closed door with its frame."""
    leaf: Material = palette.white if palette.chance(0.6) else palette.wood
    thing: Thing = [(leaf, box(0.86, 2.0, 0.04).translated(z=0.01))]
    for y, h in ((0.15, 0.7), (1.0, 0.85)) if palette.chance(0.6) else ():
        for x in (-0.2, 0.2):
            thing.append((leaf, box(0.28, h, 0.02).translated(x, y, 0.03)))
    for x in (-0.48, 0.48):
        thing.append((palette.white, box(0.09, 2.08, 0.07).translated(x)))
    thing.append((palette.white, box(1.05, 0.09, 0.07).translated(0, 2.0)))
    thing.append((palette.metal, rod((0.36, 1.02, 0.08), (0.24, 1.02, 0.08), 0.01, 6)))
    return thing


def floor_lamp(palette: Palette) -> Thing:
    """A foot, a rod and a shade."""
    height, wide = palette.between(1.4, 1.8), palette.between(0.13, 0.22)
    shade = lathe([(wide, 0), (wide * palette.between(0.4, 0.95), palette.between(0.2, 0.32))], 20).translated(y=height)
    foot = cylinder(0.14, 0.02)
    return [(palette.dark, foot), (palette.dark, rod((0, 0, 0), (0, height + 0.1, 0), 0.01, 6)), (palette.white, shade)]


def table_lamp(palette: Palette) -> Thing:
    """A small lamp with a body and a shade."""
    body = lathe([(0.07, 0), (0.08, 0.06), (0.03, 0.16), (0.015, 0.25)], 14)
    shade = lathe([(0.13, 0.24), (0.08, 0.42)], 18)
    return [(palette.colour(), body), (palette.white, shade)]


def pendant(palette: Palette) -> Thing:
    """A hanging lamp; its lower edge is y = 0, the cord runs up."""
    wide = palette.between(0.12, 0.28)
    shade = lathe([(wide, 0), (wide * 0.85, 0.1), (0.04, palette.between(0.15, 0.25))], 20)
    return [(palette.colour(), shade), (palette.dark, rod((0, 0.15, 0), (0, 2.0, 0), 0.004, 5))]


def plant(palette: Palette, height: float) -> Thing:
    """A pot with leaves: a bush of cards, or long arching blades."""
    pot = lathe([(0.0, 0), (0.1, 0), (0.15, 0.24), (0.13, 0.25), (0.12, 0.2), (0, 0.2)], 18, sharp=True)
    size = min(1.0, height / 0.9)
    thing: Thing = [(palette.colour(), pot.scaled(size))]
    rng = palette.rng
    if palette.chance(0.45):
        blades = []
        for angle in rng.uniform(0, 2 * np.pi, int(rng.integers(14, 30))):
            reach, top = rng.uniform(0.15, 0.6) * height, rng.uniform(0.5, 1.0) * height
            aim = np.array([np.sin(angle), 0, np.cos(angle)])
            path = spline(
                [[0, 0.15 * size, 0], aim * reach * 0.4 + [0, top * 0.8, 0], aim * reach + [0, top * 0.85, 0]], 8
            )
            blades.append(tube(path, np.array([0.012, 0.02, 0.026, 0.028, 0.026, 0.02, 0.01, 0.001]) * size, 6, 0.15))
        thing.append((_green(palette), join(blades)))
        return thing
    count = int(rng.integers(110, 200))
    spread = rng.normal(size=(count, 3)) * [0.14, 0.16, 0.14] * height
    centres = spread + vec(0, 0.65 * height, 0)
    thing.append((palette.leaves, cards(centres, rng.uniform(0.1, 0.19, count) * height, rng)))
    for x, z in rng.normal(0, 0.08, (3, 2)) * height:
        thing.append((palette.bark, rod((0, 0.1, 0), (x, 0.7 * height, z), 0.008, 5)))
    return thing


def _green(palette: Palette) -> Material:
    return Material(palette.leaves.colour, metres=0.3, roughness=0.5)


def monitor(palette: Palette, away: bool = False) -> Thing:
    """A screen on a foot, showing something towards +z, or its back where it is turned away."""
    width = palette.between(0.48, 0.65)
    height = width * 0.58
    thing: Thing = [(palette.dark, box(width, height, 0.03).translated(y=0.12)), (palette.dark, cylinder(0.1, 0.015))]
    thing.append((palette.dark, rod((0, 0, -0.03), (0, 0.25, -0.03), 0.02, 6)))
    if away:
        return [(material, mesh.rotated(np.pi)) for material, mesh in thing]
    shown = pictured(paintings.screen(palette.rng, 96, 160), roughness=0.2)
    thing.append((shown, sheet(width - 0.03, height - 0.03).translated(y=0.135, z=0.017)))
    return thing


def laptop(palette: Palette, opening: float = 1.9) -> Thing:
    """An open laptop whose keys are at +z; `opening` is the angle between its halves, in radians."""
    body: Material = palette.metal if palette.chance(0.6) else palette.dark
    lid = box(0.33, 0.22, 0.007)
    shown = sheet(0.31, 0.2).translated(y=0.01, z=0.0045)
    screen = pictured(paintings.screen(palette.rng, 64, 96), roughness=0.2)
    tilt = np.pi / 2 - opening
    leaf: Thing = [(body, lid), (screen, shown)]
    leaf = [(s, m.rotated(tilt, (1, 0, 0)).translated(0, 0.012, -0.11)) for s, m in leaf]
    keys = box(0.28, 0.002, 0.1).translated(0, 0.014, -0.03)
    return [(body, box(0.33, 0.014, 0.23)), (palette.dark, keys), *leaf]


def cup(palette: Palette) -> Thing:
    """A mug with a handle."""
    body = lathe([(0, 0), (0.036, 0), (0.04, 0.09), (0.036, 0.09), (0.034, 0.01)], 16)
    handle = tube(spline([(0.038, 0.075, 0), (0.065, 0.06, 0), (0.06, 0.03, 0), (0.036, 0.02, 0)], 9), 0.006, 6)
    return [(palette.colour(), join([body, handle]))]


def bottle(palette: Palette) -> Thing:
    """A bottle with a cap."""
    tall = palette.between(0.2, 0.3)
    profile = np.array([(0, 0), (0.034, 0), (0.036, 0.05), (0.036, 0.6), (0.014, 0.82), (0.013, 0.97), (0, 0.97)])
    profile[:, 1] *= tall
    return [(palette.colour(), lathe(profile, 16)), (palette.dark, cylinder(0.015, 0.02, 10).translated(y=tall * 0.95))]


def plate_of_food(palette: Palette) -> Thing:
    """A plate with heaps of something to eat."""
    dish = lathe([(0, 0.012), (0.08, 0.012), (0.13, 0.025), (0.132, 0.022), (0.07, 0), (0, 0)], 24)
    thing: Thing = [(palette.white, dish)]
    for _ in range(int(palette.rng.integers(2, 7))):
        x, z = palette.rng.normal(0, 0.04, 2)
        tone = hsv(palette.between(0.02, 0.3), palette.between(0.3, 0.75), palette.between(0.25, 0.8))
        width, height, depth = palette.rng.uniform(0.03, 0.09, 3)
        heap = cushion(width, height, depth, 0.8, 8).rotated(palette.between(0, 3))
        thing.append((surfaces.grainy(palette.rng, tone), heap.translated(x, 0.012, z)))
    return thing


def bowl_of_fruit(palette: Palette) -> Thing:
    """Apples or oranges in a bowl."""
    dish = lathe([(0, 0.01), (0.07, 0.02), (0.14, 0.09), (0.145, 0.09), (0.08, 0), (0, 0)], 24)
    tone = hsv(palette.between(0.0, 0.25), palette.between(0.5, 0.8), palette.between(0.5, 0.8))
    skin = surfaces.grainy(palette.rng, tone)
    thing: Thing = [(palette.colour(), dish)]
    for angle in np.arange(5) * 2 * np.pi / 5:
        fruit = cushion(0.075, 0.07, 0.075, 0.95, 10).translated(0.065 * np.sin(angle), 0.035, 0.065 * np.cos(angle))
        thing.append((skin, fruit))
    thing.append((skin, cushion(0.075, 0.07, 0.075, 0.95, 10).translated(y=0.085)))
    return thing


def clutter(palette: Palette, width: float, depth: float, count: int, work: bool = False) -> Thing:
    """Things for a table top of that size (its surface is y = 0), apart from one another."""
    makers = [cup, bottle, papers, books_lying, plate_of_food, bowl_of_fruit, table_lamp, small_plant]
    odds = np.array([4, 2, 4, 4, 0, 0, 2, 1] if work else [4, 3, 1, 1.5, 3, 1.5, 0.3, 1.5])
    taken: list[tuple[float, float]] = []
    thing: Thing = []
    for _ in range(count * 3):
        x, z = palette.between(-0.42, 0.42) * width, palette.between(-0.38, 0.38) * depth
        if len(taken) == count or any(np.hypot(x - a, z - b) < 0.2 for a, b in taken):
            continue
        taken.append((x, z))
        maker = makers[int(palette.rng.choice(len(makers), p=odds / odds.sum()))]
        yaw = palette.between(0, 2 * np.pi)
        thing += [(material, mesh.rotated(yaw).translated(x, 0, z)) for material, mesh in maker(palette)]
    return thing


def papers(palette: Palette) -> Thing:
    """Sheets of paper that lie askew."""
    sheets = [box(0.21, 0.002, 0.297).rotated(palette.between(-0.3, 0.3)).translated(0, 0.002 * k) for k in range(3)]
    return [(palette.white, join(sheets))]


def books_lying(palette: Palette) -> Thing:
    """A pile of books."""
    thing, y = Thing(), 0.0
    for _ in range(int(palette.rng.integers(1, 5))):
        thick = palette.between(0.012, 0.04)
        thing.append((palette.colour(), box(0.15, thick, 0.22).rotated(palette.between(-0.4, 0.4)).translated(y=y)))
        y += thick
    return thing


def small_plant(palette: Palette) -> Thing:
    """A pot plant for a table."""
    return plant(palette, palette.between(0.25, 0.4))
