"""Running the server."""

from __future__ import annotations

import asyncio
import functools
import warnings
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from figureground.web.limits import Limits


def server(app: ASGIApp, limits: Limits) -> uvicorn.Server:
    """A server to be run with `server.run(sockets=[...])`; it ends with Ctrl-C or SIGTERM."""
    warnings.filterwarnings("ignore", module="PIL")  # of large pictures, and of damage that hurts no pixel
    return uvicorn.Server(
        uvicorn.Config(
            app, http=functools.partial(_Punctual, limits.head_seconds),  # type: ignore[arg-type]
            ws="none", lifespan="off", log_level="warning", access_log=False, server_header=False,
            proxy_headers=False, limit_concurrency=limits.connections, timeout_keep_alive=10,
            timeout_graceful_shutdown=5,
        )
    )  # fmt: skip


class _Punctual(H11Protocol):
    """Closes connections on which no request begins in time: else few of them, left open, would take all places."""

    def __init__(self, head_seconds: float, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_seconds = head_seconds
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._relax()

    def _watch(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._relax()
        elif self._patience is None:
            self._patience = self.loop.call_later(self._head_seconds, self.transport.close)

    def _relax(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
