"""Animals as smooth bodies: limbs of round cones whose surface is the soft union of them all, with fur or feathers.

Each vertex of each cone is drawn along the gradient onto the blended distance field's zero (soft minimum of the round
cones' distances), so that no seams show and no marching cubes are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.shapes import ball, cards, rod, tube
from figureground.synth.geometry.vectors import Floats, vec
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Material, Thing
from figureground.synth.materials.palette import Palette


@dataclass(frozen=True)
class Limb:
    """A round cone from `start` to `end` (metres) with a radius at either end."""

    start: ArrayLike
    end: ArrayLike
    first: float
    last: float


def smooth_body(limbs: Sequence[Limb], blend: float, sides: int = 14, rings: int = 9) -> Mesh:
    """The soft union of round cones.

    Args:
        blend: Metres over which neighbours melt into one another.
    """
    starts = np.array([limb.start for limb in limbs], np.float64)
    ends = np.array([limb.end for limb in limbs], np.float64)
    radii = np.array([(limb.first, limb.last) for limb in limbs], np.float64)
    mesh = join(_capsule(a, b, r, sides, rings) for a, b, r in zip(starts, ends, radii, strict=True))
    points = mesh.vertices
    gradient = mesh.normals
    for _ in range(4):
        value, gradient = _soft_distance(points, starts, ends, radii, blend)
        points = points - 0.9 * value[:, None] * gradient
    # One projection for all, so that limbs which lie in one another show the same spot of the coat.
    uv = np.stack([points[:, 0] + 0.4 * points[:, 2], points[:, 1] - 0.3 * points[:, 2]], axis=1)
    return replace(mesh, vertices=points, normals=gradient, uv=uv)


def _capsule(start: Floats, end: Floats, radii: Floats, sides: int, rings: int) -> Mesh:
    along = end - start
    length = np.linalg.norm(along)
    axis = along / (length + 1e-12)
    caps = np.linspace(np.pi / 2, 0, 4)[1:]
    offsets = np.concatenate(
        [-radii[0] * np.sin(caps), np.linspace(0, length, rings)[1:-1], length + radii[1] * np.sin(caps[::-1])]
    )
    middle = np.interp(np.linspace(0, length, rings)[1:-1], np.array([0.0, max(float(length), 1e-9)]), radii)
    sizes = np.concatenate([radii[0] * np.cos(caps), middle, radii[1] * np.cos(caps[::-1])])
    return tube(start + offsets[:, None] * axis, sizes, sides)


def _soft_distance(points: Floats, starts: Floats, ends: Floats, radii: Floats, blend: float) -> tuple[Floats, Floats]:
    """Distance (N,) to the soft union and its unit gradient (N, 3)."""
    along = ends - starts
    t = np.einsum("nki,ki->nk", points[:, None] - starts, along) / (np.sum(along**2, axis=1) + 1e-12)
    t = np.clip(t, 0, 1)
    away = points[:, None] - (starts + t[..., None] * along)
    far = np.linalg.norm(away, axis=2) + 1e-9
    distance = far - (radii[:, 0] + t * (radii[:, 1] - radii[:, 0]))
    weight = np.exp(-(distance - distance.min(1, keepdims=True)) / blend)
    total = weight.sum(1)
    value = distance.min(1) - blend * np.log(total)
    gradient = np.einsum("nk,nki->ni", weight / far, away)
    return value, gradient / (np.linalg.norm(gradient, axis=1, keepdims=True) + 1e-9)


def animal(palette: Palette, kind: str) -> Thing:
    """A dog, cat, horse, cow or bird on y = 0, its side to +z, its head at +x.

    Raises:
        KeyError: There is no such kind.
    """
    return {"dog": _dog, "cat": _cat, "horse": _horse, "cow": _cow, "bird": _bird}[kind](palette)


def _eyes(palette: Palette, x: float, y: float, z: float, size: float) -> Mesh:
    return join(ball(size, 8, 6).translated(x, y, side * z) for side in (-1, 1))


def _dog(palette: Palette) -> Thing:
    size, sit = palette.between(0.35, 1.15), palette.chance(0.3)
    snout, leg = palette.between(0.07, 0.16), palette.between(0.3, 0.5)
    h, hang = leg + 0.16, palette.chance(0.5)
    fat = palette.between(0.85, 1.2)
    rear = 0.16 if sit else h
    head = np.array([0.46, h + palette.between(0.2, 0.3), 0.0])
    limbs = [
        Limb((0.22, h, 0), (-0.25, rear + 0.02, 0), 0.145 * fat, 0.115 * fat),
        Limb((0.25, h + 0.03, 0), head - [0.04, 0, 0], 0.1, 0.07),
        Limb(head, head + vec(0.04, 0, 0), 0.085, 0.075),
        Limb(head + vec(0.05, -0.025, 0), head + vec(0.08 + snout, -0.04, 0), 0.05, 0.032),
        Limb((-0.32, rear + 0.05, 0), (-0.55, rear + palette.between(-0.15, 0.3), 0.05), 0.035, 0.015),
    ]
    for side in (-1, 1):
        z, step = side * 0.085, palette.between(-0.06, 0.06)
        limbs += [Limb((0.22, h - 0.02, z), (0.2 + step, 0.25 * leg, z), 0.065, 0.032)]
        limbs += [Limb((0.2 + step, 0.25 * leg, z), (0.21 + step, 0.03, z), 0.032, 0.03)]
        limbs += [Limb((0.21 + step, 0.028, z), (0.26 + step, 0.022, z), 0.03, 0.024)]
        limbs += _hind_leg(rear, leg, z, -step, sit)
        ear = head + vec(-0.01, 0.05, side * 0.065)
        tip = ear + ([-0.03, -0.12, side * 0.03] if hang else [-0.01, 0.1, side * 0.01])
        limbs += [Limb(ear, tip, 0.03, 0.022 if hang else 0.006)]
    coat = surfaces.fur(palette.rng)
    nose = ball(0.022, 8, 6).translated(head[0] + 0.115 + snout, head[1] - 0.03)
    eyes = _eyes(palette, head[0] + 0.085, head[1] + 0.03, 0.045, 0.014)
    thing: Thing = [(coat, smooth_body(limbs, 0.018)), (palette.dark, join([nose, eyes]))]
    return [(material, mesh.scaled(size)) for material, mesh in thing]


def _hind_leg(rear: float, leg: float, z: float, step: float, sit: bool) -> list[Limb]:
    if sit:
        return [
            Limb((-0.25, rear + 0.02, z * 1.2), (-0.06, 0.17, z * 1.5), 0.1, 0.06),
            Limb((-0.06, 0.17, z * 1.5), (-0.2, 0.04, z * 1.5), 0.05, 0.03),
            Limb((-0.2, 0.03, z * 1.5), (-0.02, 0.025, z * 1.5), 0.03, 0.028),
        ]
    return [
        Limb((-0.25, rear - 0.02, z), (-0.22 + step, 0.55 * leg, z), 0.085, 0.05),
        Limb((-0.22 + step, 0.55 * leg, z), (-0.33 + step, 0.3 * leg, z), 0.045, 0.03),
        Limb((-0.33 + step, 0.3 * leg, z), (-0.29 + step, 0.03, z), 0.03, 0.028),
        Limb((-0.29 + step, 0.026, z), (-0.24 + step, 0.022, z), 0.028, 0.024),
    ]


def _cat(palette: Palette) -> Thing:
    sit = palette.chance(0.5)
    size = palette.between(0.85, 1.1)
    front, rear = 0.22, 0.09 if sit else 0.22
    head = np.array([0.2, 0.36, 0.0]) if not sit else np.array([0.1, 0.4, 0.0])
    chest = (0.1, front + 0.01, 0) if not sit else (0.05, 0.23, 0)
    limbs = [
        Limb(chest, (-0.14, rear + 0.02, 0), 0.07, 0.08),
        Limb(chest, head, 0.055, 0.05),
        Limb(head, head + vec(0.015, 0, 0), 0.06, 0.055),
        Limb(head + vec(0.03, -0.02, 0), head + vec(0.06, -0.022, 0), 0.035, 0.02),
    ]
    tail = [(-0.2, rear, 0), (-0.32, rear * 0.6, 0.03), (-0.42, rear + palette.between(-0.05, 0.3), 0.05)]
    limbs += [Limb(tail[0], tail[1], 0.02, 0.018), Limb(tail[1], tail[2], 0.018, 0.014)]
    for side in (-1, 1):
        z = side * 0.045
        limbs += [Limb((chest[0] + 0.01, chest[1] - 0.03, z), (chest[0] + 0.02, 0.02, z), 0.032, 0.02)]
        limbs += [Limb((chest[0] + 0.02, 0.016, z), (chest[0] + 0.05, 0.014, z), 0.018, 0.015)]
        limbs += [Limb((-0.14, rear, z), (-0.1, 0.05, z * 1.4), 0.055, 0.03)]
        limbs += [Limb((-0.13, 0.02, z * 1.4), (-0.05 if sit else -0.1, 0.015, z * 1.4), 0.02, 0.016)]
        limbs += [Limb(head + vec(0, 0.04, side * 0.035), head + vec(-0.005, 0.085, side * 0.045), 0.024, 0.004)]
    coat = surfaces.fur(palette.rng)
    eyes = _eyes(palette, head[0] + 0.058, head[1] + 0.012, 0.028, 0.01)
    return [
        (material, mesh.scaled(size)) for material, mesh in ((coat, smooth_body(limbs, 0.012)), (palette.dark, eyes))
    ]


def _hoofed_legs(palette: Palette, front: float, back: float, height: float, spread: float, thick: float) -> list[Limb]:
    limbs = []
    for side in (-1, 1):
        z = side * spread
        a, b = palette.rng.uniform(-0.12, 0.12, 2)
        limbs += [
            Limb((front, height, z), (front + a * 0.5, height * 0.5, z), thick * 2.2, thick * 1.1),
            Limb((front + a * 0.5, height * 0.5, z), (front + a, 0.1, z), thick, thick * 0.75),
            Limb((front + a, 0.1, z), (front + a + 0.03, 0.03, z), thick * 0.8, thick * 1.1),
            Limb((back, height, z), (back + 0.06 + b * 0.5, height * 0.58, z), thick * 3.0, thick * 1.4),
            Limb((back + 0.06 + b * 0.5, height * 0.58, z), (back - 0.08 + b, height * 0.42, z), thick * 1.3, thick),
            Limb((back - 0.08 + b, height * 0.42, z), (back + b, 0.1, z), thick, thick * 0.75),
            Limb((back + b, 0.1, z), (back + b + 0.03, 0.03, z), thick * 0.8, thick * 1.1),
        ]
    return limbs


def _horse(palette: Palette) -> Thing:
    graze = palette.chance(0.4)
    head = np.array([1.25, 0.35, 0.0]) if graze else np.array([1.12, 1.95, 0.0])
    nose = head + ([0.1, -0.3, 0] if graze else [0.42, -0.3, 0])
    limbs = [
        Limb((0.5, 1.2, 0), (-0.55, 1.22, 0), 0.33, 0.33),
        Limb((0.0, 1.13, 0), (-0.2, 1.13, 0), 0.34, 0.34),
        Limb((0.62, 1.3, 0), head - (np.array(nose) - head) * 0.1, 0.25, 0.13),
        Limb(head, nose, 0.13, 0.08),
        *_hoofed_legs(palette, 0.6, -0.72, 1.0, 0.17, 0.055),
    ]
    for side in (-1, 1):
        limbs.append(Limb(head + vec(-0.05, 0.1, side * 0.07), head + vec(-0.03, 0.27, side * 0.08), 0.035, 0.01))
    coat = surfaces.fur(
        palette.rng, hsv(palette.between(0.03, 0.09), palette.between(0.1, 0.6), palette.between(0.1, 0.6))
    )
    mane = [
        Limb((0.5, 1.52, 0), head + vec(-0.12, 0.1, 0), 0.05, 0.05),
        Limb((-0.85, 1.35, 0), (-1.05, 0.55, 0), 0.07, 0.06),
    ]
    eyes = _eyes(palette, head[0] + 0.08, head[1] - 0.04, 0.115, 0.025)
    return [(coat, smooth_body(limbs, 0.03)), (palette.dark, join([smooth_body(mane, 0.02), eyes]))]


def _cow(palette: Palette) -> Thing:
    head = np.array([1.15, palette.between(0.45, 1.4), 0.0])
    nose = head + vec(0.3, -0.22, 0)
    limbs = [
        Limb((0.55, 1.0, 0), (-0.65, 1.03, 0), 0.34, 0.36),
        Limb((0.1, 0.88, 0), (-0.35, 0.86, 0), 0.37, 0.38),
        Limb((0.7, 1.1, 0), head, 0.24, 0.15),
        Limb(head, nose, 0.15, 0.11),
        Limb((-0.55, 0.62, 0), (-0.6, 0.56, 0), 0.14, 0.1),
        Limb((-0.98, 1.2, 0), (-1.03, 0.5, 0.03), 0.035, 0.03),
        *_hoofed_legs(palette, 0.6, -0.75, 0.75, 0.2, 0.06),
    ]
    horns = []
    for side in (-1, 1):
        limbs.append(Limb(head + vec(-0.02, 0.05, side * 0.13), head + vec(-0.05, 0.04, side * 0.3), 0.05, 0.03))
        root = head + vec(0.02, 0.14, side * 0.08)
        horns.append(rod(root, root + vec(0.04, 0.12, side * 0.14), (0.03, 0.008), 7))
    dark = _eyes(palette, head[0] + 0.1, head[1] + 0.02, 0.125, 0.025)
    return [(surfaces.fur(palette.rng), smooth_body(limbs, 0.028)), (palette.white, join(horns)), (palette.dark, dark)]


def _bird(palette: Palette) -> Thing:
    size = palette.between(0.7, 2.2)
    limbs = [
        Limb((0.04, 0.16, 0), (-0.05, 0.13, 0), 0.055, 0.045),
        Limb((0.07, 0.18, 0), (0.1, 0.24, 0), 0.03, 0.028),
        Limb((0.1, 0.245, 0), (0.11, 0.245, 0), 0.033, 0.03),
        Limb((-0.08, 0.12, 0), (-0.2, 0.09, 0), 0.025, 0.012),
    ]
    wings = [Limb((0.04, 0.165, side * 0.05), (-0.14, 0.1, side * 0.03), 0.03, 0.008) for side in (-1, 1)]
    hue = palette.between(0.04, 0.12) if palette.chance(0.6) else palette.between(0.57, 0.63)
    tone = hsv(hue, palette.between(0, 0.3), palette.between(0.12, 0.8))
    body: Material = surfaces.fur(palette.rng, tone)
    wing: Material = surfaces.fur(palette.rng, tone * palette.between(0.5, 0.9))
    beak = rod((0.135, 0.243, 0), (0.175, 0.235, 0), (0.012, 0.001), 6)
    legs = [rod((0.0, 0.1, s * 0.02), (0.01, 0.0, s * 0.025), 0.005, 5) for s in (-1, 1)]
    toes = [rod((0.01, 0.004, s * 0.025), (0.05, 0.004, s * 0.03), 0.004, 5) for s in (-1, 1)]
    thing: Thing = [(body, smooth_body(limbs, 0.012)), (wing, smooth_body(wings, 0.008))]
    thing.append((palette.dark, join([beak, *legs, *toes, _eyes(palette, 0.128, 0.252, 0.024, 0.006)])))
    return [(material, mesh.scaled(size)) for material, mesh in thing]


def teddy(palette: Palette) -> Thing:
    """A stuffed bear that sits: plump limbs, no human shape."""
    limbs = [Limb((0, 0.1, 0), (0, 0.17, 0.0), 0.1, 0.085), Limb((0, 0.31, 0.02), (0, 0.32, 0.02), 0.09, 0.09)]
    limbs.append(Limb((0, 0.29, 0.08), (0, 0.285, 0.11), 0.045, 0.035))
    for side in (-1, 1):
        limbs.append(Limb((side * 0.08, 0.22, 0.02), (side * 0.17, 0.12, 0.08), 0.04, 0.04))
        limbs.append(Limb((side * 0.07, 0.06, 0.04), (side * 0.11, 0.05, 0.2), 0.05, 0.05))
        limbs.append(Limb((side * 0.075, 0.39, 0.01), (side * 0.08, 0.4, 0.01), 0.035, 0.033))
    eyes = join(ball(0.012, 8, 6).translated(side * 0.035, 0.335, 0.1) for side in (-1, 1))
    nose = ball(0.016, 8, 6).translated(0, 0.3, 0.145)
    return [(surfaces.fur(palette.rng), smooth_body(limbs, 0.012)), (palette.dark, join([eyes, nose]))]


def straw(palette: Palette, centres: Floats, size: float) -> Mesh:
    """Tufts of straw about the centres (N, 3)."""
    return cards(centres, size, palette.rng)
