"""What stands behind the person in a cut-out: nothing, a colour, another picture or the blurred original."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import cv2
import numpy as np
from PIL import Image, ImageColor

from figureground.errors import FiguregroundError
from figureground.pictures import Picture, photo_of, read_photo, resize_photo
from figureground.runtime.bands import fitted_inside, pixels_of, put_values, values_at
from figureground.runtime.foreground import clean_edges

Fit = Literal["cover", "contain"]
Colour: TypeAlias = tuple[int, int, int]

BLUR = 0.02  # of the longer side: the blur's standard deviation
_BLUR_SIDE = 512  # pixels: a blurred picture has no detail to lose
BLACK, _WHITE = (0, 0, 0), (255, 255, 255)  # margins beside a contained picture


class BackgroundError(FiguregroundError):
    """A background that is no colour, no keyword and no picture."""


@dataclass(frozen=True)
class Background:
    """One of: a colour, a picture (uint8 HxWx3 RGB), the blurred original; none of them is transparent."""

    colour: Colour | None = None
    picture: Picture | None = None
    blurred: bool = False

    @property
    def transparent(self) -> bool:
        return self.colour is None and self.picture is None and not self.blurred


BackgroundLike: TypeAlias = Background | Colour | Picture | Image.Image | Path | str | None


def background_of(given: BackgroundLike) -> Background:
    """The background that a user names.

    Args:
        given: None or "transparent"; "blur"; a colour as CSS name, #rgb or #rrggbb, or as (red, green, blue) of 0..255;
            a picture as array (uint8 HxWx3), Pillow image or path. A colour's name wins over a file's.
    Raises:
        BackgroundError: None of these.
        PictureError: The picture's file cannot be read.
    """
    if isinstance(given, Background):
        return given
    if isinstance(given, np.ndarray):
        if given.dtype != np.uint8 or given.ndim != 3 or given.shape[2] != 3 or 0 in given.shape:
            raise BackgroundError(f"a background picture is uint8 height x width x 3, not {given.dtype} {given.shape}")
        return Background(picture=given)
    if isinstance(given, Image.Image):
        return Background(picture=photo_of(given))
    if isinstance(given, tuple):
        if len(given) != 3 or not all(isinstance(part, int) and 0 <= part <= 255 for part in given):
            raise BackgroundError(f"a background colour is three whole numbers of 0 to 255, not {given}")
        return Background(colour=given)
    if given is None:
        return Background()
    if isinstance(given, str) and (named := named_background(given)) is not None:
        return named
    if Path(given).is_file():
        return Background(picture=read_photo(Path(given)))
    raise BackgroundError(
        f"{given}: neither transparent, blur nor a colour (such as white or #1e90ff), and no file of that name"
    )


def named_background(given: str) -> Background | None:
    """The background that a keyword or a colour names, None where it names neither; no file is ever looked for."""
    if given in ("transparent", "blur"):
        return Background(blurred=given == "blur")
    try:
        return Background(colour=ImageColor.getrgb(given)[:3])
    except ValueError:
        return None


def composed(photo: Picture, mask: Picture, background: Background, fit: Fit = "cover", detail: float = 1.0) -> Picture:
    """The person of the photo before a background, the old background's colours taken out of the edge.

    Args:
        photo: uint8 HxWx3 RGB.
        mask: uint8 HxW, 0 background to 255 person.
        fit: A picture covers the whole photo and loses what is too much, or is contained in it between white margins.
        detail: Share of the sizes at which edge colours and the blur are worked out, for speed.
    Returns:
        uint8 HxWx3, or HxWx4 with the mask as alpha for a transparent one, colourless where nothing is to be seen.
        Where the mask is 255 these are the photo's own pixels.
    """
    person = clean_edges(photo, mask, detail)
    if background.transparent:
        visible = cv2.bitwise_and(person, person, mask=mask)
        return np.asarray(cv2.insertChannel(mask, cv2.cvtColor(visible, cv2.COLOR_RGB2RGBA), 3), np.uint8)
    result = _behind(photo, mask, background, fit, detail)
    cv2.copyTo(person, np.asarray(mask == 255).view(np.uint8), result)
    for pixels in pixels_of((mask > 0) & (mask < 255)):
        alpha = values_at(mask, pixels).astype(np.float32) / np.float32(255)
        mixed = alpha * values_at(person, pixels) + (1 - alpha) * values_at(result, pixels)
        put_values(result, pixels, np.rint(mixed).astype(np.uint8))
    return result


def _behind(photo: Picture, mask: Picture, background: Background, fit: Fit, detail: float) -> Picture:
    """The background alone, of the photo's size, its own memory."""
    if background.colour is not None:
        return np.full(photo.shape, background.colour, np.uint8)
    if background.picture is not None:
        return fitted(background.picture, photo.shape[:2], fit)
    return blurred(photo, mask, detail)


def fitted(picture: Picture, size: tuple[int, int], fit: Fit, pixel: float = 1.0, margin: Colour = _WHITE) -> Picture:
    """`picture` in the middle of a picture of `size` (height, width), its proportions kept; see `composed`.

    Args:
        pixel: How much wider the pixels of the result are than those of the picture, for videos whose pixels are not
            square.
        margin: Colour beside a contained picture.
    """
    height, width = size
    ratios = height / picture.shape[0], width * pixel / picture.shape[1]
    scale = max(ratios) if fit == "cover" else min(ratios)
    scales = scale, scale / pixel
    if fit == "cover":  # cut first: a narrow strip blown up would be huge
        rows, columns = (max(1, round(side / each)) for side, each in zip(size, scales, strict=True))
        return resize_photo(_middle(picture, rows, columns), height, width)
    rows, columns = (
        max(1, min(side, round(each * own))) for side, each, own in zip(size, scales, picture.shape[:2], strict=True)
    )
    inner = resize_photo(picture, rows, columns)
    result = np.full((height, width, 3), margin, np.uint8)
    _middle(result, rows, columns)[:] = inner
    return result


def _middle(picture: Picture, rows: int, columns: int) -> Picture:
    top, left = max(0, picture.shape[0] - rows) // 2, max(0, picture.shape[1] - columns) // 2
    return picture[top : top + rows, left : left + columns]


def blurred(photo: Picture, mask: Picture, detail: float = 1.0) -> Picture:
    """The photo out of focus without its person: weights keep the person's colours from spreading into a halo."""
    height, width = fitted_inside(mask.shape, round(_BLUR_SIDE * detail))
    colours = resize_photo(photo, height, width).astype(np.float32)
    weight = 1 - resize_photo(mask, height, width).astype(np.float32) / np.float32(255)
    sigma = max(0.5, BLUR * max(height, width))
    far, far_weight = _blur(colours * weight[..., np.newaxis], 4 * sigma), _blur(weight, 4 * sigma)
    filled = far / np.maximum(far_weight, 1e-6)[..., np.newaxis]  # behind the person, too wide for the narrow blur
    near, near_weight = _blur(colours * weight[..., np.newaxis], sigma), _blur(weight, sigma)[..., np.newaxis]
    soft = near + (1 - near_weight) * filled
    small = np.clip(np.rint(soft), 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(small, photo.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def _blur(values: np.ndarray, sigma: float) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float32)
