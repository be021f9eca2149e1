"""Seats, tables, shelves and beds. Each stands on y = 0 and faces +z; a seat's origin is below the sitter's hips."""

from __future__ import annotations

import numpy as np

from figureground.synth.geometry.mesh import Mesh
from figureground.synth.geometry.shapes import box, cushion, cylinder, lathe, rod, spline, tube
from figureground.synth.materials.material import Material, Thing
from figureground.synth.materials.palette import Palette

BEHIND_HIPS = 0.17
"""Metres from the middle of the hips back to the backrest."""


def chair(palette: Palette, height: float) -> Thing:
    """A dining, café or visitor's chair with a seat `height` above the floor."""
    width, depth = palette.between(0.4, 0.5), palette.between(0.4, 0.46)
    frame: Material = palette.wood if palette.chance(0.65) else palette.metal
    back = palette.between(0.38, 0.55)
    thick = 0.022 if frame is palette.wood else 0.012
    x, rear, front = width / 2 - thick, -BEHIND_HIPS, depth - BEHIND_HIPS - thick
    slant = palette.between(0.03, 0.1)
    thing: Thing = []
    for side in (-x, x):
        thing.append((frame, rod((side, 0, front), (side, height, front - 0.01), thick, 6)))
        post = spline([(side, 0, rear - 0.04), (side, height, rear), (side, height + back, rear - slant)], 8)
        thing.append((frame, tube(post, thick, 6)))
    seat = box(width, 0.03, depth).translated(0, height - 0.05, depth / 2 - BEHIND_HIPS)
    thing.append((frame, seat))
    if palette.chance(0.45):
        pad = cushion(width * 0.96, 0.05, depth * 0.94, 0.4).translated(0, height - 0.04, depth / 2 - BEHIND_HIPS)
        thing.append((palette.cloth, pad))
    thing += _chair_back(palette, frame, width, height, back, rear, slant)
    if palette.chance(0.2):
        for side in (-x, x):
            arm = spline([(side, height + 0.2, rear), (side, height + 0.21, front - 0.05), (side, height, front)], 8)
            thing.append((frame, tube(arm, thick, 6)))
    return thing


def _chair_back(
    palette: Palette, frame: Material, width: float, height: float, back: float, rear: float, slant: float
) -> Thing:
    def at(share: float) -> tuple[float, float]:
        return height + back * share, rear - slant * share

    kind = palette.rng.integers(3)
    if kind == 0:
        rails: Thing = []
        for share in np.linspace(0.35, 1.0, int(palette.rng.integers(2, 5))):
            y, z = at(share)
            rails.append((frame, box(width - 0.03, 0.05, 0.018).translated(0, y - 0.05, z)))
        return rails
    if kind == 1:
        (y0, z0), (y1, z1) = at(0.1), at(1.0)
        bars: Thing = [(frame, box(width - 0.02, 0.05, 0.022).translated(0, y1 - 0.05, z1))]
        for x in np.linspace(-0.35, 0.35, 5) * width:
            bars.append((frame, rod((x, y0, z0), (x, y1 - 0.02, z1), 0.008, 6)))
        return bars
    y, z = at(0.62)
    panel = cushion(width, back * 0.75, 0.05, 0.35).rotated(-slant / back, (1, 0, 0)).translated(0, y - back * 0.375, z)
    return [(palette.cloth if palette.chance(0.6) else frame, panel)]


def office_chair(palette: Palette, height: float) -> Thing:
    """A swivel chair: star base, column, cushion, tall back."""
    star: Thing = []
    for angle in np.arange(5) * 2 * np.pi / 5 + palette.between(0, 1):
        foot = (0.3 * np.sin(angle), 0.06, 0.3 * np.cos(angle) + 0.03)
        star.append((palette.dark, rod((0, 0.1, 0.03), foot, (0.025, 0.015), 6)))
        star.append((palette.dark, cylinder(0.03, 0.055, 10).translated(foot[0], 0, foot[2])))
    tall = palette.between(0.45, 0.75)
    seat = cushion(0.48, 0.09, 0.46, 0.4).translated(0, height - 0.085, 0.06)
    back = cushion(0.45, tall, 0.08, 0.4).deformed(
        lambda v: v + np.column_stack([0 * v[:, 0], 0 * v[:, 0], 0.9 * v[:, 0] ** 2 - 0.12 * v[:, 1]])
    )
    back = back.translated(0, height + 0.08, -0.2)
    post = tube(spline([(0, height - 0.06, 0), (0, height - 0.05, -0.22), (0, height + 0.25, -0.27)], 8), 0.02, 6)
    arms: Thing = []
    if palette.chance(0.6):
        for x in (-0.27, 0.27):
            arms.append((palette.dark, rod((x, height - 0.05, 0), (x, height + 0.19, 0), 0.015, 6)))
            arms.append((palette.dark, cushion(0.07, 0.03, 0.25, 0.4, 8).translated(x, height + 0.18, 0.04)))
    column = rod((0, 0.08, 0.03), (0, height - 0.05, 0.03), 0.025, 8)
    return [*star, *arms, (palette.dark, column), (palette.dark, post), (palette.cloth, seat), (palette.cloth, back)]


def stool(palette: Palette, height: float) -> Thing:
    """A round stool on three or four legs."""
    legs: Thing = []
    count = int(palette.rng.integers(3, 5))
    frame = palette.metal if palette.chance(0.4) else palette.wood
    for angle in (np.arange(count) + 0.5) * 2 * np.pi / count:
        x, z = np.sin(angle), np.cos(angle)
        legs.append((frame, rod((0.18 * x, 0, 0.18 * z), (0.12 * x, height - 0.03, 0.12 * z), 0.015, 6)))
    return [*legs, (palette.wood, cylinder(0.18, 0.04).translated(0, height - 0.04))]


def sofa(palette: Palette, width: float, height: float) -> Thing:
    """A sofa, or with a width below 1.1 m an armchair; the seat is `height` above the floor."""
    places = max(1, round((width - 0.3) / 0.65))
    depth, back, arm = 0.85, palette.between(0.35, 0.5), palette.between(0.12, 0.2)
    middle, soft = 0.2, palette.between(0.2, 0.4)
    cover = palette.cloth
    base = cushion(width, height - 0.2, depth, 0.15).translated(0, 0.08, middle)
    thing: Thing = [(cover, base)]
    rest = (
        cushion(width, height + back - 0.08, 0.22, soft)
        .rotated(-0.12, (1, 0, 0))
        .translated(0, 0.08, -BEHIND_HIPS - 0.07)
    )
    thing.append((cover, rest))
    each = (width - 2 * arm) / places
    for place in range(places):
        x = -width / 2 + arm + each * (place + 0.5)
        thing.append((cover, cushion(each * 0.99, 0.17, depth - 0.2, soft).translated(x, height - 0.16, middle + 0.08)))
    for side in (-1, 1):
        x = side * (width - arm) / 2
        thing.append((cover, cushion(arm, height + 0.12, depth, soft).translated(x, 0.08, middle)))
        for z in (middle - 0.35, middle + 0.35):
            thing.append((palette.dark, rod((x, 0, z), (x, 0.1, z), 0.02, 6)))
    if palette.chance(0.5):
        x = float(palette.rng.choice([-1, 1])) * (width / 2 - arm - 0.2)
        pillow = cushion(0.42, 0.4, 0.14, 0.6).rotated(-0.4, (1, 0, 0)).translated(x, height, -0.05)
        thing.append((palette.second_cloth, pillow))
    return thing


def bench(palette: Palette, width: float, height: float, back: bool = True) -> Thing:
    """Slats on two feet, as in parks and halls."""
    thing: Thing = []
    for z in np.linspace(-0.13, 0.24, 4):
        thing.append((palette.wood, box(width, 0.035, 0.08).translated(0, height - 0.04, z)))
    if back:
        for share in np.linspace(0.2, 0.45, 3):
            board = (
                box(width, 0.08, 0.03)
                .rotated(-0.2, (1, 0, 0))
                .translated(0, height + share - 0.06, -0.2 - share * 0.22)
            )
            thing.append((palette.wood, board))
    for x in (-width * 0.38, width * 0.38):
        thing.append((palette.metal, box(0.05, height - 0.04, 0.4).translated(x, 0, 0.05)))
        if back:
            thing.append((palette.metal, rod((x, height - 0.05, -0.18), (x, height + 0.42, -0.31), 0.02, 6)))
    return thing


def table(palette: Palette, width: float, depth: float, height: float = 0.74) -> Thing:
    """A table on four legs, or where it is about square sometimes a round one on a foot."""
    top: Material = palette.wood if palette.chance(0.7) else palette.white
    if abs(width - depth) < 0.15 and palette.chance(0.6):
        foot = lathe([(0.25, 0), (0.24, 0.03), (0.04, 0.06), (0.035, height - 0.03)], 16)
        plate = cylinder(width / 2, 0.03, 28).translated(0, height - 0.03)
        return [(palette.dark if palette.chance(0.5) else top, foot), (top, plate)]
    thing: Thing = [(top, box(width, 0.035, depth).translated(0, height - 0.035))]
    legs = palette.metal if palette.chance(0.35) else top
    for x in (-width / 2 + 0.06, width / 2 - 0.06):
        for z in (-depth / 2 + 0.06, depth / 2 - 0.06):
            thing.append((legs, box(0.05, height - 0.03, 0.05).translated(x, 0, z)))
    if palette.chance(0.6):
        thing.append((legs, box(width - 0.12, 0.07, depth - 0.12).translated(0, height - 0.1)))
    return thing


def cabinet(palette: Palette, width: float, height: float, depth: float = 0.45) -> Thing:
    """A chest, sideboard or wardrobe with doors or drawers."""
    body: Material = palette.wood if palette.chance(0.6) else palette.white
    thing: Thing = [
        (body, box(width, height - 0.06, depth).translated(0, 0.06)),
        (palette.dark, box(width - 0.08, 0.06, depth - 0.06)),
    ]
    columns, rows = max(1, round(width / 0.5)), 1 if height > 1.4 else int(palette.rng.integers(1, 4))
    for column in range(columns):
        for row in range(rows):
            w, h = width / columns, (height - 0.1) / rows
            x, y = -width / 2 + (column + 0.5) * w, 0.08 + row * h
            thing.append((body, box(w - 0.015, h - 0.015, 0.02).translated(x, y, depth / 2 + 0.01)))
            thing.append((palette.metal, box(0.1, 0.015, 0.03).translated(x, y + h * 0.6, depth / 2 + 0.03)))
    return thing


def shelf(palette: Palette, width: float, height: float) -> Thing:
    """Boards with books, boxes and pots."""
    depth = 0.3
    body: Material = palette.wood if palette.chance(0.6) else palette.white
    thing: Thing = [(body, box(0.025, height, depth).translated(x, 0)) for x in (-width / 2, width / 2)]
    if palette.chance(0.7):
        thing.append((body, box(width, height, 0.01).translated(0, 0, -depth / 2)))
    levels = np.arange(0.06, height + 0.01, palette.between(0.3, 0.42))
    for y in levels:
        thing.append((body, box(width, 0.025, depth).translated(0, y)))
        if y < height - 0.15:
            thing += _row_of_things(palette, width - 0.05, y + 0.025)
    return thing


def _row_of_things(palette: Palette, width: float, y: float) -> Thing:
    x, thing = -width / 2, Thing()
    while x < width / 2 - 0.08:
        kind = palette.rng.random()
        if kind < 0.75:
            w, h, d = palette.between(0.02, 0.05), palette.between(0.18, 0.27), palette.between(0.14, 0.22)
            thing.append((palette.colour(), box(w * 0.96, h, d).translated(x + w / 2, y, 0.02)))
        elif kind < 0.87:
            w = palette.between(0.1, 0.25)
        elif kind < 0.94:
            w = palette.between(0.12, 0.3)
            w = min(w, width / 2 - x)
            thing.append(
                (palette.colour(), box(w * 0.95, palette.between(0.1, 0.22), 0.22).translated(x + w / 2, y, 0.0))
            )
        else:
            w = 0.14
            profile = [(0.0, 0), (0.05, 0), (palette.between(0.05, 0.07), 0.08), (palette.between(0.02, 0.06), 0.18)]
            thing.append((palette.colour(), lathe(profile, 12).translated(x + w / 2, y)))
        x += w
    return thing


def bed(palette: Palette, width: float) -> Thing:
    """A made bed, its head at -z."""
    frame = box(width + 0.06, 0.25, 2.06).translated(0, 0.06)
    head = box(width + 0.06, palette.between(0.8, 1.1), 0.05).translated(0, 0, -1.03)
    thing: Thing = [(palette.wood, frame), (palette.wood, head)]
    thing.append((palette.white, cushion(width, 0.24, 2.0, 0.2).translated(0, 0.27)))
    cover = cushion(width + 0.08, 0.28, 1.45, 0.3).translated(0, 0.27, 0.32)
    thing.append((palette.cloth, rippled(cover, palette, 0.012)))
    for x in (-width / 4, width / 4) if width > 1.2 else (0.0,):
        thing.append((palette.second_cloth, cushion(min(width, 0.7), 0.16, 0.42, 0.6).translated(x, 0.5, -0.75)))
    return thing


def rippled(mesh: Mesh, palette: Palette, metres: float, wave: float = 0.25) -> Mesh:
    """The mesh with folds of that height, as cloth that lies has them."""
    directions = palette.rng.normal(size=(4, 3)) * 2 * np.pi / wave / 1.7
    phases = palette.rng.uniform(0, 2 * np.pi, 4)
    normals = mesh.normals
    return mesh.deformed(lambda v: v + normals * (np.sin(v @ directions.T + phases).mean(1) * 2 * metres)[:, None])
