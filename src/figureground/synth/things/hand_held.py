"""Things for one hand: phones, cups, books, rackets, umbrellas, handbags."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from figureground.synth.figures.person import Person
from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.rotations import axes_along
from figureground.synth.geometry.shapes import ball, box, cushion, grid, lathe, rod, spline, tube
from figureground.synth.geometry.vectors import UP, Floats, unit, vec
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Material, Thing
from figureground.synth.materials.palette import Palette
from figureground.synth.things import decor
from figureground.synth.things.attachment import Grip, torso
from figureground.synth.things.bags import clutch, draw_bag

Maker = Callable[[Palette, Person, Grip], Thing]


def phone(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A telephone whose back lies in the palm."""
    body = box(0.072, 0.148, 0.009).translated(0, -0.05, 0.006)
    shine = surfaces.paint(palette.rng, np.full(3, palette.between(0.02, 0.5)), roughness=0.1)
    glass = decor.sheet(0.066, 0.14).translated(0, -0.046, 0.0112)
    cover: Material = palette.dark if palette.chance(0.6) else palette.colour()
    frame = np.stack([np.cross(grip.along, grip.out), grip.along, grip.out], 1)
    return [(s, m.transformed(frame, grip.palm)) for s, m in ((cover, body), (shine, glass))]


def cup(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A mug or paper cup, upright as far as the hand is."""
    radius = max(grip.radius, 0.034)
    if palette.chance(0.5):
        made: Thing = [(palette.colour() if palette.chance(0.6) else palette.white, _paper_cup(radius))]
    else:
        made = [(material, mesh.translated(y=-0.045)) for material, mesh in decor.cup(palette)]
    axis = unit(grip.along + 0.6 * UP)
    return _clasped(made, grip, axis, radius)


def _paper_cup(radius: float) -> Mesh:
    rings = [
        (0, -0.06),
        (radius * 0.85, -0.06),
        (radius * 1.1, 0.05),
        (radius * 1.15, 0.055),
        (radius, 0.062),
        (0, 0.062),
    ]
    return lathe(rings, 18)


def _clasped(thing: Thing, grip: Grip, axis: Floats, radius: float) -> Thing:
    """A thing about its y axis, laid along `axis` so that its side of that radius touches the palm."""
    frame = axes_along(axis, grip.forward)
    return [(material, mesh.transformed(frame, grip.palm + grip.out * radius)) for material, mesh in thing]


def bottle(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A bottle clasped about its middle."""
    made = [(material, mesh.translated(y=-0.1)) for material, mesh in decor.bottle(palette)]
    return _clasped(made, grip, unit(grip.along + 0.4 * UP), 0.035)


def book(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A closed book or folder flat in the palm."""
    height, width, thick = palette.between(0.18, 0.3), palette.between(0.13, 0.21), palette.between(0.01, 0.035)
    cover = join(
        [box(width, height, 0.003).translated(z=z) for z in (0, thick)]
        + [box(0.003, height, thick).translated(-width / 2, 0, thick / 2)]
    )
    leaf = box(width * 0.96, height * 0.97, thick * 0.9).translated(0, height * 0.015, thick / 2)
    return _against_palm([(palette.colour(), cover), (palette.white, leaf)], grip, height)


def _against_palm(thing: Thing, grip: Grip, height: float) -> Thing:
    """A flat thing whose back (z = 0) lies in the palm, the fingers round its lower edge."""
    frame = np.stack([np.cross(-grip.forward, grip.out), -grip.forward, grip.out], 1)
    # Forward and out are perpendicular, as both come from one cross product.
    origin = grip.palm + grip.forward * min(0.06, height / 2)
    return [(material, mesh.transformed(frame, origin)) for material, mesh in thing]


def laptop(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A closed laptop carried at its edge."""
    body: Material = palette.metal if palette.chance(0.6) else palette.dark
    return _against_palm([(body, box(0.33, 0.23, 0.018).translated(z=0.009))], grip, 0.23)


def tray(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A round tray on the upturned palm, with glasses."""
    plate = lathe([(0, 0), (0.17, 0), (0.19, 0.02), (0.185, 0.022), (0.165, 0.006), (0, 0.006)], 26)
    thing: Thing = [(palette.metal, plate)]
    for angle in np.arange(3) * 2.1:
        thing += [(s, m.translated(0.09 * np.sin(angle), 0.006, 0.09 * np.cos(angle))) for s, m in decor.cup(palette)]
    return [(material, mesh.translated(*grip.palm)) for material, mesh in thing]


def racket(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A racket, its handle in the fist, its head on the thumb's side."""
    angles = np.linspace(0, 2 * np.pi, 33)
    rim = np.stack([0.125 * np.sin(angles), 0.16 * np.cos(angles) + 0.47, 0 * angles], 1)
    frame = [
        tube(rim, 0.01, 6, caps=False),
        rod((-0.06, 0.33, 0), (0, 0.12, 0), 0.008, 6),
        rod((0.06, 0.33, 0), (0, 0.12, 0), 0.008, 6),
    ]
    strings = [
        rod((x, 0.47 - h, 0), (x, 0.47 + h, 0), 0.0012, 3)
        for x in np.arange(-0.1, 0.11, 0.02)
        for h in [0.16 * np.sqrt(1 - (x / 0.125) ** 2)]
    ]
    strings += [
        rod((-w, 0.47 + y, 0), (w, 0.47 + y, 0), 0.0012, 3)
        for y in np.arange(-0.14, 0.15, 0.02)
        for w in [0.125 * np.sqrt(1 - (y / 0.16) ** 2)]
    ]
    handle = rod((0, -0.1, 0), (0, 0.14, 0), 0.016, 8)
    made: Thing = [(palette.colour(), join(frame)), (palette.white, join(strings)), (palette.dark, handle)]
    return _clasped(made, grip, grip.along, 0.016)


def held_ball(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A ball in one hand."""
    radius = max(grip.radius, float(palette.rng.choice([0.033, 0.05, 0.09])))
    return [(ball_cover(palette), ball(radius).translated(*(grip.palm + grip.out * radius)))]


def ball_cover(palette: Palette) -> Material:
    """Cloth or leather in the colour of a ball."""
    tone = hsv(palette.rng.random(), palette.between(0.1, 0.7), palette.between(0.3, 0.9))
    return surfaces.cloth(palette.rng, tone) if palette.chance(0.4) else surfaces.leather(palette.rng, tone)


def walking_stick(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A stick from the fist to the floor, its crook over the hand."""
    top = grip.middle + vec(0, 0.03, 0)
    foot = grip.middle * [1, 0, 1] + (
        torso(person).front * 0.12 + torso(person).left * (0.06 if grip.side == "L" else -0.06)
    )
    crook = spline(
        [top, top + 0.035 * UP, top + 0.03 * UP - torso(person).front * 0.07, top - torso(person).front * 0.09], 9
    )
    return [(palette.wood, join([rod(foot, top, (0.009, 0.011), 8), tube(crook, 0.011, 8)]))]


def umbrella(palette: Palette, person: Person, grip: Grip) -> Thing:
    """An open umbrella over the head."""
    head = person.joints["head"]
    radius = palette.between(0.45, 0.6)
    aim = head + np.array([0, palette.between(0.45, 0.6), 0]) + torso(person).front * palette.between(-0.05, 0.2)
    aim = aim + 0.5 * (grip.middle - aim) * [1, 0, 1]
    axis = unit(aim - grip.middle)
    length = float(np.linalg.norm(aim - grip.middle))
    angles = np.linspace(0, 2 * np.pi, 49)
    scallop = 1 - 0.06 * np.abs(np.sin(4 * angles))
    share = np.linspace(1, 0, 8)
    reach = radius * np.outer(scallop, np.sin(share * 1.25) / np.sin(1.25))
    rise = -radius * 0.55 * np.outer(np.ones(49), 1 - np.cos(share * 1.25))
    canopy = grid(np.stack([reach * np.sin(angles)[:, None], rise, reach * np.cos(angles)[:, None]], -1), closed=True)
    frame = axes_along(axis, torso(person).front)
    cloth = surfaces.cloth(palette.rng, np.full(3, 0.05) if palette.chance(0.4) else None)
    shaft = rod(grip.middle - 0.09 * axis, grip.middle + (length + 0.05) * axis, 0.006, 7)
    handle = rod(grip.middle - 0.1 * axis, grip.middle + 0.05 * axis, 0.013, 8)
    return [
        (cloth, canopy.translated(y=length).transformed(frame, grip.middle)),
        (palette.metal, shaft),
        (palette.dark, handle),
    ]


def closed_umbrella(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A furled umbrella that hangs from the fist, its tip to the floor."""
    length = min(0.85, max(0.3, float(grip.middle[1]) - 0.02))
    tip = grip.middle - length * unit(UP - 0.15 * torso(person).front)
    up = unit(grip.middle - tip)
    roll = tube(
        [tip + up * (0.08 + s * (length - 0.2)) for s in np.linspace(0, 1, 6)],
        (0.01, 0.022, 0.028, 0.03, 0.032, 0.02),
        10,
    )
    return [(surfaces.cloth(palette.rng), roll), (palette.dark, rod(tip, grip.middle + 0.06 * up, 0.01, 7))]


def bag(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A handbag, shopping bag or briefcase that hangs from the fist."""
    frame = axes_along(UP, np.cross(torso(person).front, UP))
    return (_handbag if palette.chance(0.6) else _shopping_bag)(palette, grip, frame)


def _handbag(palette: Palette, grip: Grip, frame: Floats) -> Thing:
    """As large as there is room for between the fist and the floor."""
    made, drop = draw_bag(palette), palette.between(0.06, 0.2)
    clear = float(grip.middle[1]) - 0.03  # metres over the floor
    drop = min(drop, max(0.05, clear - made.height))
    size = min(1.0, (clear - drop) / made.height)
    hang = grip.middle - UP * (drop + made.height * size)
    whole = [*made.thing, (made.strap, made.handles(drop / size))]
    return [(material, mesh.scaled(size).transformed(frame, hang)) for material, mesh in whole]


def _shopping_bag(palette: Palette, grip: Grip, frame: Floats) -> Thing:
    """A soft or stiff bag of one colour on two loops; the stiff one serves as a briefcase too."""
    width, depth = palette.between(0.25, 0.42), palette.between(0.08, 0.16)
    drop = palette.between(0.08, 0.25)
    height = min(palette.between(0.25, 0.42), float(grip.middle[1]) - drop - 0.03)
    if height < 0.12:
        drop, height = 0.06, max(0.1, float(grip.middle[1]) - 0.09)
    soft = palette.chance(0.5)
    case = cushion(width, height, depth, 0.3) if soft else box(width, height, depth)
    cover = palette.cloth if soft else palette.colour()
    hang = grip.middle - [0, drop + height, 0]
    meshes: list[Mesh] = [case.transformed(frame, hang)]
    for side in (-0.3, 0.3):
        ends = [hang + frame @ np.array([s * width * 0.3, height - 0.02, side * depth]) for s in (-1, 1)]
        path = spline(
            [
                ends[0],
                grip.middle + frame[:, 0] * -0.04 - 0.01 * UP,
                grip.middle + frame[:, 0] * 0.04 - 0.01 * UP,
                ends[1],
            ],
            14,
        )
        meshes.append(tube(path, 0.007, 6))
    return [(cover, join(meshes))]


def held_clutch(palette: Palette, person: Person, grip: Grip) -> Thing:
    """A flat bag in the palm."""
    made = clutch(palette)
    turned = [(material, mesh.translated(y=-made.height / 2)) for material, mesh in made.thing]
    return _against_palm(turned, grip, made.height)


MAKERS: dict[str, Maker] = {
    "phone": phone,
    "cup": cup,
    "bottle": bottle,
    "book": book,
    "bag": bag,
    "clutch": held_clutch,
    "umbrella": umbrella,
    "closed umbrella": closed_umbrella,
    "walking stick": walking_stick,
    "racket": racket,
    "ball": held_ball,
    "laptop": laptop,
    "tray": tray,
}
