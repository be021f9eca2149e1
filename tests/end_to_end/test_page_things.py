"""Things put into hands on the page, in photos and before the webcam, in a real browser."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from figureground.hands.things import packaged_things
from figureground.pictures import Picture, encode_jpeg, encode_png, read_photo
from helpers.browser import IN_BROWSER, Page
from helpers.places import ROOT

pytestmark = IN_BROWSER
SOMEBODY = ROOT / "tests/portrait.jpg"  # 240 x 320, a hand at its lower edge, on the left
HAND = (slice(195, 240), slice(85, 150))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees: somebody whose hand is in the picture."""
    path = tmp_path_factory.mktemp("film") / "somebody.mjpeg"
    path.write_bytes(20 * encode_jpeg(read_photo(SOMEBODY)))
    return path


def cut(page: Page) -> None:
    """Cuts somebody out by a model that finds people."""
    page.use("fast")
    assert "Done" in page.take(SOMEBODY)


def choose(page: Page, name: str) -> str:
    """Chooses a thing, and gives what the page says once it is there or gone."""
    page.run("document.getElementById('status').textContent = '…'; document.body.dataset.state = 'busy'")
    page.choose("thing", name)
    return page.settled()


def handle(page: Page) -> WebElement:
    frame = page.one("thing-handle")
    page.run("arguments[0].scrollIntoView({ block: 'center' })", frame)
    return frame


def where(page: Page) -> dict[str, float]:
    data = page.run("return { ...document.getElementById('thing-handle').dataset }")
    return {name: float(data[name]) for name in ("row", "column", "scale", "turn", "mirrored")}


def result(page: Page) -> Picture:
    """The cut-out as it is shown: uint8 240 x 320 RGBA."""
    content = page.run("return document.getElementById('result').toDataURL().split(',')[1]")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


def reds(picture: Picture) -> int:
    """Pixels of the mug's red where the hand is."""
    part = picture[HAND].astype(int)
    return int(((part[..., 0] > 90) & (part[..., 0] > 1.6 * part[..., 2]) & (part[..., 3] == 255)).sum())


def test_a_thing_goes_into_the_hand_behind_its_fingers_and_away_again(sized: Page) -> None:
    cut(sized)
    before = result(sized)
    assert choose(sized, "mug") == "It is in the hand. Drag it to correct that."
    after = result(sized)
    place = where(sized)
    assert 200 < place["row"] < 240 and 95 < place["column"] < 135 and place["mirrored"] == 1
    assert reds(before) == 0 and 150 < reds(after) < 1500
    fingers = (after[HAND] == before[HAND]).all(axis=-1) & (before[HAND][..., 3] == 255)
    assert fingers.sum() > 200  # they lie in front
    assert handle(sized).is_displayed()
    handle(sized).send_keys(Keys.DELETE)
    sized.until("document.getElementById('thing-handle').hidden")
    assert sized.one("status").text == "It is gone again."
    sized.until("document.querySelector('[name=thing][value=none]').checked")
    np.testing.assert_array_equal(result(sized), before)


def test_a_thing_is_moved_turned_and_scaled_by_keys_wheel_pointer_and_fingers(sized: Page) -> None:
    cut(sized)
    choose(sized, "phone")
    frame, first = handle(sized), where(sized)
    frame.send_keys(Keys.ARROW_UP + Keys.ARROW_LEFT + "+" + "]" + "m")
    second = where(sized)
    assert second["row"] == pytest.approx(first["row"] - 6.4, abs=0.01)
    assert second["column"] == pytest.approx(first["column"] - 6.4, abs=0.01)
    assert second["scale"] == pytest.approx(1.06 * first["scale"], abs=0.002)
    assert second["turn"] == pytest.approx(first["turn"] + np.pi / 36, abs=0.002)
    assert second["mirrored"] == 1 - first["mirrored"]
    wheel = "new WheelEvent('wheel', { deltaY: %d, shiftKey: %s, cancelable: true })"
    sized.run(f"arguments[0].dispatchEvent({wheel % (-400, 'false')})", frame)
    assert where(sized)["scale"] == pytest.approx(second["scale"] * np.exp(0.6), abs=0.003)
    sized.run(f"arguments[0].dispatchEvent({wheel % (400, 'true')})", frame)
    assert where(sized)["turn"] == pytest.approx(second["turn"] + np.pi / 36, abs=0.003)
    box = sized.run("const r = arguments[0].getBoundingClientRect(); return [r.left, r.top, r.width, r.height]", frame)
    third, middle = where(sized), (box[0] + box[2] / 2, box[1] + box[3] / 2)
    for kind, apart, up in (("touchStart", 10, 0), ("touchMove", 15, 20), ("touchMove", 20, 40), ("touchEnd", 0, 0)):
        points = [
            {"x": middle[0] + side * apart, "y": middle[1] - up, "id": i} for i, side in enumerate((-1, 1)) if apart
        ]
        sized.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    sized.until("arguments[0].dataset.scale > arguments[1]", frame, 1.9 * third["scale"])
    fourth = where(sized)
    assert fourth["scale"] == pytest.approx(2 * third["scale"], rel=0.05)
    assert fourth["row"] < third["row"] - 10
    assert choose(sized, "book") == "It is on the photo."  # where the phone was moved to
    assert where(sized)["row"] == fourth["row"]


def test_a_thing_is_dragged_and_swung_by_the_mouse(page: Page) -> None:
    cut(page)
    choose(page, "microphone")
    first = where(page)
    scale = page.run("return document.getElementById('comparison').clientWidth") / 320
    ActionChains(page.driver).drag_and_drop_by_offset(handle(page), round(60 * scale), round(-80 * scale)).perform()
    second = where(page)
    assert second["column"] == pytest.approx(first["column"] + 60, abs=1)
    assert second["row"] == pytest.approx(first["row"] - 80, abs=1)
    knob = page.driver.find_element("class name", "thing-knob")
    ActionChains(page.driver).drag_and_drop_by_offset(knob, 60, 0).perform()
    third = where(page)
    assert third["scale"] > 1.05 * second["scale"] and third["turn"] > second["turn"]
    assert (third["row"], third["column"]) == (second["row"], second["column"])


def test_the_thing_is_in_what_is_downloaded_with_or_without_the_photos_background(page: Page) -> None:
    cut(page)
    choose(page, "mug")
    page.one("png").click()
    alone = np.asarray(Image.open(io.BytesIO(page.downloaded("portrait-cutout.png"))))
    assert reds(alone) > 150 and alone[0, 0, 3] == 0
    page.one("mask").click()
    mask = np.asarray(Image.open(io.BytesIO(page.downloaded("portrait-mask.png"))).convert("L"))
    np.testing.assert_allclose(mask, alone[..., 3], atol=3)
    page.choose("background", "original")
    page.one("png").click()
    whole = np.asarray(Image.open(io.BytesIO(page.downloaded("portrait-cutout.png"))).convert("RGBA"))
    assert reds(whole) > 150
    difference = np.abs(whole[:150, :, :3].astype(int) - read_photo(SOMEBODY)[:150])
    assert difference.mean() < 1 and difference.max() < 80  # edges are drawn anew


def test_a_placard_is_written_on_and_a_text_too_long_is_refused(page: Page) -> None:
    cut(page)
    choose(page, "placard")
    blank = result(page)
    page.run("window.blank = document.getElementById('result').toDataURL()")
    page.one("thing-text").send_keys("Free hugs" + Keys.TAB)
    page.until("document.getElementById('result').toDataURL() !== window.blank")
    assert (result(page) != blank).any(axis=-1).sum() > 20
    page.one("thing-text").clear()
    page.one("thing-text").send_keys(200 * "W" + Keys.TAB)
    page.until("document.body.dataset.state === 'trouble'")
    assert page.one("status").text == "This text is too long for the placard; shorten it."


def test_a_picture_of_ones_own_is_freed_of_a_plain_background_and_refused_with_another(
    page: Page, tmp_path: Path
) -> None:
    plain, busy = (tmp_path / name for name in ("lamp.png", "street.png"))
    drawn = np.full((60, 60, 3), 245, np.uint8)
    drawn[10:50, 20:40] = (20, 90, 220)
    plain.write_bytes(encode_png(drawn))
    busy.write_bytes(encode_png(np.random.default_rng(1).integers(0, 256, (60, 60, 3), np.uint8)))
    cut(page)
    page.one("thing-file").send_keys(str(busy))
    page.until("document.body.dataset.state === 'trouble'")
    assert "street.png has no transparency" in page.one("status").text
    page.one("thing-file").send_keys(str(plain))
    page.until("!document.getElementById('thing-handle').hidden")
    assert page.settled() == "It is in the hand. Drag it to correct that."
    blue = result(page)[HAND].astype(int)
    assert ((blue[..., 2] > 100) & (blue[..., 0] < 80)).sum() > 50


DROP = """
    const [id, name, content, x, y] = arguments, transfer = new DataTransfer(), target = document.getElementById(id);
    if (content) {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: "image/png" }));
    } else transfer.setData("application/x-figureground-thing", name);
    const { left, top, width, height } = target.getBoundingClientRect();
    const at = { clientX: left + x * width, clientY: top + y * height };
    target.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true, ...at }));
"""


def dropped(page: Page, target: str, name: str, content: bytes = b"", at: tuple[float, float] = (0.5, 0.5)) -> str:
    """Lets go of a thing of the page's, or of a file, over an element; gives what the page says."""
    page.run("document.getElementById('status').textContent = '…'; document.body.dataset.state = 'busy'")
    page.run(DROP, target, name, base64.b64encode(content).decode(), *at)
    return page.settled()


def test_what_is_dropped_on_the_photo_is_a_thing_where_it_is_one(page: Page) -> None:
    cut(page)
    assert dropped(page, "comparison", "mug", at=(0.75, 0.25)) == "It is on the photo."
    assert where(page)["row"] == pytest.approx(60, abs=1) and where(page)["column"] == pytest.approx(240, abs=1)
    ring = np.zeros((50, 50, 4), np.uint8)
    ring[10:40, 10:40] = (20, 200, 60, 255)
    kept = io.BytesIO()
    Image.fromarray(ring).save(kept, "PNG")
    dropped(page, "comparison", "ring.png", kept.getvalue())
    assert page.run("return document.querySelector('[name=thing]:checked').value") == "own"
    assert "Done" in dropped(page, "comparison", "another.png", encode_png(read_photo(SOMEBODY)))  # it is a photo
    assert page.run("return document.querySelector('[name=thing]:checked').value") == "none"
    dropped(page, "things", "lamp.png", kept.getvalue())
    assert page.run("return document.querySelector('[name=thing]:checked').value") == "own"


def test_a_photo_keeps_its_thing_while_another_is_shown(page: Page, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(encode_png(np.ascontiguousarray(read_photo(SOMEBODY)[:, 20:])))
    page.use("fast")
    page.one("file").send_keys(f"{SOMEBODY}\n{other}")
    page.until("document.getElementById('strip-progress').textContent.startsWith('2 of 2')")
    page.settled()
    choose(page, "mug")
    first, second = page.driver.find_elements("css selector", "#strip button")
    second.click()
    page.until("document.getElementById('result').width === 300 && document.body.dataset.state === 'ready'")
    assert not page.one("thing-handle").is_displayed()
    first.click()
    page.until("document.getElementById('result').width === 320 && document.body.dataset.state === 'ready'")
    page.until("!document.getElementById('thing-handle').hidden")
    assert reds(result(page)) > 150


def test_somebody_before_the_webcam_gets_the_thing_into_the_hand(page: Page) -> None:
    page.choose("mode", "live")
    page.choose("background", "#1b1d1f")
    page.one("camera").click()
    assert "The camera is on" in page.settled()
    page.choose("thing", "mug")
    page.until("document.getElementById('live').dataset.thing === 'held'")
    page.one("snap").click()
    page.until("!document.getElementById('thing-handle').hidden && document.body.dataset.state === 'ready'")
    assert page.run("return document.querySelector('[name=thing]:checked').value") == "mug"  # in the picture, too
    assert [path for method, path in page.site.seen if method == "POST"] == []


def test_the_page_offers_every_thing_of_the_package(page: Page) -> None:
    offered = page.run("return [...document.querySelectorAll('[name=thing]')].map(({ value }) => value)")
    assert sorted(offered) == sorted(["none", "own", *packaged_things()])
