"""Light, blur and noise of a part of a photo, measured, so that what is put there looks as if it had been there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import Picture

Floats = NDArray[np.float32]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
_REFLECTED = 0.2  # of the light: what everyday surroundings reflect on average ("grey world")
_TRUST = 0.5  # power: dark clothes are not dim light, so half of what the mean says, in stops, is believed
_DARKEST, _BRIGHTEST = 0.2, 2.0  # times the thing's own light
_TINT = 0.25  # at most, that a channel's light differs from the mean of the three
_COLOURLESS = 4 / 255  # difference of a pixel's values that JPEG leaves in a black-and-white photo
_AGAIN = 1.0  # pixels: the blur by which sharpness is measured
_STRONG = 90  # percentile of the gradients from which on a pixel is taken for an edge's
_SHARPEST = 85  # percentile of the edges' sharpness: the others are soft themselves
_SOFTEST = 6.0  # pixels
_PIXELS = 1 / 3 + 1 / 12  # variance that a difference between pixels, and a pixel itself, add to an edge's
_LAPLACIAN = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)  # Immerkær's


@dataclass(frozen=True)
class Surroundings:
    """What was measured.

    Attributes:
        light: float32 3, how much more light of each colour there is than in a picture of mean brightness.
        black: The darkest value around, 0 to 1, sRGB: haze lifts it.
        blur: Pixels, standard deviation of the Gaussian that makes a sharp edge as soft as those around.
        noise: Standard deviation of the noise, of 255.
        coloured: False in a black-and-white photo.
    """

    light: Floats
    black: float
    blur: float
    noise: float
    coloured: bool


def measured(photo: Picture, left_out: NDArray[np.bool_]) -> Surroundings:
    """Light, blur and noise of a part of a photo.

    Args:
        photo: uint8 HxWx3 RGB.
        left_out: bool HxW, what does not count: the thing that is going to be replaced.
    """
    counts = ~left_out if not left_out.all() else np.ones_like(left_out)
    values = photo[counts].astype(np.float32) / np.float32(255)
    ratio = np.maximum(linear(values).mean(axis=0), 1e-4) / _REFLECTED
    mean = float(ratio @ LUMINANCE)
    tint = np.clip((ratio / mean) ** _TRUST, 1 - _TINT, 1 + _TINT)
    light = np.clip(mean**_TRUST, _DARKEST, _BRIGHTEST) * tint
    grey = (photo.astype(np.float32) @ LUMINANCE).astype(np.float32)
    black = min(float(np.percentile(values @ LUMINANCE, 0.5)), 0.3)
    coloured = bool(np.percentile(np.ptp(values, axis=1), 99) > _COLOURLESS)
    return Surroundings(light.astype(np.float32), black, blur_of(grey, counts), noise_of(grey, counts), coloured)


def blur_of(grey: Floats, counts: NDArray[np.bool_]) -> float:
    """Standard deviation, in pixels, of the blur of the sharpest edges.

    An edge that is blurred once more loses the less of its gradient the softer it was (Zhuo & Sim 2011, "Defocus map
    estimation from a single image", eq. 5).

    Args:
        grey: float32 HxW, 0 to 255.
        counts: bool HxW, where to look.
    """
    before, after = _gradient(grey), _gradient(cv2.GaussianBlur(grey, (0, 0), _AGAIN))
    if not counts.any() or (strong := np.percentile(before[counts], _STRONG)) < 2:
        return 0.0
    edges = counts & (before >= strong)
    ratio = float(np.percentile(before[edges] / np.maximum(after[edges], 1e-3), _SHARPEST))
    return float(np.clip(_AGAIN**2 / max(ratio**2 - 1, 1e-3) - _PIXELS, 0, _SOFTEST**2) ** 0.5)


def noise_of(grey: Floats, counts: NDArray[np.bool_]) -> float:
    """Standard deviation of the noise (Immerkær 1996, "Fast Noise Variance Estimation"), of the flatter half alone.

    Args:
        grey: float32 HxW, 0 to 255.
        counts: bool HxW, where to look.
    """
    gradient = _gradient(cv2.GaussianBlur(grey, (0, 0), 2 * _AGAIN))
    flat = counts & (gradient <= np.median(gradient[counts]))
    response = cv2.filter2D(grey, cv2.CV_32F, _LAPLACIAN)
    return float(np.sqrt(np.pi / 2) / 6 * np.abs(response[flat]).mean())


def fitted_into(layer: Floats, around: Surroundings) -> Floats:
    """A thing's pixels in this light, as soft and as noisy as what is around.

    Args:
        layer: float32 HxWx4, 0 to 1, the colours multiplied by the last, the opacity.
    """
    opacity = layer[..., 3:]
    colours = layer[..., :3] / np.maximum(opacity, 1e-4)
    lit = srgb(1 - np.exp(-_curve(linear(np.clip(colours, 0, 1))) * around.light))
    lit = around.black + (1 - around.black) * lit
    luminance = lit @ LUMINANCE
    if not around.coloured:
        lit = np.dstack([luminance] * 3)
    shown = np.dstack([lit * opacity, opacity]).astype(np.float32)
    grey = (luminance * 255).astype(np.float32)
    inside = cv2.erode((opacity[..., 0] > 0.99).view(np.uint8), np.ones((5, 5), np.uint8)) > 0
    own = blur_of(grey, inside) if inside.any() else 0.0
    if (more := around.blur**2 - own**2) > 0.05:
        shown = cv2.GaussianBlur(shown, (0, 0), float(np.sqrt(more)), borderType=cv2.BORDER_CONSTANT)
    has = noise_of(grey, inside) if inside.any() else 0.0
    if (missing := around.noise**2 - has**2) > 0.25:
        grain = np.random.default_rng(0).normal(0, np.sqrt(missing) / 255, shown.shape[:2]).astype(np.float32)
        shown[..., :3] += grain[..., np.newaxis] * shown[..., 3:]
    return np.clip(shown, 0, 1)


def _curve(light: Floats) -> Floats:
    """What 1 - exp(-x) makes `light` of again: where more light falls on it, it brightens but never burns out."""
    return -np.log(np.maximum(1 - light, 1 / 255))


def linear(values: Floats) -> Floats:
    """Linear light 0..1 of sRGB values 0..1 (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


def srgb(light: Floats) -> Floats:
    """sRGB values 0..1 of linear light 0..1."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055)


def _gradient(grey: Floats) -> Floats:
    return np.asarray(cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)), np.float32)
