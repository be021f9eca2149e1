"""The person's own colours where the old background shines through: hair, and the pixels of every edge."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import Picture, resize_photo
from figureground.runtime.bands import fitted_inside, pixels_of, put_values, sampled, values_at

Floats = NDArray[np.float32]

WORKING_SIDE = 400  # pixels of the longer side where the neighbourhoods' colours are averaged
WIDE, NARROW = 0.06, 0.012  # of the longer side: radii of the two passes
_SURENESS = 3  # power of a pixel's share: mixed pixels, whose colour is in doubt, hardly count in the averages
_TINY = 1e-4


def clean_edges(photo: Picture, mask: Picture, detail: float = 1.0) -> Picture:
    """The photo with the background's share taken out of the colours of all pixels that are partly person.

    Blur fusion in two passes (Forte 2021, "Approximate Fast Foreground Colour Estimation"): person and background are
    averaged over neighbourhoods, first wide, then narrow, and corrected so that the mixture gives the photo's colour.

    Args:
        photo: uint8 HxWx3 RGB.
        mask: uint8 HxW, 0 background to 255 person.
        detail: Share of WORKING_SIDE, for speed.
    Returns:
        uint8 HxWx3. Where the mask is 255 or 0 these are the photo's own pixels.
    """
    size = photo.shape[:2]
    person, background = _neighbourhood_colours(photo, mask, round(WORKING_SIDE * detail))
    cleaned = photo.copy(order="C")
    for pixels in pixels_of((mask > 0) & (mask < 255)):
        alpha = values_at(mask, pixels).astype(np.float32) / np.float32(255)
        near, behind = (sampled(colours, pixels, size) for colours in (person, background))
        estimate = _corrected(values_at(photo, pixels).astype(np.float32), alpha, near, behind)
        put_values(cleaned, pixels, np.rint(np.clip(estimate, 0, 255)).astype(np.uint8))
    return cleaned


def _neighbourhood_colours(photo: Picture, mask: Picture, longer: int) -> tuple[Floats, Floats]:
    """Average colours of person and background around each pixel at a reduced size: two float32 hxwx3, 0..255."""
    height, width = fitted_inside(mask.shape, longer)
    colours = resize_photo(photo, height, width).astype(np.float32)
    alpha = resize_photo(mask, height, width).astype(np.float32)[..., np.newaxis] / np.float32(255)
    person = background = colours
    for share in (WIDE, NARROW):
        radius = max(1, round(share * max(height, width)))
        near = _average(person, alpha**_SURENESS, radius)
        behind = _average(background, (1 - alpha) ** _SURENESS, radius)
        person = np.clip(_corrected(colours, alpha, near, behind), 0, 255)
        background = behind
    return near, behind


def _average(colours: Floats, weight: Floats, radius: int) -> Floats:
    side = (2 * radius + 1, 2 * radius + 1)
    weighted, total = cv2.blur(colours * weight, side), cv2.blur(weight, side)[..., np.newaxis]
    return np.asarray((weighted + _TINY * colours) / (total + _TINY), np.float32)


def _corrected(colours: Floats, alpha: Floats, person: Floats, background: Floats) -> Floats:
    """`person`, moved by what its mixture with the background leaves unexplained of the photo."""
    corrected: Floats = person + alpha * (colours - alpha * person - (1 - alpha) * background)
    return corrected
