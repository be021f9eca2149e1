"""The endpoints' description after OpenAPI 3.1, which /openapi.json gives and the page /api.html tells to people."""

from __future__ import annotations

from typing import Any

import figureground
from figureground.web.fields import Fields, schema
from figureground.web.work import MEDIA_TYPES

_MISTAKES = {
    "400": "A field is missing, unknown or wrong.",
    "403": "The request comes from another site's page.",
    "408": "The upload is too slow.",
    "413": "The upload or a picture is too large.",
    "415": "The photo is no picture, or damaged; or the body is no multipart form.",
    "421": "The server does not go by the name in Host.",
    "422": "There is no person in the photo, or no hand for the thing; for documents also: no face, several, "
    "or too little photo around it.",
    "504": "The work takes too long.",
}


def description(cut: Fields, put: Fields, document: Fields) -> dict[str, Any]:
    """The OpenAPI document of the three forms' fields."""
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
            "/cut": {"post": _operation("cut", "Cut the people out of a photo.", cut)},
            "/put": {"post": _operation("put", "Put a thing into somebody's hand.", put)},
            "/id-photo": {"post": _operation("idPhoto", "Make a document photo.", document, shortcomings)},
            "/health": {"get": _plain("health", "Whether the server answers.", {"status": {"const": "ok"}})},
            "/settings": {"get": _plain("settings", "Models, document standards and limits, as the page needs them.")},
        },
        "components": {"schemas": {"Error": _object({"error": {"type": "string", "description": "One line."}})}},
    }


def _operation(name: str, summary: str, fields: Fields, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {MEDIA_TYPES[kind]: {} for kind in fields["format"].values}
    again = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema(fields)}}},
        "responses": {
            "200": {"description": "The picture.", "content": made, "headers": headers or {}},
            **{status: _mistake(text) for status, text in _MISTAKES.items()},
            "503": _mistake("Too many photos at once.") | {"headers": again},
        },
    }


def _plain(name: str, summary: str, properties: dict[str, Any] | None = None) -> dict[str, Any]:
    content = {"application/json": {"schema": _object(properties or {})}}
    return {"operationId": name, "summary": summary, "responses": {"200": {"description": "So.", "content": content}}}


def _mistake(text: str) -> dict[str, Any]:
    error = {"$ref": "#/components/schemas/Error"}
    return {"description": text, "content": {"application/json": {"schema": error}}}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
