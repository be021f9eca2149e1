"""The page's files: what is sent, how, and that they ask no other host for anything."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re

import pytest
from PIL import Image

from figureground.hands.things import THINGS, packaged_things
from figureground.web.assets import OFFLINE, RUNTIME, STATIC, Asset, kept_offline, read_assets
from helpers.site import Site


def test_pages_scripts_and_models_are_served(site: Site, bright: object) -> None:
    kinds = {"/": "text/html", "/app.js": "text/javascript", "/style.css": "text/css", "/icon.svg": "image/svg+xml"}
    for path, kind in kinds.items():
        answer = site.ask("GET", path)
        assert answer.status == 200 and answer.headers["Content-Type"].startswith(kind)
    assert site.ask("GET", "/models/own.tflite").content[4:8] == b"TFL3"
    assert site.ask("HEAD", "/").content == b""


def test_things_and_the_networks_that_find_hands_are_served(site: Site) -> None:
    for name in packaged_things():
        picture = site.ask("GET", f"/things/{name}.png")
        assert picture.content == (THINGS / f"{name}.png").read_bytes()
        assert picture.headers["Content-Type"] == "image/png"
        assert "grip" in json.loads(site.ask("GET", f"/things/{name}.json").content)
    for name in ("palm", "hand"):
        assert site.ask("GET", f"/models/{name}.tflite").content[4:8] == b"TFL3"
    assert site.ask("GET", "/things/README.md").status == 404


def test_the_runtime_is_sent_compressed_and_whole(site: Site) -> None:
    squeezed = site.ask("GET", RUNTIME, headers={"Accept-Encoding": "gzip, br"})
    assert (squeezed.headers["Content-Encoding"], squeezed.headers["Content-Type"]) == ("gzip", "application/wasm")
    plain = site.ask("GET", RUNTIME)
    assert plain.headers["Content-Encoding"] is None
    assert gzip.decompress(squeezed.content) == plain.content
    assert plain.content[:4] == b"\0asm"
    digest = hashlib.sha256(plain.content).hexdigest()
    assert digest in (STATIC / "litert/README.md").read_text(encoding="utf-8")


def test_the_library_for_archives_is_the_one_whose_licence_lies_beside_it(site: Site) -> None:
    digest = hashlib.sha256(site.ask("GET", "/client-zip/index.js").content).hexdigest()
    assert digest in (STATIC / "client-zip/README.md").read_text(encoding="utf-8")
    assert "Permission is hereby granted, free of charge" in (STATIC / "client-zip/LICENSE.txt").read_text("utf-8")


def test_what_the_browser_has_is_not_sent_again(site: Site) -> None:
    first = site.ask("GET", "/app.js")
    again = site.ask("GET", "/app.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.content) == (304, b"")


def test_only_files_of_the_page_are_assets() -> None:
    names = set(read_assets())
    assert {"/", "/index.html", "/worker.js", RUNTIME} <= names
    assert not any(name.endswith((".md", ".py", ".gz")) for name in names)


OWN = sorted(
    path.relative_to(STATIC).as_posix()
    for path in STATIC.rglob("*.*")
    if path.suffix not in {".png", ".txt", ".gz"} and path.parent.name not in {"litert", "client-zip"}
)


@pytest.mark.parametrize("name", OWN)
def test_no_other_host_is_named(name: str) -> None:
    content = (STATIC / name).read_text(encoding="utf-8")
    examples = {"http://127.0.0.1:8000"} if name == "api.html" else set()  # api.js puts the server's own there
    assert set(re.findall(r"https?://[^\s\"'<)]+", content)) <= {"http://www.w3.org/2000/svg"} | examples


def test_all_that_the_page_needs_is_kept_for_when_the_server_is_gone(site: Site) -> None:
    answer = site.ask("GET", OFFLINE)
    tags = dict(re.findall(r'"(/[^"]*)": "\\"(\w+)\\""', answer.content.decode()))
    assert {"/", "/app.js", "/style.css", "/settings", "/manifest.webmanifest", "/models/own.tflite", RUNTIME} <= set(
        tags
    )
    for path, tag in tags.items():
        assert site.ask("HEAD", path).headers["ETag"] == f'"{tag}"', path


def test_the_script_that_keeps_the_page_differs_with_any_of_its_files() -> None:
    assets = read_assets()
    worker = assets.pop(OFFLINE)
    kept = kept_offline(worker, assets)
    assert kept == kept_offline(worker, assets)
    for path, asset in assets.items():
        other = assets | {path: Asset.of(asset.content + b" ", asset.media_type)}
        assert kept_offline(worker, other).tag != kept.tag


def test_icons_have_the_sizes_that_the_manifest_names(site: Site) -> None:
    manifest = json.loads(site.ask("GET", "/manifest.webmanifest").content)
    sizes = {icon["src"]: icon["sizes"] for icon in manifest["icons"]}
    assert sizes.pop("/icon.svg") == "any"
    for path, size in sizes.items():
        answer = site.ask("GET", path)
        with Image.open(io.BytesIO(answer.content)) as image:
            assert (answer.headers["Content-Type"], f"{image.width}x{image.height}") == ("image/png", size)
