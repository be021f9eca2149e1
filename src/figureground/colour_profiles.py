"""Pixels with an embedded colour profile brought to sRGB. A profile is judged by what it does, not by its name."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_SAME = 3  # of 255: so far apart are profiles that all mean sRGB, by their rounded curves
_STEPS = 9  # of each channel, in the colours that a profile is tried on


def in_srgb(image: Image.Image) -> Image.Image:
    """The picture in mode RGB and in sRGB, without its transparency.

    A profile is applied to the pixels as they are stored, 16-bit grey too; one that is damaged, or made for another
    kind of pixels, counts as none.

    Raises:
        ValueError: Pillow cannot convert from this mode.
    """
    stored = _opaque(image)
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
