"""The frame of a document photo: where it lies, what it leaves out, and that this is said."""

from __future__ import annotations

from dataclasses import astuple, replace

import cv2
import numpy as np
import pytest

from figureground.documents.faces import Face, FaceFinder
from figureground.documents.framing import DocumentError, HeadBox, framed, hair_of, head_of, shortcomings_of
from figureground.documents.people import chosen, faces_of
from figureground.documents.standards import STANDARDS, Standard
from figureground.runtime.segmenter import Segmenter
from helpers.drawing import Picture
from helpers.embedded_set import embedded_set

HEAD = HeadBox(crown=100, eyes=200, chin=300, column=400)
MASK = np.zeros((900, 800), np.uint8)


def test_a_frame_has_the_head_in_the_middle_of_the_ranges() -> None:
    assert framed(HEAD, Standard("", 45, 35, (32, 36), ""), MASK, fill=True).scale == pytest.approx(200 / 34)
    frame = framed(HEAD, Standard("", 45, 35, (34, 34), "", above=(4, 6)), MASK, fill=True)
    assert astuple(frame) == pytest.approx((100 - 5 * 200 / 34, 400 - 17.5 * 200 / 34, 200 / 34))
    frame = framed(HEAD, Standard("", 50, 50, (30, 30), "", eyes=(28, 30)), MASK, fill=True)
    assert 50 - (200 - frame.top) / frame.scale == pytest.approx(29)


def test_a_tight_photo_moves_the_frame_within_the_ranges() -> None:
    standard = Standard("", 45, 35, (30, 36), "", above=(3, 9))
    low = replace(HEAD, crown=20, eyes=120, chin=220)  # 20 pixels are 3.0 to 3.6 mm
    frame = framed(low, standard, MASK, fill=False)
    assert frame.top >= -0.2 and 30 <= 200 / frame.scale <= 36
    with pytest.raises(DocumentError, match="35 x 45 mm"):
        framed(replace(HEAD, crown=5, eyes=105, chin=205), standard, MASK, fill=False)


def test_hair_and_hats_do_not_make_the_head_higher_than_a_skull() -> None:
    eyes_at = Face(0.9, (0, 0, 1, 1), (300.0, 350.0), (300.0, 450.0), (340.0, 400.0), (370.0, 400.0))
    mask = np.zeros((800, 800), np.uint8)
    mask[190:, 200:600] = 255
    head = head_of(eyes_at, mask)
    assert (head.eyes, head.column, head.chin) == pytest.approx((300, 400, 419))
    assert head.crown == 190
    mask[20:, 200:600] = 255
    assert head_of(eyes_at, mask).crown == pytest.approx(300 - 1.2 * 119)


def covered(rise: int, reach: int = 60) -> Picture:
    """Mask of a head at `HEAD` on shoulders, in a hat that rises so far above the crown and reaches so far aside."""
    mask = np.zeros((1400, 1200), np.uint8)
    cv2.ellipse(mask, (600, 500), (70, 100), 0, 0, 360, 255, -1)
    cv2.ellipse(mask, (600, 1400), (500, 800), 0, 0, 360, 255, -1)
    mask[400 - rise : 480, 600 - reach : 600 + reach] = 255
    return mask


BARE = HeadBox(crown=400, eyes=500, chin=600, column=600)


@pytest.mark.parametrize("name", STANDARDS)
def test_a_hat_or_high_hair_stays_in_the_picture(name: str) -> None:
    mask = covered(rise=25)
    frame = framed(BARE, STANDARDS[name], mask, fill=True)
    tall = 200 / frame.scale
    assert frame.top <= 375 and STANDARDS[name].head[0] - 0.01 <= tall <= STANDARDS[name].head[1] + 0.01
    assert not any("cut off" in sentence for sentence in shortcomings_of(BARE, frame, STANDARDS[name], mask))


@pytest.mark.parametrize(
    "name, rise, reach, edge",
    [("eu", 160, 60, "upper"), ("us", 160, 60, "upper"), ("eu", 10, 130, "left"), ("japan", 10, 130, "left")],
)
def test_what_does_not_fit_is_said(name: str, rise: int, reach: int, edge: str) -> None:
    standard, mask = STANDARDS[name], covered(rise, reach)
    frame = framed(BARE, standard, mask, fill=True)
    past = max((frame.top - (400 - rise)), (frame.left - (600 - reach))) / frame.scale
    said = [sentence for sentence in shortcomings_of(BARE, frame, standard, mask) if f"{edge} edge" in sentence]
    assert said == (
        [f"the hair or headwear is cut off: it reaches {past:.1f} mm past the {edge} edge"] if past > 0.5 else []
    )
    assert past > 0.5 or (name, edge) == ("us", "left")


def test_hair_that_the_photo_cuts_off_is_said() -> None:
    mask = covered(rise=25)[375:]
    head = replace(BARE, crown=25.0, eyes=125.0, chin=225.0)
    frame = framed(head, STANDARDS["eu"], mask, fill=True)
    said = shortcomings_of(head, frame, STANDARDS["eu"], mask)
    assert "the hair or headwear is cut off by the photo's upper edge" in said


def test_specks_above_the_head_are_no_hair() -> None:
    mask = covered(rise=0)
    mask[100:103, 600:603] = 255
    assert hair_of(BARE, mask).top == 400


@pytest.mark.parametrize("name", ["00059", "00211", "00519", "00758", "00806", "00862"])
def test_rendered_hats_hoods_and_high_hair_lose_less_than_a_millimetre(name: str) -> None:
    photo = cv2.cvtColor(embedded_set().picture(f"images/rendered/{name}.jpg"), cv2.COLOR_BGR2RGB)
    mask = Segmenter("fast").mask(photo)
    head = head_of(chosen(faces_of(photo, mask, FaceFinder()), None), mask)
    for standard in STANDARDS.values():
        frame = framed(head, standard, mask, fill=True)
        lost = (frame.top - int(np.flatnonzero((mask >= 128).any(axis=1))[0])) / frame.scale
        said = any("past the upper edge" in sentence for sentence in shortcomings_of(head, frame, standard, mask))
        assert lost < 1 or (said and standard not in (STANDARDS["eu"], STANDARDS["us"])), standard.title
