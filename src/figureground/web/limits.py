"""What a request may ask for, and the errors that say it asked for more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from figureground.errors import FiguregroundError


class RequestError(FiguregroundError):
    """A request that cannot be served: the message for its sender, and the HTTP status and headers that go with it."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Limits:
    """Of one request, and of all together.

    Attributes:
        body_bytes: Of a request's whole body, both pictures together.
        pixels: Of each picture; checked in its header, before anything is decoded. A cut-out takes some 20 bytes of
            memory a pixel while it is made.
        head_seconds: For a request's line and headers to arrive, from the opening of its connection or their first
            byte; a connection that takes longer is closed.
        upload_seconds: For a request's body to arrive.
        work_seconds: For the answer to be made, waiting for its turn included.
        places: Requests that may be under way at once, uploads included; the next ones are told to come back.
        connections: Open at once, of any kind.
        retry_seconds: After which those are to come back.
    """

    body_bytes: int = 40_000_000
    pixels: int = 50_000_000
    head_seconds: float = 10.0
    upload_seconds: float = 30.0
    work_seconds: float = 60.0
    places: int = 8
    connections: int = 64
    retry_seconds: int = 2
