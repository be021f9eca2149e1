"""From light to photo: the mask goes where the light goes, and colours leave it alone."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth import lens
from figureground.synth.lens import LOOKS, photograph


@pytest.fixture
def scene():
    """A bright square, which is the person, on a darker ground: light (96, 128, 3) and coverage (96, 128)."""
    coverage = np.zeros((96, 128), np.float32)
    coverage[24:72, 40:88] = 1
    light = np.full((96, 128, 3), 0.1, np.float32) + coverage[..., None] * np.array([0.5, 0.4, 0.3], np.float32)
    return light, coverage


@pytest.mark.parametrize("kind", ["photo", "webcam", *LOOKS])
def test_photo_and_mask_have_their_shapes_and_are_repeatable(scene, kind):
    photo, mask, facts = photograph(*scene, np.random.default_rng(7), kind=kind)
    assert photo.shape == (96, 128, 3) and photo.dtype == np.uint8
    assert mask.shape == (96, 128) and mask.dtype == np.uint8
    assert 60 <= int(facts["jpeg_quality"]) <= 95
    again = photograph(*scene, np.random.default_rng(7), kind=kind)
    assert np.array_equal(photo, again[0]) and np.array_equal(mask, again[1]) and facts == again[2]


def test_the_mask_is_the_coverage_where_nothing_blurs_or_bends(scene):
    light, coverage = scene
    sharp = 0
    for seed in range(60):
        _, mask, facts = photograph(light, coverage, np.random.default_rng(seed), kind="photo")
        if facts["blur"] == 0 and facts["barrel"] == 0:
            assert np.array_equal(mask, (coverage * 255).astype(np.uint8))
            sharp += 1
    assert sharp > 5


def test_blur_leaves_fractions_at_the_edge_and_the_area_as_it_was(scene):
    light, coverage = scene
    blurred = 0
    for seed in range(120):
        _, mask, facts = photograph(light, coverage, np.random.default_rng(seed), kind="photo")
        if float(facts["blur"]) * 128 / 320 > 0.6 and facts["barrel"] == 0:
            assert ((mask > 10) & (mask < 245)).sum() >= 150
            assert np.isclose(mask.mean() / 255, coverage.mean(), rtol=0.01)
            blurred += 1
    assert blurred >= 3


def test_photo_and_mask_move_together_when_the_lens_bends(scene):
    light, coverage = scene
    bent_light, bent = lens._distort(light, coverage, 0.1)
    assert np.allclose(bent_light[..., 0], 0.1 + 0.5 * bent, atol=1e-4)
    assert abs(float(bent.mean()) - float(coverage.mean())) > 0.005


def test_colours_do_not_change_the_mask(scene):
    light, coverage = scene
    for seed in range(10):
        mask = photograph(light, coverage, np.random.default_rng(seed))[1]
        tinted = light[..., ::-1] * np.float32(3.0)
        assert np.array_equal(mask, photograph(tinted, coverage, np.random.default_rng(seed))[1])


def test_a_portrait_blurs_the_ground_and_not_the_person():
    coverage = np.zeros((64, 64), np.float32)
    coverage[:, :32] = 1
    ground = np.where(np.indices((64, 64)).sum(0) % 8 < 4, 0.1, 0.9).astype(np.float32)
    light = np.repeat(np.where(coverage > 0, 0.5, ground)[..., None], 3, axis=2).astype(np.float32)
    soft = lens._blur_background(light, coverage, 4.0)
    assert np.allclose(soft[:, :32], light[:, :32])
    assert soft[:, 40:].std() < 0.5 * light[:, 40:].std()


def test_exposure_brings_people_to_a_middle_grey():
    coverage = np.zeros((64, 64), np.float32)
    coverage[16:48, 16:48] = 1
    for strength in (0.01, 1.0, 50.0):
        light = np.full((64, 64, 3), strength, np.float32)
        photo, _, _ = photograph(light, coverage, np.random.default_rng(3), kind="photo")
        assert 60 < photo[16:48, 16:48].mean() < 200


def test_unknown_looks_and_shapes_that_disagree_are_refused(scene):
    light, coverage = scene
    with pytest.raises(ValueError, match="no look 'film'"):
        photograph(light, coverage, np.random.default_rng(0), kind="film")
    with pytest.raises(ValueError, match="shape"):
        photograph(light, coverage[:50], np.random.default_rng(0))
