"""The page's files: what is sent, how, and that they ask no other host for anything."""

from __future__ import annotations

import gzip
import hashlib
import re

import pytest

from figureground.web.assets import RUNTIME, STATIC, read_assets
from helpers.site import Site


def test_pages_scripts_and_models_are_served(site: Site, bright: object) -> None:
    kinds = {"/": "text/html", "/app.js": "text/javascript", "/style.css": "text/css", "/icon.svg": "image/svg+xml"}
    for path, kind in kinds.items():
        answer = site.ask("GET", path)
        assert answer.status == 200 and answer.headers["Content-Type"].startswith(kind)
    assert site.ask("GET", "/models/own.tflite").content[4:8] == b"TFL3"
    assert site.ask("HEAD", "/").content == b""


def test_the_runtime_is_sent_compressed_and_whole(site: Site) -> None:
    squeezed = site.ask("GET", RUNTIME, headers={"Accept-Encoding": "gzip, br"})
    assert (squeezed.headers["Content-Encoding"], squeezed.headers["Content-Type"]) == ("gzip", "application/wasm")
    plain = site.ask("GET", RUNTIME)
    assert plain.headers["Content-Encoding"] is None
    assert gzip.decompress(squeezed.content) == plain.content
    assert plain.content[:4] == b"\0asm"
    digest = hashlib.sha256(plain.content).hexdigest()
    assert digest in (STATIC / "litert/README.md").read_text(encoding="utf-8")


def test_what_the_browser_has_is_not_sent_again(site: Site) -> None:
    first = site.ask("GET", "/app.js")
    again = site.ask("GET", "/app.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.content) == (304, b"")


def test_only_files_of_the_page_are_assets() -> None:
    names = set(read_assets())
    assert {"/", "/index.html", "/worker.js", RUNTIME} <= names
    assert not any(name.endswith((".md", ".py", ".gz")) for name in names)


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.glob("*.*")))
def test_no_other_host_is_named(name: str) -> None:
    content = (STATIC / name).read_text(encoding="utf-8")
    examples = {"http://127.0.0.1:8000"} if name == "api.html" else set()  # api.js puts the server's own there
    assert set(re.findall(r"https?://[^\s\"'<)]+", content)) <= {"http://www.w3.org/2000/svg"} | examples
