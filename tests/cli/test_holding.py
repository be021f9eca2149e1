"""`figureground put`, and `cut --held replace`, as their users meet them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from figureground import InHand, Segmenter
from figureground.pictures import encode_png, read_photo
from helpers.command import call
from helpers.drawing import hands
from helpers.picture_files import opened
from helpers.places import ROOT
from helpers.tiny_networks import save_pixel_network

PHOTO = ROOT / "tests/hands.jpg"


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that takes red for a person and blue for held things."""
    return save_pixel_network(tmp_path_factory.mktemp("model") / "telling.tflite", 64, 64, (20, 0, 0), held=(0, 0, 20))


@pytest.fixture(scope="module")
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("photo") / "wall.png"
    file.write_bytes(encode_png(np.full((120, 160, 3), 90, np.uint8)))
    return file


def test_a_thing_is_put_into_a_photo_as_python_does_it(tmp_path: Path) -> None:
    done = call("put", "mug", "--into", PHOTO, "-o", tmp_path / "out.png", "--hand", "right", "--turn", -10)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout == f"{tmp_path / 'out.png'}: mug put in\n"
    expected = Segmenter("fast").put(read_photo(PHOTO), InHand("mug", hand="right", turn=-10))
    np.testing.assert_array_equal(read_photo(tmp_path / "out.png"), expected)
    assert (expected != hands()[0]).any()


def test_without_a_name_the_result_goes_beside_the_photo_and_replaces_nothing(tmp_path: Path) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(PHOTO.read_bytes())
    assert call("put", "placard", "--text", "Free hugs", "--into", photo).returncode == 0
    assert (tmp_path / "me-put.jpg").is_file()
    again = call("put", "mug", "--into", photo)
    assert again.returncode == 1 and "me-put.jpg: is there already" in again.stderr


def test_a_photo_is_never_replaced_and_a_folder_takes_the_result_by_its_name(tmp_path: Path) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(PHOTO.read_bytes())
    refused = call("put", "mug", "--into", photo, "-o", photo)
    assert refused.returncode == 1 and "the result would replace a photo" in refused.stderr
    assert photo.read_bytes() == PHOTO.read_bytes()
    assert call("put", "mug", "--into", photo, "-o", tmp_path / "out").returncode == 0
    assert (tmp_path / "out/me.jpg").is_file()


def test_a_photo_without_hand_or_held_thing_ends_with_three_and_no_file(tmp_path: Path, nobody: Path) -> None:
    done = call("put", "mug", "--into", nobody, "-o", tmp_path / "out.png")
    assert done.returncode == 3 and not (tmp_path / "out.png").exists()
    assert done.stderr == f"{nobody}: no hand found in this photo, and nothing that somebody holds\n"


@pytest.mark.parametrize(
    "arguments, status, reason",
    [
        (["teapot"], 1, "teapot: no file of that name, and none of the things book, flowers"),
        (["mug", "--text", "hello"], 1, "mug: has no place for a text; take placard"),
        (["placard", "--text", "ab " * 999], 1, "do not fit on placard; shorten it"),
        (["mug", "--scale", "20"], 1, "mug: would be larger than the photo; give a smaller scale"),
        (["mug", "--hand", "third"], 2, "third is neither left, right nor a number from 1 to 99"),
        (["mug", "--hand", "7"], 3, "hand 7: 2 hands found in this photo"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, arguments: list[str], status: int, reason: str) -> None:
    done = call("put", *arguments, "--into", PHOTO, "-o", tmp_path / "out.png")
    assert done.returncode == status, done.stderr
    assert reason in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr
    assert not (tmp_path / "out.png").exists()


def test_a_cutout_shows_the_thing_in_the_place_of_what_is_held(tmp_path: Path, telling: Path) -> None:
    photo = np.zeros((60, 90, 3), np.uint8)
    photo[:, :45, 0] = photo[20:40, 45:70, 2] = 255  # a red person holds something blue
    (tmp_path / "a.png").write_bytes(encode_png(photo))
    (tmp_path / "card.png").write_bytes(encode_png(np.full((20, 25, 3), (0, 255, 0), np.uint8)))
    card = np.dstack([np.full((20, 25, 3), (0, 255, 0), np.uint8), np.full((20, 25, 1), 255, np.uint8)])
    card[0, 0, 3] = 0
    Image.fromarray(card).save(tmp_path / "card.png")
    options = ("--held", "replace", "--with", tmp_path / "card.png", "-m", telling)
    done = call("cut", tmp_path / "a.png", "-o", tmp_path / "out.png", *options)
    assert done.returncode == 0, done.stderr
    cutout = opened((tmp_path / "out.png").read_bytes())
    assert cutout[30, 57, 3] == 255 and cutout[30, 57, 1] > cutout[30, 57, 2]  # the card, and not what was there
    assert cutout[30, 20, 3] == 255 and cutout[5, 80, 3] == 0


def test_replacing_needs_a_thing_and_a_thing_needs_replacing(tmp_path: Path) -> None:
    for options in (("--held", "replace"), ("--with", "mug")):
        done = call("cut", PHOTO, "-o", tmp_path / "out.png", *options)
        assert done.returncode == 2 and "--held replace and --with THING belong together" in done.stderr


def test_a_photo_without_a_hand_counts_as_one_where_cutting_found_nothing(tmp_path: Path, telling: Path) -> None:
    photo = np.zeros((60, 90, 3), np.uint8)
    photo[:, :45, 0] = 255
    (tmp_path / "a.png").write_bytes(encode_png(photo))
    done = call(
        "cut", tmp_path / "a.png", "-o", tmp_path / "o.png", "--held", "replace", "--with", "mug", "-m", telling
    )
    assert done.returncode == 3 and "1 no hand found" in done.stdout


def test_a_video_cannot_replace_what_is_held_and_says_what_it_can() -> None:
    done = call("video", "in.mp4", "out.mp4", "--held", "replace")
    assert done.returncode == 2 and "'replace' is not one of 'drop', 'keep'" in done.stderr
