"""What a person puts on: clothes for the weather, shoes, something on the head; nobody goes without."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from figureground.synth.figures import headwear
from figureground.synth.figures.asset_clothes import shoes, suit
from figureground.synth.figures.figure import Figure
from figureground.synth.figures.looks import Traits, asset
from figureground.synth.figures.makehuman import Assets
from figureground.synth.figures.skinned import SkinnedMesh
from figureground.synth.figures.tailoring import Tailor
from figureground.synth.materials.fabrics import cloth, cloth_colour, denim, flat, knit
from figureground.synth.materials.material import Texture

_FLAT_ON_HEAD = ("long01", "ponytail01", "braid01", "short01", "short02", "short04", "buzz", "none")


@dataclass
class Outfit:
    """What is worn.

    Attributes:
        clothes: Meshes at rest.
        hidden: (V,) body vertices that they cover.
        name: What it is, for metadata.
        headwear: Of `headwear.py`, or "".
        hides_hair: Nothing of the hair shows.
        depth: How far the outermost garment stands off the chest, decimetres.
        flare: How wide the skirt is, as a share.
        layer: Cloth of the outermost garment.
    """

    clothes: list[SkinnedMesh]
    hidden: NDArray[np.bool_]
    name: str = ""
    headwear: str = ""
    hides_hair: bool = False
    depth: float = 0.2
    flare: float = 0.0
    layer: Texture = field(default_factory=lambda: flat((0.2, 0.2, 0.2)))

    def add(self, worn: list[SkinnedMesh]) -> None:
        self.clothes += worn
        for piece in worn:
            self.hidden[piece.hides] = True


def dress(rng: np.random.Generator, figure: Figure, assets: Assets, traits: Traits, posture: str) -> Outfit:
    """Clothes and shoes for the drawn weather: 0 hot .. 1 cold."""
    weather = rng.random()
    upright = posture in ("standing", "walking")
    if rng.random() < 0.25 and not traits.child and weather < 0.85:
        name, worn = suit(rng, figure, assets, traits, upright)
        outfit = Outfit([], np.zeros(len(figure.vertices), bool), name)
        outfit.add([worn])
    else:
        outfit = _cut(rng, figure, traits, weather, skirts=upright or posture == "seated", upright=upright)
    outfit.add([shoes(rng, figure, assets)])
    _cover_head(rng, figure, outfit, traits, weather)
    return outfit


def _cut(
    rng: np.random.Generator, figure: Figure, traits: Traits, weather: float, *, skirts: bool, upright: bool
) -> Outfit:
    """Clothes cut from the helper geometry: a dress, or a top with trousers or a skirt; a jacket or coat over it."""
    tailor = Tailor(rng, figure)
    outfit = Outfit([], tailor.hidden)
    dressed = skirts and traits.female and rng.random() < 0.2
    if dressed:
        _dress(rng, figure, tailor, outfit, weather)
    else:
        _below(rng, figure, tailor, outfit, traits, weather, skirts)
        _above(rng, figure, tailor, outfit, weather, lowest=-0.2 if upright else 0.25)
    if rng.random() < (0.75 if weather > 0.7 else 0.22 if weather > 0.3 else 0.03):
        _over(rng, figure, tailor, outfit, upright and not dressed, weather)
    outfit.hidden = tailor.hidden | figure.torso  # hems overlap there: nothing may show, whatever the pose
    return outfit


def _dress(rng: np.random.Generator, figure: Figure, tailor: Tailor, outfit: Outfit, weather: float) -> None:
    texture, scale = cloth(rng, plain=0.6), figure.scale
    ease, flare = rng.uniform(0.05, 0.14), rng.uniform(0.0, 0.3)
    waist = figure.waist + rng.uniform(-0.1, 0.5) * scale
    sleeve = rng.choice([0.02, rng.uniform(0.3, 0.6), rng.uniform(1.4, 1.95)], p=[0.25, 0.45, 0.3])
    end = figure.knee + rng.choice([rng.uniform(-0.3, 0.9), rng.uniform(-3.2, -1.0)]) * scale
    outfit.clothes.append(
        tailor.top(texture, sleeve=sleeve, hem=waist - 0.3 * scale, neck=figure.neck - rng.uniform(0.1, 0.6) * scale,
                   ease=ease, hang=0.1, vee=rng.choice([0, 0.6]))
    )  # fmt: skip
    outfit.clothes.append(tailor.skirt(texture, waist=waist, end=end, ease=ease + 0.05, flare=flare))
    if weather > 0.4 and rng.random() < 0.7:
        _leggings(figure, tailor, outfit, waist)
    outfit.name, outfit.layer = "dress", texture


def _leggings(figure: Figure, tailor: Tailor, outfit: Outfit, waist: float) -> None:
    outfit.clothes.append(tailor.trousers(flat((0.05, 0.05, 0.06)), waist=waist - 0.3, end=figure.ankle, ease=-0.02))


def _below(
    rng: np.random.Generator,
    figure: Figure,
    tailor: Tailor,
    outfit: Outfit,
    traits: Traits,
    weather: float,
    skirts: bool,
) -> None:
    scale, waist = figure.scale, figure.waist + rng.uniform(-0.2, 0.3) * figure.scale
    if skirts and traits.female and rng.random() < 0.22:
        end = figure.knee + rng.choice([rng.uniform(-0.4, 0.9), rng.uniform(-3.2, -1.2)]) * scale
        outfit.flare = rng.uniform(0, 0.4)
        outfit.clothes.append(tailor.skirt(_trouser_cloth(rng), waist=waist, end=end, ease=0.06, flare=outfit.flare))
        if weather > 0.35 or rng.random() < 0.3:
            _leggings(figure, tailor, outfit, waist)
        outfit.name = "skirt"
        return
    if weather < 0.3 and rng.random() < 0.45:
        end, ease, flare, outfit.name = (
            figure.knee + rng.uniform(-0.4, 0.7) * scale,
            rng.uniform(0.1, 0.25),
            0.0,
            "shorts",
        )
    else:
        end = figure.ankle + rng.uniform(-0.3, 0.35) * scale
        loose = rng.random() < 0.35
        ease, flare = (
            (rng.uniform(0.16, 0.24), rng.uniform(0.08, 0.4))
            if loose
            else (rng.uniform(0.07, 0.15), rng.uniform(0, 0.08))
        )
        outfit.name = "loose trousers" if loose else "trousers"
    outfit.clothes.append(tailor.trousers(_trouser_cloth(rng), waist=waist, end=end, ease=ease, flare=flare))


def _trouser_cloth(rng: np.random.Generator) -> Texture:
    return denim(rng) if rng.random() < 0.45 else cloth(rng, cloth_colour(rng, bright=0.0), plain=0.96)


def _above(
    rng: np.random.Generator, figure: Figure, tailor: Tailor, outfit: Outfit, weather: float, *, lowest: float
) -> None:
    """A shirt or jumper; its hem is at least `lowest` above the hips, for lower it would run down between bent legs."""
    scale = figure.scale
    long = rng.random() < 0.15 + 0.8 * weather
    sleeve = rng.uniform(1.6, 1.95) if long else rng.choice([0.02, rng.uniform(0.35, 0.7)], p=[0.12, 0.88])
    thick = long and rng.random() < 0.5
    texture = knit(rng) if thick and rng.random() < 0.4 else cloth(rng)
    outfit.depth = rng.uniform(0.14, 0.26) if thick else rng.uniform(0.07, 0.18)
    neck = figure.neck + (rng.uniform(0.25, 0.6) if thick and rng.random() < 0.3 else rng.uniform(-0.35, 0.2)) * scale
    outfit.clothes.append(
        tailor.top(texture, sleeve=float(sleeve), hem=figure.hip + rng.uniform(lowest, 0.6) * scale, neck=neck,
                   ease=outfit.depth, hang=rng.uniform(0.2, 0.9), vee=float(rng.choice([0, 0, 0.6, 1.0])))
    )  # fmt: skip
    outfit.name = f"{'jumper' if thick else 'long sleeves' if long else 'short sleeves'}, {outfit.name}"
    outfit.layer = texture


def _over(
    rng: np.random.Generator, figure: Figure, tailor: Tailor, outfit: Outfit, coats: bool, weather: float
) -> None:
    """An open or shut jacket, or a coat that reaches to the thighs or calves."""
    scale = figure.scale
    texture = knit(rng) if rng.random() < 0.15 else denim(rng) if rng.random() < 0.12 else cloth(rng, plain=0.9)
    gap = rng.uniform(0.2, 0.7) * scale if rng.random() < (0.35 if weather > 0.7 else 0.7) else None
    coat = coats and rng.random() < (0.5 if weather > 0.7 else 0.2)
    outfit.depth += rng.uniform(0.12, 0.28)
    hem = figure.waist - 0.5 * scale if coat else figure.hip + rng.uniform(-0.2 if coats else 0.2, 0.7) * scale
    neck = figure.neck + rng.uniform(0.0, 0.45) * scale
    outfit.clothes.append(
        tailor.top(texture, sleeve=rng.uniform(1.8, 1.99), hem=hem, neck=neck, ease=outfit.depth,
                   hang=rng.uniform(0.5, 1.0), gap=gap, roughness=rng.choice([0.85, 0.55]))
    )  # fmt: skip
    if coat:
        end = figure.knee + rng.choice([rng.uniform(0.2, 1.6), rng.uniform(-2.2, 0.0)]) * scale
        outfit.clothes.append(
            tailor.skirt(
                texture,
                waist=figure.waist + 0.2 * scale,
                end=end,
                ease=outfit.depth,
                flare=outfit.flare + rng.uniform(0.08, 0.2),
                gap=gap,
            )
        )
    state = "shut" if gap is None else "open"
    outfit.name = f"{state} {'coat' if coat else 'jacket'}, {outfit.name}"
    outfit.layer = texture


def _cover_head(rng: np.random.Generator, figure: Figure, outfit: Outfit, traits: Traits, weather: float) -> None:
    """Hoods, headscarves and scarves, which belong to the clothes; hats are put on once the hair is there."""
    outer = outfit.layer
    jacket = "jacket" in outfit.name or "jumper" in outfit.name
    sleeves = any(word in outfit.name for word in ("long sleeves", "jumper", "jacket", "coat"))
    if traits.female and not traits.child and sleeves and rng.random() < 0.09:
        texture = cloth(rng, plain=0.8)
        cape = Tailor(rng, figure)
        neck, hem = figure.neck + 0.55 * figure.scale, figure.head("spine01")[1] + rng.uniform(-0.4, 0.6) * figure.scale
        outfit.clothes.append(cape.top(texture, sleeve=0.02, hem=hem, neck=neck, ease=outfit.depth + 0.12, hang=0.3))
        outfit.add(headwear.headscarf(rng, figure, texture))
        outfit.headwear, outfit.hides_hair = "headscarf", True
    elif jacket and rng.random() < 0.4:
        up = rng.random() < 0.3
        outfit.add((headwear.hood_up if up else headwear.hood_down)(rng, figure, outer))
        outfit.headwear, outfit.hides_hair = ("hood", True) if up else ("", False)
        outfit.name = f"hooded {outfit.name}"
    if weather > 0.6 and not outfit.hides_hair and rng.random() < 0.25:
        outfit.add(
            headwear.scarf(rng, figure, knit(rng) if rng.random() < 0.5 else cloth(rng, plain=0.6), outfit.depth)
        )
        outfit.name = f"scarf, {outfit.name}"
    if not outfit.headwear:
        odds = {"cap": 0.11, "beanie": 0.22 if weather > 0.6 else 0.03, "fedora": 0.02 if traits.age > 0.6 else 0.0}
        draw = rng.random()
        for name, share in odds.items():
            if 0 <= draw < share:
                outfit.headwear = name
            draw -= share


def suits_hat(style: str) -> bool:
    """Whether hair lies flat enough for a hat."""
    return style in _FLAT_ON_HEAD


def hat(
    rng: np.random.Generator, figure: Figure, assets: Assets, name: str, hair: list[SkinnedMesh]
) -> list[SkinnedMesh]:
    """The hat `name` over the hair."""
    if name == "fedora":
        kind = str(rng.choice(assets.names("clothes", "fedora")))
        number = int(rng.integers(len(assets.textures("clothes", kind))))
        return [replace(asset(figure.body, figure.vertices, assets, "clothes", kind, number), opacity=None)]
    head = headwear.HeadHull(figure, np.concatenate([piece.vertices for piece in hair]) if hair else None)
    if name == "cap":
        return headwear.cap(rng, head, cloth(rng, plain=0.95))
    return headwear.beanie(rng, head, knit(rng))


def on_the_face(
    rng: np.random.Generator, figure: Figure, weather_hat: str, traits: Traits
) -> tuple[list[SkinnedMesh], str]:
    """Glasses, sunglasses, headphones or a headset, and their names."""
    head, made, names = headwear.HeadHull(figure), [], []
    if rng.random() < (0.1 if traits.age < 0.6 else 0.26):
        dark = rng.random() < 0.3
        made += headwear.glasses(rng, head, dark=dark)
        names.append("sunglasses" if dark else "glasses")
    if not weather_hat and rng.random() < 0.05:
        microphone = rng.random() < 0.5
        made += headwear.headphones(rng, head, microphone=microphone)
        names.append("headset" if microphone else "headphones")
    return made, " ".join(names)
