"""The HTTP application: the page's files, its settings, the endpoints and their description."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from figureground.documents.framing import DocumentError
from figureground.documents.standards import STANDARDS
from figureground.errors import FiguregroundError
from figureground.hands.things import THINGS
from figureground.pictures import PictureError
from figureground.processes import usable_cores
from figureground.runtime.held_things import NothingHeldError
from figureground.runtime.packaged import packaged_content
from figureground.runtime.segmenter import NobodyError
from figureground.web.assets import OFFLINE, REVIEW, RUNTIME, Asset, answer, files_below, kept_offline, read_assets
from figureground.web.fields import Fields, cut_fields, document_fields, put_fields, table
from figureground.web.forms import Form, read_form
from figureground.web.limits import Limits, RequestError
from figureground.web.openapi import description
from figureground.web.security import Guard
from figureground.web.work import Made, cut_out, document_photo, put_in
from figureground.web.workshop import Model, Workshop, load_models

Endpoint = Callable[[Request], Awaitable[Response]]
HAND_NETWORKS = ("palm", "hand")  # with which the page finds hands
SHORTCOMINGS = "Figureground-Shortcomings"
_STATUS: dict[type[Exception], int] = {  # of other mistakes 400
    PictureError: 415,
    NobodyError: 422,
    NothingHeldError: 422,
    DocumentError: 422,
}


def create_app(
    model: str | Path = "accurate",
    limits: Limits | None = None,
    host: str = "127.0.0.1",
    threads: int | None = None,
    public_name: str | None = None,
) -> ASGIApp:
    """The application, its models loaded.

    Args:
        model: What is used where nobody chooses: "accurate", "fast", "open" or the path of a `.tflite` file.
        host: The name or address that the server listens on.
        threads: Photos that the server works on at once; without it one a core.
        public_name: By which browsers call the server behind a proxy, whatever Host the proxy sets.
    Raises:
        SegmenterError: The model cannot be used.
    """
    workshop = Workshop(load_models(model), limits or Limits(), threads or usable_cores())
    cut, document = (fields(tuple(workshop.models), workshop.limits) for fields in (cut_fields, document_fields))
    telling = sorted(workshop.models, key=lambda name: not workshop.models[name].segmenter.tells_held)
    put = put_fields(tuple(telling), workshop.limits)
    assets = {path: asset for path, asset in read_assets().items() if not path.startswith(REVIEW)}
    fields_of = {"<!-- /cut -->": table(cut), "<!-- /put -->": table(put), "<!-- /id-photo -->": table(document)}
    assets["/api.html"] = assets["/api.html"].filled(fields_of)
    assets |= {
        f"/models/{each.name}.tflite": Asset.of(each.content, "application/octet-stream")
        for each in workshop.models.values()
    }
    assets |= files_below(THINGS, "/things/")
    assets |= {
        f"/models/{name}.tflite": Asset.of(packaged_content(f"{name}.tflite")[1], "application/octet-stream")
        for name in HAND_NETWORKS
    }
    settings = _settings(workshop.models, workshop.limits, runtime=RUNTIME in assets)
    assets["/settings"] = Asset.of(json.dumps(settings).encode(), "application/json")
    assets[OFFLINE] = kept_offline(assets.pop(OFFLINE), assets)

    async def static(request: Request) -> Response:
        return answer(request, assets[request.url.path])

    app = Starlette(
        routes=[
            Route("/cut", _endpoint(workshop, cut, cut_out), methods=["POST"]),
            Route("/put", _endpoint(workshop, put, put_in), methods=["POST"]),
            Route("/id-photo", _endpoint(workshop, document, document_photo), methods=["POST"]),
            Route("/health", _constant({"status": "ok"})),
            Route("/openapi.json", _constant(description(cut, put, document))),
            *(Route(path, static) for path in assets),
        ],
        exception_handlers={FiguregroundError: _refused, HTTPException: _not_served, Exception: _failed},
    )
    return Guard(app, [host], public_name)


def _endpoint(
    workshop: Workshop, fields: Fields, make: Callable[[Form, Mapping[str, Model], Limits], Made]
) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        with workshop.place() as place:
            form = await read_form(request, workshop.limits, fields)
            made = await place.run(lambda: make(form, workshop.models, workshop.limits))
        headers = {"Cache-Control": "no-store"}
        if made.shortcomings:
            headers[SHORTCOMINGS] = json.dumps(made.shortcomings)  # escapes what a header cannot hold
        return Response(made.content, media_type=made.media_type, headers=headers)

    return endpoint


def _constant(value: Mapping[str, Any]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(value, headers={"Cache-Control": "no-cache"})

    return endpoint


def _settings(models: Mapping[str, Model], limits: Limits, *, runtime: bool) -> dict[str, Any]:
    """What the page has to know: models, standards, limits, and whether the runtime for browsers was packaged."""
    return {
        "models": [
            {"name": each.name, "bytes": len(each.content), "held": each.segmenter.tells_held}
            for each in models.values()
        ],
        "standards": list(STANDARDS),
        "limits": {"bytes": limits.body_bytes, "pixels": limits.pixels},
        "runtime": runtime,
    }


def _error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": message}, status, dict(headers or {}))


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestError):
        return _error(error.status, str(error), error.headers)
    return _error(_STATUS.get(type(error), 400), str(error))


async def _not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _error(404, "there is nothing at this address; the page is at /")
    return _error(error.status_code, str(error.detail).lower(), error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    if isinstance(error, MemoryError):
        return _error(413, "this picture is too large for the server's memory")
    return _error(500, "something went wrong here; the server's terminal says what")
