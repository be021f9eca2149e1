"""The things that come with the package: drawn by the project's renderer, whole, and with facts that fit them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from figureground.synth.thing_pictures import THINGS, write_thing_pictures
from figureground.synth.things.to_hold import HOLDABLE


def picture(file: Path) -> NDArray[np.uint8]:
    with Image.open(file) as image:
        assert image.mode == "RGBA"
        return np.asarray(image)


def facts(folder: Path, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("name", HOLDABLE)
def test_a_thing_is_whole_and_its_grip_is_on_it(name: str) -> None:
    alpha = picture(THINGS / f"{name}.png")[..., 3]
    assert not alpha[[0, -1]].any() and not alpha[:, [0, -1]].any()
    assert alpha[3:-3].any(axis=1).all() and alpha[:, 3:-3].any(axis=0).all()
    row, column = facts(THINGS, name)["grip"]
    assert alpha[int(row * alpha.shape[0]), int(column * alpha.shape[1])] == 255


def test_a_placard_is_white_where_it_may_be_written_on() -> None:
    board = picture(THINGS / "placard.png")
    shares = facts(THINGS, "placard")["text_area"]
    top, left, bottom, right = (round(share * board.shape[k % 2]) for k, share in enumerate(shares))
    paper = board[top:bottom, left:right]
    assert (paper[..., 3] == 255).all()
    assert paper[..., :3].min() > 200


def test_all_things_together_are_small() -> None:
    assert sum(file.stat().st_size for file in THINGS.iterdir()) < 500_000


@pytest.mark.slow
@pytest.mark.usefixtures("renderer")
def test_the_renderer_draws_the_things_of_the_package(tmp_path: Path) -> None:
    assert write_thing_pictures(tmp_path, 80) == list(HOLDABLE)
    for name in HOLDABLE:
        small, large = facts(tmp_path, name), facts(THINGS, name)
        assert small["grip"] == pytest.approx(large["grip"], abs=0.03)
        assert small["width_cm"] == pytest.approx(large["width_cm"], rel=0.12)  # margins are of as many pixels
        drawn = picture(tmp_path / f"{name}.png")
        height, width = drawn.shape[:2]
        shrunk = np.asarray(Image.open(THINGS / f"{name}.png").resize((width, height), Image.Resampling.BOX))
        assert np.abs(shrunk.astype(int) - drawn).mean() < 16
