"""The things that come with the package: drawn by the project's renderer, whole, and with facts that fit them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from figureground.synth.thing_pictures import MARGIN, THINGS, write_thing_pictures
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
        small, large = whole(tmp_path, name), whole(THINGS, name)
        height, width = small.shape[:2]
        shrunk = np.asarray(Image.fromarray(large).resize((width, height), Image.Resampling.BOX))
        assert np.abs(shrunk.astype(int) - small).mean() < 12
        assert facts(tmp_path, name)["grip"] == pytest.approx(facts(THINGS, name)["grip"], abs=0.03)
        assert centimetres(tmp_path, name) == pytest.approx(centimetres(THINGS, name), rel=0.1)  # of whole pixels


def whole(folder: Path, name: str) -> NDArray[np.uint8]:
    """The picture without its margin."""
    return picture(folder / f"{name}.png")[MARGIN:-MARGIN, MARGIN:-MARGIN]


def centimetres(folder: Path, name: str) -> float:
    """Width of the thing itself."""
    shown = int(whole(folder, name).shape[1])
    return float(facts(folder, name)["width_cm"]) * shown / (shown + 2 * MARGIN)
