"""Wrong masks come first and are called what they are; drawn people, and a model that sees them well."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from figureground.dataset.manifest import Pair
from figureground.dataset.opinions import Opinion, opinion
from figureground.dataset.suspects import Suspect
from figureground.review.folds import fold_places
from figureground.review.ranking import rank

SIZE = (200, 150)
COUNT = 60

Mask = NDArray[np.uint8]


def person(number: int) -> Mask:
    generator = np.random.default_rng(number)
    left, top, radius = (int(generator.integers(*ends)) for ends in ((50, 100), (50, 80), (14, 26)))
    mask = np.zeros(SIZE, np.uint8)
    cv2.circle(mask, (left, top), radius, 255, -1)
    cv2.ellipse(mask, (left, 200), (int(1.6 * radius), 185 - top), 0, 0, 360, 255, -1)
    return mask


def seen(mask: Mask, number: int) -> NDArray[np.float32]:
    """A good model's probability: soft at the outline, which lies a little beside, sure elsewhere."""
    generator = np.random.default_rng(number)
    move = np.array([[1, 0, generator.normal(0, 0.5)], [0, 1, generator.normal(0, 0.5)]], np.float32)
    soft = cv2.GaussianBlur(cv2.warpAffine(mask, move, mask.shape[::-1]).astype(np.float32) / 255, (0, 0), 2)
    return np.asarray(np.clip(soft * 0.98 + 0.01 + generator.normal(0, 0.01, mask.shape), 0, 1), np.float32)


def judged(name: str, mask: Mask, number: int, truth: Mask | None = None) -> Opinion:
    pair = Pair(f"a/{name}", "a", name, "CC0", SIZE[1], SIZE[0], "half", 0.3, 0.0)
    return opinion(pair, mask, seen(person(number) if truth is None else truth, number))


def in_order(opinions: list[Opinion]) -> list[Suspect]:
    return rank(opinions, fold_places([each.pair.group for each in opinions], 3, seed=1), seed=1)


def wrong() -> dict[str, Opinion]:
    holed = person(1)
    cv2.circle(holed, (int(np.nonzero(holed[190])[0].mean()), 165), 12, 0, -1)
    two = person(3) | np.roll(person(3), 150, axis=1)
    two[:, :30] = 255
    two[:60, :30] = 0
    return {
        "hole": judged("hole", holed, 1),
        "shifted": judged("shifted", np.roll(person(2), 7, axis=1), 2),
        "thing too much": judged("thing too much", two, 3),
        "outline too wide": judged("outline too wide", cv2.dilate(person(4), np.ones((9, 9), np.uint8)), 4),
        "person missing": judged("person missing", np.zeros(SIZE, np.uint8), 5),
        "mask of another photo": judged("mask of another photo", np.fliplr(np.flipud(person(6))), 6),
    }


@cache
def ranked(with_wrong: bool) -> list[Suspect]:
    opinions = [judged(f"right{number}", person(number), number) for number in range(10, 10 + COUNT)]
    opinions += wrong().values() if with_wrong else []
    return in_order(opinions)


def test_right_masks_are_not_worth_a_look_and_all_pairs_are_ranked() -> None:
    found = ranked(with_wrong=False)
    assert len(found) == COUNT and sum(bool(each.kind) for each in found) <= 4
    assert all(each.reason == "" for each in found if not each.kind)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_wrong_masks_come_first() -> None:
    names = {each.name.removeprefix("a/") for each in ranked(with_wrong=True)[: len(wrong()) + 1]}
    assert wrong().keys() <= names


@pytest.mark.parametrize("kind", ["hole", "shifted", "outline too wide", "person missing", "mask of another photo"])
def test_a_wrong_mask_is_called_what_it_is_with_its_own_numbers(kind: str) -> None:
    (found,) = [each for each in ranked(with_wrong=True) if each.name == f"a/{kind}"]
    assert found.kind == kind and 0.2 <= found.score <= 1.0
    if kind == "shifted":
        assert "left" in found.reason and "%" in found.reason


def lacking(numbers: range) -> list[Opinion]:
    """Masks without a bystander whom the model sees."""
    opinions = []
    for number in numbers:
        both = person(number)
        cv2.rectangle(both, (2, 20), (14, 180), 255, -1)
        opinions.append(judged(f"lacking{number}", person(number), number, truth=both))
    return opinions


def test_people_whom_nobody_drew_are_found_however_often_that_is() -> None:
    opinions = [judged(f"right{number}", person(number), number) for number in range(10, 10 + COUNT)]
    opinions += lacking(range(100, 140))
    found = in_order(opinions)
    first = [each for each in found[:40] if each.name.startswith("a/lacking")]
    assert sum(each.kind == "person missing" and each.score >= 0.5 for each in first) >= 36


def test_where_most_masks_leave_bystanders_out_that_is_the_sets_own_way() -> None:
    opinions = lacking(range(100, 100 + COUNT))
    found = in_order(opinions)
    assert sum(bool(each.kind) for each in found) <= 4


def test_what_models_see_in_a_source_without_people_is_no_suspicion() -> None:
    opinions = [judged(f"right{number}", person(number), number) for number in range(10, 10 + COUNT)]
    empty = (judged(f"empty{number}", np.zeros(SIZE, np.uint8), number) for number in range(100, 120))
    opinions += [replace(each, pair=replace(each.pair, source="b")) for each in empty]
    found = in_order(opinions)
    assert not any(each.kind for each in found if each.source == "b")


def test_a_set_in_which_nothing_can_be_planted_is_ranked_all_the_same() -> None:
    nobody = np.zeros(SIZE, np.uint8)
    opinions = [judged(f"nobody{number}", nobody, number, truth=nobody) for number in range(6)]
    found = in_order(opinions)
    assert [each.score for each in found] == [0.0] * 6
