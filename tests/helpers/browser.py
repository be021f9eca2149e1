"""A real browser for tests: Debian's Chromium, driven by Selenium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from helpers.site import Site

Found = TypeVar("Found")

LONGEST = 300.0  # seconds that a page may take for anything on a machine that has much else to do
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
IN_BROWSER = [  # marks of a test file
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None or DRIVER is None,
        reason="needs Chromium and its driver: apt-get install chromium chromium-driver",
    ),
]
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1200,900",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--accept-lang=en-GB,en",
]  # fmt: skip


def started(profile: Path, film: Path) -> webdriver.Chrome:
    """Chromium, without a window.

    Args:
        profile: Folder for what it keeps.
        film: What its camera sees, as a row of JPEG pictures.
    """
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in [*FLAGS, f"--user-data-dir={profile}", f"--use-file-for-fake-video-capture={film}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    browser.set_script_timeout(100)  # of what is not at rest at once; the driver's own answer may take 120
    return browser


def wait(driver: webdriver.Chrome, condition: Callable[[], Found]) -> Found:
    """What the condition gives, once that is true."""
    return WebDriverWait(driver, LONGEST, 0.05).until(lambda _: condition())


@dataclass
class Page:
    """The page in the browser, and the folder that its downloads go to.

    Each has one of its own: where the browser has not yet done with a file, it gives the next of that name another.
    """

    driver: webdriver.Chrome
    site: Site
    folder: Path
    count: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._receive_next()

    @property
    def downloads(self) -> Path:
        """Of the next download."""
        return self.folder / str(self.count)

    def _receive_next(self) -> None:
        self.count += 1
        self.downloads.mkdir(parents=True)
        where = {"behavior": "allow", "downloadPath": str(self.downloads)}
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)

    def open(self) -> None:
        self.driver.get(self.site.url)
        self.settled()

    def one(self, id_: str) -> WebElement:
        return self.driver.find_element(By.ID, id_)

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def settled(self) -> str:
        """The status line, once the page is at rest."""
        rest = "return document.body.dataset.engine && document.body.dataset.state !== 'busy'"
        wait(self.driver, lambda: self.run(rest))
        return self.one("status").text

    def told(self, beginning: str) -> str:
        """The status line, once it begins so."""
        self.until("document.getElementById('status').textContent.startsWith(arguments[0])", beginning)
        return self.one("status").text

    def take(self, path: Path) -> str:
        """Hands a file to the page as a person's choice, and waits for what it says of it."""
        self.run("document.getElementById('status').textContent = '…'; document.body.dataset.state = 'busy'")
        self.one("file").send_keys(str(path))
        return self.settled()

    def make_document(self) -> str:
        """Presses the button, and gives what the page says of it."""
        self.run("document.body.dataset.state = 'busy'")
        self.one("make-document").click()
        return self.settled()

    def use(self, model: str) -> None:
        """Chooses the model; letters typed into the list count as one word only where they come quickly."""
        self.run("document.querySelector('details').open = true")
        Select(self.one("model")).select_by_value(model)

    def choose(self, name: str, value: str) -> None:
        self.driver.find_element(By.CSS_SELECTOR, f"input[name='{name}'][value='{value}'] ~ span").click()

    def colour(self, id_: str, x: float, y: float) -> tuple[int, ...]:
        """RGBA of a canvas at a share of its width and height."""
        script = (
            "const c = document.getElementById(arguments[0]);"
            "return [...c.getContext('2d').getImageData(arguments[1] * c.width, arguments[2] * c.height, 1, 1).data]"
        )
        return tuple(self.run(script, id_, x, y))

    def downloaded(self, name: str) -> bytes:
        path = self.downloads / name
        wait(self.driver, path.exists)
        self._receive_next()
        return path.read_bytes()

    @contextmanager
    def screen(self, width: int, height: int) -> Iterator[None]:
        """A phone's screen while the block runs, in CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def until(self, script: str, *arguments: object) -> None:
        wait(self.driver, lambda: self.run(f"return {script}", *arguments))

    def until_colour(self, id_: str, x: float, y: float, fits: Callable[[tuple[int, ...]], bool]) -> None:
        wait(self.driver, lambda: fits(self.colour(id_, x, y)))
