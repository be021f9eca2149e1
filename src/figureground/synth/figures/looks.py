"""Skin, eyes, brows, hair and beards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from figureground.synth.figures.body import SKIN, Body
from figureground.synth.figures.figure import Figure
from figureground.synth.figures.makehuman import Assets, Pose
from figureground.synth.figures.skinned import SkinnedMesh
from figureground.synth.geometry.cutting import cut
from figureground.synth.geometry.mesh import vertex_normals
from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials.fabrics import greyed
from figureground.synth.materials.material import Texture
from figureground.synth.materials.noise import value_noise

ANCESTRIES = ("african", "asian", "caucasian")

# sRGB 0..1: black, dark brown, brown, light brown, blond, red, grey, white.
_HAIR = np.array(
    [
        (0.045, 0.035, 0.03),
        (0.10, 0.065, 0.045),
        (0.21, 0.13, 0.08),
        (0.38, 0.26, 0.16),
        (0.60, 0.47, 0.29),
        (0.36, 0.15, 0.07),
        (0.45, 0.44, 0.43),
        (0.80, 0.79, 0.77),
    ]
)
_HAIR_ODDS: Mapping[str, tuple[float, ...]] = {
    "african": (7, 3, 0.5, 0, 0, 0, 0.8, 0),
    "asian": (7, 3, 0.6, 0, 0, 0, 0.8, 0),
    "caucasian": (2, 4, 5, 3, 2.2, 0.7, 0.8, 0.2),
}
_OLD = np.array([0.35] * 6 + [8, 6])
_FEMALE_STYLES = ("bob01", "bob02", "braid01", "long01", "long01", "ponytail01", "ponytail01", "afro01", "short03")
_MALE_STYLES = ("short01", "short02", "short02", "short03", "short04", "short04", "afro01", "buzz", "buzz")
_LEAST_LIFT = 0.012  # decimetres; a ray that passes a closer layer would start behind the skin
_GROWN = 1.02  # hair is scaled by this about the head, or scalp shows through
_CALM = (
    "smile01", "smile02", "smile03", "smile04", "smile05", "laugh01", "laugh02", "attention01", "boring01", "doubt01",
    "sceptical01", "determination01", "surprise01", "sad01",
)  # fmt: skip
_OPEN_MOUTH = ("JawDrop", "JawDropStretched", "lowerLipDown", "UpperLipUp")


@dataclass(frozen=True)
class Traits:
    """What a person is like, beyond build and clothes.

    Attributes:
        female: Reads as a woman or girl.
        age: As anny's: 1/3 is about 10 years, 2/3 about 25, 1 old.
        ancestry: The largest of the three shares.
        hair_colour: sRGB (3,).
        style: Name of the hair, "none" or "buzz".
        beard: "", "stubble" or "beard".
    """

    female: bool
    age: float
    ancestry: str
    hair_colour: Floats
    style: str
    beard: str

    @property
    def years(self) -> str:
        return "young" if self.age < 0.74 else "middleage" if self.age < 0.88 else "old"

    @property
    def child(self) -> bool:
        return self.age < 0.52


def draw_traits(rng: np.random.Generator, phenotype: Mapping[str, float]) -> Traits:
    ancestry = max(ANCESTRIES, key=lambda name: phenotype[name])
    female, age = phenotype["gender"] > 0.5, phenotype["age"]
    odds = (
        np.array(_HAIR_ODDS[ancestry]) * (_OLD if age > 0.88 else 1) * (np.array([1] * 6 + [0, 0]) if age < 0.66 else 1)
    )
    colour = _HAIR[rng.choice(len(_HAIR), p=odds / odds.sum())] * rng.uniform(0.8, 1.2)
    styles: tuple[str, ...] = _FEMALE_STYLES if female else _MALE_STYLES
    if ancestry != "african":
        styles = tuple(style for style in styles if style != "afro01")
    style = str(rng.choice(styles))
    if not female and age > 0.7 and rng.random() < 0.12:
        style = "none"
    beard = ""
    if not female and age > 0.6 and rng.random() < 0.42:
        beard = str(rng.choice(["stubble", "beard"], p=[0.6, 0.4]))
    return Traits(female, age, ancestry, np.asarray(colour), style, beard)


def draw_face(rng: np.random.Generator, assets: Assets) -> tuple[Pose, bool, str]:
    """Rotations of the face's bones, whether the mouth is open, and the expression's name.

    Nearly half of all faces are at ease (""); where they look and how far the lids are shut varies.
    """
    shares: dict[str, float] = {}
    name = ""
    if rng.random() < 0.55:
        strength = rng.uniform(0.4, 1.0)
        name = str(rng.choice(_CALM))
        shares = {unit: value * strength for unit, value in assets.expressions[name].items()}
    shut = rng.uniform(0, 0.35) if rng.random() < 0.9 else rng.uniform(0.5, 1.0)
    sideways, up = rng.normal(0, 0.25, 2)
    for side in ("Left", "Right"):
        lid = f"{side}UpperLidClosed"
        shares[lid] = min(1.0, shares.get(lid, 0) + shut)
        turn, nod = ("Left" if sideways > 0 else "Right"), ("Up" if up > 0 else "Down")
        shares[f"{side}Eyeturn{turn}"] = min(abs(sideways), 0.6)
        shares[f"{side}Eye{nod}"] = min(abs(up), 0.4)
    return assets.face(shares), sum(shares.get(unit, 0) for unit in _OPEN_MOUTH) > 0.15, name


def asset(body: Body, vertices: Floats, assets: Assets, kind: str, name: str, texture: int = 0) -> SkinnedMesh:
    """An asset on a body at rest, as it comes."""
    topology, fit = assets.garment(kind, name)
    colour, opacity = assets.picture(assets.textures(kind, name)[texture])
    return SkinnedMesh(
        fit.on(vertices),
        fit.bone_weights(body.weights),
        topology.faces,
        topology.uv,
        topology.uv_faces,
        colour,
        opacity if opacity.min() < 0.99 else None,
        hides=fit.hidden,
    )


def skin_texture(rng: np.random.Generator, assets: Assets, traits: Traits) -> Texture:
    """A skin of the right age, sex and ancestry, a little lighter or darker, uneven as skin is."""
    names = assets.names("skins", f"^{traits.years}_{traits.ancestry}_{'female' if traits.female else 'male'}2?$")
    colour, _ = assets.picture(assets.textures("skins", names[int(rng.integers(len(names)))])[0])
    light = rng.uniform(0.85, 1.12) if traits.ancestry == "african" else rng.uniform(0.74, 1.03)
    tint = light * (1 + rng.normal(0, 0.02, 3))
    detail = (
        1 + 0.10 * value_noise(rng, (16, 32, 128), 512)[..., None] + 0.05 * value_noise(rng, (256,), 512)[..., None]
    )
    red = np.array([1.0, 0.965, 0.95]) ** np.clip(value_noise(rng, (8, 32), 512) * 6, 0, 2)[..., None]
    return np.clip(greyed(colour, 0.12) * tint * detail * red, 0.01, 0.95).astype(np.float32)


def face_parts(
    rng: np.random.Generator, figure: Figure, assets: Assets, traits: Traits, *, mouth_open: bool
) -> list[SkinnedMesh]:
    """Eyes, brows, lashes, and teeth and tongue where the mouth is open."""

    def own(kind: str, name: str, texture: int = 0) -> SkinnedMesh:
        return asset(figure.body, figure.vertices, assets, kind, name, texture)

    irises = [path.stem for path in assets.textures("eyes", "low-poly")]
    brown = [number for number, stem in enumerate(irises) if "brown" in stem]
    odds = 0.97 if traits.ancestry != "caucasian" else 0.5
    iris = int(rng.choice(brown if rng.random() < odds else range(len(irises))))
    eyes = own("eyes", "low-poly", iris)
    eyes = replace(eyes, colour=greyed(eyes.colour, 0.45) * np.float32(0.72), roughness=0.35, specular=0.25)
    brows = own("eyebrows", str(rng.choice(assets.names("eyebrows"))))
    brows = replace(brows, colour=_even(brows.colour, traits.hair_colour * 0.8))
    lashes = own("eyelashes", str(rng.choice(assets.names("eyelashes"))))
    parts = [eyes, brows, replace(lashes, colour=_even(lashes.colour, np.full(3, 0.03)))]
    if mouth_open:
        teeth = own("teeth", "teeth_base")
        parts += [replace(teeth, colour=teeth.colour * np.float32(0.8), roughness=0.3), own("tongue", "tongue01")]
    return parts


def _even(colour: Texture, hue: Floats) -> Texture:
    return np.broadcast_to(hue.astype(np.float32), colour.shape).copy()


def hair(rng: np.random.Generator, figure: Figure, assets: Assets, traits: Traits) -> list[SkinnedMesh]:
    """Hair of the assets over a scalp of its own colour, which shows where cards leave cracks; or close-cropped."""
    if traits.style == "none":
        return []
    if traits.style == "buzz":
        return cropped(rng, figure, traits)
    worn = asset(figure.body, figure.vertices, assets, "hair", traits.style)
    centre = figure.head("head") + np.array([0, 0.6, 0.3]) * figure.scale
    shade = worn.colour.mean(axis=2, keepdims=True)
    solid = worn.opacity > 0.5 if worn.opacity is not None else np.ones(shade.shape[:2], bool)
    dyed = traits.hair_colour * np.clip(shade / max(float(np.median(shade[solid])), 0.05), 0.5, 1.6)
    worn = replace(
        worn,
        vertices=centre + (worn.vertices - centre) * _GROWN,
        colour=np.clip(dyed, 0.01, 0.95).astype(np.float32),
        roughness=0.55,
        specular=0.2,
    )
    return [_scalp(rng, figure, traits, 0.006, 1.0), worn]


def cropped(rng: np.random.Generator, figure: Figure, traits: Traits) -> list[SkinnedMesh]:
    """Hair of a few millimetres."""
    return [_scalp(rng, figure, traits, 0.02, 0.75, 0.98), _scalp(rng, figure, traits, 0.05, 0.45, 0.98)]


def _scalp(
    rng: np.random.Generator, figure: Figure, traits: Traits, lift: float, cover: float, hairline: float = 1.08
) -> SkinnedMesh:
    """The skin above the hairline, lifted a little."""
    x, y, z = (figure.vertices - figure.head("head")).T / figure.scale
    brow = np.where(z > 0.2, hairline + 0.12 * np.cos(np.clip(x / 0.75, -1, 1) * np.pi / 2), 0)
    line = np.where(z > 0.2, brow - 0.9 * np.clip(np.abs(x) - 0.5, 0, 1), 0.55 * np.clip((z + 0.55) / 0.75, 0, 1))
    field = np.where(figure.body.weights[:, figure.body.index["head"]] > 0.4, y - line, -1.0)
    return _skin_shell(rng, figure, field, lift, traits.hair_colour, cover)


def beard(rng: np.random.Generator, figure: Figure, traits: Traits) -> list[SkinnedMesh]:
    """Stubble in one thin layer, a beard in several, thinner outwards."""
    if not traits.beard:
        return []
    x, y, z = (figure.vertices - figure.head("jaw")).T / figure.scale
    lip = float((figure.head("oris01") + figure.head("oris05"))[1] / 2 - figure.head("jaw")[1]) / figure.scale
    moustache = np.minimum(0.27 - np.abs(x), 0.07 - np.abs(y - lip - 0.14 + 0.2 * np.abs(x))) * 2
    cheek = lip + 0.08 + 0.5 * np.clip(0.9 - z, 0, 1)  # from the mouth up to the ear
    jaw = np.minimum(cheek - y, z + 0.25)
    mouth = (np.hypot(x / 0.25, (y - lip) / 0.09) - 1) * 0.1
    field = np.minimum(np.maximum(jaw, moustache), mouth)
    field = np.where(np.arange(len(field)) < SKIN, np.minimum(field, (figure.face - 0.5) * 0.5), -1.0)
    layers = {
        "stubble": ((0.008, 0.42),),
        "beard": ((0.02, 0.9), (0.06, 0.7), (0.11, 0.45)),
    }
    return [_skin_shell(rng, figure, field, lift, traits.hair_colour, cover) for lift, cover in layers[traits.beard]]


def _skin_shell(
    rng: np.random.Generator, figure: Figure, field: Floats, lift: float, colour: Floats, cover: float
) -> SkinnedMesh:
    """The part of the skin where `field` is positive, as a layer of short hair that thins towards its edge."""
    vertices, body = figure.vertices, figure.body
    piece = cut(body.faces, field)
    normals = vertex_normals(vertices[:SKIN], body.faces)
    fade = np.clip(piece.of(field) / 0.3, 0.02, 0.98)
    height = np.maximum(lift * figure.scale * np.clip(fade * 2, 0.3, 1), _LEAST_LIFT)
    points = piece.of(vertices) + piece.of(normals) * height[:, None]
    place = piece.of(vertices)
    around = np.arctan2(place[:, 0], place[:, 2] - figure.head("head")[2]) * 1.5 + place[:, 1] * 0.37
    strands = np.clip(0.5 + 2.2 * value_noise(rng, (64, 128), 128), 0, 1)
    rise = np.linspace(1, 0, 128, dtype=np.float32)[:, None]  # row 0 is the top of the texture: v = 1, well inside
    opacity = np.clip(cover * np.clip(rise * 2.2 - strands * 0.9 * (1 - rise * cover), 0, 1), 0, 1)
    texture = np.clip(colour.astype(np.float32) * (0.75 + 0.5 * strands[..., None]), 0.01, 0.9)
    return SkinnedMesh(
        points,
        piece.of(body.weights),
        piece.faces,
        np.stack([around, fade], 1),
        piece.faces,
        texture.astype(np.float32),
        opacity.astype(np.float32),
        roughness=0.7,
        specular=0.1,
    )
