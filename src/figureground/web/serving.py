"""Running the server."""

from __future__ import annotations

import warnings

import uvicorn
from PIL import Image
from starlette.types import ASGIApp

from figureground.web.limits import Limits


def server(app: ASGIApp, limits: Limits) -> uvicorn.Server:
    """A server to be run with `server.run(sockets=[...])`; it ends with Ctrl-C or SIGTERM."""
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit on pixels is lower, and is told
    return uvicorn.Server(
        uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", log_level="warning", access_log=False, server_header=False,
            proxy_headers=False, limit_concurrency=limits.connections, timeout_keep_alive=10,
            timeout_graceful_shutdown=5,
        )
    )  # fmt: skip
