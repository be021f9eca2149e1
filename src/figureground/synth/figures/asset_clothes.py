"""Suits and shoes of the assets: chosen, dyed, their emblems painted over."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from figureground.synth.figures.figure import Figure
from figureground.synth.figures.looks import Traits, asset
from figureground.synth.figures.makehuman import Assets
from figureground.synth.figures.skinned import SkinnedMesh
from figureground.synth.materials.fabrics import cloth_colour, greyed, recoloured
from figureground.synth.materials.material import Texture
from figureground.synth.materials.noise import value_noise

_SKIRTED = ("female_elegantsuit01",)  # its hem follows each thigh: only for people who stand or walk
_BARE = ("female_casualsuit02", "female_sportsuit01")  # hot pants, a bare midriff: more skin than we want
_STRIPED = ("female_elegantsuit01", "male_casualsuit03", "male_casualsuit05")
_WHITE_SHIRT = ("male_casualsuit06",)
# The program's emblem on the shirts: (left, top, right, bottom) in a picture of 512 pixels, painted over.
_EMBLEMS = {
    "female_casualsuit01": ((360, 45, 508, 195),),
    "male_casualsuit02": ((246, 48, 328, 132),),
    "male_casualsuit04": ((240, 50, 324, 134),),
    "male_casualsuit06": ((95, 45, 165, 95), (220, 50, 330, 115), (370, 70, 400, 100)),
}
# Where the shirts lie in the same pictures; the rest is trousers.
_SHIRTS = {
    "female_casualsuit01": ((0, 0, 512, 212), (370, 280, 512, 420)),
    "male_casualsuit02": ((0, 0, 512, 200), (376, 0, 512, 512)),
    "male_casualsuit04": ((0, 0, 512, 204),),
}
_BRANDED_SHOES = ("shoes02", "shoes05", "shoes06")  # makers' marks: these are painted anew


def suit(
    rng: np.random.Generator, figure: Figure, assets: Assets, traits: Traits, upright: bool
) -> tuple[str, SkinnedMesh]:
    """Clothes of one piece, and their name."""
    sex = "female" if traits.female else "male"
    left_out = _BARE if upright else _BARE + _SKIRTED
    names = [name for name in assets.names("clothes", f"^{sex}_.*suit") if name not in left_out]
    if traits.female and rng.random() < 0.15:
        names = assets.names("clothes", "^male_casualsuit")
    name = str(rng.choice(names))
    worn = asset(figure.body, figure.vertices, assets, "clothes", name)
    return name, replace(worn, colour=_dyed(rng, name, unmarked(name, worn.colour)), opacity=None)


def unmarked(name: str, texture: Texture) -> Texture:
    """A garment's texture without the emblem printed on it."""
    if name not in _EMBLEMS:
        return texture
    hole = np.zeros(texture.shape[:2], np.uint8)
    for left, top, right, bottom in _EMBLEMS[name]:
        hole[top:bottom, left:right] = 255
    painted = texture.copy()
    for left, top, right, bottom in _EMBLEMS[name]:  # the cloth's own colour, then its neighbourhood's shading
        ring = texture[top:bottom, left:right].reshape(-1, 3)
        painted[top:bottom, left:right] = np.median(ring, axis=0)
    soft = cv2.GaussianBlur(painted, (0, 0), 6)
    return np.asarray(np.where(hole[..., None] > 0, painted * 0.7 + soft * 0.3, painted), np.float32)


def _dyed(rng: np.random.Generator, name: str, texture: Texture) -> Texture:
    """Shirts in another colour, jeans lighter or darker, and all of it less colourful than drawn."""
    shade = np.float32(rng.uniform(0.55, 1.15))
    if name in _STRIPED:
        return _bounded(greyed(texture, rng.uniform(0.35, 1.0)) * shade * np.float32(1.2))
    shirt = np.zeros(texture.shape[:2], bool)
    if name in _WHITE_SHIRT:
        shirt = (texture.min(axis=2) > 0.78) & (np.ptp(texture, axis=2) < 0.1)
    for left, top, right, bottom in _SHIRTS.get(name, ()):
        shirt[top:bottom, left:right] = True
    plain = _bounded(greyed(texture, rng.uniform(0.2, 0.8)) * shade)
    return recoloured(plain, shirt, cloth_colour(rng)) if shirt.any() else plain


def shoes(rng: np.random.Generator, figure: Figure, assets: Assets) -> SkinnedMesh:
    """A pair of shoes."""
    name = str(rng.choice(assets.names("clothes", "^shoes")))
    shoe = asset(figure.body, figure.vertices, assets, "clothes", name)
    if name in _BRANDED_SHOES:
        colour = _trainer(rng, shoe.colour.shape[0])
    else:
        colour = _bounded(greyed(shoe.colour, rng.uniform(0.2, 0.9)) * np.float32(rng.uniform(0.6, 1.2)))
    return replace(shoe, colour=colour, opacity=None, roughness=0.5)


def _trainer(rng: np.random.Generator, side: int) -> Texture:
    """Upper, toe and sole of one colour each, in the places where these shoes' textures have them."""
    upper, trim = cloth_colour(rng, bright=0.02), cloth_colour(rng, bright=0.02)
    texture = np.broadcast_to(upper, (side, side, 3)).copy()
    rows, columns = np.mgrid[:side, :side] / side
    texture[rows < 0.29] = 0.8 if rng.random() < 0.3 else 0.1  # the sole
    texture[(rows > 0.29) & (rows < 0.42) & (np.abs(columns - 0.48) < 0.2)] = trim  # the tongue
    if rng.random() < 0.5:
        texture[rows > 0.88] = trim if rng.random() < 0.6 else 0.75  # the toe
    uneven = 1 + 0.15 * value_noise(rng, (8, 32, 128), 256)
    return _bounded(texture.astype(np.float32) * cv2.resize(uneven, (side, side))[..., None])


def _bounded(texture: Texture) -> Texture:
    return np.asarray(np.clip(texture, 0.01, 0.95), np.float32)
