"""What looks like people or their clothes and is neither: statues, shop dummies, clothes on chairs and hangers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from figureground.synth.figures.person import Person
from figureground.synth.geometry.mesh import Mesh, join
from figureground.synth.geometry.shapes import ball, box, cylinder, grid, lathe, rod, spline, tube
from figureground.synth.materials import surfaces
from figureground.synth.materials.colours import hsv, skin_coloured
from figureground.synth.materials.material import Material, Part, Thing
from figureground.synth.materials.noise import spectral_noise
from figureground.synth.materials.palette import Palette
from figureground.synth.things.animals import straw
from figureground.synth.things.furniture import chair, rippled


def statue(rng: np.random.Generator, person: Person) -> tuple[Part, ...]:
    """The person's shape, clothes and hair included, in one material: marble, sandstone, bronze, clay, wood."""
    tones = (
        hsv(0.1, 0.05, 0.82),
        hsv(0.1, 0.22, 0.6),
        hsv(0.09, 0.45, 0.2),
        hsv(0.42, 0.2, 0.35),
        hsv(0.05, 0.45, 0.5),
    )
    kind = int(rng.integers(len(tones)))
    tone = tones[kind] * rng.uniform(0.75, 1.15)
    made = surfaces.metal(rng, tone) if kind in (2, 3) else surfaces.stone(rng, tone)
    return tuple(_recovered(part, made) for part in person.parts if part.opacity is None or part.opacity.mean() > 0.1)


def shop_dummy(rng: np.random.Generator, person: Person) -> tuple[Part, ...]:
    """A dressed dummy: the person's first part, the skin, of one plastic, no hair and often no head."""
    # Never a tone that skin can have: without its head such a dummy could not be told from a person.
    tone = (hsv(0.1, 0.03, 0.88), np.full(3, 0.05), hsv(0.6, 0.04, 0.5))[int(rng.integers(3))]
    plastic = surfaces.paint(rng, tone, roughness=0.25)
    headless = rng.random() < 0.65
    neck = float(person.joints["neck01"][1]) + 0.03
    # Cards of hair, brows and lashes are mostly clear; cloth is not.
    cloth = [part for part in person.parts[1:] if part.opacity is None or part.opacity.mean() > 0.6]
    parts = [_recovered(person.parts[0], plastic), *(replace(part, person=False) for part in cloth)]
    return tuple(cut for part in parts if (cut := _below(part, neck) if headless else part) is not None)


def _recovered(part: Part, material: Material) -> Part:
    return replace(
        part,
        uv=part.uv * 3.0 if part.opacity is None else part.uv,
        colour=material.colour,
        roughness=material.roughness,
        specular=material.specular,
        person=False,
    )


def _below(part: Part, height: float) -> Part | None:
    """The part without its triangles above `height`, or None if none is left."""
    kept = (part.vertices[part.faces][..., 1] < height).all(axis=1)
    if not kept.any():
        return None
    return replace(part, faces=part.faces[kept], uv_faces=part.uv_faces[kept])


def garment(palette: Palette, length: float | None = None, sleeves: bool = True) -> Mesh:
    """An empty jacket, shirt, coat or dress that hangs from y = 0 (its collar) downwards, sleeves limp, front at +z."""
    rng = palette.rng
    long = rng.choice([0.65, 0.75, 1.0, 1.2]) if length is None else length
    shoulder, hem = rng.uniform(0.19, 0.24), rng.uniform(0.2, 0.34)
    levels = np.array([0.0, -0.03, -0.08, -0.25, -0.6 * long, -long])
    half = np.array([0.07, 0.12, shoulder, shoulder * 0.95, (shoulder + hem) / 2, hem])
    deep = np.array([0.5, 0.5, 0.42, 0.5, 0.45, 0.42])
    angles = np.linspace(0, 2 * np.pi, 49)
    folds = 1 + 0.05 * np.outer(np.sin(7 * angles + rng.uniform(0, 6)), np.linspace(0, 1.6, 6))
    x = np.sin(angles)[:, None] * half * folds
    z = np.cos(angles)[:, None] * half * deep * folds
    points = np.stack([x, np.broadcast_to(levels, x.shape), z], -1)[:, ::-1]
    meshes = [grid(points, closed=True)]
    if sleeves and rng.random() < 0.85:
        reach = rng.choice([0.25, 0.62])
        for side in (-1, 1):
            out = rng.uniform(0.0, 0.08)
            path = spline([(side * (shoulder - 0.05), -0.08, 0), (side * (shoulder + 0.05 + out), -0.2, 0.02),
                          (side * (shoulder + 0.04 + out), -0.08 - reach, rng.uniform(0, 0.06))], 10)  # fmt: skip
            meshes.append(tube(path, np.linspace(0.085, 0.06, 10), 12, 0.7))
    return rippled(join(meshes), palette, 0.006, 0.15)


def hanger(palette: Palette, length: float | None = None) -> Thing:
    """A garment on a hanger; the hook's bend is at y = 0."""
    cloth = surfaces.cloth(palette.rng)
    bar = tube(spline([(-0.19, -0.2, 0), (0, -0.12, 0), (0.19, -0.2, 0)], 9), 0.01, 6)
    hook = tube(spline([(0, -0.12, 0), (0, -0.04, 0), (0.03, 0.0, 0), (0.02, 0.03, 0)], 8), 0.004, 5)
    return [(cloth, garment(palette, length).translated(y=-0.1)), (palette.wood, bar), (palette.metal, hook)]


def clothes_rack(palette: Palette, width: float = 1.2) -> Thing:
    """A rail on feet with garments side by side."""
    height = palette.between(1.55, 1.75)
    frame = [rod((-width / 2, height, 0), (width / 2, height, 0), 0.014, 8)]
    for x in (-width / 2, width / 2):
        frame += [rod((x, 0, 0), (x, height, 0), 0.014, 8), rod((x, 0.03, -0.25), (x, 0.03, 0.25), 0.014, 8)]
    thing: Thing = [(palette.metal, join(frame))]
    for x in np.arange(-width / 2 + 0.1, width / 2 - 0.05, palette.between(0.09, 0.2)):
        turn = np.pi / 2 + palette.between(-0.2, 0.2)
        thing += [(material, mesh.rotated(turn).translated(float(x), height)) for material, mesh in hanger(palette)]
    return thing


def coat_on_hook(palette: Palette) -> Thing:
    """A coat that hangs on a wall's hook; the wall is z = 0."""
    height = palette.between(1.6, 1.8)
    coat = garment(palette, palette.between(0.7, 1.15)).scaled(0.8, 1, 0.7)
    thing: Thing = [(surfaces.cloth(palette.rng), coat.translated(0, height, 0.09))]
    thing.append((palette.metal, rod((0, height, 0), (0, height + 0.02, 0.08), 0.012, 6)))
    if palette.chance(0.4):
        thing.append((surfaces.cloth(palette.rng), hat().translated(0.0, height + 0.02, 0.1)))
    return thing


def coat_stand(palette: Palette) -> Thing:
    """A stand with coats round it and sometimes a hat on top."""
    height = palette.between(1.65, 1.85)
    thing: Thing = [
        (palette.wood, lathe([(0.25, 0), (0.22, 0.03), (0.025, 0.08), (0.02, height), (0, height + 0.03)], 12))
    ]
    for turn in np.arange(int(palette.rng.integers(1, 4))) * 2.1 + palette.between(0, 6):
        coat = garment(palette, palette.between(0.7, 1.15)).scaled(0.85, 1, 0.6)
        thing.append((surfaces.cloth(palette.rng), coat.translated(0, height - 0.06, 0.12).rotated(float(turn))))
    if palette.chance(0.4):
        thing.append((surfaces.cloth(palette.rng), hat().translated(0, height)))
    return thing


def hat() -> Mesh:
    """A felt hat, brim at y = 0."""
    return lathe(
        [(0, 0.02), (0.1, 0.01), (0.17, 0.015), (0.172, 0.02), (0.1, 0.03), (0.09, 0.11), (0.05, 0.13), (0, 0.12)], 24
    )


def chair_with_clothes(palette: Palette) -> Thing:
    """A chair with a jacket over its back and sometimes clothes on its seat."""
    height = palette.between(0.42, 0.48)
    thing = chair(palette, height)
    top = height + palette.between(0.42, 0.52)
    jacket = garment(palette, 0.65).scaled(1.0, 0.85, 1.0)
    thing.append((surfaces.cloth(palette.rng), jacket.translated(0, top + 0.04, -0.2)))
    if palette.chance(0.6):
        thing.append((surfaces.cloth(palette.rng), heap_of_cloth(palette, 0.38).translated(0, height, 0.05)))
    return thing


def heap_of_cloth(palette: Palette, width: float) -> Mesh:
    """Crumpled clothes in a heap on y = 0."""
    steps = np.linspace(-1, 1, 30)
    x, z = np.meshgrid(steps, steps, indexing="ij")
    edge = np.clip(1 - (np.abs(x) ** 3 + np.abs(z) ** 3), 0, 1) ** 0.5
    folds = spectral_noise(palette.rng, 32, 1.4)[:30, :30]
    y = np.maximum(edge * (0.25 + 0.1 * folds), 0) * width
    return grid(np.stack([x * width / 2, y, -z * width / 2], -1))


def scarecrow(palette: Palette) -> Thing:
    """Two poles, a coat, straw and a hat on a sack."""
    shoulder = palette.between(1.25, 1.45)
    poles = join(
        [rod((0, 0, 0), (0, shoulder + 0.3, 0), 0.025, 6), rod((-0.65, shoulder, 0), (0.65, shoulder, 0), 0.02, 6)]
    )
    cloth = surfaces.cloth(palette.rng)
    body = garment(palette, palette.between(0.7, 1.0), sleeves=False)
    arms = [tube(spline([(s * 0.15, shoulder, 0), (s * 0.4, shoulder - 0.02, 0), (s * 0.58, shoulder - 0.02, 0)], 7),
                 (0.09, 0.1, 0.09, 0.08, 0.08, 0.085, 0.09), 10) for s in (-1, 1)]  # fmt: skip
    sack = ball(0.12, 12, 8).scaled(1, 1.15, 1).translated(0, shoulder + 0.2)
    tufts = np.array([[s * 0.64, shoulder - 0.02, 0.0] for s in (-1, 1)] * 6) + palette.rng.normal(0, 0.04, (12, 3))
    blades = surfaces.leaves(palette.rng, hsv(0.12, 0.45, 0.7), narrow=0.06, count=30)
    return [
        (palette.wood, poles),
        (cloth, join([body.translated(0, shoulder + 0.06), *arms])),
        (surfaces.cloth(palette.rng, hsv(0.1, 0.3, 0.6), pattern=False), sack),
        (blades, straw(palette, tufts, 0.22)),
        (palette.second_cloth, hat().scaled(1.1).translated(0, shoulder + 0.27)),
    ]


def bust_stand(palette: Palette) -> Thing:
    """A tailor's torso on a foot."""
    rings = [
        (0.0, 0.72),
        (0.16, 0.74),
        (0.17, 0.85),
        (0.125, 1.08),
        (0.165, 1.25),
        (0.17, 1.36),
        (0.1, 1.43),
        (0.05, 1.5),
        (0, 1.51),
    ]
    torso = lathe(rings, 24).scaled(1.0, 1.0, 0.72)
    foot = join([cylinder(0.18, 0.03), rod((0, 0, 0), (0, 0.75, 0), 0.02, 8)])
    cover = palette.cloth if palette.chance(0.6) else surfaces.paint(palette.rng, skin_coloured(palette.rng))
    return [(cover, torso), (palette.dark, foot)]


def plinth(palette: Palette, height: float) -> Thing:
    """A block for a statue."""
    stone = surfaces.stone(palette.rng)
    return [
        (stone, box(0.8, 0.12, 0.8)),
        (stone, box(0.66, height - 0.2, 0.66).translated(y=0.12)),
        (stone, box(0.76, 0.08, 0.76).translated(y=height - 0.08)),
    ]
