"""Things as pictures show them best: upright, whole, seen from the front. Each is drawn once, always the same.

Unlike `hand_held`, whose things fit the hand of a rendered person, these are for pictures of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.shapes import ball, box, grid, lathe, prism, spline, tube
from figureground.synth.geometry.vectors import UP, Floats, unit, vec
from figureground.synth.materials import paintings, surfaces
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Material, Thing, pictured, shaded
from figureground.synth.things.decor import sheet


@dataclass(frozen=True)
class HoldableThing:
    """A thing and where a hand takes it.

    Attributes:
        thing: Its meshes; y is up, +z towards who looks at it.
        grip: (3,) the point that the hand is closed around.
        up: Where its top points in a hand: "across", from the little finger to the index finger, as a stick's in a
            fist; or "along", from the wrist to the fingers, as a telephone's.
        tilt: Degrees that the camera looks down on it.
        mirrored: Whether a left hand gets it mirrored.
        paper: (left, bottom, right, top) in metres at z = 0 of what may be written on, where there is such a place.
    """

    thing: Thing
    grip: Floats
    up: Literal["across", "along"]
    tilt: float = 0.0
    mirrored: bool = False
    paper: tuple[float, float, float, float] | None = None


def mug(rng: np.random.Generator) -> HoldableThing:
    """A glazed mug, in the right hand of somebody who is seen from the front: its handle points away from the hand."""
    outside = [(0, 0), (0.034, 0), (0.038, 0.003), (0.0405, 0.01), (0.041, 0.09), (0.0405, 0.0945), (0.0392, 0.096)]
    inside = [(0.0392, 0.096), (0.0378, 0.0945), (0.0372, 0.09), (0.0365, 0.012), (0.03, 0.007), (0, 0.006)]
    turns = np.linspace(np.pi / 2, -np.pi / 2, 40)
    path = np.stack([0.0385 + 0.031 * np.cos(turns), 0.05 + 0.03 * np.sin(turns), 0 * turns], 1)
    glaze = surfaces.paint(rng, hsv(0.985, 0.72, 0.72), roughness=0.22)
    white = surfaces.paint(rng, np.full(3, 0.9), roughness=0.25)
    body = join([lathe(outside, 72), tube(path, 0.0062, 14, caps=False)])
    return HoldableThing(
        [(glaze, body), (white, lathe(inside, 72))], vec(0, 0.045, 0), "across", tilt=14, mirrored=True
    )


def phone(rng: np.random.Generator) -> HoldableThing:
    """A telephone whose screen is lit."""
    width, height, thick = 0.073, 0.15, 0.008
    case = surfaces.paint(rng, np.full(3, 0.06), roughness=0.3)
    screen = pictured(_screen(rng), roughness=0.08)
    glass = sheet(width - 0.007, height - 0.007).translated(0, 0.0035, thick / 2 + 0.0002)
    body = prism(_rounded(width, height, 0.011), thick).translated(0, height / 2)
    return HoldableThing([(case, body), (screen, glass)], vec(0, 0.055, 0), "along")


def _rounded(width: float, height: float, radius: float) -> Floats:
    """The outline (N, 2) of an upright rectangle with round corners about the origin, counter-clockwise."""
    turns = np.linspace(0, np.pi / 2, 9)
    arc = radius * np.stack([np.cos(turns), np.sin(turns)], 1)
    x, y = width / 2 - radius, height / 2 - radius
    quarter = np.array([[0, -1], [1, 0]])  # rows turn by 90 degrees
    corners = [
        arc @ np.linalg.matrix_power(quarter.T, k) + corner
        for k, corner in enumerate([(x, y), (-x, y), (-x, -y), (x, -y)])
    ]
    return np.concatenate(corners)


def _screen(rng: np.random.Generator) -> Floats:
    """A dusk, a clock and rows of symbols behind glass with round corners; 800 high."""
    height, width = 800, 369
    y, x = np.mgrid[:height, :width].astype(np.float64)
    share = (y / height)[..., None] ** 0.8
    picture = hsv(0.63, 0.6, 0.5) * (1 - share) + hsv(0.03, 0.45, 0.9) * share
    for column, wide in ((84, 34), (138, 34), (231, 34), (285, 34)):
        picture[_within(y - 130, x - column, 46, wide / 2, 8) & ~_within(y - 130, x - column, 36, wide / 2 - 9, 4)] = (
            0.95
        )
    for at in (112, 148):
        picture[np.hypot(y - at, x - 184.5) < 6] = 0.95
    for row in range(4):
        for column in range(4):
            symbol = _within(y - 300 - 115 * row, x - 61 - 82 * column, 30, 30, 13)
            picture[symbol] = hsv(rng.random(), rng.uniform(0.35, 0.75), rng.uniform(0.6, 0.95))
    picture[~_within(y - height / 2, x - width / 2, height / 2, width / 2, 44)] = 0.03
    return np.asarray(picture)


def _within(y: Floats, x: Floats, high: float, wide: float, radius: float) -> NDArray[np.bool_]:
    """Whether places lie in a rectangle of these half sides with round corners, about the origin."""
    over = np.hypot(np.maximum(abs(y) - high + radius, 0), np.maximum(abs(x) - wide + radius, 0))
    return np.asarray(over < radius)


def book(rng: np.random.Generator) -> HoldableThing:
    """A closed book, turned so that its back is seen."""
    width, height, thick = 0.14, 0.21, 0.028
    cover = pictured(_cover(rng, int(400 * width / height)), roughness=0.5)
    cloth = surfaces.cloth(rng, hsv(0.57, 0.6, 0.36), pattern=False)
    boards = [box(width, height, 0.003).translated(z=z) for z in (0, thick)]
    spine = box(0.004, height, thick + 0.003).translated(-width / 2, 0, thick / 2)
    front = sheet(width, height).translated(z=thick + 0.0018)
    leaves = box(width * 0.96, height * 0.965, thick * 0.96).translated(0, height * 0.0175, thick / 2)
    paper = surfaces.paint(rng, hsv(0.12, 0.1, 0.9))
    thing: Thing = [(cloth, join([*boards, spine])), (cover, front), (paper, leaves)]
    return HoldableThing([(m, mesh.rotated(0.35)) for m, mesh in thing], vec(0.01, 0.035, 0.02), "along", tilt=6)


def _cover(rng: np.random.Generator, width: int) -> Floats:
    """A cloth cover with a frame, a painted picture and two bars for title and name; 400 high."""
    picture = np.broadcast_to(hsv(0.57, 0.6, 0.36), (400, width, 3)).copy()
    gold = hsv(0.12, 0.5, 0.8)
    picture[16:-16, 16:-16] = gold
    picture[19:-19, 19:-19] = hsv(0.57, 0.6, 0.36)
    picture[150:320, 50 : width - 50] = 0.15 + 0.75 * paintings.landscape(rng, 170, width - 100)
    picture[62:82, 60 : width - 60] = gold
    picture[100:108, 95 : width - 95] = gold
    return picture


def flowers(rng: np.random.Generator) -> HoldableThing:
    """A bunch of flowers, its stems through the fist."""
    grip = vec(0, 0.11, 0)
    tones = (hsv(0.95, 0.6, 0.85), hsv(0.13, 0.75, 0.92), hsv(0.0, 0.03, 0.93), hsv(0.78, 0.4, 0.7))
    petals = [_petal_material(rng, tone) for tone in tones]
    green = surfaces.paint(rng, hsv(0.27, 0.6, 0.4), roughness=0.6)
    heart = surfaces.grainy(rng, hsv(0.12, 0.75, 0.62))
    thing: Thing = []
    stems: list[Mesh] = []
    leaves: list[Mesh] = []
    for k in range(17):  # evenly on a dome (Vogel's spiral)
        reach, turn = 0.095 * np.sqrt((k + 0.3) / 17), k * 2.39996
        head = vec(reach * np.sin(turn), 0.275 + 0.075 * (1 - (reach / 0.1) ** 2), reach * np.cos(turn))
        aim = unit(head - grip * [1, 1.9, 1] + vec(0, 0.03, 0.06))
        end = grip - vec(head[0] * 0.35, 0.085 + rng.uniform(0, 0.025), head[2] * 0.35)
        stems.append(tube(spline([end, grip + head * [0.09, 0, 0.09], head], 12), 0.0022, 7))
        thing += _blossom(rng, petals[k % 4], heart, head, aim)
        leaves += [_leaf(rng, grip + (head - grip) * s, turn + rng.uniform(-1, 1)) for s in (0.45, 0.7)]
    ribbon = lathe([(0.0145, 0.1), (0.0165, 0.104), (0.0165, 0.124), (0.0145, 0.128)], 30)
    band = surfaces.cloth(rng, hsv(0.95, 0.35, 0.75), pattern=False)
    return HoldableThing([*thing, (green, join([*stems, *leaves])), (band, ribbon)], vec(0, 0.07, 0), "across", tilt=10)


def _petal_material(rng: np.random.Generator, tone: Floats) -> Material:
    """Darker towards the heart (v = 0), 0..1."""
    v = np.linspace(0, 1, 64)[::-1, None]
    return shaded(tone, np.broadcast_to(0.72 + 0.28 * np.minimum(1, 2 * v), (64, 64)), metres=0.0, roughness=0.6)


def _blossom(rng: np.random.Generator, petals: Material, heart: Material, at: Floats, aim: Floats) -> Thing:
    """Two rings of petals about a heart, open towards `aim`."""
    side = unit(np.cross(aim, UP + vec(0.3, 0, 0.1)))
    frame = np.stack([side, np.cross(side, aim), aim], 1)
    frame = frame * np.array([1, -1, 1]) if np.linalg.det(frame) < 0 else frame
    size = rng.uniform(0.028, 0.036)
    made = []
    for ring, (count, rise) in enumerate(((9, 0.35), (8, 0.75))):
        for k in range(count):
            turn = (k + 0.5 * ring + rng.uniform(-0.12, 0.12)) * 2 * np.pi / count
            made.append(_petal(size * (1 - 0.15 * ring), rise + rng.uniform(-0.1, 0.1)).rotated(turn, (0, 0, 1)))
    flower = join(made).transformed(frame, at)
    return [(petals, flower), (heart, ball(0.27 * size, 14, 9).scaled(1, 1, 0.7).transformed(frame, at + 0.005 * aim))]


def _petal(length: float, rise: float) -> Mesh:
    """A petal from the origin along y, hollow towards z, its tip `rise` times its length higher than its foot."""
    along, across = np.linspace(0, 1, 9), np.linspace(-1, 1, 7)
    wide = 0.36 * length * np.sin(np.pi * along**0.75 * 0.93 + 0.12) ** 0.8
    x = wide[None, :] * across[:, None]
    y = np.tile(length * along, (7, 1))
    z = rise * length * (along**1.6 * 0.6)[None, :] + 0.3 * np.abs(x) * np.abs(across[:, None])
    return grid(np.stack([x, y, z], -1)).fitted()


def _leaf(rng: np.random.Generator, at: Floats, turn: float) -> Mesh:
    """A long leaf that bends outwards."""
    along, across = np.linspace(0, 1, 10), np.linspace(-1, 1, 5)
    length = rng.uniform(0.06, 0.09)
    wide = 0.011 * np.sin(np.pi * np.clip(along, 0.03, 1) ** 0.8)
    x = wide[None, :] * across[:, None]
    y = np.tile(length * (along - 0.35 * along**2), (5, 1))
    z = length * 0.75 * (along**2)[None, :] + 0.25 * np.abs(x)
    return grid(np.stack([x, y, z], -1)).rotated(turn).translated(*at)


def microphone(rng: np.random.Generator) -> HoldableThing:
    """A microphone for the hand, its head on top."""
    turn = np.linspace(-0.32 * np.pi, np.pi / 2, 30)
    head = lathe(np.stack([0.0255 * np.cos(turn), 0.188 + 0.0275 * np.sin(turn)], 1), 60)
    y, x = np.mgrid[:128, :128]
    weave = 0.55 + 0.45 * np.abs(np.sin(x * np.pi / 8) * np.sin(y * np.pi / 8))
    grille = shaded(np.full(3, 0.6), weave, metres=0.02, roughness=0.35, specular=0.9)
    ring = lathe([(0.021, 0.158), (0.0268, 0.16), (0.0268, 0.166), (0.0245, 0.169)], 48)
    band = lathe([(0.0262, 0.1855), (0.0266, 0.1865), (0.0266, 0.1895), (0.0262, 0.1905)], 48)
    body = lathe([(0, 0), (0.0105, 0), (0.0118, 0.002), (0.0125, 0.02), (0.0175, 0.135), (0.0215, 0.159)], 60)
    switch = box(0.007, 0.02, 0.003).translated(0, 0.108, 0.0158)
    metal = surfaces.metal(rng, np.full(3, 0.5))
    dark = surfaces.paint(rng, np.full(3, 0.075), roughness=0.45)
    return HoldableThing(
        [(grille, head), (metal, join([ring, band, switch])), (dark, body)], vec(0, 0.07, 0), "across", tilt=3
    )


def placard(rng: np.random.Generator) -> HoldableThing:
    """A white board on a stick, to write on."""
    width, height, low = 0.46, 0.32, 0.2
    board = box(width, height, 0.006).translated(0, low)
    stick = box(0.024, low + height * 0.8, 0.012).translated(z=-0.0095)
    white = surfaces.paint(rng, np.full(3, 0.93), roughness=0.8)
    wood = surfaces.wood(rng, hsv(0.09, 0.42, 0.72))
    edge = 0.02
    paper = (-width / 2 + edge, low + edge, width / 2 - edge, low + height - edge)
    return HoldableThing([(white, board), (wood, stick)], vec(0, 0.08, 0), "across", paper=paper)


HOLDABLE: dict[str, Callable[[np.random.Generator], HoldableThing]] = {
    "mug": mug,
    "phone": phone,
    "book": book,
    "flowers": flowers,
    "microphone": microphone,
    "placard": placard,
}
