"""Several photos at once, and all ways to take a cut-out away from the page, in a real browser."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By

from figureground.pictures import encode_png
from helpers.browser import IN_BROWSER, Page
from helpers.drawing import person
from helpers.picture_files import opened

pytestmark = IN_BROWSER
DROP = """
    const data = new DataTransfer();
    for (const [name, bytes] of arguments[0]) data.items.add(new File([new Uint8Array(bytes)], name));
    document.body.dataset.state = "busy";
    dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
"""


@pytest.fixture(scope="module")
def square_person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bright person of 100 x 200 pixels in a dark photo of 300 x 400."""
    photo = np.full((400, 300, 3), 30, np.uint8)
    photo[100:300, 100:200] = 230
    path = tmp_path_factory.mktemp("photos") / "me.png"
    path.write_bytes(encode_png(photo))
    return path


def change(page: Page, id_: str, value: str) -> None:
    page.run("const e = document.getElementById(arguments[0]); e.value = arguments[1];"
             "e.dispatchEvent(new Event('change'))", id_, value)  # fmt: skip


def archive(page: Page) -> dict[str, bytes]:
    page.one("archive").click()
    with zipfile.ZipFile(io.BytesIO(page.downloaded("cutouts.zip"))) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def test_all_photos_that_are_dropped_are_cut_out_and_come_in_one_archive(sized: Page, portrait: Path) -> None:
    wide = encode_png(person(5, 300, 450)[0])
    photos = [
        ("notes.txt", b"words"),
        ("a.png", portrait.read_bytes()),
        ("wide.png", wide),
        ("a.bmp.png", wide),
        ("A.jpg", wide),
    ]
    sized.run(DROP, [(name, list(content)) for name, content in photos])
    sized.until("document.getElementById('strip-progress').textContent.startsWith('4 of 5')")
    sized.settled()
    said = sized.one("strip-progress").text
    assert said.startswith("4 of 5 photos are done; choose one below. notes.txt is no picture")
    buttons = sized.driver.find_elements(By.CSS_SELECTOR, "#strip button")
    assert [button.text for button in buttons] == [name for name, _ in photos]
    assert [button.get_attribute("aria-pressed") for button in buttons] == ["false", "true", "false", "false", "false"]
    shapes = sized.run("return [...document.querySelectorAll('#strip canvas')].map(c => c.width / c.height)")
    assert shapes[1:] == pytest.approx([0.75, 1.5, 1.5, 1.5], abs=0.02)
    files = archive(sized)
    assert list(files) == ["a-cutout.png", "wide-cutout.png", "a.bmp-cutout.png", "A-cutout-2.png"]
    assert opened(files["a-cutout.png"]).shape == (480, 360, 4)
    sized.one("png").click()
    np.testing.assert_array_equal(opened(files["a-cutout.png"]), opened(sized.downloaded("a-cutout.png")))
    sized.choose("background", "#ffffff")
    change(sized, "shape", "square")
    change(sized, "longer", "200")
    for name, content in archive(sized).items():
        with Image.open(io.BytesIO(content)) as image:
            assert name.endswith(".jpg") and (image.format, image.size) == ("JPEG", (200, 200))
    buttons[2].click()
    sized.until("document.getElementById('status').textContent.includes('450 × 300')")
    assert [path for method, path in sized.site.seen if method == "POST"] == []
    sized.take(portrait)
    assert not sized.one("strip").is_displayed() and not sized.one("archive").is_displayed()


def test_frames_and_sizes_that_shops_ask_for(sized: Page, square_person: Path) -> None:
    sized.take(square_person)
    shapes = {"person": (200, 100), "square": (227, 227), "portrait": (227, 182), "photo": (400, 300)}
    for shape, size in shapes.items():
        change(sized, "shape", shape)
        sized.one("png").click()
        cutout = opened(sized.downloaded("me-cutout.png"))
        assert np.abs(np.subtract(cutout.shape[:2], size)).max() <= 8, shape  # the mask's edge is not the drawing's
        assert (cutout[..., 3] > 127).sum() == pytest.approx(20_000, rel=0.1)
    change(sized, "shape", "portrait")
    change(sized, "longer", "1350")
    sized.one("png").click()
    assert opened(sized.downloaded("me-cutout.png")).shape == (1350, 1080, 4)
    sized.one("mask").click()
    assert opened(sized.downloaded("me-mask.png")).shape[:2] == (1350, 1080)
    change(sized, "longer", "5")
    sized.one("png").click()
    assert sized.told("The longer side") == "The longer side can have 16 to 8192 pixels."


def test_the_cutout_is_copied_to_the_clipboard(sized: Page, square_person: Path) -> None:
    permission = {
        "origin": sized.site.url.rstrip("/"),
        "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"],
    }
    sized.driver.execute_cdp_cmd("Browser.grantPermissions", permission)
    sized.take(square_person)
    sized.one("copy").click()
    sized.until("document.getElementById('status').textContent === 'The cut-out is in the clipboard.'")
    script = """
        const [done] = arguments;
        navigator.clipboard.read().then(async ([item]) => {
          const bitmap = await createImageBitmap(await item.getType("image/png"));
          const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
          context.drawImage(bitmap, 0, 0);
          const at = (x, y) => [...context.getImageData(x, y, 1, 1).data];
          done([bitmap.width, bitmap.height, at(5, 5), at(150, 200)]);
        }).catch((error) => done(String(error)));
    """
    assert sized.driver.execute_async_script(script) == [300, 400, [0, 0, 0, 0], [230, 230, 230, 255]]


def test_the_cutout_can_be_dragged_out_as_a_file_and_the_page_does_not_take_it_back(
    page: Page, square_person: Path
) -> None:
    page.take(square_person)
    page.run("document.getElementById('drag-line').dispatchEvent(new PointerEvent('pointerenter'))")
    page.until("document.getElementById('drag').naturalWidth === 300")
    begin = """
        const drag = document.getElementById("drag"), data = new DataTransfer();
        drag.dispatchEvent(new DragEvent("dragstart", { dataTransfer: data, bubbles: true }));
        return data.getData("DownloadURL");
    """
    kind, name, url = page.run(begin).split(":", 2)
    assert (kind, name) == ("image/png", "me-cutout.png") and url == page.one("drag").get_attribute("src")
    said = page.one("status").text
    page.run(DROP, [("me-cutout.png", [1, 2, 3])])
    assert page.one("status").text == said
    page.run("document.getElementById('drag').dispatchEvent(new DragEvent('dragend'))")
    page.choose("background", "#ffffff")
    assert not page.one("drag").is_displayed()  # another picture would be made now


def test_the_slider_starts_in_the_middle_with_each_photo(sized: Page, square_person: Path, portrait: Path) -> None:
    sized.take(square_person)
    sized.run("const s = document.getElementById('split'); s.value = 90; s.dispatchEvent(new Event('input'))")
    assert sized.run("return document.getElementById('comparison').style.getPropertyValue('--split')") == "90%"
    sized.take(portrait)
    assert sized.one("split").get_attribute("value") == "50"
    assert sized.run("return document.getElementById('comparison').style.getPropertyValue('--split')") == "50%"
