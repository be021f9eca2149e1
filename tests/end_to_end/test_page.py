"""The web page in a real browser."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from figureground import Segmenter
from figureground.pictures import encode_jpeg, encode_png
from figureground.runtime.packaged import model_content
from figureground.web.assets import RUNTIME, Asset, read_assets
from figureground.web.workshop import IN_BROWSERS
from helpers import drawing
from helpers.browser import IN_BROWSER, Page
from helpers.drawing import person
from helpers.picture_files import opened
from helpers.site import serving

pytestmark = IN_BROWSER
DARK, BLUE = (30, 30, 30), (20, 40, 200)


def posts(page: Page) -> list[str]:
    return [path for method, path in page.site.seen if method == "POST"]


def test_a_photo_is_cut_out_in_the_browser_as_python_does_it(page: Page, portrait: Path) -> None:
    said = page.take(portrait)
    assert "Done in" in said and "did not leave this browser" in said and "360 × 480" in said
    assert page.one("comparison").is_displayed()
    page.one("png").click()
    result = opened(page.downloaded("me-cutout.png"))
    photo = opened(portrait.read_bytes())
    expected = Segmenter(page_model(page)).cut(photo)
    assert np.abs(result[..., 3].astype(int) - expected[..., 3]).max() <= 1
    inside = (result[..., 3] == 255) & (expected[..., 3] == 255)
    assert inside.mean() > 0.1
    np.testing.assert_array_equal(result[inside], expected[inside])
    edge = (expected[..., 3] > 60) & (expected[..., 3] < 255)
    assert np.abs(result[edge].astype(int) - expected[edge]).mean() < 3
    assert posts(page) == []


@pytest.mark.parametrize("size", [(90, 900), (20, 1500), (700, 100)])
def test_a_panorama_is_cut_out_in_the_browser_as_python_does_it(
    page: Page, tmp_path: Path, size: tuple[int, int]
) -> None:
    photo = np.full((*size, 3), 30, np.uint8)
    photo[size[0] // 4 : -size[0] // 8, size[1] // 5 : size[1] // 4] = photo[-40:-9, -60:-9] = 230
    (tmp_path / "wide.png").write_bytes(encode_png(photo))
    assert "Done" in page.take(tmp_path / "wide.png")
    page.one("png").click()
    result = opened(page.downloaded("wide-cutout.png"))[..., 3].astype(int)
    expected = Segmenter(page_model(page)).mask(photo)
    assert (expected == 255).any() and np.abs(result - expected).max() <= 1


def page_model(page: Page) -> Path:
    """The site's own model as a file: what the browser gets is what Python gets."""
    path = page.downloads / "own.tflite"
    path.write_bytes(page.site.ask("GET", "/models/own.tflite").content)
    return path


def test_the_packaged_model_gives_the_same_mask_in_the_browser(page: Page, tmp_path: Path) -> None:
    canvas = drawing.portrait(3)
    (tmp_path / "face.png").write_bytes(encode_png(canvas))
    page.use("fast")
    assert "Done" in page.take(tmp_path / "face.png")
    page.one("png").click()
    found, expected = opened(page.downloaded("face-cutout.png"))[..., 3], Segmenter(in_browsers("fast")).mask(canvas)
    assert (expected >= 128).mean() > 0.1
    # Integer arithmetic rounds a little otherwise in WebAssembly; that shows on a few of the edge's pixels.
    difference = np.abs(found.astype(int) - expected)
    assert difference.mean() < 0.1 and (difference > 64).mean() < 5e-4
    assert ((found >= 128) & (expected >= 128)).sum() / ((found >= 128) | (expected >= 128)).sum() > 0.99


def in_browsers(model: str) -> Path:
    return model_content(model, preferred=IN_BROWSERS)[0]


def test_backgrounds(page: Page, portrait: Path, tmp_path: Path) -> None:
    page.take(portrait)
    assert page.colour("result", 0.02, 0.02)[3] == 0
    page.choose("background", "#ffffff")
    page.until("document.getElementById('jpeg').disabled === false")
    page.until_colour("result", 0.02, 0.02, lambda colour: colour == (255, 255, 255, 255))
    page.choose("background", "blur")
    page.until_colour("result", 0.02, 0.02, lambda colour: max(colour[:3]) < 160)
    (tmp_path / "blue.png").write_bytes(encode_png(np.full((40, 90, 3), BLUE, np.uint8)))
    page.one("picture").send_keys(str(tmp_path / "blue.png"))
    page.until("document.getElementById('status').textContent.includes('blue.png is the background')")
    page.until_colour("result", 0.02, 0.02, lambda colour: colour == (*BLUE, 255))
    page.choose("background", "colour")
    page.run("const c = document.getElementById('colour'); c.value = '#102030'; c.dispatchEvent(new Event('input'))")
    page.until_colour("result", 0.02, 0.02, lambda colour: colour == (16, 32, 48, 255))
    page.one("jpeg").click()
    with Image.open(io.BytesIO(page.downloaded("me-cutout.jpg"))) as image:
        assert (image.format, image.size) == ("JPEG", (360, 480))
        assert np.abs(np.array(image)[3, 3].astype(int) - (16, 32, 48)).max() <= 3
    assert posts(page) == []


def test_bad_files_are_told_kindly_and_the_next_is_taken(page: Page, portrait: Path, tmp_path: Path) -> None:
    whole = portrait.read_bytes()
    jpeg = encode_jpeg(opened(whole))
    header = whole[:16] + (30_000).to_bytes(4, "big") * 2 + whole[24:]
    bad = {
        "letter.pdf": (b"%PDF-1.4 words", "is a PDF document"),
        "IMG_1.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is a HEIC photo"),
        "notes.jpg": (b"just words", "is no picture"),
        "empty.png": (b"", "is an empty file"),
        "short.png": (whole[: len(whole) // 2], "is cut short"),
        "short.jpg": (jpeg[:-40], "is cut short"),
        "almost.jpg": (jpeg[:-4], "is cut short"),
        "IMG_2.NEF": (b"II*\0" + bytes(60), "is a camera's raw file"),
        "bomb.png": (header, "has 900 megapixels"),
    }
    for name, (content, said) in bad.items():
        (tmp_path / name).write_bytes(content)
        line = page.take(tmp_path / name)
        assert line.startswith(name) and said in line and "\n" not in line
        assert page.run("return document.body.dataset.state") == "trouble"
    assert "Done" in page.take(portrait)


def test_files_that_lack_nothing_but_their_end_are_taken(page: Page, portrait: Path, tmp_path: Path) -> None:
    whole = portrait.read_bytes()
    jpeg = encode_jpeg(opened(whole))
    good = {
        "no-end.jpg": jpeg[:-2],
        "half-an-end.jpg": jpeg[:-1],
        "with-a-film-behind.jpg": jpeg + b"\0\0\0\x18ftypmp42" + bytes(9000),
        "no-end.png": whole[:-12],
        "something-behind.png": whole + bytes(9000),
    }
    for name, content in good.items():
        (tmp_path / name).write_bytes(content)
        assert "Done" in page.take(tmp_path / name), name
        page.one("png").click()
        cutout = opened(page.downloaded(f"{Path(name).stem}-cutout.png"))
        assert cutout.shape == (480, 360, 4) and (cutout[..., 3] == 255).mean() > 0.1


def test_what_is_asked_for_meanwhile_is_not_lost(page: Page, portrait: Path, tmp_path: Path) -> None:
    (tmp_path / "blue.png").write_bytes(encode_png(np.full((40, 90, 3), BLUE, np.uint8)))
    (tmp_path / "large.jpg").write_bytes(encode_jpeg(person(5, 3000, 2250)[0]))
    page.one("file").send_keys(str(tmp_path / "large.jpg"))  # given up for the next one
    page.one("file").send_keys(str(portrait))
    page.one("picture").send_keys(str(tmp_path / "blue.png"))
    page.until(
        "document.getElementById('frame').dataset.shows === 'comparison'"
        " && document.getElementById('result').width === 360"
    )
    page.until_colour("result", 0.02, 0.02, lambda colour: colour == (*BLUE, 255))


def test_a_photo_without_people(page: Page, portrait: Path, tmp_path: Path) -> None:
    (tmp_path / "wall.png").write_bytes(encode_png(np.full((60, 80, 3), DARK, np.uint8)))
    page.take(portrait)
    assert page.take(tmp_path / "wall.png") == "No person was found in this photo. Try another one."
    assert not page.one("png").is_enabled() and not page.one("split").is_displayed()
    assert page.one("original").is_displayed()


def test_a_turned_photo_is_shown_upright(page: Page, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(person(3, 480, 360)[0])).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    assert "360 × 480" in page.take(tmp_path / "turned.jpg")


def test_a_large_photo_keeps_its_size(page: Page, tmp_path: Path) -> None:
    (tmp_path / "large.jpg").write_bytes(encode_jpeg(person(3, 3000, 2250)[0]))
    page.take(tmp_path / "large.jpg")
    assert page.run("return document.getElementById('result').width") == 1200
    page.one("png").click()
    assert opened(page.downloaded("large-cutout.png")).shape == (3000, 2250, 4)


def test_dropped_and_pasted_photos(page: Page, portrait: Path) -> None:
    give = """
        const [bytes, kind] = arguments, data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], `${kind}.png`, { type: "image/png" }));
        document.body.dataset.state = "busy";
        dispatchEvent(kind === "drop" ? new DragEvent("drop", { dataTransfer: data, cancelable: true })
          : new ClipboardEvent("paste", { clipboardData: data }));
    """
    for kind in ("drop", "paste"):
        page.open()
        page.run(give, list(portrait.read_bytes()), kind)
        assert "Done" in page.settled()


DROP = """
    const data = new DataTransfer();
    for (const [name, bytes] of arguments[0]) data.items.add(new File([new Uint8Array(bytes)], name));
    document.body.dataset.state = "busy";
    dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
"""


def test_a_photo_given_while_the_model_loads_waits_for_it(page: Page, portrait: Path) -> None:
    slowly = """
        const fetched = fetch;
        window.fetch = async (...request) => {
          if (request[0] === "/settings") await new Promise((resolve) => (window.letGo = resolve));
          return fetched(...request);
        };
    """
    added = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": slowly})
    try:
        page.driver.get(page.site.url)
        page.until("window.letGo !== undefined")
        page.run(DROP, [("a.png", list(portrait.read_bytes()))])
        assert page.one("status").text == "Loading the model, then comes the photo …"
        page.run("letGo()")
        page.until("document.getElementById('status').textContent.startsWith('Done')")
        page.driver.get(page.site.url)
        page.until("window.letGo !== undefined")
        page.choose("mode", "live")
        page.one("camera").click()
        assert page.one("status").text == "Loading the model, then comes the camera …"
        page.run("letGo()")
        page.until("document.getElementById('status').textContent.startsWith('The camera is on')")
        page.one("camera").click()
    finally:
        page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_arrow_keys_among_the_backgrounds_open_no_file_dialog(page: Page, portrait: Path) -> None:
    page.take(portrait)
    page.run("window.asked = 0; document.getElementById('picture').click = () => (window.asked += 1)")
    page.run("document.querySelector('input[name=background]').focus()")
    for _ in range(9):
        page.driver.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert page.run("return document.getElementById('panel').elements.background.value") == "transparent"
    page.driver.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    assert page.run("return document.getElementById('panel').elements.background.value") == "picture"
    assert page.run("return window.asked") == 0 and page.one("picture-choose").is_displayed()
    page.choose("background", "#ffffff")
    page.choose("background", "picture")
    assert page.run("return window.asked") == 1


def test_the_examples_for_programs_name_this_server(page: Page) -> None:
    page.driver.get(page.site.url + "api.html")
    page.until("document.querySelector('.origin').textContent === location.origin")
    examples = [each.text for each in page.driver.find_elements(By.TAG_NAME, "pre")]
    assert f"curl -f -F photo=@me.jpg {page.site.url}cut -o me.png" in examples[0]
    assert f"{page.site.url}put" in examples[1] and f"{page.site.url}id-photo" in examples[2]
    assert all("127.0.0.1:8000" not in each for each in examples)


def test_a_document_of_one_of_several_people(page: Page, tmp_path: Path) -> None:
    canvas = drawing.portrait(3)
    (tmp_path / "us.jpg").write_bytes(encode_jpeg(np.hstack([canvas, canvas])))
    page.use("fast")
    page.choose("mode", "document")
    page.take(tmp_path / "us.jpg")
    assert "choose the face, 1 to 2 from the left" in page.make_document()
    page.one("face").send_keys("2" + Keys.TAB)
    page.until("document.getElementById('frame').dataset.shows === 'document'")
    assert page.one("status").text.startswith("EU passport")


def test_all_of_it_works_by_keyboard(page: Page, portrait: Path) -> None:
    page.take(portrait)
    reached: list[str] = []
    page.run("document.activeElement.blur()")
    for _ in range(25):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        focus = page.driver.switch_to.active_element
        name = focus.get_attribute("id") or focus.get_attribute("name") or focus.tag_name
        if name in reached:
            break
        reached.append(name)
        if name == "split":
            focus.send_keys(Keys.ARROW_RIGHT * 5)
            assert focus.get_attribute("aria-label") and focus.get_attribute("value") == "55"
            assert page.run("return document.getElementById('comparison').style.getPropertyValue('--split')") == "55%"
        if name == "background":
            focus.send_keys(Keys.ARROW_RIGHT * 2)
    everything = {
        "split",
        "mode",
        "choose",
        "background",
        "repair-start",
        "shape",
        "longer",
        "png",
        "mask",
        "copy",
        "summary",
    }
    assert everything <= set(reached)
    page.until_colour("result", 0.02, 0.02, lambda colour: colour == (255, 255, 255, 255))  # the third choice, white
    unnamed = page.run(
        "return [...document.querySelectorAll('button, select, input:not([type=file])')].filter("
        "e => !e.labels?.length && !e.textContent.trim() && !e.ariaLabel).map(e => e.outerHTML)"
    )
    assert unnamed == []


def test_it_fits_a_phone(page: Page, portrait: Path) -> None:
    with page.screen(360, 740):
        page.open()
        page.take(portrait)
        for mode in ("document", "live", "photo"):
            page.run("document.querySelector(`[name=mode][value=${arguments[0]}]`).click()", mode)
            page.settled()
            assert page.run("return document.documentElement.scrollWidth") == 360
        heights = page.run(
            "return [...document.querySelectorAll('button, select')].map(e => e.offsetHeight).filter(Boolean)"
        )
        assert min(heights) >= 44  # a finger's width


def test_a_document_photo_is_made_by_the_server(page: Page, tmp_path: Path) -> None:
    canvas = drawing.portrait(6)
    (tmp_path / "me.jpg").write_bytes(encode_jpeg(canvas))
    page.use("fast")
    page.choose("mode", "document")
    page.take(tmp_path / "me.jpg")
    said = page.make_document()
    assert said.startswith("EU passport") and posts(page) == ["/id-photo"]
    assert page.run("return document.getElementById('document').naturalWidth") == 413
    page.one("save-sheet").click()
    assert sorted(opened(page.downloaded("me-sheet.jpg")).shape[:2]) == [1181, 1772]
    small = canvas[::6, ::6]
    (tmp_path / "small.png").write_bytes(encode_png(np.ascontiguousarray(small)))
    page.take(tmp_path / "small.png")
    page.make_document()
    assert "too small" in page.one("shortcomings").text


def test_arrow_keys_among_the_modes_send_no_photo(page: Page, tmp_path: Path) -> None:
    (tmp_path / "me.jpg").write_bytes(encode_jpeg(drawing.portrait(6)))
    page.take(tmp_path / "me.jpg")
    page.run("document.querySelector('input[name=mode]').focus()")
    shown = []
    for _ in range(4):  # over Document and Webcam round to Document
        page.driver.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
        shown.append(page.run("return document.getElementById('frame').dataset.shows"))
    assert shown == ["photo", "nothing", "comparison", "photo"]
    page.told("Press “Make the document photo”; that sends the photo to the server on this")
    page.one("standard").send_keys(Keys.ARROW_DOWN)
    assert posts(page) == [] and not page.one("save-document").is_enabled()


def test_a_document_photo_stays_while_other_modes_are_looked_at(page: Page, tmp_path: Path) -> None:
    (tmp_path / "me.jpg").write_bytes(encode_jpeg(drawing.portrait(6)))
    page.take(tmp_path / "me.jpg")
    page.choose("mode", "document")
    page.one("face").send_keys("1" + Keys.ENTER)
    page.until("document.getElementById('frame').dataset.shows === 'document'")
    for _ in range(2):
        page.run("document.querySelector('input[name=mode]:checked').focus()")
        page.driver.switch_to.active_element.send_keys(Keys.ARROW_RIGHT * 3)
    page.told("EU passport")
    assert posts(page) == ["/id-photo"]
    page.one("standard").send_keys(Keys.ARROW_DOWN)
    page.told("ICAO travel document")  # what has been sent follows what is chosen
    assert posts(page) == ["/id-photo"] * 2


def test_where_the_browser_cannot_the_server_does_it_and_says_so(
    page: Page, portrait: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = read_assets() | {RUNTIME: Asset.of(b"no runtime", "application/wasm")}
    monkeypatch.setattr("figureground.web.app.read_assets", lambda: broken)
    with serving(page_model(page)) as other:
        page.site = other
        page.open()
        assert "server on this computer does the work" in page.one("status").text
        assert "server on this computer" in page.take(portrait)
        assert posts(page) == ["/cut"]
        assert page.colour("result", 0.02, 0.02)[3] == 0
        page.choose("background", "blur")
        page.until_colour("result", 0.02, 0.02, lambda colour: colour[3] == 255)
        page.choose("mode", "live")
        page.one("camera").click()
        page.until("document.body.dataset.state === 'trouble'")
        assert "The webcam needs the model in the browser" in page.one("status").text


def test_the_webcam_before_another_background(page: Page) -> None:
    page.choose("mode", "live")
    page.choose("background", "#6fa8dc")
    page.one("camera").click()
    page.told("The camera is on")
    page.until("document.getElementById('live').dataset.rate > 0")
    assert page.colour("live", 0.02, 0.02) == (111, 168, 220, 255)
    assert min(page.colour("live", 0.55, 0.6)[:3]) > 200  # the bright person
    page.one("camera").click()
    assert page.one("status").text == "The camera is off."
    page.one("camera").click()
    page.told("The camera is on")
    page.one("snap").click()
    page.until("document.getElementById('status').textContent.startsWith('Done')")
    assert page.run("return document.getElementById('result').width") == 320
    assert posts(page) == []


def test_a_webcam_that_is_gone_is_said_and_may_be_started_again(page: Page) -> None:
    page.run(
        "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = async (...wanted) => (window.stream = await ask(...wanted));"
    )
    page.choose("mode", "live")
    on = "document.getElementById('status').textContent.startsWith('The camera is on')"
    page.one("camera").click()
    page.until(on)
    page.run("stream.getTracks()[0].dispatchEvent(new Event('ended'))")
    assert page.one("status").text == "The camera is gone; plug it in again, then start it."
    assert page.one("camera").text == "Start camera" and not page.one("snap").is_enabled()
    page.one("camera").click()
    page.until(on)
    page.one("camera").click()
    assert page.one("status").text == "The camera is off."


def test_each_live_picture_has_its_own_mask(page: Page) -> None:
    # The bright square jumps back when the film begins again: another picture's mask would show much of the dark wall.
    script = """
        const [done] = arguments, { canvas } = live.getContext("2d"), shown = [], moments = new Set();
        const begun = performance.now();
        (function look() {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const count = [0, 0]; // of wall and of square
          for (let i = 0; i < data.length; i += 4) data[i] < 60 ? count[0]++ : data[i] > 200 && count[1]++;
          shown.push(count);
          moments.add(count[1]);
          const passed = performance.now() - begun;
          (passed < 3000 || moments.size < 4) && passed < 90_000 ? requestAnimationFrame(look) : done(shown);
        })();
    """
    page.choose("mode", "live")
    page.choose("background", "#6fa8dc")
    page.one("camera").click()
    page.until("document.getElementById('live').dataset.rate > 0")
    shown = np.array(page.driver.execute_async_script(script))
    page.one("camera").click()
    assert len(np.unique(shown[:, 1])) > 3  # pictures of a moving square
    area = 120 * 100
    assert shown[:, 0].max() < 0.02 * area and shown[:, 1].min() > 0.9 * area


def test_no_other_host_is_asked(page: Page, portrait: Path) -> None:
    page.take(portrait)
    asked = page.run("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert asked and all(name.startswith((page.site.url, f"blob:{page.site.url}")) for name in asked)
