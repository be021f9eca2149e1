"""Puts places together: with room for people, or empty but for what may be taken for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from figureground.synth.geometry.shapes import grid
from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials import paintings, surfaces
from figureground.synth.materials.material import Texture, shaded
from figureground.synth.materials.noise import spectral_noise
from figureground.synth.scenes import indoors, outdoors
from figureground.synth.scenes.lights import choose_light
from figureground.synth.scenes.scenery import Scenery, SceneryBuilder, choose_spots

PAINTED = "scenery, things and textures: drawn by figureground, CC0-1.0"
KINDS = ("room", "office", "cafe", "street", "park", "studio", "plate")
ODDS = {
    "full": (0.24, 0.09, 0.08, 0.27, 0.22, 0.1, 0.0),
    "half": (0.24, 0.13, 0.12, 0.17, 0.15, 0.09, 0.1),
    "portrait": (0.18, 0.13, 0.1, 0.12, 0.12, 0.1, 0.25),
    "webcam": (0.42, 0.36, 0.07, 0.0, 0.02, 0.03, 0.1),
}
"""Shares of the kinds by framing, about as everyday photos have them."""
OUTSIDE = frozenset({"street", "park"})
MAKERS: dict[str, Callable[[SceneryBuilder, int, int, str], None]] = {
    "room": indoors.room,
    "office": indoors.office,
    "cafe": indoors.cafe,
    "street": outdoors.street,
    "park": outdoors.park,
}


def build_scenery(
    rng: np.random.Generator,
    lights: Sequence[Path],
    *,
    framing: str,
    people: int,
    seats: int = 0,
    kind: str | None = None,
    tones: Sequence[Floats] = (),
) -> Scenery:
    """A place for so many people.

    Args:
        rng: Draws everything: the same state gives the same scenery.
        lights: Files of environment maps (.exr); where empty, all light is painted.
        framing: portrait, half, full or webcam: what of the nearest person the picture will show.
        people: How many spots to leave, 0 and up.
        seats: How many of them are seats (`Spot.height` above 0), with a chair, bench or sofa below.
        kind: One of KINDS, or None to draw it.
        tones: sRGB colours (3,), of the clothes say, that walls and cloths shall resemble; none for natural ones.
    Returns:
        The scenery; `facts` has "place", "light", and "in_front" where something stands before the nearest person.
    Raises:
        KeyError: There is no such framing.
    """
    odds = ODDS[framing]
    drawn = str(rng.choice(KINDS, p=odds)) if kind is None else kind
    if drawn == "plate" and (seats or people > 2):
        drawn = "room"  # A plate has no floor: nobody sits on it, and groups would hang in the air.
    place = SceneryBuilder(rng, tones)
    backdrop = None
    if drawn == "studio":
        studio(place, people, seats, framing)
    elif drawn == "plate":
        choose_spots(place, people, 0, framing, 0.5)
    else:
        MAKERS[drawn](place, people, seats, framing)
    light, name, credit = choose_light(
        rng, lights, drawn not in OUTSIDE if drawn != "plate" else bool(rng.random() < 0.6)
    )
    if drawn == "plate":
        backdrop = plate(rng, light)
    place.facts["light"] = name
    return place.scenery(drawn, light, tuple(line for line in (PAINTED, credit) if line), backdrop)


def studio(place: SceneryBuilder, people: int, seats: int, framing: str) -> None:
    """A paper roll that sweeps from the wall to the floor."""
    rng = place.rng
    choose_spots(place, people, seats, framing, 0.9)
    back = -float(rng.uniform(1.6, 3.5))
    tone = place.palette.tone(float(rng.choice([0.12, 0.5, 0.75, 0.93], p=[0.12, 0.3, 0.25, 0.33])))
    bend = np.linspace(0, np.pi / 2, 9)
    arc = np.stack([np.sin(bend), 1 - np.cos(bend)], 1)[1:-1] * 0.8
    profile = np.vstack([[-8.0, 0.0], [0.0, 0.0], arc, [0.8, 0.8], [0.8, 5.0]])
    rows = [np.stack([np.full(len(profile), x), profile[:, 1], back + 0.8 - profile[:, 0]], 1) for x in (-7.0, 7.0)]
    grain = 1 + 0.01 * spectral_noise(rng, 64, 1.0)
    place.cover(shaded(tone, grain, roughness=0.9, metres=4.0), grid(np.stack(rows)))


def plate(rng: np.random.Generator, light: Texture, side: int = 384) -> Texture:
    """A picture far behind people: the light map out of focus, a painted blur, a wall, a gradient or a landscape."""
    kind = rng.random()
    if kind < 0.4:
        picture = look_into(rng, light, side)
    elif kind < 0.65:
        picture = paintings.bokeh(rng, side, side)
    elif kind < 0.8:
        picture = paintings.gradient(rng, side, side)
    elif kind < 0.9:
        wall = (surfaces.plaster, surfaces.brick, surfaces.cloth, surfaces.tiles, surfaces.wood)[int(rng.integers(5))](
            rng
        )
        picture = cv2.resize(wall.colour, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.float64)
        picture = picture * (1 + 0.1 * np.linspace(-1, 1, side) * rng.choice([-1, 1]))[None, :, None]
    else:
        picture = paintings.landscape(rng, side, side)
    blur = float(rng.uniform(0.3, 6.0)) * side / 384
    return np.asarray(np.clip(cv2.GaussianBlur(picture, (0, 0), blur), 0.0, 1.0), np.float32)


def look_into(rng: np.random.Generator, light: Texture, side: int) -> Floats:
    """What a camera that looks level into the light map would see, sRGB (side, side, 3)."""
    height, width = light.shape[:2]
    half = np.tan(rng.uniform(0.35, 0.6))
    y, x = np.meshgrid(np.linspace(half, -half, side), np.linspace(-half, half, side), indexing="ij")
    turn = np.arctan(x) + rng.uniform(0, 2 * np.pi)
    polar = np.pi / 2 - np.arctan(y / np.hypot(x, 1.0)) - rng.normal(0, 0.08)
    at_x = ((turn / (2 * np.pi)) % 1.0 * width).astype(np.float32)
    at_y = (np.clip(polar / np.pi, 0, 1) * height - 0.5).astype(np.float32)
    seen = cv2.remap(light, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP).astype(np.float64)
    seen = seen * 0.3 / max(float(np.percentile(seen, 65)), 1e-3)
    return np.asarray(np.clip(seen / (1 + 0.6 * seen) * 1.2, 0, 1) ** (1 / 2.2))
