"""The application behind `figureground data review` and `data draw`: the page, and what it asks of a desk.

It shows photos that are nobody else's business, so it answers whoever has its key alone, and listens on this machine.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import get_args

import numpy as np
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from figureground.annotation.desk import Desk, DeskError, Shown, TakenError
from figureground.dataset.judgments import Decision
from figureground.errors import FiguregroundError, first_line, system_reason
from figureground.pictures import PERSON, VOID, Picture, PictureError, encode_jpeg, is_plain_jpeg, read_photo
from figureground.web.assets import REVIEW, Asset, answer, read_assets
from figureground.web.limits import RequestError
from figureground.web.security import Guard

Endpoint = Callable[[Request], Awaitable[Response]]
HOST = "127.0.0.1"
_NOT_HERE = ("/index.html", "/api.html", "/service_worker.js", "/manifest.webmanifest", "/litert/")
_MASKS = ("mask", "given", "model", "held")  # in the order in which they are sent
_STATUS: dict[type[Exception], int] = {TakenError: 409, DeskError: 400, PictureError: 415}  # of other mistakes 500


def create_review_app(desk: Desk, key: str, *, draws: bool) -> ASGIApp:
    """The application.

    Args:
        key: What requests must bring as `Authorization: Bearer KEY`, but for the page's own files.
        draws: Whether masks are drawn from nothing.
    """
    assets = _assets()

    async def static(request: Request) -> Response:
        return answer(request, assets[request.url.path])

    async def tasks(request: Request) -> Response:
        return JSONResponse(
            {"reviewer": desk.reviewer, "draws": draws, "tasks": [_task(desk, name) for name in desk.tasks]}
        )

    async def photo(request: Request) -> Response:
        name = request.query_params.get("name", "")
        return Response(*await run_in_threadpool(lambda: _photo(desk.photo(name))))

    async def masks(request: Request) -> Response:
        name = request.query_params.get("name", "")
        return await run_in_threadpool(lambda: _masks(desk.shown(name)))

    async def judge(request: Request) -> Response:
        values = request.query_params
        name, decision, seen = (values.get(key, "") for key in ("name", "decision", "seen"))
        if decision not in get_args(Decision):
            raise RequestError(400, f"decision: {decision[:40]!r} is none of {', '.join(get_args(Decision))}")
        content = await _body(request, _size(values.get("size", "0x0")), planes=2)
        await run_in_threadpool(lambda: desk.judge(name, decision, seen, *content))  # type: ignore[arg-type]
        return JSONResponse(_task(desk, name))

    private: list[tuple[str, Endpoint, str]] = [
        ("/tasks", tasks, "GET"),
        ("/photo", photo, "GET"),
        ("/masks", masks, "GET"),
        ("/judgments", judge, "POST"),
    ]
    app = Starlette(
        routes=[
            *(Route(path, _with_key(key, endpoint), methods=[method]) for path, endpoint, method in private),
            *(Route(path, static) for path in assets),
        ],
        exception_handlers={
            FiguregroundError: _refused, OSError: _not_kept, HTTPException: _not_served, Exception: _failed
        },
    )  # fmt: skip
    return Guard(app, [HOST])


def kept_key(file: Path) -> str:
    """The key in a file that only its owner reads, made at first: a page goes on when the server was started anew."""
    if not file.is_file():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(16), encoding="utf-8")
    return file.read_text(encoding="utf-8")


def _assets() -> dict[str, Asset]:
    """The page's own files, and those of the page that cuts out of which it is made, too."""
    assets = read_assets()
    page = assets[f"{REVIEW}index.html"]
    return {path: asset for path, asset in assets.items() if not path.startswith(_NOT_HERE)} | {"/": page}


def _with_key(key: str, endpoint: Endpoint) -> Endpoint:
    async def asked(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {key}".encode()):
            raise RequestError(401, "open the address that the command has printed, with all that follows the #")
        response = await endpoint(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return asked


def _task(desk: Desk, name: str) -> dict[str, str]:
    task, judgment = desk.tasks[name], desk.judgment(name)
    told = {"decision": judgment.decision, "time": judgment.time, "reviewer": judgment.reviewer} if judgment else {}
    return {
        "name": name, "kind": task.kind, "reason": task.reason, "decision": "", "time": "", "reviewer": "", **told
    }  # fmt: skip


def _photo(content: bytes) -> tuple[bytes, int, dict[str, str]]:
    """The photo for a browser, as an import sees it."""
    kept = content if is_plain_jpeg(content) else encode_jpeg(read_photo(content))
    return kept, 200, {"Content-Type": "image/jpeg"}


def _masks(shown: Shown) -> Response:
    """The masks that there are, one after the other, row by row, a byte a pixel."""
    masks = {name: mask for name in _MASKS if (mask := getattr(shown, name)) is not None}
    height, width = shown.model.shape
    headers = {"Figureground-Masks": json.dumps({"height": height, "width": width, "masks": list(masks)})}
    content = b"".join(np.ascontiguousarray(mask).tobytes() for mask in masks.values())
    return Response(content, headers=headers, media_type="application/octet-stream")


def _size(text: str) -> tuple[int, int]:
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal() and len(text) < 12):
        raise RequestError(400, f"size: {text[:40]!r} is not HEIGHTxWIDTH")
    return int(height), int(width)


async def _body(request: Request, size: tuple[int, int], planes: int) -> list[Picture]:
    """Masks of that size, one after the other, up to so many.

    Raises:
        RequestError: They are of another size, or have other values than 0, 128 and 255.
    """
    pixels, content = size[0] * size[1], bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > planes * pixels:
            raise RequestError(413, f"more than {planes} masks of {size[0]} x {size[1]} pixels")
    if pixels == 0 or len(content) % pixels:
        if content:
            raise RequestError(400, f"masks of other than {size[0]} x {size[1]} pixels")
        return []
    masks = np.frombuffer(bytes(content), np.uint8).reshape(-1, *size)
    if not np.isin(masks, (0, VOID, PERSON)).all():
        raise RequestError(400, f"mask values other than 0, {VOID} and {PERSON}")
    return list(masks)


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status)


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RequestError) else _STATUS.get(type(error), 500)
    return _error(status, first_line(error))


async def _not_kept(request: Request, error: Exception) -> Response:
    """A full disk, or a folder that may not be written: the judgment is not kept, and all earlier ones are."""
    assert isinstance(error, OSError)
    return _error(507, f"{error.filename or 'the judgment'}: cannot be written: {system_reason(error)}")


async def _not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error(error.status_code, str(error.detail).lower())


async def _failed(request: Request, error: Exception) -> Response:
    return _error(500, "something went wrong here; the server's terminal says what")
