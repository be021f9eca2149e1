"""Every mode of the page, on a desk's screen and a phone's: nothing that axe-core objects to, no other host asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from figureground.pictures import encode_jpeg
from helpers import drawing
from helpers.browser import IN_BROWSER, Page
from helpers.places import ROOT

AXE = ROOT / "tools/page/node_modules/axe-core/axe.min.js"
pytestmark = [
    *IN_BROWSER,
    pytest.mark.skipif(not AXE.exists(), reason="needs axe-core, which `make lint` fetches with npm"),
]
CHECK = """
    const done = arguments[0];
    axe.run().then(({ violations }) => done(violations.map(({ id, help, nodes }) => ({
      id, help, nodes: nodes.map((node) => `${node.html} ${node.failureSummary}`) }))));
"""


def nothing_yet(page: Page, photo: Path) -> None:
    pass


def a_cutout(page: Page, photo: Path) -> None:
    assert "Done" in page.take(photo)


def several_photos(page: Page, photo: Path) -> None:
    other = photo.with_name("notes.png")
    other.write_bytes(b"words")
    page.one("file").send_keys(f"{photo}\n{other}")
    page.until("document.getElementById('strip-progress').classList.contains('trouble')")


def a_repair(page: Page, photo: Path) -> None:
    a_cutout(page, photo)
    page.one("repair-start").click()
    page.until("document.querySelector('.mask-editor-window')?.dataset.scale > 0")
    page.driver.find_element(By.CSS_SELECTOR, ".mask-editor-keys summary").click()


def a_thing_in_hand(page: Page, photo: Path) -> None:
    a_cutout(page, photo)
    page.choose("thing", "placard")
    page.until("!document.getElementById('thing-handle').hidden && document.body.dataset.state === 'ready'")


def a_document(page: Page, photo: Path) -> None:
    page.choose("mode", "document")
    page.take(photo)
    assert page.make_document().startswith("EU passport")


def shortcomings(page: Page, photo: Path) -> None:
    page.choose("mode", "document")
    small = photo.with_name("small.jpg")
    small.write_bytes(encode_jpeg(drawing.portrait(1)))
    page.take(small)
    page.make_document()
    assert page.one("shortcomings").is_displayed()


def the_webcam(page: Page, photo: Path) -> None:
    page.choose("mode", "live")
    page.choose("background", "colour")
    page.one("camera").click()
    page.until("document.getElementById('live').dataset.rate > 0")


def a_background_picture(page: Page, photo: Path) -> None:
    page.choose("background", "picture")
    page.one("picture").send_keys(str(photo))
    page.until("document.getElementById('status').textContent.endsWith('is the background.')")


def programs(page: Page, photo: Path) -> None:
    page.driver.get(page.site.url + "api.html")
    page.until("document.querySelector('.origin').textContent === location.origin")


STATES = [
    nothing_yet, a_cutout, several_photos, a_repair, a_thing_in_hand, a_document, shortcomings, the_webcam,
    a_background_picture, programs
]  # fmt: skip


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "me.jpg"
    path.write_bytes(encode_jpeg(drawing.portrait(6)))
    return path


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
def test_nobody_is_shut_out_and_no_other_host_is_asked(
    sized: Page, photo: Path, reach: Callable[[Page, Path], None]
) -> None:
    sized.use("fast")  # finds people in photos
    reach(sized, photo)
    asked = sized.run("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert asked and all(name.startswith((sized.site.url, f"blob:{sized.site.url}")) for name in asked)
    assert sized.run("return document.documentElement.scrollWidth <= innerWidth")
    sized.run(AXE.read_text(encoding="utf-8"))
    for scheme in ("dark", "light"):
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}  # colours change at once
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        sized.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        violations = sized.driver.execute_async_script(CHECK)
        assert violations == [], f"{scheme}: {json.dumps(violations, indent=1)}"
