"""Open a page in the browser once its server answers: `python -m figureground.web.opening HOST PORT ADDRESS`."""

from __future__ import annotations

import os
import socket
import sys
import time
import webbrowser

PATIENCE = 120.0  # seconds; MLflow's server takes half a minute on a busy machine


def has_screen() -> bool:
    """Whether a browser would have a window; without, Python may start one that takes the terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_once_served(host: str, port: int, address: str) -> bool:
    """Wait until somebody listens, then open `address`; False if nobody does, if the process that has started this one
    ends meanwhile, or if there is no browser."""
    end, parent = time.monotonic() + PATIENCE, os.getppid()
    while time.monotonic() < end and os.getppid() == parent:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.3)
            continue
        return webbrowser.open(address)
    return False


if __name__ == "__main__":
    open_once_served(sys.argv[1], int(sys.argv[2]), sys.argv[3])
