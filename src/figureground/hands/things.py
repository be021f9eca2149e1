"""Things to be put into hands: their pictures, what is known of them, and those that come with the package."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import cv2
import numpy as np
from PIL import Image

from figureground.errors import FiguregroundError
from figureground.hands.lettering import Area, lettered, without_glyph
from figureground.pictures import Picture, cutout_of, frame_count, opened
from figureground.runtime.foreground import clean_edges

Up: TypeAlias = Literal["across", "along"]
ThingLike: TypeAlias = Path | str | bytes | Picture | Image.Image

THINGS: Final = Path(__file__).with_name("things")
_RIM = 0.02  # of the shorter side: what lies so near to the edge shows the background
_PLAIN = 20  # of 255: as far as the colours of a plain background lie from its middle
_LEAST = 0.005  # of a picture: a thing that fills less is not there


class ThingError(FiguregroundError):
    """A thing that cannot be put into a hand, in one line."""


@dataclass(frozen=True)
class Thing:
    """A thing, upright as one sees it, and how it is held.

    Of the things of the package, a JSON file beside each picture tells all but the picture, by these names.

    Attributes:
        picture: uint8 HxWx4 RGBA.
        grip: (row, column) of the point that the hand is closed around, in shares of height and width.
        width_cm: Width of the whole picture in centimetres, were it a real thing; None makes the longer
            side a little shorter than the hand.
        up: Which way its top points in a hand: "across", from the little finger to the index finger, as a stick in a
            fist; or "along", from the wrist to the fingers, as a telephone.
        mirrored: Whether it is shown mirrored in a left hand, as a mug whose handle points to the hand; the picture
            shows it in a right hand, seen from the front. Not for what bears text.
        text_area: (top, left, bottom, right) of where a text may be written, in shares of height and width.
    """

    picture: Picture
    grip: tuple[float, float] = (0.5, 0.5)
    width_cm: float | None = None
    up: Up = "across"
    mirrored: bool = False
    text_area: Area | None = None

    def with_text(self, text: str, name: str) -> Thing:
        """The thing with a text on it.

        Raises:
            ThingError: It has no place for one, or not for one that long, or the font lacks a letter.
        """
        if not text:
            return self
        if self.text_area is None:
            able = ", ".join(each for each in packaged_things() if packaged_thing(each).text_area is not None)
            raise ThingError(f"{name}: has no place for a text; take {able}")
        if strange := without_glyph(text):
            raise ThingError(f"text: the font has no {strange[:8]}; leave it out")
        written = lettered(self.picture, self.text_area, text)
        if written is None:
            raise ThingError(f"text: {len(text)} characters do not fit on {name}; shorten it")
        return replace(self, picture=written)


def thing_of(given: ThingLike, name: str = "thing") -> Thing:
    """A thing from a picture, or one of the package by its name.

    Without transparency the picture's own background is cut away, if it is plain.

    Args:
        given: A name such as "mug"; a file's path or bytes; uint8 HxWx3 RGB or HxWx4 RGBA; a Pillow image.
        name: By which errors call a picture that is given without a path.
    Raises:
        ThingError: Animated, all transparent, or neither transparent somewhere nor on a plain background.
        PictureError: As `read_photo`.
    """
    if isinstance(given, str) and given in packaged_things():
        return packaged_thing(given)
    if isinstance(given, np.ndarray):
        return Thing(_without_margins(_cut_out(_checked(given), name), name))
    if isinstance(given, Image.Image):
        return Thing(_without_margins(_cut_out(cutout_of(given), name), name))
    source, name = (given, name) if isinstance(given, bytes) else (Path(given), str(given))
    if isinstance(given, str) and not Path(given).exists() and not Path(given).suffix:
        raise ThingError(f"{given}: no file of that name, and none of the things {', '.join(packaged_things())}")
    if (frames := frame_count(source)) > 1:
        raise ThingError(f"{name}: {frames} pictures in one file, animated or of pages; save one of them")
    with opened(source, name) as image:
        picture = cutout_of(image)
    return Thing(_without_margins(_cut_out(picture, name), name))


def packaged_things() -> tuple[str, ...]:
    """Names of the things that come with the package."""
    return tuple(sorted(file.stem for file in THINGS.glob("*.png")))


def packaged_thing(name: str) -> Thing:
    """The thing of the package by that name."""
    with opened(THINGS / f"{name}.png") as image:
        picture = cutout_of(image)
    told = json.loads((THINGS / f"{name}.json").read_text(encoding="utf-8"))
    known = {field.name for field in fields(Thing)}
    facts: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    return Thing(picture, **{key: value for key, value in facts.items() if key in known})


def _checked(picture: Picture) -> Picture:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] not in (3, 4) or 0 in picture.shape:
        raise ThingError(f"a thing's picture is uint8 height x width x 3 or 4, not {picture.dtype} {picture.shape}")
    return picture if picture.shape[2] == 4 else np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])


def _cut_out(picture: Picture, name: str) -> Picture:
    """The thing without its background, RGBA, where it has no transparency of its own."""
    if picture[..., 3].min() < 255:
        return picture
    photo = np.ascontiguousarray(picture[..., :3])
    rim = max(1, round(_RIM * min(photo.shape[:2])))
    around = np.concatenate(
        [part.reshape(-1, 3) for part in (photo[:rim], photo[-rim:], photo[:, :rim], photo[:, -rim:])]
    )
    colour = np.median(around, axis=0)
    if np.percentile(np.abs(around - colour).max(axis=1), 95) > _PLAIN:
        raise ThingError(
            f"{name}: no transparency, and its background is not plain; cut the thing out, and save it as PNG"
        )
    alike = (np.abs(photo - colour).max(axis=2) <= 1.5 * _PLAIN).astype(np.uint8)
    framed = cv2.copyMakeBorder(alike, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    cv2.floodFill(framed, None, (0, 0), 2)
    solid = np.where(framed[1:-1, 1:-1] == 2, np.uint8(0), np.uint8(255))
    alpha = np.minimum(cv2.erode(solid, np.ones((3, 3), np.uint8)), 255)  # the outermost pixels are half background
    alpha = cv2.GaussianBlur(alpha, (3, 3), 0)
    return np.dstack([clean_edges(photo, alpha), alpha])


def _without_margins(picture: Picture, name: str) -> Picture:
    """The part that shows something."""
    shown = picture[..., 3] > 127
    if np.count_nonzero(shown) < max(1, _LEAST * shown.size):
        raise ThingError(f"{name}: nothing to be seen in it, all is transparent or of one colour")
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    return np.ascontiguousarray(picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
