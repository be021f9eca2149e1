"""The server of the page on which masks are judged: for whoever has its key, and nothing is kept that is not whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest

from figureground.annotation.desk import Desk
from figureground.annotation.tasks import drawing_tasks
from figureground.dataset.judgments import given_held_path, given_mask_path, read_judgments
from figureground.dataset.metadata import mask_path
from figureground.pictures import Picture, encode_png, read_mask
from figureground.runtime.segmenter import Segmenter
from figureground.web.limits import Limits
from figureground.web.reviewing import create_review_app, kept_key
from helpers import drawing
from helpers.reviewing import desk_of, other_mask, suspicious_project
from helpers.site import Answer, Site, running_app
from helpers.tiny_networks import save_pixel_network

FIRST = "own/002"
KEY = {"Authorization": "Bearer secret"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pixel_network(tmp_path_factory.mktemp("model") / "bright.tflite", 64, 48)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return suspicious_project(tmp_path_factory.mktemp("made"))


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def desk(root: Path, model: Path) -> Desk:
    return desk_of(root, model)


@pytest.fixture
def site(desk: Desk) -> Iterator[Site]:
    with running_app(create_review_app(desk, "secret", draws=False), Limits()) as running:
        yield running


def get(site: Site, path: str, **values: str) -> Answer:
    return site.ask("GET", f"{path}?{urlencode(values)}", headers=KEY)


def judge(site: Site, *masks: Picture, **values: str) -> Answer:
    size = "x".join(map(str, masks[0].shape)) if masks else "0x0"
    query = urlencode({"name": FIRST, "decision": "right", "seen": "", "size": size, **values})
    return site.ask("POST", f"/judgments?{query}", b"".join(mask.tobytes() for mask in masks), KEY)


def masks_of(answer: Answer) -> dict[str, Picture]:
    told = json.loads(answer.headers["Figureground-Masks"])
    planes = np.frombuffer(answer.content, np.uint8).reshape(-1, told["height"], told["width"])
    return dict(zip(told["masks"], planes, strict=True))


def test_the_page_gets_the_suspects_their_photos_and_their_masks(site: Site, root: Path) -> None:
    told = json.loads(get(site, "/tasks").content)
    assert told["reviewer"] == "Ada" and told["draws"] is False
    assert [task["name"] for task in told["tasks"]] == [FIRST, "own/001", "own/000"]
    assert told["tasks"][0] == {
        "name": FIRST, "kind": "hole", "reason": "3 % of the person", "decision": "", "time": "", "reviewer": ""
    }  # fmt: skip
    assert get(site, "/photo", name=FIRST).content == (root / "in/photos/002.jpg").read_bytes()
    masks = masks_of(get(site, "/masks", name=FIRST))
    assert list(masks) == ["mask", "model"]
    assert np.array_equal(masks["mask"], read_mask(mask_path(root / "data", FIRST)))


def test_a_judgment_is_on_disk_when_the_page_hears_of_it(site: Site, root: Path, desk: Desk) -> None:
    mended = other_mask(desk.shown(FIRST).model)
    answer = judge(site, mended, mended, decision="mended")
    assert answer.status == 200 and json.loads(answer.content)["decision"] == "mended"
    assert read_judgments(root / "corrections")[FIRST].reviewer == "Ada"
    for place in (given_mask_path, given_held_path):
        assert np.array_equal(read_mask(place(root / "corrections", FIRST)), mended)
    assert list(masks_of(get(site, "/masks", name=FIRST))) == ["mask", "given", "model", "held"]


def test_nobody_without_the_key_sees_or_says_anything(site: Site, root: Path) -> None:
    for headers in ({}, {"Authorization": "Bearer secre"}, {"Authorization": "secret"}):
        for method, path in (("GET", "/tasks"), ("GET", f"/photo?name={FIRST}"), ("GET", f"/masks?name={FIRST}")):
            answer = site.ask(method, path, headers=headers)
            assert answer.status == 401 and "open the address that the command has printed" in answer.error
        assert site.ask("POST", f"/judgments?name={FIRST}&decision=right&seen=", headers=headers).status == 401
    assert site.ask("GET", "/tasks", headers=KEY | {"Host": "elsewhere.example"}).status == 421
    foreign = KEY | {"Sec-Fetch-Site": "cross-site"}
    assert site.ask("POST", f"/judgments?name={FIRST}&decision=right&seen=", headers=foreign).status == 403
    assert read_judgments(root / "corrections") == {}


def test_the_page_itself_is_for_all_and_brings_nothing_of_the_one_that_cuts_out(site: Site) -> None:
    assert b"/review/review.js" in site.ask("GET", "/").content
    for path in ("/review/review.js", "/texts.js", "/languages/de.json", "/mask_editor/editor.css", "/icon.svg"):
        assert site.ask("GET", path).status == 200, path
    for path in ("/index.html", "/service_worker.js", "/settings", "/api.html", "/litert/index.js"):
        assert site.ask("GET", path).status == 404, path


def test_two_at_once_are_told_of_each_other(site: Site) -> None:
    assert judge(site).status == 200
    answer = judge(site, decision="left-out")
    assert answer.status == 409 and "somebody else has judged it meanwhile" in answer.error
    seen = json.loads(get(site, "/tasks").content)["tasks"][0]["time"]
    assert judge(site, decision="left-out", seen=seen).status == 200


def test_what_cannot_be_kept_is_refused_in_one_line(site: Site, root: Path, desk: Desk) -> None:
    mask = np.zeros((120, 90), np.uint8)
    for status, told, answer in (
        (400, "'wrong' is none of right, model, mended, left-out", judge(site, decision="wrong")),
        (400, "is not among the photos", judge(site, name="../../etc/passwd")),
        (400, "does not have the photo's 120 x 90 pixels", judge(site, mask[1:], decision="mended")),
        (400, "masks of other than 120 x 90", judge(site, mask[1:], decision="mended", size="120x90")),
        (400, "is not HEIGHTxWIDTH", judge(site, mask, decision="mended", size="many")),
        (413, "more than 2 masks", judge(site, mask, mask, mask, decision="mended")),
        (400, "mask values other than 0, 128 and 255", judge(site, mask + np.uint8(7), decision="mended")),
        (400, "is not among the photos", get(site, "/masks", name="nowhere")),
        (404, "not found", get(site, "/nowhere")),
    ):
        assert answer.status == status and told in answer.error and "\n" not in answer.error
    desk.tasks[FIRST].photo.unlink()
    for answer in (judge(site), get(site, "/photo", name=FIRST), get(site, "/masks", name=FIRST)):
        assert answer.status == 400 and "put it back, or leave it for later" in answer.error
    assert read_judgments(root / "corrections") == {}


def test_a_full_disk_is_said_and_the_next_try_is_kept(site: Site, root: Path) -> None:
    mask = np.zeros((120, 90), np.uint8)
    root.joinpath("corrections").write_text("no folder can be made here")
    answer = judge(site, mask, decision="mended")
    assert answer.status == 507 and "cannot be written" in answer.error
    root.joinpath("corrections").unlink()
    assert judge(site, mask, decision="mended").status == 200


def test_photos_of_any_kind_reach_the_browser_as_they_are_seen(tmp_path: Path, model: Path) -> None:
    (tmp_path / "photos").mkdir()
    photo = drawing.person(2)[0]
    (tmp_path / "photos/flat.png").write_bytes(encode_png(photo))
    desk = Desk(tmp_path / "drawn", drawing_tasks(tmp_path / "photos")[0], Segmenter(model), "Ada")
    with running_app(create_review_app(desk, "secret", draws=True), Limits()) as running:
        assert json.loads(get(running, "/tasks").content)["draws"] is True
        assert get(running, "/photo", name="flat").headers["Content-Type"] == "image/jpeg"
        assert list(masks_of(get(running, "/masks", name="flat"))) == ["model"]


def test_the_key_stays_the_same_and_is_its_owners_alone(tmp_path: Path) -> None:
    key = kept_key(tmp_path / "key")
    assert len(key) > 20 and kept_key(tmp_path / "key") == key != kept_key(tmp_path / "other")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
