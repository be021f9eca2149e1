"""The page in the languages that it speaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from figureground.pictures import encode_jpeg, encode_png
from figureground.web.assets import STATIC
from helpers import drawing
from helpers.browser import IN_BROWSER, Page

pytestmark = IN_BROWSER
TEXTS = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (STATIC / "languages").glob("*.json")}


@contextmanager
def preferring(page: Page, languages: str) -> Iterator[None]:
    """A browser of a person who reads these, while the block runs; nothing was chosen on the page before."""
    agent = page.run("return navigator.userAgent")
    override = {"userAgent": agent, "acceptLanguage": languages}
    page.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", override)
    page.run("localStorage.clear()")
    try:
        yield
    finally:
        page.driver.execute_cdp_cmd(
            "Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": "en-GB,en"}
        )
        page.run("localStorage.clear()")


def choose(page: Page, language: str) -> None:
    page.run(
        "const s = document.getElementById('language'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))",
        language,
    )
    page.until(f"document.getElementById('status').textContent === {json.dumps(TEXTS[language]['language-chosen'])}")


@pytest.mark.parametrize(
    "wanted, language", [("de-CH,fr", "de"), ("nl,es-MX,en", "es"), ("zh-TW,en", "zh"), ("ru", "ru"), ("nl", "en")]
)
def test_the_page_speaks_the_first_of_the_browsers_languages_that_it_knows(
    page: Page, wanted: str, language: str
) -> None:
    with preferring(page, wanted):
        page.open()
        assert page.run("return document.documentElement.lang") == language
        assert page.one("status").text == TEXTS[language]["ready-browser"]
        assert page.driver.title == TEXTS[language]["title"]
        assert page.one("language").get_attribute("value") == language


def test_a_language_that_was_chosen_is_kept(page: Page, portrait: Path) -> None:
    page.take(portrait)
    try:
        choose(page, "fr")
        assert page.one("choose").text == TEXTS["fr"]["choose-another"] and page.one("result").is_displayed()
        page.open()
        assert page.one("choose").text == TEXTS["fr"]["choose-photo"]
        assert "360 × 480 pixels" in page.take(portrait)
    finally:
        page.run("localStorage.clear()")


def test_nothing_is_left_of_the_language_before(page: Page) -> None:
    said = "return [...document.querySelectorAll('body *')].flatMap(e => [...e.childNodes].filter("
    said += "n => n.nodeType === 3).map(n => n.data.trim()).concat(e.ariaLabel, e.title, e.placeholder, e.alt))"
    try:
        for before, after in (("en", "ru"), ("ru", "zh"), ("zh", "en")):
            choose(page, after)
            old = set(TEXTS[before].values()) - set(TEXTS[after].values())
            assert old & set(page.run(said)) == set()
    finally:
        page.run("localStorage.clear()")


def test_what_the_server_says_is_named_as_the_servers(page: Page, tmp_path: Path) -> None:
    (tmp_path / "two.jpg").write_bytes(encode_jpeg(np.hstack([drawing.portrait(3), drawing.portrait(3)])))
    (tmp_path / "small.png").write_bytes(encode_png(np.ascontiguousarray(drawing.portrait(6)[::6, ::6])))
    try:
        choose(page, "de")
        page.use("fast")
        page.choose("mode", "document")
        page.take(tmp_path / "two.jpg")
        assert page.make_document().startswith("Der Server meldet (auf Englisch): 2 faces in this photo")
        page.take(tmp_path / "small.png")
        assert page.make_document().endswith("Nicht erfüllt:")
        assert page.one("shortcomings").get_attribute("lang") == "en" and "too small" in page.one("shortcomings").text
    finally:
        page.run("localStorage.clear()")


def test_every_language_fits_a_phone(page: Page, portrait: Path) -> None:
    try:
        with page.screen(390, 844):
            page.open()
            page.take(portrait)
            for language in TEXTS:
                choose(page, language)
                for mode in ("document", "live", "photo"):
                    page.run("document.querySelector(`[name=mode][value=${arguments[0]}]`).click()", mode)
                    page.settled()
                    assert page.run("return document.documentElement.scrollWidth") == 390, (language, mode)
    finally:
        page.run("localStorage.clear()")
