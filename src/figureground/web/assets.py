"""The page's files, read into memory once: a request's path is looked up among their names and nowhere else."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from figureground.files import bytes_sha256

STATIC = Path(__file__).with_name("static")
RUNTIME = "/litert/litert_wasm_compat_internal.wasm"  # without it the browser leaves the work to the server
OFFLINE = "/service_worker.js"  # keeps all assets in the browser, for when the server does not answer
REVIEW = "/review/"  # what the page on which masks are judged has beside what it shares with the other one
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True)
class Asset:
    """A file as it is sent; `content` is compressed with gzip where `zipped` says so."""

    content: bytes
    media_type: str
    zipped: bool
    tag: str

    @classmethod
    def of(cls, content: bytes, media_type: str, *, zipped: bool = False) -> Asset:
        return cls(content, media_type, zipped, f'"{bytes_sha256(content)[:32]}"')

    def filled(self, texts: Mapping[str, str]) -> Asset:
        """The file with other texts for those that hold their places; each of these must be there."""
        content = self.content.decode()
        for place, text in texts.items():
            assert place in content, place
            content = content.replace(place, text)
        return Asset.of(content.encode(), self.media_type)


def read_assets(folder: Path = STATIC) -> dict[str, Asset]:
    """The page's files by their URL's path; `name.gz` is `name` compressed, index.html is also `/`."""
    assets = files_below(folder, "/")
    assets["/"] = assets["/index.html"]
    return assets


def files_below(folder: Path, root: str) -> dict[str, Asset]:
    """The files below a folder that browsers can use, by their path below `root`, which begins and ends with `/`."""
    assets = {}
    for path in sorted(folder.rglob("*")):
        zipped = path.suffix == ".gz"
        name = path.relative_to(folder).as_posix().removesuffix(".gz")
        media_type = _TYPES.get(Path(name).suffix)
        if path.is_file() and media_type is not None:
            assets[f"{root}{name}"] = Asset.of(path.read_bytes(), media_type, zipped=zipped)
    return assets


def kept_offline(worker: Asset, assets: Mapping[str, Asset]) -> Asset:
    """The script with which a browser keeps these assets: it differs whenever one of them does."""
    tags = {path: asset.tag for path, asset in assets.items()}
    return worker.filled({"const CONTENTS = {};": f"const CONTENTS = {json.dumps(tags)};"})


def answer(request: Request, asset: Asset) -> Response:
    """The asset, as far as the browser does not have it yet."""
    headers = {"ETag": asset.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == asset.tag:
        return Response(status_code=304, headers=headers)
    content = asset.content
    if asset.zipped and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    elif asset.zipped:
        content = gzip.decompress(content)
    return Response(content, media_type=asset.media_type, headers=headers)
