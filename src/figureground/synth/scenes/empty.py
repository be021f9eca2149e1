"""Pictures with nobody in them, above all those that a model would see people in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from figureground.synth.figures.person import Person
from figureground.synth.geometry.shapes import ball, box, cushion, ground, wall
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import hsv, skin_coloured
from figureground.synth.materials.material import Material, Part, Thing
from figureground.synth.materials.palette import Palette
from figureground.synth.scenes.indoors import HOME, fill_floor, line_wall, raise_walls, table_group
from figureground.synth.scenes.lights import choose_light
from figureground.synth.scenes.outdoors import boundary, house_row, kerbside, trees
from figureground.synth.scenes.peopled import PAINTED
from figureground.synth.scenes.scenery import Scenery, SceneryBuilder
from figureground.synth.things import animals, decor, dummies, furniture, vehicles

Aim = tuple[tuple[float, float, float], float]
"""Where the camera looks and how many metres the picture shows there from top to bottom."""

ODDS = {
    "animal": 0.24,
    "clothes": 0.16,
    "statue": 0.12,
    "dummy": 0.12,
    "furniture": 0.08,
    "food": 0.08,
    "close": 0.08,
    "skin tones": 0.06,
    "car": 0.06,
}


def build_empty_scenery(
    rng: np.random.Generator,
    lights: Sequence[Path],
    *,
    persons: Sequence[Person] = (),
    kind: str | None = None,
) -> Scenery:
    """A picture's contents with nobody in it.

    Args:
        rng: Draws everything.
        lights: Files of environment maps (.exr); where empty, all light is painted.
        persons: Dressed people whose shapes statues and shop dummies take; without them a tailor's torso or a
            scarecrow stands there instead.
        kind: One of ODDS, or None to draw it.
    Returns:
        A scenery without spots. `facts` says where to look: "aim_x", "aim_y", "aim_z" in metres and "span", the height
        that the picture shall show at that point, also in metres.
    Raises:
        KeyError: There is no such kind.
    """
    drawn = str(rng.choice(list(ODDS), p=list(ODDS.values()))) if kind is None else kind
    place = SceneryBuilder(rng)
    shapes: tuple[Part, ...] = ()
    if drawn in {"statue", "dummy"}:
        shapes, (aim, span), inside = _figures(place, persons, drawn)
    else:
        (aim, span), inside = CONTENTS[drawn](place)
    light, name, credit = choose_light(rng, lights, inside)
    place.facts |= {"light": name, "contents": drawn, "span": round(span, 3)}
    place.facts |= {f"aim_{axis}": round(float(value), 3) for axis, value in zip("xyz", aim, strict=True)}
    return place.scenery(drawn, light, tuple(line for line in (PAINTED, credit) if line), parts=shapes)


def _behind(place: SceneryBuilder, inside: bool, depth: float) -> None:
    """A room or an open place whose things keep off the middle."""
    rng = place.rng
    place.put([], 0.0, 0.0, radius=0.9)
    if inside:
        walls = raise_walls(place, depth, float(rng.uniform(5, 8)))
        line_wall(place, walls, HOME)
        return
    if rng.random() < 0.5:
        place.cover(surfaces.grass(rng), ground(400, 14, -200))
        trees(place, int(rng.integers(3, 8)), -3, -30)
        if rng.random() < 0.5:
            boundary(place, -depth - 1.5)
    else:
        place.cover(
            surfaces.tiles(rng, hsv(0.1, 0.08, rng.uniform(0.35, 0.65)), across=8, metres=3.0), ground(80, 14, -60)
        )
        house_row(place, -depth - float(rng.uniform(1.5, 12)), 40)
        for _ in range(3):
            kerbside(place, float(rng.uniform(-4, 4)), -depth)


def _animal(place: SceneryBuilder) -> tuple[Aim, bool]:
    rng = place.rng
    kind = str(rng.choice(["dog", "cat", "horse", "cow", "bird"], p=[0.36, 0.24, 0.16, 0.12, 0.12]))
    inside = kind in {"dog", "cat"} and rng.random() < 0.5
    _behind(place, inside, float(rng.uniform(1.2, 3)))
    yaw = float(rng.choice([0, np.pi]) + rng.normal(0, 0.5)) if rng.random() < 0.6 else float(rng.uniform(-2.6, -0.5))
    beast = animals.animal(place.palette, kind)
    place.put(beast, 0.0, 0.0, yaw)
    high = max(float(mesh.vertices[:, 1].max()) for _, mesh in beast)
    if kind == "bird" or rng.random() < 0.2:
        for _ in range(int(rng.integers(1, 4))):
            x, z = float(rng.uniform(-2, 2) * high), float(-rng.uniform(0.5, 3) * high)
            place.put(animals.animal(place.palette, kind), x, z, float(rng.uniform(0, 6.3)))
    place.facts["animal"] = kind
    portrait = rng.random() < 0.3
    reach = 0.45 if kind in {"horse", "cow"} else 0.3
    ahead = float(np.cos(yaw)) * high * reach if portrait else 0.0
    return (
        (ahead, high * (0.8 if portrait else 0.5), 0.0),
        high * float(rng.uniform(0.7, 1.0) if portrait else rng.uniform(1.4, 2.8)),
    ), inside


def _clothes(place: SceneryBuilder) -> tuple[Aim, bool]:
    rng, palette = place.rng, place.palette
    kind = str(rng.choice(["chair", "rack", "hanger", "hook", "stand", "heap", "scarecrow"],
                          p=[0.22, 0.16, 0.16, 0.15, 0.13, 0.1, 0.08]))  # fmt: skip
    place.facts["clothes"] = kind
    inside = kind != "scarecrow"
    depth = 0.3 if kind in {"hanger", "hook"} else float(rng.uniform(0.7, 2.5))
    if depth < 0.5:
        walls = raise_walls(place, depth, 6.0)
        if kind == "hook":
            for k in range(int(rng.integers(1, 4))):
                walls.hang(dummies.coat_on_hook(palette), 0.45 * k)
        else:
            height = float(rng.uniform(1.5, 1.9))
            thing = [(s, m.translated(0, height, 0.12)) for s, m in dummies.hanger(palette)]
            walls.hang(thing, 0.0)
        return ((0.15, 1.2, -0.2), float(rng.uniform(1.0, 2.2))), True
    _behind(place, inside, depth)
    thing = {
        "chair": dummies.chair_with_clothes,
        "rack": dummies.clothes_rack,
        "stand": dummies.coat_stand,
        "heap": _laundry,
        "scarecrow": dummies.scarecrow,
    }[kind](palette)
    place.put(thing, 0, 0, float(rng.normal(0, 0.6)))
    high = max(float(mesh.vertices[:, 1].max()) for _, mesh in thing)
    return ((0.0, high * 0.5, 0.0), max(0.8, high * float(rng.uniform(0.9, 1.6)))), inside


def _laundry(palette: Palette) -> Thing:
    bed = furniture.bed(palette, 1.4) if palette.chance(0.5) else furniture.sofa(palette, 1.9, 0.42)
    top = 0.54 if len(bed) < 8 else 0.45
    heaps: Thing = []
    for _ in range(int(palette.rng.integers(1, 4))):
        cloth = surfaces.cloth(palette.rng)
        heap = dummies.heap_of_cloth(palette, palette.between(0.3, 0.7))
        heaps.append((cloth, heap.translated(palette.between(-0.5, 0.5), top, palette.between(-0.05, 0.35))))
    return [*bed, *heaps]


def _furniture(place: SceneryBuilder) -> tuple[Aim, bool]:
    rng = place.rng
    walls = raise_walls(place, float(rng.uniform(1.0, 3.0)), float(rng.uniform(4, 8)))
    line_wall(place, walls, HOME)
    fill_floor(place, walls, int(rng.integers(2, 6)))
    return ((float(rng.normal(0, 0.6)), float(rng.uniform(0.5, 1.3)), -0.5), float(rng.uniform(0.9, 2.6))), True


def _food(place: SceneryBuilder) -> tuple[Aim, bool]:
    rng = place.rng
    walls = raise_walls(place, float(rng.uniform(0.9, 3.0)), 6.0)
    line_wall(place, walls, {"picture": 2, "window": 2, "nothing": 1, "shelf": 1})
    table_group(place, 0.0, 0.0, float(rng.uniform(0.8, 1.4)), int(rng.integers(0, 4)))
    extra = decor.clutter(place.palette, 0.8, 0.5, 4)
    place.put([*extra, *decor.plate_of_food(place.palette)], 0.0, 0.1, y=0.74)
    return ((0.0, 0.78, 0.05), float(rng.uniform(0.35, 0.9))), True


def _close(place: SceneryBuilder) -> tuple[Aim, bool]:
    """An object or cloth so near that it fills the picture."""
    rng, palette = place.rng, place.palette
    kind = int(rng.integers(5))
    top: Material = palette.wood if rng.random() < 0.5 else surfaces.cloth(rng)
    place.cover(top, ground(1.6, 0.6, -0.8))
    place.cover(
        palette.cloth if rng.random() < 0.4 else surfaces.plaster(rng),
        wall((-3, -0.8 - rng.random()), (3, -0.9), 2.5, -0.8),
    )
    if kind == 0:
        cloth = dummies.heap_of_cloth(palette, 0.9)
        place.cover(surfaces.cloth(rng), cloth)
        return ((0.0, 0.1, 0.0), float(rng.uniform(0.25, 0.6))), True
    things: list[Callable[[], Thing]] = [
        lambda: animals.teddy(palette),
        lambda: decor.bowl_of_fruit(palette),
        lambda: [(surfaces.cloth(rng), ball(0.11, 20, 14).translated(y=0.11))],
        lambda: decor.plant(palette, 0.5),
    ]
    thing = things[kind - 1]()
    place.put(thing, 0, 0, float(rng.normal(0, 0.5)))
    high = max(float(mesh.vertices[:, 1].max()) for _, mesh in thing)
    place.put(decor.clutter(palette, 0.8, 0.3, 2), 0.0, -0.35)
    return ((0.0, high * 0.5, 0.0), high * float(rng.uniform(1.1, 2.2))), True


def _skin_tones(place: SceneryBuilder) -> tuple[Aim, bool]:
    """Walls, wood, cushions and vases in the colours of skin."""
    rng, palette = place.rng, place.palette
    tones = [skin_coloured(rng) for _ in range(3)]
    place.cover(surfaces.wood(rng, tones[0], planks=8), ground(12, 8, -3))
    place.cover(surfaces.plaster(rng, tones[1]), wall((-6, -1.2), (6, -1.4), 3.5))
    cover = surfaces.leather(rng, tones[2])
    for _ in range(int(rng.integers(2, 6))):
        x, z = float(rng.uniform(-1, 1)), float(rng.uniform(-0.9, 0.3))
        kind = int(rng.integers(4))
        if kind == 0:
            width, height, depth = rng.uniform(0.3, 0.7, 3)
            place.put([(cover, cushion(width, height, depth, 0.6))], x, z, float(rng.uniform(0, 3)))
        elif kind == 1:
            place.put(
                [(s if s is not palette.cloth else cover, m) for s, m in furniture.sofa(palette, 0.95, 0.42)], x, z
            )
        elif kind == 2:
            place.put([(cover, ball(0.2).translated(y=0.2))], x, z)
        else:
            place.put(furniture.cabinet(palette, 0.8, 0.9), x, -1.0)
    return ((0.0, 0.5, -0.3), float(rng.uniform(0.8, 1.8))), True


def _car(place: SceneryBuilder) -> tuple[Aim, bool]:
    rng, palette = place.rng, place.palette
    place.put([], 0.0, 0.0, radius=2.2)
    place.cover(surfaces.asphalt(rng), ground(80, 14, -60))
    house_row(place, -float(rng.uniform(3, 14)), 44)
    two = rng.random() < 0.3
    place.put(
        vehicles.bicycle(palette) if two else vehicles.car(palette),
        0,
        0,
        float(rng.uniform(-0.9, 0.9)) + np.pi * int(rng.integers(2)),
    )
    for _ in range(3):
        kerbside(place, float(rng.uniform(-6, 6)), float(rng.uniform(-2.8, -2.2)))
    span = float(rng.uniform(1.3, 2.2) if two else rng.uniform(1.8, 5))
    return ((float(rng.normal(0, 0.4)), 0.6, 0.0), span), False


CONTENTS: dict[str, Callable[[SceneryBuilder], tuple[Aim, bool]]] = {
    "animal": _animal,
    "clothes": _clothes,
    "furniture": _furniture,
    "food": _food,
    "close": _close,
    "skin tones": _skin_tones,
    "car": _car,
}


def _figures(place: SceneryBuilder, persons: Sequence[Person], kind: str) -> tuple[tuple[Part, ...], Aim, bool]:
    """Statues on plinths, or dummies in a shop, or what stands for them where there are no persons' shapes to take."""
    rng, palette = place.rng, place.palette
    inside = rng.random() < (0.85 if kind == "dummy" else 0.4)
    _behind(place, inside, float(rng.uniform(1.0, 3)))
    if not persons:
        thing = dummies.bust_stand(palette) if inside else dummies.scarecrow(palette)
        place.put(thing, 0.0, 0.0, float(rng.normal(0, 0.6)))
        return (), ((0.0, 1.1, 0.0), float(rng.uniform(1.0, 2.2))), inside
    person = persons[int(rng.integers(len(persons)))]
    made = dummies.statue(rng, person) if kind == "statue" else dummies.shop_dummy(rng, person)
    high = float(rng.uniform(0.3, 1.3)) if kind == "statue" and rng.random() < 0.7 else 0.0
    if high:
        place.put(dummies.plinth(palette, high), 0.0, 0.0)
    elif kind == "dummy":
        place.put([(palette.metal, box(0.4, 0.01, 0.4))], 0.0, 0.0)
    yaw = float(rng.normal(0, 0.7))
    parts = tuple(part.rotated(yaw).translated(y=high) for part in made)
    return parts, _aim_at(parts, rng), inside


def _aim_at(parts: Sequence[Part], rng: np.random.Generator) -> Aim:
    low = min(float(part.vertices[np.unique(part.faces), 1].min()) for part in parts)
    high = max(float(part.vertices[np.unique(part.faces), 1].max()) for part in parts)
    tall = high - low
    if rng.random() < 0.5:  # the upper part, its top in sight: head, or the neck that says there is none
        span = tall * float(rng.uniform(0.55, 0.85))
        return (0.0, high - 0.43 * span, 0.0), span
    return (0.0, (low + high) / 2, 0.0), tall * float(rng.uniform(1.1, 1.7))
