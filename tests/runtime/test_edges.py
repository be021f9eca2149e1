"""The refined mask against masks that can be worked out, and against the bilinear one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from figureground.pictures import resize_probability
from figureground.runtime.bands import fitted_inside, pixels_of, sampled, undecided
from figureground.runtime.edges import linear_coefficients, refine
from figureground.scores import boundary_f


def noisy_person(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A bright ellipse with a thin arm before a dark background, and its mask."""
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (width // 2, height * 2 // 3), (width // 4, height // 3), 0, 0, 360, 255, -1)
    cv2.line(mask, (width // 8, height // 3), (width // 2, height // 2), 255, width // 10)
    photo = np.where(mask[..., np.newaxis] == 255, (220, 170, 140), (40, 60, 90)).astype(np.int16)
    noise = np.random.default_rng(1).integers(-8, 9, photo.shape)
    return (photo + noise).astype(np.uint8), mask


def coarse(mask: np.ndarray, side: int = 48) -> np.ndarray:
    """What a model of few pixels would say, had it seen everything."""
    share = cv2.resize((mask == 255).astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(share, (0, 0), 1.0))


@pytest.mark.parametrize("height, width", [(600, 450), (1500, 2000)])
def test_the_refined_mask_follows_the_photos_edges(height: int, width: int) -> None:
    photo, mask = noisy_person(height, width)
    probability = coarse(mask)
    bilinear = resize_probability(probability, height, width) >= 0.5
    refined = refine(photo, probability)
    before, after = (boundary_f(drawn, mask, 0.001) for drawn in (bilinear, refined >= 128))
    assert after > 0.92 > before + 0.06
    assert refined[mask == 255].mean() > 240 and refined[mask == 0].mean() < 10


def test_inside_and_outside_are_exact_and_sizes_kept() -> None:
    photo, mask = noisy_person(1000, 900)
    refined = refine(photo, coarse(mask))
    assert refined.shape == mask.shape and refined.dtype == np.uint8
    well_inside = cv2.erode(mask, np.ones((121, 121), np.uint8)) == 255
    well_outside = cv2.dilate(mask, np.ones((121, 121), np.uint8)) == 0
    assert well_inside.any() and well_outside.any()
    assert refined[well_inside].min() == 255 and refined[well_outside].max() == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (2000, 1), (3, 4), (2, 1700), (769, 768)])
@pytest.mark.parametrize("level, expected", [(0.0, 0), (1.0, 255)])
def test_photos_of_any_shape(size: tuple[int, int], level: float, expected: int) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (*size, 3)).astype(np.uint8)
    refined = refine(photo, np.full((16, 16), level, np.float32))
    np.testing.assert_array_equal(refined, np.full(size, expected))


def test_coefficients_recover_a_linear_function() -> None:
    guide = np.random.default_rng(2).random((40, 30, 3), np.float32)
    values = (guide @ np.array([0.5, -0.25, 0.125], np.float32) + 0.2).astype(np.float32)
    coefficients = linear_coefficients(guide, values, radius=4, epsilon=1e-7)
    np.testing.assert_allclose(coefficients, np.broadcast_to([0.5, -0.25, 0.125, 0.2], (40, 30, 4)), atol=1e-3)


def test_undecided_pixels_are_those_near_an_edge() -> None:
    mask = np.zeros((5, 9), np.uint8)
    mask[:, 4:] = 255
    np.testing.assert_array_equal(undecided(mask)[2], [0, 0, 0, 1, 1, 0, 0, 0, 0])
    mask[2, 8] = 254
    assert undecided(mask)[2, 7] and undecided(mask)[2, 8]


def test_blocks_name_every_pixel_once() -> None:
    band = np.random.default_rng(3).random((700, 20)) < 0.3
    band[256:512] = False
    again = np.zeros_like(band)
    for pixels in pixels_of(band):
        assert not again.reshape(-1)[pixels].any()
        again.reshape(-1)[pixels] = True
    np.testing.assert_array_equal(again, band)


def test_sampling_agrees_with_resizing() -> None:
    maps = np.random.default_rng(4).random((20, 15, 4)).astype(np.float32)
    whole = cv2.resize(maps, (60, 100), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(sampled(maps, np.arange(6000), (100, 60)), whole.reshape(6000, 4), atol=0.04)


def test_fitting_keeps_proportions_and_never_loses_a_side() -> None:
    assert fitted_inside((4000, 3000), 768) == (768, 576)
    assert fitted_inside((300, 200), 768) == (300, 200)
    assert fitted_inside((1, 90000), 768) == (1, 768)


def test_doubt_is_not_drawn_as_glass() -> None:
    """A flat photo, so that no edge of it helps; a person of whom a patch is unsure, and a ghost in the background."""
    photo = np.full((300, 400, 3), 120, np.uint8)
    probability = np.zeros((300, 400), np.float32)
    probability[50:250, 50:200] = 1.0
    probability[100:200, 80:170] = 0.6
    probability[100:200, 260:360] = 0.4
    mask = refine(photo, probability)
    assert (mask[110:190, 90:160] == 255).all()
    assert (mask[110:190, 270:350] == 0).all()


@pytest.mark.parametrize("size", [(300, 400), (1200, 1600)])
def test_an_edge_is_soft_over_a_few_pixels_however_unsure_the_model(size: tuple[int, int]) -> None:
    photo = np.full((*size, 3), 120, np.uint8)
    probability = np.tile(np.linspace(0.0, 1.0, 400, dtype=np.float32), (300, 1))
    mask = refine(photo, probability)
    soft = ((mask > 12) & (mask < 243)).sum(axis=1)
    assert soft.min() >= 2 and soft.max() <= 0.015 * size[1]
    assert np.abs((mask > 127).sum(axis=1) - size[1] / 2).max() <= 0.005 * size[1]


@pytest.mark.parametrize("level, expected", [(0.0, 0), (0.4, 0), (0.6, 255), (1.0, 255)])
def test_a_mask_without_an_outline_is_all_person_or_none(level: float, expected: int) -> None:
    photo = np.full((60, 80, 3), 120, np.uint8)
    assert (refine(photo, np.full((30, 40), level, np.float32)) == expected).all()
