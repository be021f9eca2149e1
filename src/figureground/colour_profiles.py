"""Pixels with an embedded colour profile, or with code points in its place, brought to sRGB.

A profile is judged by what it does, not by its name.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_SAME = 3  # of 255: so far apart are profiles that all mean sRGB, by their rounded curves
_STEPS = 9  # of each channel, in the colours that a profile is tried on
# Code points of ITU-T H.273. All primaries: x and y of red, green and blue, and white is that of daylight (D65).
_SRGB_PRIMARIES, _WHITE = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), (0.3127, 0.3290)
_PRIMARIES = {
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
}
_HDR_WHITE = 203  # candela/m²: white of a screen or a page in HDR (ITU-R BT.2408); what is brighter is white, too
_PQ_LIMIT, _HLG_LIMIT = 10_000, 1000  # candela/m² of the highest value
_ROWS = 256  # are converted at a time, so that a large photo takes little memory
_LIGHTS = 4096  # steps of light for which the values of sRGB are looked up

CodePoints = tuple[int, int]  # of primaries and transfer function


def in_srgb(image: Image.Image, code_points: CodePoints | None = None) -> Image.Image:
    """The picture in mode RGB and in sRGB, without its transparency.

    A profile is applied to the pixels as they are stored, 16-bit grey too; one that is damaged, or made for another
    kind of pixels, counts as none.

    Args:
        code_points: What the file tells in place of a profile. HDR is shown as on a screen without it.
    Raises:
        ValueError: Pillow cannot convert from this mode.
    """
    stored = _opaque(image)
    if code_points is not None:
        return _decoded(stored.convert("RGB"), code_points)
    transform = _transform(stored.mode, image.info.get("icc_profile"))
    if stored.mode == "I;16":
        return _of_16_bits(np.asarray(stored), transform)
    return stored.convert("RGB") if transform is None else _applied(stored, transform)


def is_srgb(image: Image.Image) -> bool:
    """Whether the stored pixels are sRGB, or grey values of it, as they are: by their profile, or for want of one."""
    return _transform(_opaque_mode(image.mode), image.info.get("icc_profile")) is None


def high_byte(wide: NDArray[np.generic]) -> NDArray[np.uint8]:
    """16-bit values as 8-bit ones; Pillow's own conversion clips at 255."""
    return np.asarray(np.clip(wide, 0, 65535).astype(np.uint16) >> 8, np.uint8)


def _opaque_mode(mode: str) -> str:
    if mode in ("1", "L", "LA", "La"):
        return "L"
    if mode.startswith("I"):
        return "I;16"
    return mode if mode in ("CMYK", "LAB") else "RGB"


def _opaque(image: Image.Image) -> Image.Image:
    """The colours alone, in the kind of pixels that their profile is made for."""
    mode = _opaque_mode(image.mode)
    if mode == "I;16":
        return Image.fromarray(np.clip(np.asarray(image), 0, 65535).astype(np.uint16))
    if image.mode in ("P", "PA", "RGBa", "La"):  # a palette's transparency has to be made alpha first
        image = image.convert("LA" if mode == "L" else "RGBA")
    return image if image.mode == mode else image.convert(mode)


def _transform(mode: str, embedded: bytes | None) -> ImageCms.ImageCmsTransform | None:
    """From pixels of a mode to sRGB; None where that would leave them as they are, or cannot be told."""
    if not embedded and mode != "LAB":
        return None
    srgb = ImageCms.createProfile("sRGB")
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(embedded)) if embedded else ImageCms.createProfile("LAB")
        flags = ImageCms.Flags.NOOPTIMIZE if mode == "I;16" else ImageCms.Flags.NONE
        transform = ImageCms.buildTransform(profile, srgb, mode, "RGB", flags=flags)
        return transform if mode in ("CMYK", "LAB") or _changes(transform, mode) else None
    except (ImageCms.PyCMSError, OSError):
        return None


def _decoded(image: Image.Image, code_points: CodePoints) -> Image.Image:
    primaries, transfer = code_points
    if primaries not in _PRIMARIES and transfer not in _CURVES:
        return image  # sRGB, or so near that viewers do not tell it apart
    light, matrix = _light(transfer), _to_srgb_primaries(primaries).T.astype(np.float32)
    pixels = np.array(image)
    for top in range(0, len(pixels), _ROWS):
        rows = light[pixels[top : top + _ROWS]] @ matrix
        pixels[top : top + _ROWS] = _srgb_values()[np.rint((_LIGHTS - 1) * rows.clip(0, 1)).astype(np.intp)]
    return Image.fromarray(pixels)


def _light(transfer: int) -> NDArray[np.float32]:
    """Light, 1 where white is, of each value 0..255."""
    return _CURVES.get(transfer, _srgb_light)(np.arange(256) / 255).astype(np.float32)


def _gamma_light(value: NDArray[np.float64]) -> NDArray[np.float64]:
    return value**2.2


def _srgb_light(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """IEC 61966-2-1."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _pq_light(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """ITU-R BT.2100, table 4."""
    root = value ** (32 / 2523)
    share = (np.maximum(root - 107 / 128, 0) / (2413 / 128 - 2392 / 128 * root)) ** (16384 / 2610)
    return share * _PQ_LIMIT / _HDR_WHITE


def _hlg_light(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """ITU-R BT.2100, table 5, with the gamma of a screen of 1000 candela/m²."""
    scene = np.where(value <= 0.5, value**2 / 3, (np.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12)
    return np.asarray(scene**1.2 * _HLG_LIMIT / _HDR_WHITE)


_CURVES: dict[int, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    4: _gamma_light, 8: np.asarray, 16: _pq_light, 18: _hlg_light
}  # fmt: skip


@cache
def _srgb_values() -> NDArray[np.uint8]:
    """The value of sRGB for each step of light (IEC 61966-2-1)."""
    light = np.linspace(0, 1, _LIGHTS)
    value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * value), np.uint8)


def _to_srgb_primaries(primaries: int) -> NDArray[np.float64]:
    """3x3, for columns of red, green and blue light."""
    theirs = _PRIMARIES.get(primaries, _SRGB_PRIMARIES)
    return np.asarray(np.linalg.solve(_to_xyz(_SRGB_PRIMARIES), _to_xyz(theirs)), np.float64)


def _to_xyz(primaries: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """3x3: the primaries as columns of CIE XYZ, so bright that together they make white."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    x, y = _WHITE
    return columns * np.linalg.solve(columns, [x / y, 1, (1 - x - y) / y])


def _of_16_bits(grey: NDArray[np.uint16], transform: ImageCms.ImageCmsTransform | None) -> Image.Image:
    """By a table of all values: for so many pixels of 16 bits a transform is either quick or exact."""
    if transform is None:
        return Image.fromarray(high_byte(grey)).convert("RGB")
    every = Image.fromarray(np.arange(65536, dtype=np.uint16).reshape(256, 256))
    return Image.fromarray(np.asarray(_applied(every, transform)).reshape(-1, 3)[grey])


def _applied(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    assert converted is not None  # None is the answer to being asked to change the picture itself
    return converted


def _changes(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether a transform makes other colours of some than sRGB has."""
    tried = _sample(mode)
    result = np.asarray(_applied(tried, transform), np.int16)
    plain = np.asarray(tried) >> 8 if mode == "I;16" else np.asarray(tried)
    return bool(np.abs(result - (plain if mode == "RGB" else plain[..., np.newaxis])).max() > _SAME)


def _sample(mode: str) -> Image.Image:
    if mode == "RGB":
        levels = np.linspace(0, 255, _STEPS).astype(np.uint8)
        return Image.fromarray(np.stack(np.meshgrid(levels, levels, levels), -1).reshape(_STEPS, -1, 3))
    ramp = np.arange(256, dtype=np.uint8)[np.newaxis]
    return Image.fromarray(ramp if mode == "L" else ramp.astype(np.uint16) * 257)
