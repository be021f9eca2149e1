from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from figureground.augment.transforms import build_pipeline, transform
from figureground.params import AugmentParams, TransformSwitches
from figureground.pictures import PERSON, VOID, resize_mask, resize_photo

pytestmark = pytest.mark.filterwarnings("error::UserWarning")  # albumentations only warns of misspelt arguments

Build = Callable[..., AugmentParams]
NAMES = list(TransformSwitches.model_fields)
GEOMETRY = {name: name in ("crop", "flip", "rotate") for name in NAMES}
NONE = dict.fromkeys(NAMES, False)


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    """A photo whose brightness is its mask: 200 for person, 40 for background and void."""
    mask = np.zeros((150, 100), np.uint8)
    cv2.ellipse(mask, (40, 90), (22, 55), 20, 0, 360, PERSON, -1)
    mask[60:70, 20:90] = VOID
    photo = np.repeat(np.where(mask == PERSON, np.uint8(200), np.uint8(40))[..., None], 3, axis=2)
    photo[..., 2] = np.arange(100)
    return photo, mask


@pytest.mark.parametrize("strength", [0.0, 0.01, 0.3, 1.0, 1.7, 2.0])
def test_any_strength_gives_pairs_at_input_size_with_the_three_mask_values(
    augment_params: Build, pair: tuple[np.ndarray, np.ndarray], strength: float
) -> None:
    pipeline = build_pipeline(augment_params(strength=strength), 64)
    seen = set()
    for seed in range(60):
        photo, mask, _ = transform(pipeline, *pair, seed)
        assert photo.shape == (64, 64, 3) and mask.shape == (64, 64)
        assert photo.dtype == mask.dtype == np.uint8
        seen |= set(np.unique(mask))
    assert seen == {0, VOID, PERSON}


@pytest.mark.parametrize("changes", [{"strength": 0.0}, {"transforms": NONE}])
def test_without_augmentation_only_the_one_resize_is_done(
    augment_params: Build, pair: tuple[np.ndarray, np.ndarray], changes: dict[str, object]
) -> None:
    photo, mask, _ = transform(build_pipeline(augment_params(**changes), 64), *pair, 5)
    assert np.array_equal(photo, resize_photo(pair[0], 64, 64))
    assert np.array_equal(mask, resize_mask(pair[1], 64, 64))


@pytest.mark.parametrize("name", NAMES)
def test_each_switch_alone_changes_pictures(
    augment_params: Build, pair: tuple[np.ndarray, np.ndarray], name: str
) -> None:
    pipeline = build_pipeline(augment_params(transforms=NONE | {name: True}), 64)
    plain = resize_photo(pair[0], 64, 64)
    changed = sum(not np.array_equal(transform(pipeline, *pair, seed)[0], plain) for seed in range(80))
    assert 0 < changed < 80


def test_photo_and_mask_move_together(augment_params: Build, pair: tuple[np.ndarray, np.ndarray]) -> None:
    pipeline = build_pipeline(augment_params(transforms=GEOMETRY), 64)
    for seed in range(60):
        photo, mask, _ = transform(pipeline, *pair, seed)
        known = (mask != VOID).astype(np.uint8)
        edges = cv2.dilate(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), np.ones((3, 3)))
        sure = cv2.erode(known, np.ones((5, 5), np.uint8)) * (edges == 0) > 0
        assert np.array_equal((photo[..., 0] > 120)[sure], (mask == PERSON)[sure])


def test_margins_are_void(augment_params: Build) -> None:
    mask = np.full((80, 60), PERSON, np.uint8)
    photo = np.full((80, 60, 3), 90, np.uint8)
    pipeline = build_pipeline(augment_params(transforms=NONE | {"crop": True}), 64)
    masks = [transform(pipeline, photo, mask, seed)[1] for seed in range(80)]
    with_margin = [m for m in masks if (m == VOID).any()]
    assert 0 < len(with_margin) < 40
    for m in with_margin:
        rows, columns = np.flatnonzero((m == PERSON).any(1)), np.flatnonzero((m == PERSON).any(0))
        assert (m == PERSON).sum() == len(rows) * len(columns)  # the photo is a rectangle in the square
        assert min(len(rows), len(columns)) >= 0.58 * 64


def test_dropped_patches_are_void(augment_params: Build) -> None:
    photo, mask = np.full((64, 64, 3), 90, np.uint8), np.full((64, 64), PERSON, np.uint8)
    pipeline = build_pipeline(augment_params(transforms=NONE | {"dropout": True}), 64)
    results = [transform(pipeline, photo, mask, seed) for seed in range(80)]
    assert any((m == VOID).any() for _, m, _ in results)
    assert all((p[m == PERSON] == 90).all() for p, m, _ in results)


def test_a_seed_decides_alone(augment_params: Build, pair: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = (build_pipeline(augment_params(), 64) for _ in range(2))
    for seed in range(5):
        transform(second, *pair, seed)
    for seed in (4, 2, 9):
        one, other = transform(first, *pair, seed), transform(second, *pair, seed)
        assert np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1]) and one[2] == other[2]
    assert not np.array_equal(transform(first, *pair, 1)[0], transform(first, *pair, 2)[0])


def test_transforms_are_drawn_independently(augment_params: Build) -> None:
    """Colour (p 0.6) and noise (p 0.2) meet in about 12 % of the variants, not in the 20 % of a shared draw."""
    photo, mask = np.full((32, 32, 3), (90, 120, 160), np.uint8), np.zeros((32, 32), np.uint8)
    photo[:, 16:] = 220  # ISO noise goes with the picture's contrast
    pipeline = build_pipeline(augment_params(transforms=NONE | {"colour": True, "noise": True}), 32)
    results = [transform(pipeline, photo, mask, seed)[0][:, :16] for seed in range(400)]
    noisy = np.array([result.std(axis=(0, 1)).max() > 0 for result in results])
    coloured = np.array([np.abs(result.mean(axis=(0, 1)) - (90, 120, 160)).max() > 4 for result in results])
    assert 0.1 < noisy.mean() < 0.3
    assert (coloured & noisy).mean() < 0.16
    assert (~coloured & noisy).any()
