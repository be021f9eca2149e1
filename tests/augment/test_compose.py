from __future__ import annotations

import cv2
import numpy as np
import pytest

from figureground.augment.compose import Donors, add_person, cut_out, empty_rectangle, replace_background
from figureground.pictures import HELD, PERSON, VOID
from helpers.drawing import Picture

Pair = tuple[Picture, Picture]
HOST, HOST_PERSON = (120, 120, 120), (0, 0, 250)
DONOR, DONOR_PERSON = (0, 200, 0), (250, 0, 0)


def drawn(background: tuple[int, int, int], person: tuple[int, int, int], box: tuple[slice, slice] | None) -> Pair:
    """A photo of two colours, 120 x 90, and its mask; the person is a rectangle."""
    photo, mask = np.full((120, 90, 3), background, np.uint8), np.zeros((120, 90), np.uint8)
    if box:
        photo[box], mask[box] = person, PERSON
    return photo, mask


@pytest.fixture
def host() -> Pair:
    return drawn(HOST, HOST_PERSON, np.s_[40:120, 30:65])  # cut by the lower edge


@pytest.fixture
def donors() -> Donors:
    pairs = {
        "standing": drawn(DONOR, DONOR_PERSON, np.s_[20:110, 55:80]),
        "nobody": drawn(DONOR, DONOR_PERSON, None),
    }
    return Donors(backgrounds=tuple(sorted(pairs)), people=("standing",), read=pairs.__getitem__)


def near(photo: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Pixels of about that colour; pasted people may be moved 25 towards the background's."""
    return np.asarray(np.abs(photo.astype(int) - colour).max(axis=2) <= 40)


def inner(area: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.erode(area.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0)


@pytest.mark.parametrize("seed", range(25))
def test_new_background_is_the_donors_and_holds_nobody(host: Pair, donors: Donors, seed: int) -> None:
    before = [picture.copy() for picture in host]
    photo, mask = replace_background(*host, "host", donors, np.random.default_rng(seed))
    assert photo.shape == host[0].shape and mask.shape == host[1].shape
    assert not near(photo, DONOR_PERSON).any(), "a person of the donor would be labelled background"
    assert near(photo, DONOR)[inner(mask == 0)].all()
    assert near(photo, HOST_PERSON)[inner(mask == PERSON)].all()
    assert not near(photo, HOST)[mask == 0].any(), "the old background shines through at the outline"
    assert set(np.unique(mask)) == {0, PERSON}
    assert all(np.array_equal(a, b) for a, b in zip(before, host, strict=True)), "the arguments were changed"


@pytest.mark.parametrize("seed", range(12))
def test_a_person_cut_by_the_lower_edge_stays_there_and_may_get_smaller(host: Pair, donors: Donors, seed: int) -> None:
    _, mask = replace_background(*host, "host", donors, np.random.default_rng(seed))
    rows = np.flatnonzero((mask == PERSON).any(axis=1))
    assert rows[-1] == 119
    assert 30 <= len(rows) <= 82


def test_void_of_the_host_stays_void_before_a_new_background(host: Pair, donors: Donors) -> None:
    photo, mask = host
    mask[60:70, 65:75] = VOID
    _, new = replace_background(photo, mask, "host", donors, np.random.default_rng(1))
    assert (new == VOID).sum() > 20


def test_void_of_the_donor_is_not_borrowed(host: Pair) -> None:
    photo, mask = drawn(DONOR, DONOR_PERSON, np.s_[0:120, 0:40])
    mask[mask == PERSON] = VOID
    donors = Donors(("donor",), (), lambda _: (photo, mask))
    for seed in range(10):
        new, _ = replace_background(*host, "host", donors, np.random.default_rng(seed))
        assert not near(new, DONOR_PERSON).any()


def test_nothing_is_replaced_without_person_or_without_room(host: Pair, donors: Donors) -> None:
    empty = drawn(HOST, HOST_PERSON, None)
    assert replace_background(*empty, "host", donors, np.random.default_rng(0))[0] is empty[0]
    crowd = Donors(("crowd",), (), lambda _: drawn(DONOR, DONOR_PERSON, np.s_[0:120, 5:85]))
    assert replace_background(*host, "host", crowd, np.random.default_rng(0))[0] is host[0]
    itself = Donors(("host",), ("host",), lambda _: host)
    assert replace_background(*host, "host", itself, np.random.default_rng(0))[0] is host[0]
    assert add_person(*host, "host", itself, np.random.default_rng(0))[0] is host[0]


@pytest.mark.parametrize("seed", range(25))
def test_second_person_joins_the_first_in_the_mask(host: Pair, donors: Donors, seed: int) -> None:
    photo, mask = add_person(*host, "host", donors, np.random.default_rng(seed))
    second = near(photo, DONOR_PERSON)
    assert second.sum() > 100
    assert (mask[inner(second)] == PERSON).all()
    assert (mask[host[1] == PERSON] == PERSON).all(), "the first person lost pixels"
    assert near(photo, HOST)[inner(mask == 0)].all()
    assert not near(photo, DONOR).any(), "the second person brought a background along"
    assert near(photo, HOST_PERSON).sum() >= 0.4 * (host[1] == PERSON).sum(), "the first person is hidden"


def test_void_around_the_second_person_comes_along_and_other_void_does_not(host: Pair) -> None:
    photo, mask = drawn(DONOR, DONOR_PERSON, np.s_[30:90, 30:60])
    mask[30:90, 60:64] = VOID  # touches the person
    mask[0:10, 0:90] = VOID
    donors = Donors((), ("donor",), lambda _: (photo, mask))
    _, new = add_person(*host, "host", donors, np.random.default_rng(3))
    void = (new == VOID).sum()
    assert 0 < void < 0.3 * (new == PERSON).sum()


def test_what_the_second_person_holds_comes_along(host: Pair) -> None:
    photo, mask = drawn(DONOR, DONOR_PERSON, np.s_[30:90, 30:60])
    mask[50:70, 60:70] = HELD  # in the hand
    mask[0:10, 0:10] = HELD  # somebody else's
    donors = Donors((), ("donor",), lambda _: (photo, mask))
    _, new = add_person(*host, "host", donors, np.random.default_rng(3))
    pieces, _ = cv2.connectedComponents((new == HELD).astype(np.uint8))
    assert (new == HELD).sum() > 100
    assert pieces == 2, "the ground and one thing"


def test_cut_sides_are_known() -> None:
    photo, mask = drawn(DONOR, DONOR_PERSON, np.s_[30:120, 0:40])
    cutout = cut_out(photo, mask, mask != 0)
    assert cutout is not None
    assert (cutout.top, cutout.bottom, cutout.left, cutout.right) == (False, True, True, False)
    assert cutout.mirrored().right and not cutout.mirrored().left


def test_empty_rectangle() -> None:
    rng = np.random.default_rng(0)
    mask = np.zeros((100, 80), np.uint8)
    assert empty_rectangle(mask, 0.8, rng) == (0, 0, 100, 80)
    mask[:, 30:50] = PERSON
    top, left, height, width = empty_rectangle(mask, 0.8, rng) or pytest.fail("there is room")
    assert not mask[top : top + height, left : left + width].any()
    assert height * width > 0.15 * mask.size
    mask[:, 3:78] = VOID
    assert empty_rectangle(mask, 0.8, rng) is None
