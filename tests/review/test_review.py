"""The review of a folder of drawn pairs: what is written, and who judges whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from figureground.dataset.manifest import Pair
from figureground.dataset.suspects import read_suspects
from figureground.params import ReviewParams
from figureground.pictures import read_mask, read_photo
from figureground.review.network import WEIGHTS
from figureground.review.review import review
from helpers import drawing
from helpers.embedded_set import embedded_set
from helpers.places import ROOT

PARAMS = ReviewParams(judge="folds", folds=3, suspects_on_sheet=4, drop_share=0.0)


def sees_bright(photo: np.ndarray) -> np.ndarray:
    """The drawn people, exactly: nothing else is as bright."""
    return np.asarray(photo.max(axis=2) > 140, np.float32)


@pytest.fixture
def pairs(tmp_path: Path) -> list[Pair]:
    """Thirty right pairs and one whose mask lacks the person."""
    found = []
    for number in range(31):
        photo, mask = drawing.person(number)
        name = f"own/{number:02d}"
        drawing.write_pair(tmp_path / "data", name, photo, mask if number else np.zeros_like(mask))
        found.append(Pair(name, "own", name, "CC0", 72, 96, "full", 0.2, 0.0))
    return found


def test_the_wrong_mask_is_first_with_the_models_mask_beside_it(tmp_path: Path, pairs: list[Pair]) -> None:
    out = tmp_path / "out"
    found = review(pairs, tmp_path / "data", PARAMS, seed=1, work=tmp_path / "work", out=out, predict=sees_bright)
    suspects = read_suspects(out / "suspects.csv")
    assert found["pairs"] == len(suspects) == 31 and found["suspects"] == sum(bool(each.kind) for each in suspects)
    first = suspects[0]
    assert (first.name, first.kind, first.rank) == ("own/00", "person missing", 1)
    kept = read_mask(out / first.mask) == 255
    truth = drawing.person(0)[1] == 255
    assert (kept & truth).sum() / (kept | truth).sum() > 0.9
    assert {each.mask for each in suspects if not each.kind} == {""}
    assert read_photo(out / "suspects.jpg").shape[1] >= 900


def test_a_set_without_a_suspect_has_a_sheet_that_says_so(tmp_path: Path, pairs: list[Pair]) -> None:
    nobody = [replace(pair, name=f"empty/{pair.name[4:]}", source="empty") for pair in pairs[:6]]
    for pair in nobody:
        drawing.write_pair(
            tmp_path / "data", pair.name, np.full((96, 72, 3), 60, np.uint8), np.zeros((96, 72), np.uint8)
        )
    found = review(nobody, tmp_path / "data", PARAMS, seed=1, work=tmp_path, out=tmp_path / "out", predict=sees_bright)
    assert found == {"pairs": 6, "suspects": 0} and (tmp_path / "out/masks").is_dir()
    assert read_photo(tmp_path / "out/suspects.jpg").std() > 0


@pytest.fixture
def rendered(tmp_path: Path) -> list[Pair]:
    """Thirty pairs of rendered people; the first mask lacks them."""
    embedded = embedded_set()
    found: list[Pair] = []
    for row in embedded.rows():
        stem = row["name"].split("/")[1]
        mask = np.where(embedded.picture(f"coverage/rendered/{stem}.png") >= 128, np.uint8(255), np.uint8(0))
        if len(found) < 30 and (mask > 0).mean() > 0.15:
            photo = cv2.cvtColor(embedded.picture(f"images/rendered/{stem}.jpg"), cv2.COLOR_BGR2RGB)
            drawing.write_pair(tmp_path / "data", row["name"], photo, mask if found else np.zeros_like(mask))
            height, width = mask.shape
            found.append(Pair(row["name"], "rendered", row["group"], "CC0", width, height, "full", 0.2, 0.0))
    return found


@pytest.mark.slow
@pytest.mark.skipif(
    not (ROOT / WEIGHTS).is_file(), reason="the encoder's weights are not here; `make data` fetches them"
)
def test_decoders_that_have_not_seen_a_pair_find_its_wrong_mask_again_and_again_alike(
    tmp_path: Path, rendered: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    tables = []
    for number in range(2):
        (tmp_path / f"work{number}").mkdir()
        out = tmp_path / f"out{number}"
        review(rendered, tmp_path / "data", PARAMS, seed=1, work=tmp_path / f"work{number}", out=out, predict=None)
        tables.append(read_suspects(out / "suspects.csv"))
    assert tables[0][0].name == rendered[0].name
    assert [each.name for each in tables[0][:3]] == [each.name for each in tables[1][:3]]
