"""From light to photo: blur and distortion of the lens, exposure, white balance, noise, tone curve, sharpening, JPEG.

What moves or spreads light does the same to the coverage and to the share of held things, so that the masks stay those
of the picture; what changes colours leaves them alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import HALF, PERSON
from figureground.synth.rendering.rays import Image

Facts = dict[str, str | float | int]
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
LOOKS = {
    "photo": 0.6,
    "phone": 0.17,
    "portrait": 0.08,
    "low light": 0.05,
    "flash": 0.04,
    "backlight": 0.06,
}
"""How often an ordinary picture gets which look."""


@dataclass(frozen=True)
class CameraSettings:
    """What one camera does. Lengths are pixels of a picture 320 px on its longer side; stops are factors of two."""

    exposure: float = 0.0
    balance: float = 0.06
    contrast: float = 1.0
    saturation: float = 0.9
    noise: float = 0.008
    vignette: float = 0.12
    defocus: float = 0.0
    motion: float = 0.0
    barrel: float = 0.0
    background: float = 0.0
    sharpening: float = 0.3
    quality: int = 88
    shadows: float = 0.0


def photograph(
    linear: Image, coverage: Image, held: Image, rng: np.random.Generator, *, kind: str = "photo"
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], Facts]:
    """Take a photo of rendered light.

    Args:
        linear: float32 (H, W, 3) scene-referred linear RGB, 0 and up.
        coverage: float32 (H, W) 0..1, the share of each pixel that is person.
        held: float32 (H, W) 0..1, the share of each pixel that is something held.
        rng: Draws everything; the number of draws depends on `kind` and on the draws alone.
        kind: "photo" for the everyday mixture, "webcam" for a video call, or a name of LOOKS for that look.
    Returns:
        The photo, uint8 (H, W, 3) sRGB, as read back from JPEG; the mask, uint8 (H, W) 0..255; that of what is held,
        uint8 (H, W), 255 from one half of a pixel on where the mask has less than one half; and what was done.
    Raises:
        ValueError: There is no such kind, or the shapes do not agree.
    """
    if linear.shape != (*coverage.shape, 3) or held.shape != coverage.shape:
        raise ValueError(f"the light has shape {linear.shape}, coverage and held {coverage.shape} and {held.shape}")
    name, settings = _draw_settings(rng, kind)
    light = np.clip(np.nan_to_num(linear), 0.0, 1e4).astype(np.float32)
    share, held = (np.clip(x, 0.0, 1.0).astype(np.float32) for x in (coverage, held))
    pixel = max(share.shape) / 320
    light = _expose(light, share, settings, rng)
    light, share, held = _distort((light, share, held), settings.barrel)
    if settings.background:
        radius = settings.background * pixel
        light, held = _blur_background(light, share, radius), _blur_held(held, share, radius)
    kernel = _spread(settings, pixel, rng)
    if kernel is not None:
        layers = (light, share, held)
        light, share, held = (cv2.filter2D(x, -1, kernel, borderType=cv2.BORDER_REPLICATE) for x in layers)
    light = _fall_off(light, settings.vignette)
    light = _fringe(light, rng)
    light = _sensor_noise(light, settings.noise, rng)
    photo = _develop(light, settings, rng)
    grey = rng.random() < 0.04
    if grey:
        photo = np.repeat((photo @ LUMINANCE)[..., None], 3, axis=2)
    photo = _sharpen(photo, settings.sharpening, pixel)
    stored = _through_jpeg((np.clip(photo, 0, 1) * 255 + 0.5).astype(np.uint8), settings.quality)
    facts: Facts = {
        "look": name,
        "exposure": round(settings.exposure, 2),
        "noise": round(settings.noise, 4),
        "blur": round(settings.defocus + settings.motion, 2),
        "barrel": round(settings.barrel, 3),
        "background_blur": round(settings.background, 2),
        "jpeg_quality": settings.quality,
        "black_and_white": int(grey),
    }
    mask = (np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)
    return stored, mask, np.where((held >= 0.5) & (mask < HALF), np.uint8(PERSON), np.uint8(0)), facts


def _draw_settings(rng: np.random.Generator, kind: str) -> tuple[str, CameraSettings]:
    if kind not in {*LOOKS, "webcam"}:
        raise ValueError(f"there is no look {kind!r}; there are {', '.join([*LOOKS, 'webcam'])}")
    name = kind
    if kind == "photo":
        name = str(rng.choice(list(LOOKS), p=list(LOOKS.values())))
    facts: dict[str, float] = {
        "exposure": rng.normal(0, 0.3),
        "balance": abs(rng.normal(0, 0.06)),
        "contrast": rng.uniform(0.95, 1.3),
        "saturation": rng.uniform(0.75, 1.05),
        "noise": rng.gamma(2.0, 0.003),
        "vignette": rng.uniform(0, 0.25),
        "defocus": max(0.0, rng.normal(0.2, 0.25)),
        "motion": rng.uniform(1, 5) if rng.random() < 0.05 else 0.0,
        "barrel": rng.normal(0, 0.04) if rng.random() < 0.4 else 0.0,
        "sharpening": rng.uniform(0, 0.6),
        "shadows": rng.uniform(0, 0.04),
    }
    facts |= {
        "phone": {
            "sharpening": rng.uniform(0.5, 1.2),
            "saturation": rng.uniform(0.9, 1.15),
            "contrast": rng.uniform(1.1, 1.3),
        },
        "portrait": {"background": rng.uniform(1.5, 6.0), "defocus": 0.2},
        "low light": {"exposure": rng.uniform(-2.2, -0.8), "noise": rng.uniform(0.02, 0.07), "balance": 0.15},
        "flash": {"vignette": rng.uniform(0.4, 0.8), "exposure": rng.uniform(0, 0.6), "contrast": 1.25},
        "backlight": {"exposure": rng.uniform(-1.8, -0.7), "shadows": rng.uniform(0.02, 0.1)},
        "webcam": {
            "noise": rng.uniform(0.01, 0.04),
            "defocus": rng.uniform(0.4, 1.0),
            "balance": rng.uniform(0.02, 0.16),
            "sharpening": rng.uniform(0.4, 1.4),
            "barrel": rng.uniform(-0.08, 0.02),
        },
    }.get(name, {})
    quality = int(rng.integers(50, 80)) if name == "webcam" else int(rng.integers(60, 96))
    return name, CameraSettings(**facts, quality=max(quality, 60))


def _expose(light: Image, share: Image, settings: CameraSettings, rng: np.random.Generator) -> Image:
    """Meter as cameras do: on people where there are any, else on the whole, so that the mean comes out mid-grey."""
    grey = light @ LUMINANCE
    people = share > 0.5
    everywhere = float(np.mean(np.minimum(grey, np.percentile(grey, 95))))
    meter = everywhere
    if people.mean() > 0.01:
        on_people = float(np.mean(np.minimum(grey[people], np.percentile(grey[people], 95))))
        # Between both in stops: a dark coat does not burn the sky out, nor a bright one sink the room.
        meter = np.exp(0.55 * np.log(on_people + 1e-4) + 0.45 * np.log(everywhere + 1e-4))
    gain = 0.27 * 2.0**settings.exposure / max(meter, 1e-4)
    cast = np.exp(settings.balance * rng.choice([-1.0, 1.0]) * np.array([1.0, 0.0, -1.0]) + rng.normal(0, 0.015, 3))
    return np.asarray(light * (gain * cast / cast.mean()), np.float32)


def _distort(layers: Sequence[Image], barrel: float) -> list[Image]:
    """Bend all alike as a lens does (radial, one term), the corners kept inside the picture."""
    if not barrel:
        return list(layers)
    height, width = layers[0].shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = (x - (width - 1) / 2) / (width / 2), (y - (height - 1) / 2) / (height / 2)
    square = u * u + v * v
    scale = (1 + barrel * square) / max(1.0, 1 + 2 * barrel)
    at_x = (u * scale * width / 2 + (width - 1) / 2).astype(np.float32)
    at_y = (v * scale * height / 2 + (height - 1) / 2).astype(np.float32)
    return [cv2.remap(x, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for x in layers]


def _blur_background(light: Image, share: Image, radius: float) -> Image:
    """A telephone's portrait mode: what is not person is blurred, without the person's colours in it."""
    away = 1 - share
    size = 2 * int(radius) + 1
    kernel = _disc(radius, size)
    bright = cv2.filter2D(light * away[..., None], -1, kernel, borderType=cv2.BORDER_REFLECT)
    weight = cv2.filter2D(away, -1, kernel, borderType=cv2.BORDER_REFLECT)
    behind = np.where(weight[..., None] > 1e-3, bright / np.maximum(weight, 1e-3)[..., None], light)
    # The person's own light lies in light = share * person + away * background; only the background changes.
    sharp = _filled(light, away)
    return np.asarray(np.maximum(light + away[..., None] * (behind - sharp), 0), np.float32)


def _blur_held(held: Image, share: Image, radius: float) -> Image:
    """What is held belongs to the background, so its share spreads as if it were light."""
    return np.asarray(_blur_background(cv2.merge([held] * 3), share, radius)[..., 0])


def _filled(light: Image, away: Image) -> Image:
    """The background near people's edges, drawn from where no person is: what lies under half-covered pixels."""
    pure = (away > 0.98).astype(np.float32)
    weight = cv2.GaussianBlur(pure, (0, 0), 2.0)
    spread = cv2.GaussianBlur(light * pure[..., None], (0, 0), 2.0) / np.maximum(weight, 1e-3)[..., None]
    known = (pure > 0) | (weight < 1e-3)
    return np.asarray(np.where(known[..., None], light, spread), np.float32)


def _disc(radius: float, size: int) -> Image:
    centre = size // 2
    y, x = np.mgrid[:size, :size] - centre
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(disc / disc.sum(), np.float32)


def _spread(settings: CameraSettings, pixel: float, rng: np.random.Generator) -> Image | None:
    """The kernel of defocus and motion together, or None where both are under a third of a pixel."""
    blur, motion, angle = settings.defocus * pixel, settings.motion * pixel, rng.uniform(0, np.pi)
    if blur < 0.3 and motion < 0.3:
        return None
    size = 2 * int(np.ceil(3 * blur + motion)) + 3
    kernel = np.zeros((size, size), np.float32)
    middle = np.array([size // 2, size // 2])
    for step in np.linspace(-motion / 2, motion / 2, 2 + int(4 * motion)):
        x, y = middle + step * np.array([np.cos(angle), np.sin(angle)])
        kernel += _dot(x, y, size)
    if blur >= 0.3:
        kernel = cv2.GaussianBlur(kernel, (0, 0), blur)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _dot(x: float, y: float, size: int) -> Image:
    rows, columns = np.mgrid[:size, :size]
    return np.asarray(np.clip(1 - np.abs(columns - x), 0, 1) * np.clip(1 - np.abs(rows - y), 0, 1), np.float32)


def _fall_off(light: Image, strength: float) -> Image:
    height, width = light.shape[:2]
    y, x = np.mgrid[:height, :width]
    square = ((x - width / 2) / width) ** 2 + ((y - height / 2) / height) ** 2
    return np.asarray(light * (1 - strength * 2 * square)[..., None], np.float32)


def _fringe(light: Image, rng: np.random.Generator) -> Image:
    """Red and blue a little larger or smaller than green, at most a third of a pixel in the corners of 320."""
    height, width = light.shape[:2]
    out = light.copy()
    for channel, amount in ((0, rng.normal(0, 0.0008)), (2, rng.normal(0, 0.0008))):
        scale = 1 + float(np.clip(amount, -0.002, 0.002))
        turn = np.array([[scale, 0, (1 - scale) * width / 2], [0, scale, (1 - scale) * height / 2]])
        out[..., channel] = cv2.warpAffine(light[..., channel], turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return out


def _sensor_noise(light: Image, strength: float, rng: np.random.Generator) -> Image:
    """Shot noise that grows with the root of the light and read noise, a little blotchy as after a camera's filter."""
    shape = light.shape
    fine = rng.normal(size=shape).astype(np.float32)
    coarse = cv2.GaussianBlur(rng.normal(size=shape).astype(np.float32), (0, 0), 1.0) * 2.5
    share = np.float32(rng.uniform(0.2, 0.7))
    grey = (0.6 * fine + 0.4 * fine.mean(2, keepdims=True) * 1.7) * (1 - share) + coarse * share
    return np.asarray(light + strength * grey * np.sqrt(np.maximum(light, 0) * 0.8 + 0.01), np.float32)


def _develop(light: Image, settings: CameraSettings, rng: np.random.Generator) -> Image:
    """Saturation, a curve with a soft shoulder (Reinhard 2002, extended), sRGB's gamma, blacks lifted by `shadows`."""
    light = np.maximum(light, 0)
    grey = (light @ LUMINANCE)[..., None]
    light = np.maximum(grey + settings.saturation * (light - grey), 0)
    white = rng.uniform(2.0, 5.0)
    toned = light * (1 + light / white**2) / (1 + light) * 1.12
    encoded = np.where(toned <= 0.0031308, toned * 12.92, 1.055 * np.maximum(toned, 1e-8) ** (1 / 2.4) - 0.055)
    curved = np.clip(0.5 + (np.clip(encoded, 0, 1) - 0.5) * settings.contrast, 0, 1)
    return np.asarray(settings.shadows + (1 - settings.shadows) * curved, np.float32)


def _sharpen(photo: Image, amount: float, pixel: float) -> Image:
    soft = cv2.GaussianBlur(photo, (0, 0), 0.8 * max(pixel, 0.7))
    return np.asarray(photo + amount * (photo - soft), np.float32)


def _through_jpeg(photo: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    _, data = cv2.imencode(".jpg", photo[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    stored = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(stored[..., ::-1])
