"""The fields of the endpoints' forms, declared once: requests are read by them, and both descriptions tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from figureground.documents.standards import STANDARDS
from figureground.hands.things import packaged_things
from figureground.runtime.held_things import HELD
from figureground.web.limits import Limits


@dataclass(frozen=True)
class Field:
    """A field of a form.

    Attributes:
        meaning: In a sentence.
        values: The texts that it may have; any where there are none.
        default: Its text where it is left out; "" where that follows from the other fields.
        takes: What may come in it.
    """

    meaning: str
    values: tuple[str, ...] = ()
    default: str = ""
    takes: Literal["text", "file", "text or file"] = "text"


Fields = Mapping[str, Field]


def cut_fields(models: Sequence[str], limits: Limits) -> dict[str, Field]:
    """Of POST /cut, by name.

    Args:
        models: Names on offer, the default first.
    """
    colours = "transparent, blur (the original out of focus), a colour (CSS name, #rgb or #rrggbb)"
    return {
        "photo": _photo(limits),
        "background": Field(
            f"{colours}, or a picture's file, which covers the whole photo.", (), "transparent", "text or file"
        ),
        "held": Field(
            "What becomes of what people hold; keep and replace need a model that tells it, and replace a thing.",
            (*HELD, "replace"),
            HELD[0],
        ),
        **_hand_fields(),
        "format": Field("Of the result. Default: png if transparent, else jpg, which has no alpha.", _FORMATS),
        "model": _model(models),
    }


def put_fields(models: Sequence[str], limits: Limits) -> dict[str, Field]:
    """Of POST /put, by name; `models` as for `cut_fields`."""
    return {
        "photo": _photo(limits),
        **_hand_fields(),
        "format": Field("Of the result.", _FORMATS, "jpg"),
        "model": _model(models),
    }


def document_fields(models: Sequence[str], limits: Limits) -> dict[str, Field]:
    """Of POST /id-photo, by name; `models` as for `cut_fields`."""
    return {
        "photo": _photo(limits),
        "standard": Field("Which document.", tuple(STANDARDS), "eu"),
        "background": Field("A light colour, or original.", (), "white"),
        "format": Field("Of the result, which notes 300 dots per inch.", ("jpg", "png"), "jpg"),
        "sheet": Field("Whether to give a print of 10 x 15 cm full of copies instead.", ("no", "yes"), "no"),
        "face": Field("Whose, where there are several people: 1 for the one on the left, and so on."),
        "model": _model(models),
    }


_FORMATS = ("png", "webp", "jpg")


def _hand_fields() -> dict[str, Field]:
    """What is put into a hand, and how."""
    names = ", ".join(packaged_things())
    return {
        "thing": Field(
            f"What to put into a hand: {names}, or a picture's file, best with transparency.",
            (),
            "",
            "text or file",
        ),
        "hand": Field("left or right, the person's own, or 1 for the leftmost hand. Default: where something is held."),
        "scale": Field("Makes the thing larger or smaller, 0.05 to 20.", (), "1"),
        "turn": Field("Turns the thing further, in degrees, clockwise.", (), "0"),
        "text": Field("To write on the thing, if it has a place for that, as the placard."),
    }


def _photo(limits: Limits) -> Field:
    return Field(
        f"The photo; at most {limits.pixels / 1e6:g} megapixels, {limits.body_bytes / 1e6:g} MB in all.", takes="file"
    )


def _model(models: Sequence[str]) -> Field:
    return Field("Which model.", tuple(models), models[0])


def schema(fields: Fields) -> dict[str, Any]:
    """JSON Schema of a form, as OpenAPI takes it; files alone are required."""
    return {
        "type": "object",
        "properties": {name: _property(field) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.takes == "file"],
        "additionalProperties": False,
    }


def _property(field: Field) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = []
    if "text" in field.takes:
        kinds.append({"enum": list(field.values)} if field.values else {"type": "string"})
    if "file" in field.takes:
        kinds.append({"type": "string", "contentMediaType": "application/octet-stream"})
    kind = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return kind | {"description": field.meaning} | ({"default": field.default} if field.default else {})


def table(fields: Fields) -> str:
    """The fields as a table of HTML."""
    rows = [_row("td", name, _value(field), field.default, field.meaning) for name, field in fields.items()]
    return "\n".join(("<table>", _row("th", "field", "value", "default", "what"), *rows, "</table>"))


def _row(tag: str, *cells: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _value(field: Field) -> str:
    return ", ".join(field.values) or f"a {field.takes}"
