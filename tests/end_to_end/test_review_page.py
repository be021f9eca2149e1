"""Masks judged, mended and drawn on the page, in a real browser, up to the mask that is trained on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from figureground.dataset.judgments import read_judgments
from figureground.dataset.metadata import mask_path, read_metadata
from figureground.pictures import Picture, read_mask, read_photo
from figureground.runtime.segmenter import Segmenter
from helpers import drawing
from helpers.browser import IN_BROWSER, wait
from helpers.command import begin, call, free_port
from helpers.places import ROOT
from helpers.reviewing import suspicious_project
from helpers.tiny_networks import save_pixel_network

AXE = ROOT / "tools/page/node_modules/axe-core/axe.min.js"
pytestmark = IN_BROWSER
CHECK = """
    const done = arguments[0];
    axe.run().then(({ violations }) => done(violations.map(({ id, help, nodes }) => ({
      id, help, nodes: nodes.map((node) => `${node.html} ${node.failureSummary}`) }))));
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pixel_network(tmp_path_factory.mktemp("model") / "bright.tflite", 64, 48, held=(20, -5, -5))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return suspicious_project(tmp_path_factory.mktemp("made"))


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "project")
    return tmp_path / "project"


@dataclass
class Review:
    """The page in the browser."""

    driver: webdriver.Chrome
    address: str

    def open(self) -> None:
        self.driver.get("about:blank")  # another part behind the # alone would load nothing
        self.driver.get(self.address)
        self.rested()

    def one(self, id_: str) -> WebElement:
        return self.driver.find_element(By.ID, id_)

    def until(self, script: str) -> None:
        wait(self.driver, lambda: self.driver.execute_script(f"return {script}"))

    def rested(self) -> str:
        """What the page says once it is at rest."""
        self.until("document.body.dataset.state && document.body.dataset.state !== 'busy'")
        return self.one("status").text

    def press(self, keys: str) -> str:
        ActionChains(self.driver).send_keys(keys).perform()
        return self.rested()

    @property
    def name(self) -> str:
        return self.one("name").text

    @property
    def count(self) -> str:
        return self.one("count").text

    def stage(self) -> WebElement:
        self.until("[...document.querySelectorAll('.mask-editor-window')].some((each) => each.dataset.scale > 0)")
        found = self.driver.find_elements(By.CLASS_NAME, "mask-editor-window")
        return next(each for each in found if each.is_displayed())

    def stroke(self, share: float) -> None:
        """A click of the brush in the middle of the photo's width, at a share of its height."""
        stage = self.stage()
        down = round((share - 0.5) * float(self.driver.execute_script("return arguments[0].clientHeight", stage)))
        ActionChains(self.driver).move_to_element_with_offset(stage, 0, down).click().perform()


@contextmanager
def served(driver: webdriver.Chrome, *arguments: object) -> Iterator[Review]:
    """The page of a command that runs while the block does, and that is killed if it still runs then."""
    running = begin("data", *arguments, "--reviewer", "Ada")
    try:
        assert running.stdout is not None
        line = running.stdout.readline()
        assert line.startswith("http://127.0.0.1:"), running.communicate()
        page = Review(driver, line.split()[0])
        page.open()
        yield page
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.communicate()


def review(driver: webdriver.Chrome, root: Path, model: Path, port: int = 0) -> AbstractContextManager[Review]:
    return served(driver, "review", root / "suspects.csv", "--data", root / "data", "-m", model, "--port", port)


def in_data(root: Path, name: str) -> Picture:
    return read_mask(mask_path(root / "data", name))


def imported(root: Path) -> subprocess.CompletedProcess[str]:
    source = ("--photos", root / "in/photos", "--masks", root / "in/masks")
    return call("data", "import", *source, "--to", root / "data", "--no-track")


def test_a_suspect_that_is_mended_is_trained_on_as_it_was_mended(
    driver: webdriver.Chrome, root: Path, model: Path
) -> None:
    before = {name: in_data(root, name) for name in ("own/002", "own/001", "own/000")}
    with review(driver, root, model) as page:
        assert (page.name, page.count) == ("own/002", "0 of 3 judged")
        assert page.one("reason").text == "Hole 3 % of the person"
        assert page.press("e").startswith("Draw over what is wrong")
        page.stroke(0.5)  # the brush takes away
        page.press("u")
        page.stroke(0.9)  # nobody can tell
        page.press(Keys.ENTER)
        assert (page.name, page.count) == ("own/001", "1 of 3 judged")
        page.press("m")
        page.press("a")
        assert page.count == "3 of 3 judged" and "All photos are judged" in page.one("status").text
    for name, mask in before.items():
        np.testing.assert_array_equal(in_data(root, name), mask)
    done = imported(root)
    assert "reviewed masks: 1 mended by hand, 1 the model's, 1 found right" in done.stdout, done.stderr
    mended = in_data(root, "own/002")
    assert mended[60, 45] == 0 and mended[108, 45] == 128
    untouched = np.ones_like(mended, bool)
    untouched[40:80, 25:65] = untouched[88:, 25:65] = False
    np.testing.assert_array_equal(mended[untouched], before["own/002"][untouched])
    photo = read_photo(root / "in/photos/001.jpg")
    np.testing.assert_array_equal(in_data(root, "own/001") == 255, Segmenter(model).mask(photo) >= 128)
    np.testing.assert_array_equal(in_data(root, "own/000"), before["own/000"])
    assert {row.name: row.reviewed for row in read_metadata(root / "data")} == {
        "own/000": "right", "own/001": "model", "own/002": "mended"
    }  # fmt: skip


def test_a_killed_server_loses_nothing_that_was_judged_and_the_page_goes_on(
    driver: webdriver.Chrome, root: Path, model: Path
) -> None:
    port = free_port()
    with review(driver, root, model, port) as page:
        page.press("a")
        page.press("e")
        page.stroke(0.5)
        assert page.name == "own/001"
    assert page.press(Keys.ENTER).startswith("The server does not answer. Start the command again")
    running = begin("data", "review", root / "suspects.csv", "--data", root / "data", "-m", model, "--port", port)
    try:
        assert running.stdout is not None and running.stdout.readline().split()[0] == page.address
        page.press(Keys.ENTER)
        assert (page.name, page.count) == ("own/000", "2 of 3 judged")
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
    with review(driver, root, model) as later:
        assert (later.name, later.count) == ("own/000", "2 of 3 judged")
    assert [judgment.decision for judgment in read_judgments(root / "corrections").values()] == ["mended", "right"]


def test_one_puts_off_goes_back_leaves_out_and_judges_again(driver: webdriver.Chrome, root: Path, model: Path) -> None:
    with review(driver, root, model) as page:
        page.press("s")
        assert (page.name, page.count) == ("own/001", "0 of 3 judged")
        page.one("leave-out").click()
        page.rested()
        page.press("b")
        assert page.name == "own/001" and page.one("judged").text == "Judged by Ada: left out. You can judge again."
        page.press("a")
        page.press("a")
        assert (page.name, page.count) == ("own/002", "2 of 3 judged")  # what was put off comes last
        page.press("e")
        page.press("m")
        page.press(Keys.ESCAPE)
        assert page.name == "own/002"
    assert {name: each.decision for name, each in read_judgments(root / "corrections").items()} == {
        "own/000": "right", "own/001": "right"
    }  # fmt: skip


def test_two_tabs_tell_each_other_and_a_photo_that_is_gone_is_left_for_later(
    driver: webdriver.Chrome, root: Path, model: Path
) -> None:
    with review(driver, root, model) as page:
        first = driver.current_window_handle
        driver.switch_to.new_window("tab")
        page.open()
        page.press("l")
        driver.close()
        driver.switch_to.window(first)
        assert "somebody else has judged it meanwhile" in page.press("a")
        assert page.one("judged").text == "Judged by Ada: left out. You can judge again."
        (root / "data/images/own/001.jpg").unlink()
        page.press("a")
        assert page.name == "own/001"
        assert "put it back, or leave it for later" in page.press("a")  # shown or not, it cannot be judged
        page.press("s")
        assert page.name == "own/000"


def test_masks_are_drawn_for_new_photos_and_come_in_as_a_source(
    driver: webdriver.Chrome, tmp_path: Path, model: Path
) -> None:
    drawing.write_photos(tmp_path / "beach", "a.png", "b.jpg", "c.jpg", height=120, width=90)
    with served(driver, "draw", tmp_path / "beach", "-m", model, "--port", 0) as page:
        assert not page.one("right").is_displayed() and not page.one("mask-figure").is_displayed()
        page.press("a")
        page.press("e")
        page.press("x")  # the brush adds
        page.stroke(0.5)
        page.press("h")
        page.stroke(0.2)  # takes away what the model takes for held
        page.press(Keys.ENTER)
        page.press("l")
        assert "All photos are judged" in page.one("status").text
    done = call("data", "import", tmp_path / "beach-masks/sources.yaml", "--to", tmp_path / "data", "--no-track")
    assert "beach: 2 pairs" in done.stdout and "beach/c.jpg: no mask of this stem" in done.stderr
    rows = read_metadata(tmp_path / "data")
    assert [(row.name, row.reviewed, row.height, row.width) for row in rows] == [
        ("beach/a", "drawn", 120, 90), ("beach/b", "drawn", 120, 90)
    ]  # fmt: skip
    assert in_data(tmp_path, "beach/b")[60, 45] == 255
    assert (tmp_path / "data/held/beach/b.png").is_file() and not (tmp_path / "data/held/beach/a.png").exists()
    photo = read_photo(tmp_path / "beach/a.png")
    np.testing.assert_array_equal(in_data(tmp_path, "beach/a") == 255, Segmenter(model).mask(photo) >= 128)


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core, which `make lint` fetches with npm")
@pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
def test_nobody_is_shut_out_in_any_language_and_no_other_host_is_asked(
    driver: webdriver.Chrome, root: Path, model: Path, width: int
) -> None:
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 820}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        with review(driver, root, model) as page:
            for keys in ("", "e", "h"):
                page.press(keys)
                if keys:
                    page.stage()
                check(page)
            for language in ("de", "es", "fr", "ru", "zh", "en"):
                driver.execute_script(
                    "const s = document.getElementById('language');"
                    f"s.value = '{language}'; s.dispatchEvent(new Event('change'))"
                )
                page.until(f"document.documentElement.lang === '{language}'")
                page.rested()
                assert driver.execute_script("return document.documentElement.scrollWidth <= innerWidth"), language
            asked = driver.execute_script("return performance.getEntriesByType('resource').map(({ name }) => name)")
            origin = page.address.split("#")[0]
            assert asked and all(name.startswith((origin, f"blob:{origin}")) for name in asked)
    finally:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def check(page: Review) -> None:
    """Nothing that axe-core objects to, in light and in dark."""
    page.driver.execute_script(AXE.read_text(encoding="utf-8"))
    for scheme in ("dark", "light"):
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}  # colours change at once
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        violations = page.driver.execute_async_script(CHECK)
        assert violations == [], f"{scheme}: {json.dumps(violations, indent=1)}"
