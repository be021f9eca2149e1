"""What the endpoints make of a form: a cut-out, or a document photo, as the bytes of a picture file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from figureground.documents.documents import DPI, id_photo, light_colour, sheet
from figureground.documents.faces import FaceFinder
from figureground.documents.standards import STANDARDS
from figureground.photos.saving import encoded
from figureground.pictures import Picture, read_photo
from figureground.runtime.backgrounds import Background, BackgroundError, named_background
from figureground.web.forms import Form, check_pixels
from figureground.web.limits import Limits, RequestError
from figureground.web.workshop import Model

MEDIA_TYPES = {"png": "image/png", "webp": "image/webp", "jpg": "image/jpeg"}


@dataclass(frozen=True)
class Made:
    """A picture file, and what a document photo does not satisfy."""

    content: bytes
    media_type: str
    shortcomings: tuple[str, ...] = ()


def cut_out(form: Form, models: Mapping[str, Model], limits: Limits) -> Made:
    """The people of a photo before another background, by a form of `cut_fields`.

    Raises:
        RequestError: A field is missing or wrong, or a picture too large.
        PictureError, BackgroundError, SavingError, NobodyError: As `Segmenter.cut` and `encoded`.
    """
    background = _background(form, limits)
    kind = form.text("format", "png" if background.transparent else "jpg")
    if kind == "jpg" and background.transparent:
        raise RequestError(400, "JPEG has no transparency; use png or webp, or give a background")
    model = models[form.text("model")]
    return _made(model.segmenter.cut(_picture(form, "photo", limits), background), kind)


def document_photo(form: Form, models: Mapping[str, Model], limits: Limits) -> Made:
    """A document photo, or a sheet of them, by a form of `document_fields`.

    Raises:
        RequestError: A field is missing or wrong, or the photo too large.
        PictureError, BackgroundError, DocumentError, NobodyError: As `id_photo`.
    """
    standard = STANDARDS[form.text("standard")]
    kind = form.text("format")
    model = models[form.text("model")]
    named = form.text("background")
    colour = None if named == "original" else light_colour(named[:40], named_background(named) or Background())
    document = id_photo(_picture(form, "photo", limits), model.segmenter, FaceFinder(), standard, colour)
    printed = form.text("sheet") == "yes"
    return _made(sheet(document.picture) if printed else document.picture, kind, document.shortcomings, DPI)


def _background(form: Form, limits: Limits) -> Background:
    """A picture that came with the form, or a keyword or colour: unlike `background_of` never a file's name."""
    if "background" in form.files:
        return Background(picture=_picture(form, "background", limits))
    text = form.text("background")
    if (named := named_background(text)) is None:
        raise BackgroundError(f"{text[:40]}: neither transparent, blur nor a colour (such as white or #1e90ff)")
    return named


def _picture(form: Form, name: str, limits: Limits) -> Picture:
    if name not in form.files:
        raise RequestError(400, f"{name}: missing; send a picture's file in a field of that name")
    check_pixels(form.files[name], limits)
    return read_photo(form.files[name])


def _made(picture: Picture, kind: str, shortcomings: tuple[str, ...] = (), dpi: int | None = None) -> Made:
    return Made(encoded(Path(f"result.{kind}"), picture, dpi), MEDIA_TYPES[kind], shortcomings)
