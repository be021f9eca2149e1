"""What is worn on the head and round the neck: caps, beanies, hoods, headscarves, glasses, headphones, scarves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from figureground.synth.figures.body import SKIN
from figureground.synth.figures.figure import Figure
from figureground.synth.figures.skinned import SkinnedMesh, bone_weights, nearest_weights, skinned
from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.rotations import rotation
from figureground.synth.geometry.shapes import welded_ball, welded_grid, welded_tube
from figureground.synth.geometry.vectors import UP, Floats, X, Y, unit
from figureground.synth.materials.fabrics import flat
from figureground.synth.materials.material import Texture

_DIRECTIONS = 420


class HeadHull:
    """The convex hull of a head, and of the hair on it: what a hat sits on.

    Attributes:
        centre: Middle of the skull.
        scale: Of the body.
        eyes: Middles of the left and right eye.
        weights: (B,) of what moves with the head.
    """

    def __init__(self, figure: Figure, hair: Floats | None = None, *, neck: bool = False) -> None:
        body, vertices = figure.body, figure.vertices
        self.scale = figure.scale
        self.centre = figure.head("head") + np.array([0, 0.72, 0.0]) * self.scale
        self.eyes = figure.head("eye.L"), figure.head("eye.R")
        self.weights = bone_weights(body, head=1.0)
        self.neck = figure.head("neck02")
        self.ear = np.array(
            [0.80 * self.scale, self.eyes[0][1] - 0.08 * self.scale, self.centre[2] - 0.12 * self.scale]
        )
        skin = vertices[:SKIN][body.weights[:SKIN, body.index["head"]] > (0.02 if neck else 0.5)]
        face = (skin[:, 2] > self.centre[2] + 0.6 * self.scale) & (skin[:, 1] < self.eyes[0][1] + 0.15 * self.scale)
        solid = skin if neck else skin[~face]
        if hair is not None:
            solid = np.concatenate([solid, hair[hair[:, 1] > self.centre[1] + 0.15 * self.scale]])
        self._ways = _spread_evenly(_DIRECTIONS)
        self._support = ((solid - self.centre) @ self._ways.T).max(axis=0)

    def surface(self, ways: Floats, lift: float | Floats) -> Floats:
        """Points (..., 3) of the hull in the directions `ways` (..., 3), `lift` decimetres outside it."""
        along = ways @ self._ways.T
        distance = np.where(along > 0.15, self._support / np.maximum(along, 0.15), np.inf).min(axis=-1)
        return np.asarray(self.centre + ways * (distance + np.asarray(lift) * self.scale)[..., None])

    def above(
        self, edge: Callable[[Floats], Floats], lift: float | Floats, rows: int = 10, columns: int = 32
    ) -> Floats:
        """A dome (rows, columns, 3) from an edge, elevation in degrees by azimuth (0 = front), up to the crown."""
        azimuth = np.linspace(0, 2 * np.pi, columns, endpoint=False)
        share = np.linspace(0, 1, rows)[:, None]
        height = np.radians(edge(azimuth) * (1 - share) + 89.5 * share)
        return self.surface(_ways(height, azimuth + 0 * height), lift)


def _spread_evenly(count: int) -> Floats:
    """Directions (count, 3) on a Fibonacci spiral."""
    number = np.arange(count) + 0.5
    height, angle = 1 - 2 * number / count, number * np.pi * (3 - np.sqrt(5))
    across = np.sqrt(1 - height**2)
    return np.stack([across * np.cos(angle), height, across * np.sin(angle)], -1)


def _ways(elevation: Floats, azimuth: Floats) -> Floats:
    return np.stack([np.cos(elevation) * np.sin(azimuth), np.sin(elevation), np.cos(elevation) * np.cos(azimuth)], -1)


def cap(rng: np.random.Generator, head: HeadHull, texture: Texture) -> list[SkinnedMesh]:
    """A baseball cap: a crown with a peak, now and then worn back to front."""
    tilt = rng.uniform(-3, 5)
    dome = head.above(lambda azimuth: 6 + tilt + 8 * np.cos(azimuth), 0.05 + 0.06 * np.linspace(0, 1, 10)[:, None])
    width, length = rng.uniform(58, 68), rng.uniform(0.6, 0.78) * head.scale
    azimuth = np.radians(np.linspace(-width, width, 17))
    root = head.surface(_ways(np.radians(6 + tilt + 8 * np.cos(azimuth)), azimuth), 0.05)
    out = np.cos(azimuth / np.radians(width) * np.pi / 2)[:, None] ** 0.6
    arch = np.stack([0 * azimuth, -0.16 * np.sin(azimuth) ** 2 - rng.uniform(0.05, 0.2) * out[:, 0], out[:, 0]], -1)
    tip = root + arch * length
    middle = (root + tip) / 2 + np.array([0, 0.03, 0]) * head.scale
    thin = np.array([0, 0.025, 0]) * head.scale
    peak = join([welded_grid(np.stack([tip, middle, root])), welded_grid(np.stack([root, middle, tip]) - thin)])
    button = welded_ball(head.surface(UP, 0.11), np.array([0.06, 0.03, 0.06]) * head.scale, rows=5, columns=8)
    shape = join([welded_grid(dome, closed=True, repeat=(3, 1)), peak, button])
    if rng.random() < 0.12:
        back = np.array([0, 0, -0.05]) * head.scale
        shape = shape.deformed(lambda v: head.centre + (v - head.centre) @ rotation(Y, np.pi).T + back)
    return [skinned(shape, head.weights, texture)]


def beanie(rng: np.random.Generator, head: HeadHull, texture: Texture) -> list[SkinnedMesh]:
    """A knitted hat with a folded brim, or without; tight or slouching."""
    low, slouch = rng.uniform(-8, 4), rng.uniform(0.0, 0.1)

    def edge(azimuth: Floats) -> Floats:
        return np.asarray(low + 13 * np.cos(azimuth) - 8 * np.cos(2 * azimuth))

    lift = 0.06 + slouch * np.linspace(0, 1, 12)[:, None] ** 2
    shapes = [welded_grid(head.above(edge, lift, rows=12), closed=True, repeat=(2, 1))]
    if rng.random() < 0.6:
        high = rng.uniform(10, 16)
        azimuth = np.linspace(0, 2 * np.pi, 32, endpoint=False)
        rings = [(0, 0.05), (0, 0.11), (0.5, 0.13), (1, 0.12), (1, 0.05)]
        fold = [head.surface(_ways(np.radians(edge(azimuth) + share * high), azimuth), out) for share, out in rings]
        shapes.append(welded_grid(np.stack(fold), closed=True, repeat=(2, 0.3)))
    if rng.random() < 0.15:
        shapes.append(welded_ball(head.surface(UP, slouch + 0.25), np.full(3, 0.22) * head.scale))
    return [skinned(join(shapes), head.weights, texture)]


def round_face(head: HeadHull, *, lift: float, opening: float, chin: float, rows: int = 10, columns: int = 36) -> Mesh:
    """A hood or headscarf: all of the head but an opening for the face, its rim rolled in.

    Args:
        lift: How far it stands off the head, decimetres.
        opening, chin: Degrees between straight ahead and its rim, at the sides and below the chin.
    """
    around = np.linspace(0, 2 * np.pi, columns, endpoint=False)  # 0 = up, clockwise as the person sees it
    below = np.clip(-np.cos(around), 0, 1)
    above = np.clip(np.cos(around), 0, 1)
    rim = np.radians(opening * (1 - below) + chin * below - 13 * above)
    share = np.linspace(0, 1, rows)[:, None]
    polar = rim * (1 - share) + np.radians(179) * share
    ways = np.stack([np.sin(polar) * np.sin(-around), np.sin(polar) * np.cos(around), np.cos(polar)], -1)
    out = np.full((rows, 1), lift)
    shell = head.surface(ways, out)
    inner = head.surface(ways[:1], lift * 0.2 - 0.03)
    return welded_grid(np.concatenate([inner, shell]), closed=True, repeat=(3, 2))


def hood_up(rng: np.random.Generator, figure: Figure, texture: Texture) -> list[SkinnedMesh]:
    """A jacket's hood over the head."""
    head = HeadHull(figure, neck=True)
    shape = round_face(head, lift=rng.uniform(0.16, 0.3), opening=rng.uniform(52, 64), chin=rng.uniform(74, 84))
    return [skinned(shape, _drape(figure, shape.vertices), texture)]


def headscarf(rng: np.random.Generator, figure: Figure, texture: Texture) -> list[SkinnedMesh]:
    """A scarf round head and neck; the cloth over the shoulders is cut by the tailor."""
    head = HeadHull(figure, neck=True)
    shape = round_face(head, lift=rng.uniform(0.05, 0.1), opening=rng.uniform(50, 56), chin=rng.uniform(64, 72))
    return [skinned(shape, _drape(figure, shape.vertices), texture)]


def _drape(figure: Figure, points: Floats) -> Floats:
    """Weights of cloth round the head, which goes over to the neck's below the jaw."""
    height = (points[:, 1] - figure.head("neck02")[1]) / (0.7 * figure.scale)
    share = np.clip(height, 0, 1)[:, None]
    neck = bone_weights(figure.body, neck01=0.5, neck02=0.5)
    return np.asarray(share * bone_weights(figure.body, head=1.0) + (1 - share) * neck)


def hood_down(rng: np.random.Generator, figure: Figure, texture: Texture) -> list[SkinnedMesh]:
    """A hood that lies on the back: a roll of cloth round the neck, thick behind."""
    scale, neck = figure.scale, figure.head("neck01")
    angle = np.linspace(-0.82, 0.82, 17) * np.pi + np.pi
    behind = np.clip(-np.cos(angle), 0, 1)
    across = np.stack([np.sin(angle) * 0.82, 0.12 - 0.4 * behind**2, np.cos(angle) * 0.72 - 0.3 * behind - 0.1], -1)
    path = neck + across * scale
    radius = (0.12 + rng.uniform(0.28, 0.4) * behind**1.5) * scale
    shape = welded_tube(path, radius, sides=12, flat=0.75)
    return [skinned(shape, _torso_weights(figure, shape.vertices), texture)]


def scarf(rng: np.random.Generator, figure: Figure, texture: Texture, depth: float) -> list[SkinnedMesh]:
    """Wound once or twice round the neck, with or without ends that hang down; `depth` of the clothes beneath."""
    scale, neck = figure.scale, figure.head("neck01")
    shapes = []
    for turn in range(int(rng.integers(1, 3))):
        angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        wide = 0.78 + 0.08 * turn
        ring = np.stack(
            [np.sin(angle) * wide, 0.12 + 0.3 * turn - 0.16 * np.cos(angle), np.cos(angle) * wide + 0.08], -1
        )
        wave = 1 + 0.15 * np.sin(angle * rng.integers(3, 6) + rng.uniform(0, 6))
        shapes.append(
            welded_tube(neck + ring * scale, rng.uniform(0.24, 0.34) * wave * scale, sides=10, closed=True, flat=0.7)
        )
    for side in rng.permutation([-1, 1])[: rng.integers(0, 3)]:
        shapes.append(_hanging_end(rng, figure, float(side), depth))
    shape = join(shapes)
    return [skinned(shape, _torso_weights(figure, shape.vertices), texture)]


def _hanging_end(rng: np.random.Generator, figure: Figure, side: float, depth: float) -> Mesh:
    scale, neck = figure.scale, figure.head("neck01")
    heights = np.linspace(neck[1] - 0.1, neck[1] - rng.uniform(2.2, 4.2) * scale, 12)
    middle, half = side * rng.uniform(0.3, 0.5) * scale, rng.uniform(0.3, 0.45) * scale
    vertices = figure.vertices[figure.body.helpers["tights"].min() : figure.body.helpers["tights"].max() + 1]
    near = vertices[np.abs(vertices[:, 0] - middle) < 0.5 * scale]
    front = np.array([near[np.abs(near[:, 1] - height) < 0.4 * scale, 2].max(initial=neck[2]) for height in heights])
    front = np.maximum.accumulate(front) + depth + 0.1
    across = np.linspace(-half, half, 5)
    rows = [
        np.stack([middle + across, 0 * across + y, z - 0.08 * np.abs(across)], 1)
        for y, z in zip(heights, front, strict=True)
    ]
    face = np.stack(rows)[::-1]
    return join([welded_grid(face, repeat=(0.5, 2)), welded_grid(face[::-1] - np.array([0, 0, 0.06]), repeat=(0.5, 2))])


def _torso_weights(figure: Figure, points: Floats) -> Floats:
    torso = (figure.arm[:SKIN] < 0.2) & (figure.vertices[:SKIN, 1] > figure.waist)
    torso &= figure.vertices[:SKIN, 1] < figure.head("neck02")[1]
    return nearest_weights(figure.body, figure.vertices, points, np.flatnonzero(torso))


def glasses(rng: np.random.Generator, head: HeadHull, *, dark: bool) -> list[SkinnedMesh]:
    """Frame and lenses; `dark` are sunglasses."""
    scale = head.scale
    size = rng.uniform(0.2, 0.25) + (0.03 if dark else 0)
    rims, lenses, thick = [], [], rng.uniform(0.012, 0.03) * scale
    angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    corner = rng.uniform(0.6, 1.0)  # 1 round, smaller squarer
    outline = np.stack([np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** corner * size,
                        np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** corner * size * rng.uniform(0.68, 0.95),
                        0 * angle], -1)  # fmt: skip
    for side, eye in zip((1.0, -1.0), head.eyes, strict=True):
        turn = rotation(Y, side * 0.13) @ rotation(X, 0.08)
        middle = eye + np.array([side * 0.02, -0.01, 0.30]) * scale
        ring = middle + (outline * scale) @ turn.T
        rims.append(welded_tube(ring, thick, sides=6, closed=True))
        lenses.append(welded_grid(np.stack([ring, middle + 0.02 * (ring - middle)]), closed=True))
        hinge = middle + np.array([side * size * 0.98, 0.08, -0.04]) * scale
        ear = np.array([side * 0.72 * scale, hinge[1] + 0.02 * scale, head.ear[2]])
        beside = head.surface(unit((hinge + 2 * ear) / 3 - head.centre), 0.03)
        path = np.stack([hinge, (hinge + beside) / 2 + np.array([side * 0.05 * scale, 0, 0]), beside, ear])
        rims.append(welded_tube(path, thick, sides=6))
    bridge = [
        eye + np.array([-side * (size - 0.02), 0.05, 0.31]) * scale
        for side, eye in zip((1.0, -1.0), head.eyes, strict=True)
    ]
    rims.append(
        welded_tube(
            np.stack([bridge[0], sum(bridge) / 2 + np.array([0, 0.04, 0.04]) * scale, bridge[1]]), thick, sides=6
        )
    )
    frame = (0.04, 0.04, 0.04) if rng.random() < 0.6 else tuple(rng.uniform(0.1, 0.5) * np.array([1.0, 0.8, 0.6]))
    cover = rng.uniform(0.8, 0.97) if dark else rng.uniform(0.04, 0.14)
    lens = skinned(join(lenses), head.weights, flat((0.05, 0.05, 0.055)), roughness=0.1, specular=0.5)
    see_through = np.full((4, 4), cover, np.float32)
    return [
        skinned(join(rims), head.weights, flat(frame), roughness=0.3, specular=0.4),
        replace(lens, opacity=see_through),
    ]


def headphones(rng: np.random.Generator, head: HeadHull, *, microphone: bool) -> list[SkinnedMesh]:
    """A band over the head with two cushions; as a headset with a microphone before the mouth."""
    scale, size = head.scale, rng.uniform(0.26, 0.4) * head.scale
    height = np.radians(np.linspace(-12, 192, 25))
    band = head.surface(np.stack([np.cos(height), np.sin(height), 0 * height - 0.08], -1), 0.07)
    shapes = [welded_tube(band, rng.uniform(0.03, 0.07) * scale, sides=8, flat=0.6)]
    ears = [head.ear * np.array([side, 1, 1]) for side in (1.0, -1.0)]
    for ear in ears:
        shapes.append(welded_ball(ear, np.array([0.16 * scale, size * 1.1, size])))
    if microphone:
        ear = ears[int(rng.integers(2))]
        mouth = np.array([np.sign(ear[0]) * 0.3, -0.65, 1.25]) * scale + np.array([0, head.eyes[0][1], head.centre[2]])
        bow = (ear + mouth) / 2 + np.array([np.sign(ear[0]) * 0.28, -0.12, 0.1]) * scale
        shapes += [
            welded_tube(np.stack([ear, bow, mouth]), 0.025 * scale, sides=6),
            welded_ball(mouth, np.full(3, 0.06) * scale),
        ]
    colour = np.full(3, rng.choice([0.05, 0.1, 0.5, 0.85], p=[0.5, 0.25, 0.1, 0.15]))
    return [skinned(join(shapes), head.weights, flat(colour), roughness=0.4, specular=0.3)]
