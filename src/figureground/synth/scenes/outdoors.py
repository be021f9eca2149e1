"""Streets and parks: ground, what bounds the view, and what stands on pavements and lawns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from figureground.synth.geometry.shapes import box, grid, ground
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Material, Thing, shaded
from figureground.synth.materials.noise import spectral_noise
from figureground.synth.scenes.scenery import SceneryBuilder, choose_spots
from figureground.synth.things import animals, buildings, vegetation, vehicles
from figureground.synth.things.furniture import bench, chair, table


def street(place: SceneryBuilder, people: int, seats: int, framing: str) -> None:
    """A pavement before a house, a road with houses beyond, or a square."""
    rng = place.rng
    choose_spots(place, people, seats, framing, 7.0 if framing == "full" else 4.0, "bench")
    pavement = surfaces.tiles(
        rng, hsv(0.1, rng.uniform(0, 0.12), rng.uniform(0.35, 0.65)), across=8, metres=float(rng.uniform(2, 5))
    )
    behind = min((spot.z for spot in place.spots), default=0.0)
    kind = str(rng.choice(["front", "road", "canyon", "square"], p=[0.3, 0.34, 0.2, 0.16]))
    place.facts["street"] = kind
    if kind == "front":
        place.cover(pavement, ground(60, 14, -20))
        near = behind - float(rng.uniform(0.7, 3.0))
        house_row(place, near, 26)
        for _ in range(int(rng.integers(0, 4))):
            kerbside(place, float(rng.uniform(-3, 3)), near + 0.45)
    elif kind == "road":
        road(place, pavement, behind - float(rng.uniform(0.8, 2.5)))
    elif kind == "canyon":
        canyon(place, pavement, behind)
    else:
        place.cover(pavement, ground(80, 14, -60))
        house_row(place, -float(rng.uniform(14, 35)), 70)
        for _ in range(int(rng.integers(2, 7))):
            kerbside(place, float(rng.uniform(-7, 7)), float(rng.uniform(-14, -1.2)))
    if rng.random() < 0.12:
        in_front_outside(place)


def house_row(place: SceneryBuilder, z: float, width: float) -> None:
    """Houses side by side with their fronts at `z`."""
    rng = place.rng
    x = -width / 2 + float(rng.uniform(-4, 0))
    while x < width / 2:
        broad = float(rng.uniform(6, 14))
        place.put(
            buildings.house(place.palette, broad, float(rng.uniform(4, 15))),
            x + broad / 2,
            z + float(rng.uniform(-0.15, 0.1)),
        )
        x += broad + (0.0 if rng.random() < 0.7 else float(rng.uniform(0.5, 4)))


def kerbside(place: SceneryBuilder, x: float, z: float) -> None:
    """One of the things that stand about on pavements, if it is free there."""
    rng, palette = place.rng, place.palette
    makers: list[tuple[Callable[[], Thing], float]] = [
        (lambda: vehicles.bicycle(palette), 0.6),
        (lambda: buildings.litter_bin(palette), 0.35),
        (lambda: buildings.lamp_post(palette), 0.2),
        (lambda: buildings.bollard(palette), 0.15),
        (lambda: bench(palette, 1.5, 0.45), 0.8),
        (lambda: vegetation.tree(palette, float(rng.uniform(4, 7))), 0.3),
        (lambda: vegetation.bush(palette, float(rng.uniform(0.6, 1.4)), float(rng.uniform(0.6, 1.2))), 0.6),
        (lambda: animals.animal(palette, "dog" if rng.random() < 0.6 else "bird"), 0.5),
        (lambda: table(palette, 0.7, 0.7), 0.45),
        (lambda: chair(palette, 0.45), 0.35),
    ]
    odds = np.array([2, 1.5, 2, 1.5, 1.2, 1.6, 1.0, 0.9, 0.7, 0.6])
    maker, radius = makers[int(rng.choice(len(makers), p=odds / odds.sum()))]
    if place.free(x, z, radius):
        place.put(maker(), x, z, float(rng.normal(0, 0.4)), radius=radius)


def road(place: SceneryBuilder, pavement: Material, edge: float) -> None:
    """A road along x whose near kerb is at `edge`, with cars, a crossing at times, and houses beyond."""
    rng, palette = place.rng, place.palette
    wide = float(rng.uniform(6, 9))
    far = edge - wide
    place.cover(pavement, ground(80, 14, edge), ground(80, far, far - 4, 0.0))
    place.cover(surfaces.asphalt(rng), ground(80, edge, far, -0.12))
    kerb = surfaces.stone(rng)
    for z in (edge - 0.06, far + 0.06):
        place.put([(kerb, box(80, 0.13, 0.14))], 0.0, z, y=-0.125)
    if rng.random() < 0.25:
        place.put(buildings.zebra(palette, 4.0, wide - 0.6), float(rng.normal(0, 2)), edge - wide / 2, y=-0.118)
    for z, turn in ((edge - 1.2, 0.0), (far + 1.2, np.pi)):
        x = float(rng.uniform(-14, -8))
        while x < 14:
            if rng.random() < 0.42:
                place.put(vehicles.car(palette), x, z, turn, -0.12)
            x += float(rng.uniform(5, 8))
    green = rng.random() < 0.2
    if green:
        place.cover(surfaces.grass(rng), ground(120, far - 3.9, -70, -0.01))
        trees(place, int(rng.integers(4, 9)), far - 5, far - 25)
    else:
        house_row(place, far - 3.5, 50)
    for x in np.arange(-12, 13, float(rng.uniform(4, 8))):
        if rng.random() < 0.6:
            kerbside(place, float(x + rng.normal(0, 0.5)), edge + 0.35 if rng.random() < 0.4 else far - 0.6)


def canyon(place: SceneryBuilder, pavement: Material, behind: float) -> None:
    """Looking along a street: houses on both sides that recede, cars at the kerb."""
    rng, palette = place.rng, place.palette
    half = float(rng.uniform(3.5, 7.5))
    place.cover(pavement, ground(60, 14, -90))
    if half > 5:
        place.cover(surfaces.asphalt(rng), ground(half, -abs(behind) - 0.5 if rng.random() < 0.5 else 14, -90, 0.004))
    for side in (-1, 1):
        z = 5.0
        for _ in range(6):
            broad = float(rng.uniform(7, 14))
            house = buildings.house(palette, broad, float(rng.uniform(6, 15)))
            place.put(house, side * (half + float(rng.uniform(0, 0.3))), z - broad / 2, -side * np.pi / 2)
            z -= broad
        for at in np.arange(-30, -1.5, 6.5):
            x = side * (half - 1.6)
            if rng.random() < 0.35 and place.free(x, float(at), 2.2):
                place.put(vehicles.car(palette), x, float(at), np.pi / 2 * side, radius=2.3)
            elif rng.random() < 0.5:
                kerbside(place, side * (half - 0.8), float(at))
    house_row(place, -60.0, 40)


def trees(place: SceneryBuilder, count: int, near: float, far: float, width: float = 1.6) -> None:
    """Trees and firs between two depths; they share one kind of leaf."""
    rng, palette = place.rng, place.palette
    bare = rng.random() < 0.12
    for _ in range(count):
        z = float(rng.uniform(far, near))
        x = float(rng.uniform(-1, 1)) * (3 + width * abs(z) * 0.5)
        height = float(rng.uniform(4, 11))
        if place.free(x, z, 0.4):
            thing = (
                vegetation.conifer(palette, height)
                if rng.random() < 0.15
                else vegetation.tree(palette, height, bare=bare)
            )
            place.put(thing, x, z, radius=0.4)


def park(place: SceneryBuilder, people: int, seats: int, framing: str) -> None:
    """A park, garden, meadow, beach or wood's edge."""
    rng, palette = place.rng, place.palette
    choose_spots(place, people, seats, framing, 8.0 if framing == "full" else 4.0, "bench")
    kind = str(rng.choice(["lawn", "wood", "garden", "open", "sand"], p=[0.34, 0.2, 0.22, 0.14, 0.1]))
    place.facts["park"] = kind
    soil: Material = surfaces.gravel(rng) if kind == "sand" else surfaces.grass(rng)
    place.cover(soil, ground(400, 14, -200))
    back = min((spot.z for spot in place.spots), default=0.0)
    if kind in {"lawn", "garden"} and rng.random() < 0.6:
        path(place)
    if kind == "wood":
        trees(place, int(rng.integers(9, 15)), back - 1.5, -16, width=1.0)
    elif kind != "sand":
        trees(place, int(rng.integers(3, 8)), back - 2.5, -35)
    if kind == "garden":
        boundary(place, back - float(rng.uniform(0.9, 5)))
    if kind in {"open", "sand"} or rng.random() < 0.5:
        place.put(vegetation.hills(palette, float(rng.uniform(45, 120))), 0, 0)
    if kind == "sand" or rng.random() < 0.08:
        tone = hsv(float(rng.uniform(0.5, 0.6)), float(rng.uniform(0.15, 0.45)), float(rng.uniform(0.35, 0.65)))
        water = shaded(tone, 1 + 0.1 * spectral_noise(rng, 256, 1.0, stretch=4.0), metres=8.0, roughness=0.15)
        place.cover(water, ground(400, -float(rng.uniform(8, 25)), -200, 0.03))
    for _ in range(int(rng.integers(0, 5))):
        lawn_thing(place, float(rng.uniform(-5, 5)), float(rng.uniform(-12, 0.5)))
    if kind != "sand":
        place.put(vegetation.grass_tufts(palette, 160, 9, 3.0, -9), 0, 0)
    if rng.random() < 0.12:
        in_front_outside(place)


def path(place: SceneryBuilder) -> None:
    """A winding path of gravel or asphalt through the middle distance."""
    rng = place.rng
    wide, bend = float(rng.uniform(1.2, 3)), float(rng.normal(0, 0.05))
    along = np.linspace(8, -60, 20)
    middle = float(rng.normal(0, 1)) + bend * along**2 * 0.6 + rng.normal(0, 0.3) * along * 0.2
    edges = [np.stack([middle + side * wide / 2, 0 * along + 0.012, along], 1) for side in (1, -1)]
    made = surfaces.gravel(rng) if rng.random() < 0.7 else surfaces.asphalt(rng)
    place.cover(made, grid(np.stack([edges[0], edges[1]], 1)))


def boundary(place: SceneryBuilder, z: float) -> None:
    """A hedge, fence, wall or house front that closes a garden."""
    rng, palette = place.rng, place.palette
    kind = int(rng.integers(4))
    if kind == 0:
        for x in np.arange(-9, 9.1, 2.4):
            place.put(vegetation.bush(palette, 2.8, float(rng.uniform(1.3, 1.7))), float(x), z - 0.4)
    elif kind == 1:
        place.put(buildings.fence(palette, 18, float(rng.uniform(0.9, 1.8))), 0, z)
    elif kind == 2:
        place.put(buildings.low_wall(palette, 20, float(rng.uniform(0.7, 2.0))), 0, z)
    else:
        place.put(
            buildings.house(palette, float(rng.uniform(9, 16)), float(rng.uniform(3, 6.5))),
            float(rng.normal(0, 2)),
            z - 1.5,
        )
    for _ in range(int(rng.integers(1, 5))):
        bush = vegetation.bush(palette, float(rng.uniform(0.6, 1.6)), float(rng.uniform(0.4, 1.1)))
        place.put_if_free(bush, float(rng.uniform(-5, 5)), z + 0.5, 0.55)


def lawn_thing(place: SceneryBuilder, x: float, z: float) -> None:
    """A shrub, bench, beast, bin, bicycle or fence's length on the grass, if it is free there."""
    rng, palette = place.rng, place.palette
    kind = str(rng.choice(["bush", "bench", "dog", "bird", "big", "bin", "bicycle", "fence"],
                          p=[0.3, 0.16, 0.12, 0.1, 0.06, 0.08, 0.08, 0.1]))  # fmt: skip
    yaw = float(rng.uniform(-0.6, 0.6))
    if kind == "bush":
        size = float(rng.uniform(0.5, 1.8))
        place.put_if_free(vegetation.bush(palette, size, size * float(rng.uniform(0.5, 0.9))), x, z, size / 2)
    elif kind == "bench":
        place.put_if_free(bench(palette, 1.5, 0.45), x, z, 0.85, yaw)
    elif kind in {"dog", "bird"}:
        place.put_if_free(animals.animal(palette, kind), x, z, 0.55, float(rng.uniform(0, 6.3)))
    elif kind == "big":
        beast = animals.animal(palette, "horse" if rng.random() < 0.5 else "cow")
        place.put_if_free(beast, x * 1.5, min(z, -4.0), 1.4, float(rng.uniform(0, 6.3)))
    elif kind == "bin":
        place.put_if_free(buildings.litter_bin(palette), x, z, 0.4, yaw)
    elif kind == "bicycle":
        place.put_if_free(vehicles.bicycle(palette), x, z, 0.9, yaw)
    else:
        place.put_if_free(buildings.fence(palette, 3.6, float(rng.uniform(0.8, 1.2))), x * 1.4, min(z, -2.0), 1.8)


def in_front_outside(place: SceneryBuilder) -> None:
    """A fence, shrub, table, bicycle or bollards between the nearest person and the camera."""
    if not place.spots:
        return
    rng, palette = place.rng, place.palette
    first = max(place.spots, key=lambda spot: spot.z)
    kind = str(rng.choice(["fence", "bush", "table", "bicycle", "bollard"]))
    z = first.z + float(rng.uniform(0.55, 0.9))
    side = float(rng.choice([-1, 1])) * float(rng.uniform(0.1, 0.6))
    if kind == "fence":
        place.put(buildings.fence(palette, 7.2, float(rng.uniform(0.7, 1.0))), first.x + side, z)
    elif kind == "bush":
        place.put(
            vegetation.bush(palette, float(rng.uniform(0.5, 1.0)), float(rng.uniform(0.4, 0.8))),
            first.x + side,
            z + 0.3,
        )
    elif kind == "table":
        place.put(table(palette, float(rng.uniform(0.7, 1.4)), 0.7), first.x + side * 0.4, z)
    elif kind == "bicycle":
        place.put(vehicles.bicycle(palette), first.x + side, z)
    else:
        for x in (-1.2, 0.0, 1.2):
            place.put(buildings.bollard(palette), first.x + side + x, z)
    place.facts["in_front"] = kind
