"""The web page in a browser, for all tests of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from selenium import webdriver

from figureground.pictures import encode_jpeg, encode_png
from helpers.browser import Page, started
from helpers.drawing import person
from helpers.site import Site, serving
from helpers.tiny_networks import save_pixel_network


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees: bright discs that move before a dark wall, as a row of JPEG pictures."""
    path = tmp_path_factory.mktemp("film") / "film.mjpeg"
    wall = np.full((240, 320, 3), 30, np.uint8)
    pictures = []
    for step in range(20):
        picture = wall.copy()
        picture[80:200, 90 + 3 * step : 190 + 3 * step] = 230
        pictures.append(encode_jpeg(picture))
    path.write_bytes(b"".join(pictures))
    return path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    model = save_pixel_network(tmp_path_factory.mktemp("model") / "bright.tflite", 64, 48)
    with serving(model) as running:
        yield running


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory, film: Path) -> Iterator[webdriver.Chrome]:
    browser = started(tmp_path_factory.mktemp("profile"), film)
    yield browser
    browser.quit()


@pytest.fixture
def page(driver: webdriver.Chrome, site: Site, tmp_path: Path) -> Iterator[Page]:
    site.seen.clear()
    page = Page(driver, site, tmp_path / "downloads")
    page.open()
    yield page
    severe = [
        entry["message"]
        for entry in driver.get_log("browser")  # type: ignore[no-untyped-call]
        if entry["level"] == "SEVERE"
    ]
    expected = ("/litert/", "Failed to load resource")  # the runtime tells its story as errors; refusals are answers
    assert [message for message in severe if not any(part in message for part in expected)] == []


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "me.png"
    path.write_bytes(encode_png(person(3, 480, 360)[0]))
    return path


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def sized(page: Page, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page at the width of a desk's screen and of a phone's."""
    with page.screen(request.param, 844):
        page.open()
        yield page
