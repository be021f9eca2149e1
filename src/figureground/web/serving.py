"""Running the server: a socket of its own, so that a port in use is said in one line."""

from __future__ import annotations

import os
import socket
import warnings

import uvicorn
from PIL import Image
from starlette.types import ASGIApp

from figureground.errors import FiguregroundError
from figureground.web.limits import Limits


class ServingError(FiguregroundError):
    """An address that the server cannot listen on."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        port: 0 for any free one; at most 65535.
    Raises:
        ServingError: The port is in use or not allowed, or the host is none of this machine.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        code = error.errno or 0  # below 0 for names that lead nowhere
        reason = (os.strerror(code) if code > 0 else error.strerror or str(error)).lower()
        raise ServingError(f"{host}, port {port}: {reason}; give another --port or --host") from None


def address(listening: socket.socket) -> str:
    """URL of the page."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


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
