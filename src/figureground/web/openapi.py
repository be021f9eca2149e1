"""The endpoints' description after OpenAPI 3.1, which /openapi.json gives and the page /api.html tells to people."""

from __future__ import annotations

from typing import Any

import figureground
from figureground.documents.standards import STANDARDS
from figureground.web.limits import Limits

_MISTAKES = {
    "400": "A field is missing, unknown or wrong.",
    "403": "The request comes from another site's page.",
    "408": "The upload is too slow.",
    "413": "The upload or a picture is too large.",
    "415": "The photo is no picture, or damaged; or the body is no multipart form.",
    "421": "The server does not go by the name in Host.",
    "422": "There is no person in the photo; for documents also: no face, several, or too little photo around it.",
    "504": "The work takes too long.",
}


def description(models: tuple[str, ...], limits: Limits) -> dict[str, Any]:
    """The OpenAPI document.

    Args:
        models: Names on offer, the default first.
    """
    background = "transparent, blur (the original out of focus), a colour (CSS name, #rgb or #rrggbb)"
    cut = {
        "background": {
            "anyOf": [{"type": "string"}, _file("A picture, which covers the whole photo.")],
            "description": f"{background}, or a picture's file.",
            "default": "transparent",
        },
        "format": _choice(
            ["png", "webp", "jpg"],
            None,
            "Of the result. Default: png if transparent, else jpg, which has no alpha.",
        ),
    }
    document = {
        "standard": _choice(list(STANDARDS), "eu", "Which document."),
        "background": {"type": "string", "default": "white", "description": "A light colour, or original."},
        "format": _choice(["jpg", "png"], "jpg", "Of the result, which notes 300 dots per inch."),
        "sheet": _choice(["no", "yes"], "no", "Whether to give a print of 10 x 15 cm full of copies instead."),
    }
    shortcomings = {
        "Figureground-Shortcomings": {
            "description": "Only if the document does not satisfy its standard: a JSON list of sentences.",
            "schema": {"type": "string"},
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "figureground",
            "version": figureground.__version__,
            "description": "Cuts people out of photos. Photos are worked on in memory and forgotten.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/cut": {"post": _operation("cut", "Cut the people out of a photo.", cut, models, limits)},
            "/id-photo": {
                "post": _operation("idPhoto", "Make a document photo.", document, models, limits, shortcomings)
            },
            "/health": {"get": _plain("health", "Whether the server answers.", {"status": {"const": "ok"}})},
            "/settings": {"get": _plain("settings", "Models, document standards and limits, as the page needs them.")},
        },
        "components": {"schemas": {"Error": _object({"error": {"type": "string", "description": "One line."}})}},
    }


def _operation(
    name: str,
    summary: str,
    fields: dict[str, Any],
    models: tuple[str, ...],
    limits: Limits,
    headers: dict[str, Any] | None = None,
) -> dict[str, Any]:
    photo = _file(f"The photo; at most {limits.pixels / 1e6:g} megapixels, {limits.body_bytes / 1e6:g} MB in all.")
    form = _object({"photo": photo, **fields, "model": _choice(list(models), models[0], "Which model.")}, ["photo"])
    made: dict[str, Any] = {
        f"image/{kind}": {} for kind in (("jpeg", "png", "webp") if name == "cut" else ("jpeg", "png"))
    }
    again = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form | _CLOSED}}},
        "responses": {
            "200": {"description": "The picture.", "content": made, "headers": headers or {}},
            **{status: _mistake(text) for status, text in _MISTAKES.items()},
            "503": _mistake("Too many photos at once.") | {"headers": again},
        },
    }


_CLOSED = {"additionalProperties": False}


def _plain(name: str, summary: str, properties: dict[str, Any] | None = None) -> dict[str, Any]:
    content = {"application/json": {"schema": _object(properties or {})}}
    return {"operationId": name, "summary": summary, "responses": {"200": {"description": "So.", "content": content}}}


def _mistake(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or list(properties)}


def _choice(values: list[str], default: str | None, text: str) -> dict[str, Any]:
    return {"enum": values, "description": text} | ({} if default is None else {"default": default})


def _file(text: str) -> dict[str, Any]:
    return {"type": "string", "contentMediaType": "application/octet-stream", "description": text}
