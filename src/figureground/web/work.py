"""What the endpoints make of a form: a cut-out, or a document photo, as the bytes of a picture file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from figureground.documents.documents import document_file, id_photo, light_colour, sheet
from figureground.documents.faces import FaceFinder
from figureground.documents.framing import DPI
from figureground.documents.standards import STANDARDS
from figureground.hands.putting import LARGEST_SCALE, InHand, Which
from figureground.hands.things import packaged_things
from figureground.photos.saving import encoded
from figureground.runtime.backgrounds import Background, BackgroundError, named_background
from figureground.runtime.held_things import Held
from figureground.web.forms import Form
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
        PictureError, BackgroundError, SavingError, NobodyError, NothingHeldError, ThingError: As `Segmenter.cut`,
            `encoded` and `InHand`.
    """
    background = _background(form, limits)
    kind = form.text("format", "png" if background.transparent else "jpg")
    if kind == "jpg" and background.transparent:
        raise RequestError(400, "format: JPEG has no transparency; use png or webp, or give a background")
    held, model = _held(form, models), models[form.text("model")]
    thing = _in_hand(form, limits) if held == "replace" else None
    cutout = model.segmenter.cut(form.picture("photo", limits), background, held=held, thing=thing)
    return Made(encoded(_named(kind), cutout), MEDIA_TYPES[kind])


def put_in(form: Form, models: Mapping[str, Model], limits: Limits) -> Made:
    """A photo with a thing in somebody's hand, by a form of `put_fields`.

    Raises:
        RequestError: A field is missing or wrong, or a picture too large.
        PictureError, SavingError, NothingHeldError, ThingError: As `Segmenter.put`, `encoded` and `InHand`.
    """
    kind, thing = form.text("format"), _in_hand(form, limits)
    result = models[form.text("model")].segmenter.put(form.picture("photo", limits), thing)
    return Made(encoded(_named(kind), result), MEDIA_TYPES[kind])


def document_photo(form: Form, models: Mapping[str, Model], limits: Limits) -> Made:
    """A document photo, or a sheet of them, by a form of `document_fields`.

    Raises:
        RequestError: A field is missing or wrong, or the photo too large.
        PictureError, BackgroundError, DocumentError, NobodyError: As `id_photo`.
    """
    standard = STANDARDS[form.text("standard")]
    kind = form.text("format")
    model = models[form.text("model")]
    face = _number(form, "face")
    named = form.text("background")
    colour = None
    if named != "original":
        colour = light_colour(f"background: {named[:40]}", named_background(named) or Background())
    document = id_photo(form.picture("photo", limits), model.segmenter, FaceFinder(), standard, colour, face)
    if form.text("sheet") == "yes":
        printed = encoded(_named(kind), sheet(document.picture), DPI)
        return Made(printed, MEDIA_TYPES[kind], document.shortcomings)
    content, shortcomings = document_file(_named(kind), document, standard)
    return Made(content, MEDIA_TYPES[kind], shortcomings)


def _number(form: Form, name: str) -> int | None:
    text = form.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise RequestError(400, f"{name}: {text[:40]!r} is no number from 1 to 999")
    return int(text)


def _in_hand(form: Form, limits: Limits) -> InHand:
    """The thing of the fields, and how it is held: unlike `thing_of` never a file's name."""
    thing: str | bytes = form.text("thing")
    if "thing" in form.files:
        thing = form.picture_file("thing", limits)
    elif thing not in packaged_things():
        raise RequestError(
            400, f"thing: {thing[:40]!r} is no picture's file and none of {', '.join(packaged_things())}"
        )
    hand = form.text("hand")
    which: Which | None = "left" if hand == "left" else "right" if hand == "right" else _number(form, "hand")
    scale, turn = _decimal(form, "scale"), _decimal(form, "turn")
    if which == 0 or not 1 / LARGEST_SCALE <= scale <= LARGEST_SCALE:
        raise RequestError(400, f"hand: from 1 on; scale: {1 / LARGEST_SCALE:g} to {LARGEST_SCALE:g}")
    return InHand(thing, which, scale, turn, form.text("text"))


def _decimal(form: Form, name: str) -> float:
    text = form.text(name)
    if not re.fullmatch(r"-?\d{1,4}(\.\d{1,6})?", text, re.ASCII):
        raise RequestError(400, f"{name}: {text[:40]!r} is no number such as 1.5")
    return float(text)


def _held(form: Form, models: Mapping[str, Model]) -> Held | Literal["replace"]:
    """As `Segmenter.check_held`, of the models on offer alone, and without the server's paths."""
    name = form.text("model")
    held = form.text("held")
    if held == "drop":
        return "drop"
    if not models[name].segmenter.tells_held:
        able = " or ".join(each.name for each in models.values() if each.segmenter.tells_held)
        advice = f"give model {able}" if able else "no model here does"
        raise RequestError(400, f"held: the model {name} does not tell what people hold; {advice}")
    return "keep" if held == "keep" else "replace"


def _background(form: Form, limits: Limits) -> Background:
    """A picture that came with the form, or a keyword or colour: unlike `background_of` never a file's name."""
    if "background" in form.files:
        return Background(picture=form.picture("background", limits))
    text = form.text("background")
    if (named := named_background(text)) is None:
        raise BackgroundError(
            f"background: {text[:40]!r} is neither transparent, blur nor a colour (such as white or #1e90ff)"
        )
    return named


def _named(kind: str) -> Path:
    return Path(f"result.{kind}")
