"""Rooms, offices and cafés: floor, walls, what stands along them and in the middle, and tables in front of people."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from figureground.synth.geometry.rotations import rotation
from figureground.synth.geometry.shapes import box, ground, wall
from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import skin_coloured
from figureground.synth.materials.material import Material, Thing
from figureground.synth.materials.palette import Palette
from figureground.synth.scenes.scenery import SceneryBuilder, choose_spots
from figureground.synth.things import animals, decor, dummies, furniture


class Walls:
    """The back wall and the side walls of a room, turned a little about y."""

    def __init__(self, place: SceneryBuilder, depth: float, width: float, height: float) -> None:
        self.place, self.depth, self.width, self.height = place, depth, width, height
        self.turn = float(place.rng.normal(0, 0.22)) if depth > 0.8 else 0.0

    def at(self, along: float, off: float) -> tuple[float, float]:
        """Floor point (x, z) that far along the back wall from its middle and off it."""
        x, _, z = rotation((0, 1, 0), self.turn) @ np.array([along, 0.0, off])
        return float(x), float(z) - self.depth

    def hang(self, thing: Thing, along: float) -> None:
        """Fix a thing to the back wall."""
        x, z = self.at(along, 0.01)
        self.place.put(thing, x, z, self.turn)

    def stand(self, thing: Thing, along: float, deep: float, width: float) -> bool:
        """Stand a thing of that depth and width against the wall, unless it would be in the way."""
        x, z = self.at(along, deep / 2 + 0.03)
        reach = [self.at(along + s * width / 2, deep) for s in (-1, 0, 1)]
        if not all(self.place.free(a, b, 0.05) for a, b in reach) or not self.place.free(x, z, deep / 2):
            return False
        self.place.put(thing, x, z, self.turn)
        return True

    def build(self, material: Material, floor: Material, sides: bool, ceiling: bool) -> None:
        """Lay the floor, raise the walls, skirting boards included; the side of the camera stays open to the light."""
        place, half, front = self.place, self.width / 2, self.depth + 1.0
        left, right = self.at(-half, 0), self.at(half, 0)
        place.cover(floor, ground(24.0, 12.0, -self.depth - 6))
        place.cover(material, wall(left, right, self.height))
        board = box(self.width, 0.09, 0.02)
        place.put([(place.palette.white, board)], *self.at(0, 0.01), self.turn)
        if sides:
            place.cover(material, wall(self.at(-half, front), left, self.height))
            place.cover(material, wall(right, self.at(half, front), self.height))
        if ceiling:
            roof = ground(self.width + 6, self.depth * 0.2, -self.depth - 4, self.height)
            place.cover(place.palette.white, roof.rotated(np.pi, (0, 0, 1)).translated(0, 2 * self.height))


def raise_walls(place: SceneryBuilder, depth: float, width: float) -> Walls:
    """Walls and floor of a lived-in room."""
    rng, palette = place.rng, place.palette
    walls = Walls(place, depth, width, 4.0 if rng.random() < 0.6 else float(rng.uniform(2.4, 3.0)))
    tone = palette.tone(float(rng.beta(3, 1.4) * 0.7 + 0.25)) if palette.tones or rng.random() < 0.5 else None
    if rng.random() < 0.06:
        tone = skin_coloured(rng)
    makers: list[Callable[..., Material]] = [surfaces.plaster, surfaces.wallpaper, surfaces.brick, surfaces.wood]
    material = makers[int(rng.choice(4, p=[0.72, 0.14, 0.08, 0.06]))](rng, tone)
    kind = rng.random()
    if kind < 0.55:
        floor = surfaces.wood(rng, planks=int(rng.integers(6, 14)))
    else:
        floor = surfaces.carpet(rng) if kind < 0.75 else surfaces.tiles(rng)
    walls.build(material, floor, sides=rng.random() < 0.6, ceiling=walls.height < 3.2)
    return walls


def line_wall(place: SceneryBuilder, walls: Walls, odds: dict[str, float]) -> None:
    """Go along the back wall and choose what stands and hangs there."""
    rng, palette = place.rng, place.palette
    names, share = list(odds), np.array(list(odds.values()))
    along = -walls.width / 2 + rng.uniform(0.1, 0.8)
    while along < walls.width / 2 - 0.4:
        name = names[int(rng.choice(len(names), p=share / share.sum()))]
        width = {"shelf": 1.0, "cabinet": 1.3, "sofa": 1.9, "door": 1.1, "window": 1.5, "desk": 1.5, "bed": 2.1}.get(
            name, 0.8
        )
        width *= float(rng.uniform(0.8, 1.2))
        if name != "nothing":
            _against_wall(place, walls, name, along + width / 2, width)
        along += width + rng.uniform(0.05, 0.5)
    if rng.random() < 0.5:
        x, z = walls.at(0, 0.4)
        place.put(decor.pendant(palette), x + float(rng.normal(0, 0.8)), z, y=float(rng.uniform(1.9, 2.2)))


def _against_wall(place: SceneryBuilder, walls: Walls, name: str, at: float, width: float) -> None:
    rng, palette = place.rng, place.palette
    if name == "shelf":
        walls.stand(furniture.shelf(palette, width, float(rng.uniform(0.9, 2.2))), at, 0.32, width)
    elif name == "cabinet":
        height = float(rng.choice([0.8, 1.0, 2.0]))
        if walls.stand(furniture.cabinet(palette, width, height), at, 0.48, width) and height < 1.5:
            place.put(
                decor.clutter(palette, width, 0.4, int(rng.integers(0, 4))), *walls.at(at, 0.27), walls.turn, height
            )
            if rng.random() < 0.4:
                walls.hang(decor.picture(palette), at)
    elif name == "sofa":
        place_it = [(material, mesh.translated(z=-0.2)) for material, mesh in furniture.sofa(palette, width, 0.42)]
        walls.stand(place_it, at, 1.0, width)
        if rng.random() < 0.6:
            walls.hang(decor.picture(palette), at)
    elif name == "desk":
        if walls.stand(furniture.table(palette, width, 0.7), at, 0.7, width):
            place.put(desk_things(palette, width, away=False), *walls.at(at, 0.38), walls.turn, 0.74)
    elif name == "bed":
        turned = [(s, m.rotated(np.pi / 2)) for s, m in furniture.bed(palette, float(rng.uniform(0.9, 1.5)))]
        walls.stand(turned, at, 1.5, width)
    elif name == "curtain":
        walls.hang(decor.curtain(palette, width, float(rng.uniform(2.2, 2.5))), at)
    elif name == "window":
        walls.hang(decor.window(palette, width * 0.8, float(rng.uniform(1.1, 1.5))), at)
        for side in (-1, 1) if rng.random() < 0.6 else ():
            walls.hang(decor.curtain(palette, 0.45, 2.4), at + side * (width * 0.4 + 0.15))
    elif name in {"plant", "lamp", "rack", "stand"}:
        thing = {
            "plant": lambda: decor.plant(palette, float(rng.uniform(0.6, 1.7))),
            "lamp": lambda: decor.floor_lamp(palette),
            "rack": lambda: dummies.clothes_rack(palette),
            "stand": lambda: dummies.coat_stand(palette),
        }[name]()
        walls.stand(thing, at, 0.5, 0.5)
    else:
        thing = {"door": decor.door, "picture": decor.picture, "coat": dummies.coat_on_hook}[name](palette)
        walls.hang(thing, at)


HOME = {
    "nothing": 2.0, "picture": 3.0, "shelf": 2.5, "cabinet": 2.0, "sofa": 1.6, "door": 1.3, "window": 2.0, "desk": 0.5,
    "curtain": 0.7, "plant": 1.3, "lamp": 1.2, "bed": 0.5, "coat": 0.4, "rack": 0.2, "stand": 0.3,
}  # fmt: skip
OFFICE = {
    "nothing": 2.0, "picture": 1.0, "shelf": 2.5, "cabinet": 2.0, "door": 1.0, "window": 3.0, "desk": 2.0, "plant": 1.3,
    "stand": 0.4,
}  # fmt: skip


def room(place: SceneryBuilder, people: int, seats: int, framing: str) -> None:
    """A living room, bedroom or hall."""
    rng = place.rng
    close = framing in {"portrait", "half", "webcam"}
    depth = float(rng.uniform(0.6, 3.2) if close else rng.uniform(1.2, 4.5))
    choose_seats = "sofa" if rng.random() < 0.4 else "chair"
    choose_spots(place, people, seats, framing, max(depth - 0.9, 0.3), choose_seats)
    walls = raise_walls(place, depth, float(rng.uniform(5, 9)))
    line_wall(place, walls, HOME)
    if rng.random() < 0.4:
        rug = decor.sheet(float(rng.uniform(1.5, 3)), float(rng.uniform(1.2, 2))).rotated(-np.pi / 2, (1, 0, 0))
        place.cover(surfaces.rug(rng), rug.translated(float(rng.normal(0, 0.5)), 0.008, float(rng.uniform(-0.2, 1.0))))
    fill_floor(place, walls, int(rng.integers(0, 5)))
    if rng.random() < (0.22 if not seats else 0.35):
        in_front(place, framing)


def fill_floor(place: SceneryBuilder, walls: Walls, count: int) -> None:
    """Strew loose pieces over the floor between the wall and a little before the people."""
    rng, palette = place.rng, place.palette
    for _ in range(count):
        kind = int(rng.integers(9))
        x, z = float(rng.uniform(-2.8, 2.8)), float(rng.uniform(-walls.depth + 0.8, 0.4))
        yaw = float(rng.uniform(-1.5, 1.5))
        if kind == 0:
            place.put_if_free(furniture.sofa(palette, 0.95, 0.42), x, z, 0.6, yaw)
        elif kind == 1:
            table_group(place, x, z, float(rng.uniform(0.7, 1.3)), 2)
        elif kind == 2:
            place.put_if_free(furniture.chair(palette, 0.45), x, z, 0.35, yaw)
        elif kind == 3:
            place.put_if_free(decor.plant(palette, float(rng.uniform(0.5, 1.6))), x, z, 0.35)
        elif kind == 4:
            place.put_if_free(decor.floor_lamp(palette), x, z, 0.25)
        elif kind == 5:
            place.put_if_free(animals.animal(palette, "dog" if rng.random() < 0.5 else "cat"), x, z, 0.5, yaw * 2)
        elif kind == 6:
            place.put_if_free(furniture.table(palette, 0.9, 0.6, 0.45), x, z, 0.55, yaw)
        elif kind == 7:
            place.put_if_free(dummies.chair_with_clothes(palette), x, z, 0.4, yaw)
        else:
            crate = [(palette.colour(), box(*rng.uniform(0.25, 0.6, 3)))]
            place.put_if_free(crate, x, z, 0.4, yaw)


def table_group(place: SceneryBuilder, x: float, z: float, width: float, chairs: int) -> None:
    """A table with things on it and chairs round it, if the floor is free there."""
    rng, palette = place.rng, place.palette
    depth = float(rng.uniform(0.65, 0.9))
    if not place.free(x, z, width / 2 + 0.15):
        return
    place.put(furniture.table(palette, width, depth), x, z, radius=width / 2)
    place.put(decor.clutter(palette, width, depth, int(rng.integers(0, 5))), x, z, y=0.74)
    for yaw in rng.permutation([0.0, np.pi, np.pi / 2, -np.pi / 2])[:chairs]:
        away = (depth if abs(np.cos(yaw)) > 0.5 else width) / 2 + float(rng.uniform(0.05, 0.3))
        at = (x - float(np.sin(yaw)) * away, z - float(np.cos(yaw)) * away)
        if all(np.hypot(at[0] - spot.x, at[1] - spot.z) > 0.75 for spot in place.spots):
            place.put(furniture.chair(palette, 0.45), *at, float(yaw) + float(rng.normal(0, 0.15)))


def in_front(place: SceneryBuilder, framing: str) -> None:
    """Put something between the nearest person and the camera: a table, a desk, a chair's back, a plant at the side."""
    if not place.spots:
        return
    rng, palette = place.rng, place.palette
    first = max(place.spots, key=lambda spot: spot.z)
    kind = str(rng.choice(["table", "chair", "plant"], p=[0.6, 0.2, 0.2]))
    if kind == "table":
        width, depth = float(rng.uniform(0.9, 1.8)), float(rng.uniform(0.6, 0.8))
        z = first.z + depth / 2 + float(rng.uniform(0.26, 0.4))
        height = 0.74 if first.height or rng.random() < 0.7 else 1.05
        x = first.x + float(rng.normal(0, 0.2))
        place.put(furniture.table(palette, width, depth, height), x, z)
        place.put(decor.clutter(palette, width, depth, int(rng.integers(1, 6)), framing == "webcam"), x, z, y=height)
    elif kind == "chair":
        side = float(rng.choice([-1, 1])) * float(rng.uniform(0.1, 0.6))
        place.put(
            furniture.chair(palette, 0.45),
            first.x + side,
            first.z + float(rng.uniform(0.75, 1.1)),
            np.pi + float(rng.normal(0, 0.4)),
        )
    else:
        side = float(rng.choice([-1, 1])) * float(rng.uniform(0.35, 0.8))
        place.put(
            decor.plant(palette, float(rng.uniform(0.9, 1.6))), first.x + side, first.z + float(rng.uniform(0.7, 1.2))
        )
    place.facts["in_front"] = kind


def desk_things(palette: Palette, width: float, away: bool) -> Thing:
    """A monitor or laptop with what lies about it; the work is done from +z, or from -z if the screens are `away`."""
    thing: Thing = []
    back = -0.16
    count = 2 if width > 1.4 and palette.chance(0.4) else 1
    for k in range(count):
        x = (k - (count - 1) / 2) * 0.65 + palette.between(-0.1, 0.1)
        screen = decor.monitor(palette) if palette.chance(0.6) else decor.laptop(palette)
        thing += [(s, m.translated(x, 0, back)) for s, m in screen]
    thing.append((palette.dark, box(0.42, 0.02, 0.14).translated(0, 0, 0.12)))
    thing += [
        (s, m.translated(z=0.02))
        for s, m in decor.clutter(palette, width * 0.95, 0.55, int(palette.rng.integers(0, 4)), True)
    ]
    return [(s, m.rotated(np.pi)) for s, m in thing] if away else thing


def office(place: SceneryBuilder, people: int, seats: int, framing: str) -> None:
    """Desks with screens, shelves, windows; who sits may have a desk before him."""
    rng, palette = place.rng, place.palette
    depth = float(rng.uniform(1.0, 5.0))
    choose_spots(place, people, seats, framing, max(depth - 1.0, 0.3), "office" if rng.random() < 0.7 else "chair")
    walls = raise_walls(place, depth, float(rng.uniform(6, 10)))
    line_wall(place, walls, OFFICE)
    for spot in list(place.spots):
        if spot.height and rng.random() < 0.6:
            front: Floats = np.array([np.sin(spot.yaw), np.cos(spot.yaw)])
            x, z = np.array([spot.x, spot.z]) + front * 0.72
            desk = furniture.table(palette, float(rng.uniform(1.2, 1.7)), 0.7)
            if all(np.hypot(x - other.x, z - other.z) > 0.68 for other in place.spots if other is not spot):
                place.put(desk, float(x), float(z), spot.yaw)
                low = rng.random() < 0.5 or framing in {"portrait", "webcam"}
                things = decor.clutter(palette, 1.2, 0.5, 4, True) if low else desk_things(palette, 1.4, away=True)
                place.put(things, float(x), float(z), spot.yaw, 0.74)
                place.facts["in_front"] = "desk"
    for _ in range(int(rng.integers(0, 4))):
        x, z = float(rng.uniform(-3, 3)), float(rng.uniform(-max(depth - 0.8, 0.7), -0.6))
        if place.free(x, z, 0.8):
            yaw = float(rng.choice([0, np.pi / 2, -np.pi / 2]))
            place.put(furniture.table(palette, 1.4, 0.7), x, z, yaw, radius=0.8)
            place.put(desk_things(palette, 1.4, away=False), x, z, yaw, 0.74)
            place.put(furniture.office_chair(palette, 0.46), x + 0.6 * np.sin(yaw), z + 0.6 * np.cos(yaw), yaw + np.pi)
    if rng.random() < 0.12 and "in_front" not in place.facts:
        in_front(place, framing)


def cafe(place: SceneryBuilder, people: int, seats: int, framing: str) -> None:
    """Small tables with chairs, lamps over them, a counter at the back."""
    rng, palette = place.rng, place.palette
    depth = float(rng.uniform(1.5, 5.0))
    choose_spots(place, people, seats, framing, max(depth - 1.0, 0.4))
    walls = raise_walls(place, depth, float(rng.uniform(5, 9)))
    if rng.random() < 0.5 and depth > 2.2:
        along = float(rng.uniform(-1.5, 1.5))
        if walls.stand(furniture.cabinet(palette, 2.6, 1.1, 0.6), along, 1.6, 2.6):
            place.put(decor.clutter(palette, 2.4, 0.4, 7), *walls.at(along, 0.8), walls.turn, 1.1)
            place.put(furniture.shelf(palette, 2.2, 1.8), *walls.at(along, 0.18), walls.turn, 0.4)
    else:
        line_wall(place, walls, {"picture": 3, "window": 3, "nothing": 1.5, "plant": 1, "shelf": 1, "curtain": 0.5})
    for _ in range(int(rng.integers(1, 5))):
        x, z = float(rng.uniform(-3, 3)), float(rng.uniform(-depth + 0.7, -0.3))
        table_group(place, x, z, float(rng.uniform(0.65, 0.9)), int(rng.integers(1, 4)))
        if rng.random() < 0.5:
            place.put(decor.pendant(palette), x, z, y=float(rng.uniform(1.7, 2.1)))
    if rng.random() < (0.3 if not seats else 0.7):
        in_front(place, framing)
