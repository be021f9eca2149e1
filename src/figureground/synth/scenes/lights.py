"""Environment light: maps from files, cured of what their compression left, and painted skies and rooms.

Maps are float32 (h, w, 3), linear, latitude by longitude, the zenith on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials.colours import hsv
from figureground.synth.materials.material import Texture
from figureground.synth.materials.noise import spectral_noise

INSIDE = frozenset({"apartment", "hall", "lab", "lobby", "studio", "warehouse", "wood_workshop"})
"""Maps of `@pmndrs/assets` that were taken indoors."""
TIMES = 3
"""Odd, so that each old pixel stays where it is: between pixels the logarithms would dim lamps and suns."""
CREDIT = "light map {name}: Poly Haven, CC0-1.0"


def choose_light(rng: np.random.Generator, lights: Sequence[Path], inside: bool) -> tuple[Texture, str, str]:
    """A light map for a place indoors or in the open, its name and the credit for it ("" for a painted one).

    Where `lights` has none that fits, and sometimes where it has, the map is painted.
    """
    fitting = [path for path in sorted(lights) if (path.stem in INSIDE) == inside]
    painted = rng.random() < 0.3
    if painted or not fitting:
        return (room(rng), "painted room", "") if inside else (sky(rng), "painted sky", "")
    path = fitting[int(rng.integers(len(fitting)))]
    return read_light(path), path.stem, CREDIT.format(name=path.stem)


def read_light(path: Path) -> Texture:
    """Read an .exr map (256, 512) and make it fit to be seen and to light with.

    Its small negative values and the dark rings round lamps, left by compression, are lifted to their neighbourhood's
    median; it is enlarged in logarithms, so that no steps show; a camera's white balance takes out most of its tint.
    """
    return np.asarray(_kept(path), np.float32)


@lru_cache(maxsize=24)
def _kept(path: Path) -> NDArray[np.float16]:
    """The cured map, kept for the pictures to come in half the memory: a map is 7 MB, its values stay below 200."""
    import mitsuba

    bitmap = mitsuba.Bitmap(str(path)).convert(mitsuba.Bitmap.PixelFormat.RGB, mitsuba.Struct.Type.Float32, False)
    return cured(np.array(bitmap)).astype(np.float16)


def cured(light: Texture) -> Texture:
    """What read_light does to a map (h, w, 3); the answer is (TIMES h, TIMES w, 3)."""
    logs = np.log(np.clip(np.nan_to_num(light), 1e-3, 100.0))
    grey = np.clip((logs.mean(-1) + 7) * 20, 0, 255).astype(np.uint8)
    median = cv2.medianBlur(grey, 9).astype(np.float32) / 20 - 7
    logs = np.maximum(logs, (median - 0.9)[..., None])
    size = (logs.shape[1] * TIMES, logs.shape[0] * TIMES)
    large = np.exp(cv2.resize(logs, size, interpolation=cv2.INTER_LINEAR))
    tint = np.minimum(large, 5.0).mean((0, 1))
    return np.asarray(large * (tint.mean() / tint) ** 0.75, np.float32)


def directions(height: int, width: int) -> Floats:
    """Unit vectors (height, width, 3) of a map's pixels, y up."""
    polar = (np.arange(height) + 0.5) / height * np.pi
    turn = (np.arange(width) + 0.5) / width * 2 * np.pi
    ring = np.sin(polar)[:, None]
    return np.stack([ring * np.sin(turn), np.tile(np.cos(polar)[:, None], width), -ring * np.cos(turn)], -1)


def sky(rng: np.random.Generator, height: int = 192) -> Texture:
    """A painted sky: clear, cloudy or overcast, the sun anywhere above the horizon, dull ground below."""
    aim = directions(height, 2 * height)
    up = aim[..., 1]
    overcast = rng.random() < 0.4
    low = hsv(rng.uniform(0.08, 0.62), rng.uniform(0.02, 0.15), 0.85)
    zenith = hsv(rng.uniform(0.55, 0.61), 0.05 if overcast else rng.uniform(0.3, 0.6), 0.75 if overcast else 0.55)
    share = np.clip(up, 0, 1)[..., None] ** rng.uniform(0.35, 0.7)
    picture = low + share * (zenith - low)
    clouds = np.clip(spectral_noise(rng, 256, 1.6, stretch=2.0) * rng.uniform(0.2, 0.8), 0, 1)
    clouds = cv2.resize(clouds, (2 * height, height), interpolation=cv2.INTER_LINEAR)[..., None]
    picture = picture + clouds * (np.full(3, 0.9) - picture) * np.clip(up * 4, 0, 1)[..., None]
    elevation, turn = rng.uniform(0.08, 1.2), rng.uniform(0, 2 * np.pi)
    sun = np.array([np.cos(elevation) * np.sin(turn), np.sin(elevation), np.cos(elevation) * np.cos(turn)])
    angle = np.arccos(np.clip(aim @ sun, -1, 1))
    warm = hsv(0.09, 0.45 * (1 - elevation / 1.2) + 0.05, 1.0)
    strength = 0.0 if overcast else rng.uniform(60, 350)
    glow = strength * np.exp(-((angle / 0.03) ** 2)) + (1.5 if overcast else 0.8) * np.exp(-angle / 0.35)
    picture = picture**2.2 + glow[..., None] * warm
    ground = hsv(rng.uniform(0.08, 0.25), 0.15, 0.45) ** 2.2
    return np.where((up < 0)[..., None], ground, picture).astype(np.float32)


def room(rng: np.random.Generator, height: int = 128) -> Texture:
    """The light of a painted room: dull walls, a lighter ceiling, windows on a side, lamps above."""
    aim = directions(height, 2 * height)
    picture = np.broadcast_to(hsv(0.1, 0.1, rng.uniform(0.35, 0.6)) ** 2.2, aim.shape).copy()
    picture[aim[..., 1] > 0.75] *= 1.6
    picture[aim[..., 1] < -0.3] *= 0.6
    turn = np.arctan2(aim[..., 0], aim[..., 2])
    rise = np.arcsin(np.clip(aim[..., 1], -1, 1))
    kind = rng.random()
    if kind < 0.75:
        where, daylight = rng.uniform(-np.pi, np.pi), hsv(0.58, rng.uniform(0, 0.12), 1.0) * rng.uniform(4, 14)
        for k in range(int(rng.integers(1, 4))):
            off = np.abs(np.angle(np.exp(1j * (turn - where - 0.7 * k))))
            picture[(off < 0.28) & (rise > -0.1) & (rise < 0.6)] = daylight
    if kind > 0.4:
        lamp = hsv(rng.uniform(0.08, 0.13), rng.uniform(0, 0.35), 1.0) * rng.uniform(6, 25)
        x, z = (aim[..., k] / np.maximum(aim[..., 1], 1e-3) for k in (0, 2))
        wide, step = rng.uniform(0.08, 0.3), rng.uniform(0.8, 1.6)
        near = (np.abs((x + 0.4) % step - step / 2) < wide) & (np.abs(z % step - step / 2) < wide)
        picture[near & (aim[..., 1] > 0.35)] = lamp
    return np.asarray(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0), np.float32)
