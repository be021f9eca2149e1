"""What the web page takes in headless Chromium: webcam pictures a second, and a photo, by step.

    python benchmarks/web.py [accurate|fast|MODEL.tflite ...] [--seconds 10] [--photo PHOTO]
        [--thing mug] [--seen PHOTO]

Needs Chromium and its driver (apt-get install chromium chromium-driver) and Selenium. The camera sees a rendered
person at 1280 x 720, 30 pictures a second; without a graphics processor the model runs in WebAssembly on one core.
Each model is asked for as a person's own, so that it is the one that the webcam uses. Of a live picture `read` and
`drawing` are the page's own thread's, `model` and `edge` are those of a worker each, all at different pictures at a
time; `delay` is from a picture's capture until it is drawn with its mask. With a thing in the hand, `palms` and `hands`
are a third worker's; let the camera see a photo of somebody whose hand is in it. Milliseconds are wall time, so they
are worth something on a quiet machine only; the least of each step is shown beside the median.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from cutting import portrait, write_portrait
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from figureground.pictures import Picture, encode_jpeg, read_photo, resize_photo
from figureground.runtime.packaged import model_content
from figureground.runtime.processor import described

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream=device-count=1,fps=30", "--use-fake-ui-for-media-stream",
]  # fmt: skip
COMMAND = [sys.executable, "-c", "from figureground.cli import main; main()", "web", "--port", "0", "--model"]
MEASURES = """
const steps = {};
for (const { name, duration } of performance.getEntriesByType("measure")) (steps[name] ??= []).push(duration);
performance.clearMeasures();
return steps;
"""
WATCH = """
const [milliseconds, done] = arguments, steps = {};
const note = (entries) => entries.forEach(({ name, duration }) => (steps[name] ??= []).push(duration));
const observer = new PerformanceObserver((list) => note(list.getEntries())); // as the page forgets them
observer.observe({ type: "measure" });
setTimeout(() => (note(observer.takeRecords()), observer.disconnect(), done(steps)), milliseconds);
"""


def browser(profile: str, seen: Path) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or sys.exit("chromium is not installed")
    for flag in [*FLAGS, f"--user-data-dir={profile}", f"--use-file-for-fake-video-capture={seen}"]:
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def settled(page: webdriver.Chrome) -> None:
    rest = "return document.body.dataset.engine && document.body.dataset.state !== 'busy'"
    WebDriverWait(page, 120, 0.05).until(lambda driver: driver.execute_script(rest))


def watch_live(page: webdriver.Chrome, seconds: float, thing: str | None) -> tuple[float, dict[str, list[float]]]:
    """Pictures a second and milliseconds by step, once it runs smoothly."""
    page.execute_script("document.querySelector('[name=mode][value=live]').click()")
    page.find_element(By.ID, "camera").click()
    settled(page)
    WebDriverWait(page, 60, 0.2).until(lambda driver: driver.execute_script("return +live.dataset.rate > 0"))
    if thing:
        page.execute_script("document.querySelector(`[name=thing][value=${arguments[0]}]`).click()", thing)
        WebDriverWait(page, 60, 0.2).until(lambda driver: driver.execute_script("return live.dataset.thing === 'held'"))
    page.set_script_timeout(seconds + 10)
    steps = page.execute_async_script(WATCH, 1000 * seconds)
    page.execute_script(MEASURES)
    page.find_element(By.ID, "camera").click()
    return len(steps["figureground drawing"]) / seconds, steps


def cut_photo(page: webdriver.Chrome, photo: Path, times: int) -> dict[str, list[float]]:
    steps: dict[str, list[float]] = defaultdict(list)
    page.execute_script("document.querySelector('[name=mode][value=photo]').click()")
    for attempt in range(times + 1):
        page.execute_script("document.body.dataset.state = 'busy'")
        page.find_element(By.ID, "file").send_keys(str(photo))
        settled(page)
        for name, durations in page.execute_script(MEASURES).items():
            if attempt:  # the first one is slower: code is compiled
                steps[name] += durations
    return steps


def shown(steps: dict[str, list[float]]) -> str:
    return ", ".join(
        f"{name.removeprefix('figureground ')} {np.median(durations):.1f} ({min(durations):.1f})"
        for name, durations in steps.items()
    )


def film(path: Path, seen: Path | None) -> Path:
    """What the camera sees, over and over: a person who keeps still, with a camera's noise."""
    path.write_bytes(b"".join(encode_jpeg(picture(seed, seen)) for seed in range(30)))
    return path


def picture(seed: int, seen: Path | None) -> Picture:
    if seen is None:
        return portrait(720, 1280, seed)
    photo = read_photo(seen)
    scale = min(720 / photo.shape[0], 1280 / photo.shape[1])
    large = resize_photo(photo, round(scale * photo.shape[0]), round(scale * photo.shape[1]))
    whole = np.full((720, 1280, 3), 90, np.int16)
    left = (1280 - large.shape[1]) // 2
    whole[: large.shape[0], left : left + large.shape[1]] = large
    noise = np.random.default_rng(seed).normal(0, 3, whole.shape)
    return np.clip(whole + noise, 0, 255).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("models", nargs="*", default=["fast", "accurate"])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--photo", type=Path)
    parser.add_argument("--thing", help="what the person before the camera gets into the hand")
    parser.add_argument("--seen", type=Path, help="a photo that the camera sees")
    options = parser.parse_args()
    print(described())
    for model in options.models:
        with tempfile.TemporaryDirectory() as folder:
            own = Path(folder, "own.tflite")
            own.write_bytes(model_content(model)[1])
            serving = subprocess.Popen([*COMMAND, str(own)], stdout=subprocess.PIPE, text=True)
            page = browser(f"{folder}/profile", film(Path(folder, "film.mjpeg"), options.seen))
            try:
                page.get((serving.stdout.readline() if serving.stdout else "").split()[1])
                settled(page)
                rate, steps = watch_live(page, options.seconds, options.thing)
                print(f"{model}: {rate:.1f} pictures a second; ms, median (least): {shown(steps)}")
                photo = options.photo or write_portrait(Path(folder, "portrait.jpg"), 3000, 4000, 1)
                print(f"  photo {photo.name}; ms: {shown(cut_photo(page, photo, 5))}")
            finally:
                page.quit()
                serving.terminate()
                serving.wait()


if __name__ == "__main__":
    main()
