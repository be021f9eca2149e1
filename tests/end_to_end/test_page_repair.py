"""Masks mended by hand on the page, in a real browser."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from figureground import Segmenter
from figureground.pictures import Picture, encode_png
from figureground.runtime.foreground import clean_edges
from helpers.browser import IN_BROWSER, Page
from helpers.picture_files import opened
from helpers.site import serving
from helpers.tiny_networks import save_pixel_network

pytestmark = IN_BROWSER
SMALL, LARGE = (slice(100, 180), slice(30, 90)), (slice(60, 380), slice(150, 290))  # bright: people, for the network


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of a small and a large person; the brightness of both fades at their right."""
    photo = np.full((400, 300, 3), 30, np.uint8)
    for place in (SMALL, LARGE):
        rows, columns = photo[place].shape[:2]
        photo[place] = np.linspace(250, 130, columns)[np.newaxis, :, np.newaxis].repeat(rows, 0)
    path = tmp_path_factory.mktemp("photos") / "two.png"
    path.write_bytes(encode_png(photo))
    return path


def repair(page: Page, photo: Path) -> WebElement:
    """The stage, with the photo's mask on it."""
    assert "Done" in page.take(photo)
    return stage_of(page)


def stage_of(page: Page) -> WebElement:
    """The stage, with the mask of the photo that is shown."""
    page.one("repair-start").click()
    page.until("document.querySelector('.mask-editor-window')?.dataset.scale > 0")
    return page.driver.find_element(By.CLASS_NAME, "mask-editor-window")


def scale_of(stage: WebElement) -> float:
    """CSS pixels that a pixel of the photo is wide."""
    return float(stage.get_attribute("data-scale") or 0)


def place(stage: WebElement, x: float, y: float) -> tuple[int, int]:
    """A place of the photo, which is shown whole, as an offset from the stage's middle; all of it is in sight then."""
    stage.parent.execute_script("arguments[0].scrollIntoView({ block: 'center' })", stage)
    scale = scale_of(stage)
    return round(scale * (x - 150)), round(scale * (y - 200))


def set_brush(page: Page, size: int, softness: int) -> None:
    """The brush's size in CSS pixels, and the share of it that fades, in percent."""
    script = """
        document.querySelectorAll(".mask-editor-sliders input").forEach((slider, i) => {
          slider.value = arguments[i];
          slider.dispatchEvent(new Event("input"));
        });
    """
    page.run(script, size, softness)


def press(page: Page, text: str) -> None:
    buttons = page.driver.find_elements(By.CSS_SELECTOR, ".mask-editor button, .mask-editor label")
    next(each for each in buttons if each.text == text).click()


def held(page: Page, keys: str, *down: str) -> None:
    """Sends keys while others are down."""
    actions = ActionChains(page.driver)
    for key in down:
        actions.key_down(key)
    actions.send_keys(keys)
    for key in down:
        actions.key_up(key)
    actions.perform()


def mask_of(page: Page) -> Picture:
    """The mask as it is downloaded now."""
    page.one("mask").click()
    return opened(page.downloaded("two-mask.png"))[..., 0]


def own_mask(page: Page, photo: Path) -> Picture:
    model = page.downloads / "own.tflite"
    model.write_bytes(page.site.ask("GET", "/models/own.tflite").content)
    return Segmenter(model).mask(opened(photo.read_bytes()))


def test_a_wrong_patch_is_taken_away_and_the_cutout_is_that_of_the_mended_mask(sized: Page, two: Path) -> None:
    stage = repair(sized, two)
    before = mask_of(sized)
    assert np.abs(before.astype(int) - own_mask(sized, two)).max() <= 1
    set_brush(sized, 140, 0)
    begin, end = place(stage, 40, 140), place(stage, 80, 140)
    pointer = ActionChains(sized.driver).move_to_element_with_offset(stage, *begin).click_and_hold()
    pointer.move_by_offset(end[0] - begin[0], 0).release().perform()
    sized.one("repair-end").click()
    assert sized.told("Here is") == "Here is the cut-out again."
    assert sized.colour("result", 60 / 300, 140 / 400)[3] == 0
    mended = mask_of(sized)
    assert mended[SMALL].max() == 0
    np.testing.assert_array_equal(mended[LARGE], before[LARGE])
    sized.one("png").click()
    cutout = opened(sized.downloaded("two-cutout.png"))
    np.testing.assert_array_equal(cutout[..., 3], mended)
    expected = clean_edges(opened(two.read_bytes()), mended)
    seen = mended > 60
    assert np.abs(cutout[seen][:, :3].astype(int) - expected[seen]).mean() < 1.5


def test_strokes_are_drawn_undone_and_done_again_by_keyboard(sized: Page, two: Path) -> None:
    stage = repair(sized, two)
    before = mask_of(sized)
    stage.send_keys("x" + "[" * 3)
    held(sized, Keys.ARROW_LEFT * 3, Keys.SPACE)
    drawn = mask_of(sized)
    assert drawn[200, 130] == 255 and before[200, 130] == 0
    assert (drawn >= before).all() and 0 < (drawn > before).mean() < 0.1
    held(sized, "z", Keys.CONTROL)
    np.testing.assert_array_equal(mask_of(sized), before)
    held(sized, "z", Keys.CONTROL, Keys.SHIFT)
    np.testing.assert_array_equal(mask_of(sized), drawn)
    press(sized, "Undo")
    np.testing.assert_array_equal(mask_of(sized), before)


def test_only_the_largest_person_is_left_until_that_is_undone(sized: Page, two: Path) -> None:
    repair(sized, two)
    before = mask_of(sized)
    press(sized, "Only the largest person")
    alone = mask_of(sized)
    assert alone[:, :110].max() == 0
    np.testing.assert_array_equal(alone[:, 150:], before[:, 150:])
    press(sized, "Undo")
    np.testing.assert_array_equal(mask_of(sized), before)


def test_a_surer_model_takes_less_but_what_was_drawn_stays(sized: Page, two: Path) -> None:
    stage = repair(sized, two)
    stage.send_keys("x")
    ActionChains(sized.driver).move_to_element_with_offset(stage, *place(stage, 20, 30)).click().perform()
    before = mask_of(sized)
    assert before[30, 20] == 255
    script = "const e = document.getElementById('sureness'); e.value = 95; e.dispatchEvent(new Event('change'))"
    sized.run(script)
    sized.until("document.getElementById('status').textContent.startsWith('Draw over')")
    surer = mask_of(sized)
    assert surer[30, 20] == 255 and 0.3 * (before > 127).sum() < (surer > 127).sum() < 0.95 * (before > 127).sum()
    press(sized, "Undo")
    np.testing.assert_array_equal(mask_of(sized), before)
    assert sized.one("sureness").get_attribute("value") == "50"


def test_the_view_follows_wheel_keys_and_fingers(sized: Page, two: Path) -> None:
    stage = repair(sized, two)
    whole = scale_of(stage)
    stage.send_keys("++")
    assert scale_of(stage) == pytest.approx(whole * 1.25**2, rel=1e-3)
    stage.send_keys("0")
    assert scale_of(stage) == whole
    turn = "new WheelEvent('wheel', { deltaY: -400, clientX: 90, clientY: 300, cancelable: true })"
    sized.run(f"arguments[0].dispatchEvent({turn})", stage)
    assert scale_of(stage) == pytest.approx(whole * np.exp(0.6), rel=1e-3)
    stage.send_keys("0")
    box = sized.run(
        "const r = arguments[0].getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]", stage
    )
    for kind, apart in (("touchStart", 30), ("touchMove", 45), ("touchMove", 60), ("touchEnd", 0)):
        points = [{"x": box[0] + side * apart, "y": box[1], "id": i} for i, side in enumerate((-1, 1)) if apart]
        sized.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    sized.until("arguments[0].dataset.scale > arguments[1]", stage, 1.9 * whole)
    assert scale_of(stage) == pytest.approx(2 * whole, rel=0.05)
    steps = sized.driver.find_elements(By.CSS_SELECTOR, "[data-aria-label=steps] button")
    assert len(steps) == 2 and not any(each.is_enabled() for each in steps)  # the first finger has drawn nothing
    press(sized, "Whole photo")
    assert scale_of(stage) == whole


def test_a_mended_mask_is_kept_when_another_photo_is_shown_and_by_another_model(
    sized: Page, two: Path, portrait: Path
) -> None:
    sized.one("file").send_keys(f"{two}\n{portrait}")
    sized.until("document.getElementById('strip-progress').textContent.startsWith('2 of 2')")
    sized.settled()
    stage_of(sized)
    press(sized, "Only the largest person")
    sized.until("document.querySelector('[data-aria-label=steps] button').disabled === false")
    mended = mask_of(sized)
    sized.one("archive").click()
    with zipfile.ZipFile(io.BytesIO(sized.downloaded("cutouts.zip"))) as archive:
        np.testing.assert_array_equal(opened(archive.read("two-cutout.png"))[..., 3], mended)
    first, second = sized.driver.find_elements(By.CSS_SELECTOR, "#strip button")
    second.click()
    sized.until("document.getElementById('result').width === 360 && document.body.dataset.state === 'ready'")
    first.click()
    sized.until("document.getElementById('result').width === 300 && document.body.dataset.state === 'ready'")
    np.testing.assert_array_equal(mask_of(sized), mended)
    sized.run("const m = document.getElementById('model'); m.dispatchEvent(new Event('change'))")
    sized.until("document.getElementById('status').textContent.includes('repaired by hand')")
    np.testing.assert_array_equal(mask_of(sized), mended)


def somebody_holding(folder: Path) -> tuple[Path, Picture]:
    """A model that tells what is held, and a photo of a person with something red, which lies in two.png, too."""
    photo = np.full((400, 300, 3), 30, np.uint8)
    photo[80:380, 100:200] = 240  # a person
    photo[150:250, 200:260] = (240, 10, 10)  # and what they hold
    (folder / "two.png").write_bytes(encode_png(photo))
    return save_pixel_network(folder / "holding.tflite", 64, 48, held=(20, -5, -5)), photo


def test_what_is_held_is_kept_with_a_model_that_tells_it(sized: Page, tmp_path: Path) -> None:
    model, photo = somebody_holding(tmp_path)
    with serving(model) as holding:
        sized.site = holding
        sized.open()
        repair(sized, tmp_path / "two.png")
        before = mask_of(sized)
        press(sized, "Keep what is held")
        kept = mask_of(sized).astype(int)
        segmenter = Segmenter(model)
        person, held_things = segmenter.mask(photo), segmenter.held(photo)
        assert np.abs(before.astype(int) - person).max() <= 1 and before[200, 240] == 0
        expected = np.where(held_things > 1, person.astype(int) + held_things, person)
        assert kept[200, 240] == 255 and np.abs(kept - expected).max() <= 3
        press(sized, "Undo")
        np.testing.assert_array_equal(mask_of(sized), before)


def test_the_switch_keeps_what_is_held_in_all_photos_that_are_not_repaired(sized: Page, tmp_path: Path) -> None:
    model, photo = somebody_holding(tmp_path)
    segmenter = Segmenter(model)
    with serving(model) as holding:
        sized.site = holding
        sized.open()
        sized.take(tmp_path / "two.png")
        np.testing.assert_allclose(mask_of(sized).astype(int), segmenter.mask(photo), atol=1)
        for held in ("keep", "drop"):
            sized.run("document.body.dataset.state = 'busy'; document.getElementById('keep-held').click()")
            sized.settled()
            np.testing.assert_allclose(mask_of(sized).astype(int), segmenter.mask(photo, held), atol=1)
        sized.run("document.body.dataset.state = 'busy'; document.getElementById('keep-held').click()")
        sized.settled()
        repair(sized, tmp_path / "two.png")
        buttons = sized.driver.find_elements(By.CSS_SELECTOR, ".mask-editor [data-aria-label=mask] button")
        assert [each.text for each in buttons] == ["Only the largest person"]  # it is there already


def test_nothing_held_is_offered_by_a_model_that_does_not_tell_it(page: Page, two: Path) -> None:
    repair(page, two)
    buttons = page.driver.find_elements(By.CSS_SELECTOR, ".mask-editor [data-aria-label=mask] button")
    assert [each.text for each in buttons] == ["Only the largest person"]
    assert not page.one("held-line").is_displayed()
