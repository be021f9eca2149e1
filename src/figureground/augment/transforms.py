"""What is done to a photo and its mask together: framing, light, colour and the faults of cameras and files."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.params import AugmentParams
from figureground.pictures import VOID, resize_mask, resize_photo

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # at its import it looks for a newer version over the network
import albumentations as A

Picture = NDArray[np.uint8]

_CROPPED = 0.6  # of the variants are crops …
_ZOOMED_OUT = 0.15  # … these get a margin, and the rest show the whole photo, as the model will see it
_WORDS = {
    "HorizontalFlip": "mirrored",
    "Turn": "turned",
    "CoarseDropout": "patches",
    "ColorJitter": "colours",
    "RandomGamma": "exposure",
    "RandomBrightnessContrast": "less contrast",
    "RandomShadow": "shadow",
    "Illumination": "light from a side",
    "MultiplicativeNoise": "white balance",
    "ToGray": "grey",
    "Defocus": "out of focus",
    "MotionBlur": "motion blur",
    "GaussNoise": "noise",
    "ISONoise": "camera noise",
    "ImageCompression": "JPEG",
}


@dataclass(frozen=True)
class Box:
    """Part of a photo in pixels; where it goes past the photo's edges, the square gets a margin."""

    top: int
    left: int
    height: int
    width: int


class FitSquare(A.DualTransform):  # type: ignore[misc]
    """Cut a part out of the photo, or put a margin around it, and bring it to a square in one step.

    Albumentations' own crops keep to a range of aspect ratios of the crop. The model, though, sees whole photos
    squeezed into a square, so the aspect ratio here varies around the photo's own. The margin mirrors the photo
    and is void in the mask: nobody knows what stood there.

    Args:
        size: Side of the square in pixels.
        strength: 0 takes the whole photo. At 1 crops cover a quarter of the photo or more, are stretched by up to
            1.3 and margins shrink the photo to 0.6 of its sides or more.
    """

    def __init__(self, size: int, strength: float) -> None:
        super().__init__(p=1.0)
        self.size = size
        self.strength = strength

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        height, width = params["shape"][:2]
        return {"box": self._box(height, width)}

    def apply(self, img: Picture, box: Box, **params: Any) -> Picture:
        part, height, width, margins = self._inside(img, box)
        return _with_margins(resize_photo(part, height, width), margins, cv2.BORDER_REFLECT_101)

    def apply_to_mask(self, mask: Picture, box: Box, **params: Any) -> Picture:
        part, height, width, margins = self._inside(mask, box)
        return _with_margins(resize_mask(part, height, width), margins, cv2.BORDER_CONSTANT)

    def _box(self, height: int, width: int) -> Box:
        kind = self.py_random.random() if self.strength > 0 else 1.0
        if kind < _CROPPED:
            share = self.py_random.uniform(max(0.1, 1 - 0.75 * self.strength), 1.0)
            stretch = math.exp(self.py_random.uniform(-1, 1) * self.strength * math.log(1.3) / 2)
            sides = math.sqrt(share) * stretch, math.sqrt(share) / stretch
        elif kind < _CROPPED + _ZOOMED_OUT:
            sides = (1 / self.py_random.uniform(max(0.4, 1 - 0.4 * self.strength), 1.0),) * 2
        else:
            return Box(0, 0, height, width)
        rows, columns = round(height * sides[0]), round(width * sides[1])
        if kind < _CROPPED:
            rows, columns = min(max(rows, 1), height), min(max(columns, 1), width)
        return Box(self._start(height - rows), self._start(width - columns), rows, columns)

    def _start(self, room: int) -> int:
        """Even over the places where crop and photo lie inside one another; negative room is a margin's."""
        return int(self.py_random.randint(min(room, 0), max(room, 0)))

    def _inside(self, picture: Picture, box: Box) -> tuple[Picture, int, int, tuple[int, int, int, int]]:
        """The box's part that the photo covers, its size in the square, and the margins (top, bottom, left, right)."""
        rows, columns = picture.shape[:2]
        top, bottom = max(box.top, 0), min(box.top + box.height, rows)
        left, right = max(box.left, 0), min(box.left + box.width, columns)
        above, below = self._scaled(top - box.top, box.height), self._scaled(bottom - box.top, box.height)
        before, after = self._scaled(left - box.left, box.width), self._scaled(right - box.left, box.width)
        margins = (above, self.size - below, before, self.size - after)
        return picture[top:bottom, left:right], below - above, after - before, margins

    def _scaled(self, offset: int, length: int) -> int:
        return round(offset / length * self.size)


class Turn(A.Affine):  # type: ignore[misc]
    """Rotate and shear by bilinear warp; corners that come into view mirror the photo and are void in the mask."""

    def apply_to_mask(self, mask: Picture, matrix: Any, output_shape: tuple[int, int], **params: Any) -> Picture:
        turned = cv2.warpAffine(
            mask,
            np.asarray(matrix, np.float64)[:2],
            (int(output_shape[1]), int(output_shape[0])),
            flags=cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=VOID,
        )
        return np.asarray(turned, np.uint8)


def build_pipeline(params: AugmentParams, input_size: int) -> A.Compose:
    """All transforms that are switched on, at `params.strength`; strength 0 only resizes.

    Geometry is done once and goes straight to `input_size`; what follows works on the small square.
    """
    strength, on = params.strength, params.transforms
    steps: list[A.BasicTransform | A.BaseCompose] = [FitSquare(input_size, strength if on.crop else 0.0)]
    if strength > 0:
        groups = (
            (on.flip, lambda _: A.HorizontalFlip(p=0.5)),
            (on.rotate, _rotate),
            (on.dropout, _dropout),
            (on.colour, _colour),
            (on.light, _light),
            (on.grey, lambda strength: A.ToGray(p=min(0.06 * strength, 1.0))),
            (on.blur, _blur),
            (on.noise, _noise),
            (on.compression, _compression),
        )
        steps += [build(strength) for switched_on, build in groups if switched_on]
    return A.Compose(steps, save_applied_params=True)


def transform(pipeline: A.Compose, photo: Picture, mask: Picture, seed: int) -> tuple[Picture, Picture, list[str]]:
    """Photo and mask through the pipeline; equal seeds give equal results, whatever went before.

    All transforms draw from one generator. Albumentations' own `set_random_seed` gives each the same seed instead,
    so that their draws would go together: a variant would be flipped, turned, blurred and noisy, or nothing at all.

    Returns:
        uint8 SxSx3, and uint8 SxS that holds no value that the given mask, or VOID, does not; then what was done, in
        everyday words.
    """
    pipeline.set_random_state(np.random.default_rng(seed), random.Random(seed))
    result = pipeline(image=photo, mask=mask)
    applied = [_in_words(name, params) for name, params in result["applied_transforms"]]
    return result["image"], result["mask"], [words for words in applied if words]


def _in_words(name: str, params: Mapping[str, Any]) -> str:
    """What a transform did; nothing where the whole photo was only brought to size."""
    if name != FitSquare.__name__:
        return _WORDS[name]
    box, (height, width) = params["box"], params["shape"][:2]
    if (box.height, box.width) == (height, width):
        return ""
    return "cropped" if box.height <= height and box.width <= width else "margin"


def _with_margins(picture: Picture, margins: tuple[int, int, int, int], border: int) -> Picture:
    if not any(margins):
        return picture
    return np.asarray(cv2.copyMakeBorder(picture, *margins, border, value=VOID), np.uint8)


def _rotate(strength: float) -> A.BasicTransform:
    return Turn(
        rotate=(-15 * strength, 15 * strength),
        shear={"x": (-4 * strength, 4 * strength), "y": (0, 0)},
        border_mode=cv2.BORDER_REFLECT_101,
        p=0.4,
    )


def _dropout(strength: float) -> A.BasicTransform:
    """Patches of one colour, void in the mask: what is behind a real thing in the way is not person either."""
    return A.CoarseDropout(
        num_holes_range=(1, 3),
        hole_height_range=(0.05, min(0.05 + 0.2 * strength, 0.5)),
        hole_width_range=(0.05, min(0.05 + 0.2 * strength, 0.5)),
        fill="random_uniform",
        fill_mask=VOID,
        p=0.12,
    )


def _colour(strength: float) -> A.BasicTransform:
    def around_one(reach: float) -> tuple[float, float]:
        return max(0.1, 1 - reach * strength), 1 + reach * strength

    return A.ColorJitter(
        brightness=around_one(0.3),
        contrast=around_one(0.3),
        saturation=around_one(0.4),
        hue=(-0.04 * strength, 0.04 * strength),
        p=0.6,
    )


def _light(strength: float) -> A.BaseCompose:
    """Exposure, a dark room, a shadow across the scene, light from one side, the white balance of another camera."""
    gamma = 1 + 0.6 * strength
    gain = 0.15 * strength
    return A.OneOf(
        [
            A.RandomGamma(gamma_limit=(100 / gamma, 100 * gamma), p=1),
            A.RandomBrightnessContrast(
                brightness_limit=(0.0, 0.0),
                contrast_limit=(-min(0.65 * strength, 0.85), -0.25 * strength),
                p=1,
            ),
            A.RandomShadow(shadow_roi=(0, 0, 1, 1), shadow_intensity_range=(0.2 * strength, 0.45 * strength), p=1),
            A.Illumination(intensity_range=(0.01, min(0.01 + 0.15 * strength, 0.2)), p=1),
            A.MultiplicativeNoise(multiplier=(1 - gain, 1 + gain), per_channel=True, elementwise=False, p=1),
        ],
        p=0.4,
    )


def _blur(strength: float) -> A.BaseCompose:
    longest = 3 + 2 * round(2 * strength)
    return A.OneOf(
        [
            A.Defocus(radius=(1, 1 + round(2 * strength)), alias_blur=(0.1, 0.3), p=1),
            A.MotionBlur(blur_limit=(3, longest), p=1),
        ],
        p=0.15,
    )


def _noise(strength: float) -> A.BaseCompose:
    return A.OneOf(
        [
            A.GaussNoise(std_range=(0.01, 0.01 + 0.05 * strength), p=1),
            A.ISONoise(color_shift=(0.01, 0.01 + 0.04 * strength), intensity=(0.1, 0.1 + 0.3 * strength), p=1),
        ],
        p=0.2,
    )


def _compression(strength: float) -> A.BasicTransform:
    return A.ImageCompression(quality_range=(max(10, round(90 - 55 * strength)), 95), p=0.25)
