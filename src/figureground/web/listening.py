"""The address that a server listens on: one that cannot be had is said in one line, before the server starts."""

from __future__ import annotations

import os
import socket

from figureground.errors import FiguregroundError, system_reason


class ListeningError(FiguregroundError):
    """An address that the server cannot listen on."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        port: 0 for any free one; at most 65535.
    Raises:
        ListeningError: The port is in use or not allowed, or the host is none of this machine.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        code = error.errno or 0  # below 0 for names that lead nowhere
        reason = os.strerror(code).lower() if code > 0 else system_reason(error)
        raise ListeningError(f"{host}, port {port}: {reason}; give another --port or --host") from None


def address(listening: socket.socket) -> str:
    """URL of the page."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
