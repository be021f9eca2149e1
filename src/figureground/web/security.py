"""What every answer carries and every request must satisfy, whichever route it takes."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Scripts, pictures and workers come from here alone; the model's runtime is WebAssembly; blob: are the page's own
# pictures and the user's. Nobody may frame the page, and no other site's page may use its answers.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; "
        "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Refuses requests that another site's page makes, and adds `HEADERS` to every answer.

    A page elsewhere can let its own name lead to this machine (DNS rebinding) and would then share our origin. Its
    requests still carry its name as Host, so only names that cannot be another's are taken: addresses, localhost,
    this machine's name, the one that the server was told to listen on and its public one.

    Args:
        names: Host names, beside localhost, by which this server may be called.
        public_name: The host name by which browsers call a proxy before this server. Pages that come from there are
            ours: the proxy may pass Host on or set another, and speak HTTPS.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str], public_name: str | None = None) -> None:
        self._app = app
        self._public_name = public_name.lower() if public_name else None
        given = [*names, *([public_name] if public_name else [])]
        self._names = {"localhost", socket.gethostname().lower(), *(name.lower() for name in given)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(Headers(scope=scope), scope["method"])
        await (refusal or self._app)(scope, receive, guarded)

    def _refusal(self, headers: Headers, method: str) -> JSONResponse | None:
        host = headers.get("host", "")
        if not self._known(host):
            return JSONResponse({"error": "this server does not go by that name; call it by its address"}, 421)
        if method not in ("GET", "HEAD") and self._is_foreign(headers):
            return JSONResponse({"error": "requests of other sites' pages are refused"}, 403)
        return None

    def _known(self, host: str) -> bool:
        name = _host_name(f"//{host}")
        return name in self._names or _is_address(name)

    def _is_foreign(self, headers: Headers) -> bool:
        """Whether another site's page makes the request; browsers say so themselves, older ones by its origin."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site not in ("same-origin", "none")
        if origin is None or (self._public_name and _host_name(origin) == self._public_name):
            return False
        return origin.partition("//")[2] != headers.get("host")


def _host_name(url: str) -> str:
    """The host name in lower case; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
