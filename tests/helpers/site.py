"""The web application behind a real socket, and requests to it, for tests."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from figureground.web.app import create_app
from figureground.web.limits import Limits
from figureground.web.listening import listen
from figureground.web.serving import server

BOUNDARY = "-- a boundary --"
FORM = f'multipart/form-data; boundary="{BOUNDARY}"'
LONGEST = 600.0  # seconds that an answer may take


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    content: bytes

    @property
    def error(self) -> str:
        return str(json.loads(self.content)["error"])


class Site:
    """A server that runs; `seen` lists the method and path of every request it got."""

    def __init__(self, port: int, seen: list[tuple[str, str]]) -> None:
        self.port = port
        self.seen = seen
        self.url = f"http://127.0.0.1:{port}/"

    def ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        try:
            with suppress(ConnectionError):  # a server may answer before it has all, and close
                connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def post(self, path: str, fields: Mapping[str, str | bytes], headers: Mapping[str, str] | None = None) -> Answer:
        return self.ask("POST", path, form(fields), {"Content-Type": FORM, **(headers or {})})


def form(fields: Mapping[str, str | bytes]) -> bytes:
    """A multipart body; bytes are sent as a file whose name tries to be a path."""
    parts = []
    for name, value in fields.items():
        file = '; filename="../../etc/photo.jpg"' if isinstance(value, bytes) else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        parts.append(head.encode() + (value if isinstance(value, bytes) else value.encode()) + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


@contextmanager
def serving(
    model: str | Path, limits: Limits | None = None, threads: int = 2, public_name: str | None = None, port: int = 0
) -> Iterator[Site]:
    """A site on a port of this machine, any free one without its number, while the block runs."""
    limits = limits or Limits(head_seconds=60, upload_seconds=LONGEST, work_seconds=LONGEST)
    with running_app(create_app(model, limits, threads=threads, public_name=public_name), limits, port) as site:
        yield site


@contextmanager
def running_app(app: ASGIApp, limits: Limits, port: int = 0) -> Iterator[Site]:
    """Any application on a port of this machine while the block runs."""
    seen: list[tuple[str, str]] = []
    listening = listen("127.0.0.1", port)
    running = server(_noting(app, seen), limits)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not running.started:
            time.sleep(0.01)
        yield Site(listening.getsockname()[1], seen)
    finally:
        running.should_exit = True
        thread.join()


def _noting(app: ASGIApp, seen: list[tuple[str, str]]) -> ASGIApp:
    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            seen.append((scope["method"], scope["path"]))
        await app(scope, receive, send)

    return noting
