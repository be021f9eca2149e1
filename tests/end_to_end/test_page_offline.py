"""The page without its server: kept by the browser, brought up to date, installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from figureground import Segmenter
from figureground.web.assets import read_assets
from helpers.browser import IN_BROWSER, Page, wait
from helpers.command import free_port
from helpers.picture_files import opened
from helpers.site import Site, serving
from helpers.tiny_networks import save_pixel_network

pytestmark = IN_BROWSER
NEWER = '<body class="newer">'
# Whether all of a page is kept, in one version, and nothing newer is under way.
KEPT = """
    const [part, done] = arguments;
    (async () => {
      const { active, installing, waiting } = (await navigator.serviceWorker.getRegistration()) ?? {};
      const names = await caches.keys();
      const page = names.length === 1 && (await (await caches.open(names[0])).match("/"));
      const rests = active?.state === "activated" && !installing && !waiting;
      done(Boolean(rests && page && (await page.text()).includes(part)));
    })();
"""


@pytest.fixture
def bright(tmp_path: Path) -> Path:
    return save_pixel_network(tmp_path / "bright.tflite", 64, 48)


def visit(page: Page, site: Site, part: str = "<body>") -> None:
    """Opens the page, which has this part, and waits until the browser has kept it."""
    page.site = site
    page.open()
    wait(page.driver, lambda: page.driver.execute_async_script(KEPT, part))


def test_without_its_server_the_page_still_cuts_out_photos(page: Page, bright: Path, portrait: Path) -> None:
    with serving(bright) as site:
        visit(page, site)
    page.open()
    assert "Done" in page.take(portrait)
    page.one("png").click()
    result = opened(page.downloaded("me-cutout.png"))
    expected = Segmenter(bright).mask(opened(portrait.read_bytes()))
    assert np.abs(result[..., 3].astype(int) - expected).max() <= 1
    page.use("fast")  # never asked for while there was a server
    page.until("document.body.dataset.state !== 'busy'")
    assert page.run("return document.body.dataset.engine") == "browser"
    page.choose("mode", "document")
    assert "The server does not answer" in page.make_document()


def test_a_newer_page_is_shown_at_the_next_visit_and_kept(
    page: Page, bright: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    with serving(bright, port=port) as site:
        visit(page, site)
    newer = read_assets()
    newer["/"] = newer["/"].filled({"<body>": NEWER})
    monkeypatch.setattr("figureground.web.app.read_assets", lambda: newer)
    with serving(bright, port=port) as site:
        page.open()
        assert page.run("return document.body.className") == "newer"
        visit(page, site, NEWER)
    page.open()
    assert page.run("return document.body.className") == "newer"


def test_the_page_can_be_installed(page: Page, bright: Path) -> None:
    with serving(bright) as site:
        visit(page, site)
        errors: dict[str, Any] = page.driver.execute_cdp_cmd("Page.getInstallabilityErrors", {})
        assert errors["installabilityErrors"] == []
        manifest: dict[str, Any] = page.driver.execute_cdp_cmd("Page.getAppManifest", {})
        assert manifest["errors"] == [] and manifest["url"] == f"{site.url}manifest.webmanifest"
