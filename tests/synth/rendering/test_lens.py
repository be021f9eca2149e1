"""From light to photo: the masks go where the light goes, and colours leave them alone."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.synth.rendering import lens
from figureground.synth.rendering.lens import LOOKS, photograph
from figureground.synth.rendering.rays import Image

Layers = tuple[Image, Image, Image]


@pytest.fixture
def scene() -> Layers:
    """A bright square, which is the person, on a darker ground, and beside it what it holds: light (96, 128, 3),
    coverage (96, 128) and the share of what is held (96, 128)."""
    coverage = np.zeros((96, 128), np.float32)
    coverage[24:72, 40:88] = 1
    light = np.full((96, 128, 3), 0.1, np.float32) + coverage[..., None] * np.array([0.5, 0.4, 0.3], np.float32)
    held = np.zeros_like(coverage)
    held[40:60, 88:112] = 1
    return light, coverage, held


@pytest.mark.parametrize("kind", ["photo", "webcam", *LOOKS])
def test_photo_and_mask_have_their_shapes_and_are_repeatable(scene: Layers, kind: str) -> None:
    photo, mask, held, facts = photograph(*scene, np.random.default_rng(7), kind=kind)
    assert photo.shape == (96, 128, 3) and photo.dtype == np.uint8
    assert mask.shape == held.shape == (96, 128) and mask.dtype == held.dtype == np.uint8
    assert 60 <= int(facts["jpeg_quality"]) <= 95
    again = photograph(*scene, np.random.default_rng(7), kind=kind)
    assert all(np.array_equal(one, other) for one, other in zip((photo, mask, held), again[:3], strict=True))
    assert facts == again[3]


def test_the_masks_are_what_they_were_where_nothing_blurs_or_bends(scene: Layers) -> None:
    light, coverage, held = scene
    sharp = 0
    for seed in range(60):
        _, mask, held_mask, facts = photograph(light, coverage, held, np.random.default_rng(seed), kind="photo")
        if facts["blur"] == 0 and facts["barrel"] == 0:
            assert np.array_equal(mask, (coverage * 255).astype(np.uint8))
            assert np.array_equal(held_mask, (held * 255).astype(np.uint8))
            sharp += 1
    assert sharp > 5


def test_blur_leaves_fractions_at_the_edge_and_the_area_as_it_was(scene: Layers) -> None:
    light, coverage, held = scene
    blurred = 0
    for seed in range(120):
        _, mask, _, facts = photograph(light, coverage, held, np.random.default_rng(seed), kind="photo")
        if float(facts["blur"]) * 128 / 320 > 0.6 and facts["barrel"] == 0:
            assert ((mask > 10) & (mask < 245)).sum() >= 150
            assert np.isclose(mask.mean() / 255, coverage.mean(), rtol=0.01)
            blurred += 1
    assert blurred >= 3


def test_photo_and_mask_move_together_when_the_lens_bends(scene: Layers) -> None:
    light, coverage, _ = scene
    bent_light, bent = lens._distort((light, coverage), 0.1)
    assert np.allclose(bent_light[..., 0], 0.1 + 0.5 * bent, atol=1e-4)
    assert abs(float(bent.mean()) - float(coverage.mean())) > 0.005


def test_colours_do_not_change_the_masks(scene: Layers) -> None:
    light, coverage, held = scene
    for seed in range(10):
        masks = photograph(light, coverage, held, np.random.default_rng(seed))[1:3]
        tinted = light[..., ::-1] * np.float32(3.0)
        assert np.array_equal(masks, photograph(tinted, coverage, held, np.random.default_rng(seed))[1:3])


def test_what_is_held_goes_where_coverage_would(scene: Layers) -> None:
    light, _, held = scene
    nothing, moved = np.zeros_like(held), 0
    for seed in range(60):
        as_person = photograph(light, held, nothing, np.random.default_rng(seed), kind="webcam")[1]
        as_held = photograph(light, nothing, held, np.random.default_rng(seed), kind="webcam")[2]
        # One half of coverage is 127.5 of 255, rounded up.
        assert np.array_equal(as_held == 255, as_person >= 128)
        moved += bool((as_held != held * 255).any())
    assert moved > 10


@pytest.mark.parametrize("kind", ["photo", "portrait", "webcam"])
def test_no_pixel_is_both_person_and_held(scene: Layers, kind: str) -> None:
    light, coverage, held = scene
    coverage = held = np.float32(0.6) * (coverage + held)  # more than one half of both, which no ray can find
    for seed in range(20):
        _, mask, held_mask, _ = photograph(light, coverage, held, np.random.default_rng(seed), kind=kind)
        assert (mask >= 128).any()
        assert not (held_mask[mask >= 128]).any()


def test_a_portrait_blurs_what_is_held_but_not_into_the_person(scene: Layers) -> None:
    _, coverage, held = scene
    soft = lens._blur_held(held, coverage, 4.0)
    assert not soft[coverage == 1].any()
    assert soft[50, 90] == pytest.approx(1)
    assert 0 < soft[50, 113] < 0.5 < soft[50, 110] < 1


def test_a_portrait_blurs_the_ground_and_not_the_person() -> None:
    coverage = np.zeros((64, 64), np.float32)
    coverage[:, :32] = 1
    ground = np.where(np.indices((64, 64)).sum(0) % 8 < 4, 0.1, 0.9).astype(np.float32)
    light = np.repeat(np.where(coverage > 0, 0.5, ground)[..., None], 3, axis=2).astype(np.float32)
    soft = lens._blur_background(light, coverage, 4.0)
    assert np.allclose(soft[:, :32], light[:, :32])
    assert soft[:, 40:].std() < 0.5 * light[:, 40:].std()


def test_exposure_brings_people_to_a_middle_grey() -> None:
    coverage = np.zeros((64, 64), np.float32)
    coverage[16:48, 16:48] = 1
    for strength in (0.01, 1.0, 50.0):
        light = np.full((64, 64, 3), strength, np.float32)
        photo = photograph(light, coverage, 0 * coverage, np.random.default_rng(3), kind="photo")[0]
        assert 60 < photo[16:48, 16:48].mean() < 200


def test_unknown_looks_and_shapes_that_disagree_are_refused(scene: Layers) -> None:
    light, coverage, held = scene
    with pytest.raises(ValueError, match="no look 'film'"):
        photograph(light, coverage, held, np.random.default_rng(0), kind="film")
    for coverages in ((coverage[:50], held), (coverage, held[:50])):
        with pytest.raises(ValueError, match="shape"):
            photograph(light, *coverages, np.random.default_rng(0))
