"""The mask from the model's size to the photo's, along the edges that the photo itself shows.

A guided filter (He, Sun & Tang 2013, "Guided Image Filtering") takes each small window's mask for a linear function of
its colours. The function's coefficients are found at a reduced size and used at full size, as in the fast guided
filter (He & Sun 2015), and there only along the person's edge. benchmarks/edges.py measures what it brings.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import Picture, Probability, resize_photo, resize_probability
from figureground.runtime.bands import fitted_inside, pixels_of, sampled, undecided, values_at

Floats = NDArray[np.float32]

WORKING_SIDE = 384  # pixels of the longer side where coefficients are found
RADIUS = 0.015  # of the longer side: half a window
EPSILON = 3e-4  # variance of a colour in 0..1 below which the photo is taken to show no edge
SOFTNESS = 0.004  # of the longer side: how far from the outline a pixel can be partly person
LOW, HIGH = 0.15, 0.85  # filtered probabilities that become fully background and fully person


def refine(photo: Picture, probability: Probability, detail: float = 1.0) -> Picture:
    """Mask of the photo's size, 0 background to 255 person, from a probability map of any size.

    Args:
        photo: uint8 HxWx3 RGB.
        probability: float32 hxw in 0..1 of the whole photo. One larger than WORKING_SIDE is worked on at its own size.
        detail: Share of the working size; the price falls almost with its square.
    Returns:
        uint8 HxW. Well inside and outside the person it is exactly 255 and 0.
    """
    height, width = photo.shape[:2]
    small = fitted_inside((height, width), round(max(WORKING_SIDE, *probability.shape) * detail))
    guide = resize_photo(photo, *small).astype(np.float32) / np.float32(255)
    rough = resize_probability(probability, *small)
    coefficients = linear_coefficients(guide, rough, max(1, round(RADIUS * max(small))), EPSILON)
    coarse = _levels(_linear(coefficients, guide))
    bounds = _bounds(coarse, SOFTNESS * max(small))
    coarse = _within(coarse, bounds)
    if small == (height, width):
        return coarse
    mask: Picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    band = cv2.resize(undecided(coarse).view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    bounds = cv2.resize(bounds, (width, height), interpolation=cv2.INTER_LINEAR)  # too steep for `sampled`
    for pixels in pixels_of(band > 0):
        colours = values_at(photo, pixels).astype(np.float32) / np.float32(255)
        levels = _levels(_linear(sampled(coefficients, pixels, (height, width)), colours))
        mask.reshape(-1)[pixels] = _within(levels, values_at(bounds, pixels))
    return mask


def linear_coefficients(guide: Floats, values: Floats, radius: int, epsilon: float) -> Floats:
    """For each pixel the linear function of its colour that fits `values` best in the windows around it.

    Args:
        guide: float32 HxWx3 in 0..1.
        values: float32 HxW.
        radius: Windows have 2 x radius + 1 pixels a side.
        epsilon: Ridge term on the slopes.
    Returns:
        float32 HxWx4: three slopes, then the offset.
    """
    mean, mean_value = _box(guide, radius), _box(values, radius)
    covariance = _box(guide * values[..., np.newaxis], radius) - mean * mean_value[..., np.newaxis]
    slopes = _solve(_colour_covariance(guide, mean, radius, epsilon), covariance)
    offset = mean_value - np.einsum("hwc,hwc->hw", slopes, mean)
    return _box(np.dstack([slopes, offset]), radius)


def _colour_covariance(guide: Floats, mean: Floats, radius: int, epsilon: float) -> dict[str, Floats]:
    """Windows' covariance of the colours, its diagonal raised by epsilon: the six different entries, each HxW."""
    entries = {}
    for name in ("rr", "rg", "rb", "gg", "gb", "bb"):
        first, second = ("rgb".index(channel) for channel in name)
        product = _box(guide[..., first] * guide[..., second], radius) - mean[..., first] * mean[..., second]
        entries[name] = product + np.float32(epsilon if first == second else 0)
    return entries


def _solve(matrix: dict[str, Floats], right: Floats) -> Floats:
    """Symmetric 3x3 systems by Cramer's rule, all pixels at once: HxWx3."""
    rr, rg, rb, gg, gb, bb = (matrix[name] for name in ("rr", "rg", "rb", "gg", "gb", "bb"))
    first, second, third = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    determinant = rr * first + rg * second + rb * third
    x, y, z = right[..., 0], right[..., 1], right[..., 2]
    middle, corner = rg * rb - rr * gb, rr * bb - rb * rb
    solution = np.dstack(
        [
            first * x + second * y + third * z,
            second * x + corner * y + middle * z,
            third * x + middle * y + (rr * gg - rg * rg) * z,
        ]
    )
    return np.asarray(solution / determinant[..., np.newaxis], np.float32)


def _linear(coefficients: Floats, colours: Floats) -> Floats:
    """Value of each pixel's function at its colour; leading axes of both alike."""
    value: Floats = np.einsum("...c,...c->...", coefficients[..., :3], colours) + coefficients[..., 3]
    return value


def _levels(value: Floats) -> Picture:
    """Stretches LOW..HIGH to 0..255: a model is never quite sure, but the inside of a person is not see-through."""
    return np.asarray(np.rint(np.clip((value - LOW) / (HIGH - LOW), 0, 1) * 255), np.uint8)


def _bounds(mask: Picture, reach: float) -> Picture:
    """The lowest and the highest level of each pixel, uint8 HxWx2: doubt is not drawn as glass.

    What lies `reach` or more inside the outline of a mask (HxW, where it crosses one half) is wholly person, as far
    outside wholly background; between them both bounds give way in proportion to the distance.
    """
    inside = (mask > 127).view(np.uint8)
    near = [cv2.distanceTransform(side, cv2.DIST_L2, cv2.DIST_MASK_3) for side in (inside, 1 - inside)]
    # Without an outline OpenCV's distances are the largest float.
    lowest, beyond = (np.clip(distance - 1, 0, reach) / np.float32(reach) for distance in near)
    return np.rint(np.dstack([lowest, 1 - beyond]) * np.float32(255)).astype(np.uint8)


def _within(mask: Picture, bounds: Picture) -> Picture:
    return np.asarray(np.clip(mask, bounds[..., 0], bounds[..., 1]), np.uint8)


def _box(values: Floats, radius: int) -> Floats:
    side = 2 * radius + 1
    return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)
