"""Light, blur and noise: measured where they are known, and given to what is put there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from figureground.hands.surroundings import blur_of, fitted_into, measured, noise_of

EVERYWHERE = np.ones((120, 160), bool)


def edges(blur: float = 0.0, noise: float = 0.0) -> np.ndarray:
    """Grey stripes, float32, blurred and then noisy."""
    stripes = np.full((120, 160), 60, np.float32)
    for column in range(0, 160, 40):
        stripes[:, column : column + 20] = 180
    soft = cv2.GaussianBlur(stripes, (0, 0), blur) if blur else stripes
    return np.asarray(soft + np.random.default_rng(1).normal(0, noise, soft.shape), np.float32)


@pytest.mark.parametrize("blur", [1.0, 2.0, 3.5])
def test_blur_is_measured_to_a_fifth(blur: float) -> None:
    assert blur_of(edges(blur), EVERYWHERE) == pytest.approx(blur, rel=0.2)


def test_sharp_edges_have_little_blur_and_a_wall_has_none() -> None:
    assert blur_of(edges(), EVERYWHERE) < 0.6
    assert blur_of(np.full((120, 160), 90, np.float32), EVERYWHERE) == 0


@pytest.mark.parametrize("noise", [2.0, 6.0, 15.0])
def test_noise_is_measured_to_a_fifth(noise: float) -> None:
    assert noise_of(edges(1.0, noise), EVERYWHERE) == pytest.approx(noise, rel=0.2)


def photo_of(level: int) -> np.ndarray:
    return np.dstack([np.clip(edges(1.5, 4.0) * level / 120, 0, 255).astype(np.uint8)] * 3)


def layer() -> np.ndarray:
    """An opaque grey square."""
    shown = np.zeros((120, 160, 4), np.float32)
    shown[30:90, 40:120] = 0.5, 0.5, 0.5, 1.0
    return shown


def test_a_thing_is_darker_in_dim_light_and_takes_the_lights_colour() -> None:
    nothing = np.zeros((120, 160), bool)
    dim, bright = (fitted_into(layer(), measured(photo_of(level), nothing)) for level in (40, 160))
    assert dim[60, 80, :3].mean() < bright[60, 80, :3].mean()
    warm = photo_of(120)
    warm[..., 2] //= 2
    red, _, blue = fitted_into(layer(), measured(warm, nothing))[50:70, 70:90, :3].mean(axis=(0, 1))
    assert red > 1.05 * blue


def test_a_thing_has_no_colour_in_a_black_and_white_photo_and_keeps_its_own_in_others() -> None:
    red, nothing = layer(), np.zeros((120, 160), bool)
    red[30:90, 40:120, 1:3] = 0.1
    grey, coloured = photo_of(120), photo_of(120)
    coloured[:40, :40, 2] //= 2  # somebody's skin
    assert np.ptp(fitted_into(red, measured(grey, nothing))[60, 80, :3]) < 1e-3
    assert np.ptp(fitted_into(red, measured(coloured, nothing))[60, 80, :3]) > 0.2


def test_a_thing_gets_as_soft_and_noisy_as_what_is_around() -> None:
    photo = photo_of(120)
    around = measured(photo, np.zeros((120, 160), bool))
    fitted = fitted_into(layer(), around)
    assert 0 < fitted[60, 39, 3] < 1 and fitted[60, 80, 3] == 1  # its outline is soft now
    assert fitted[40:80, 50:110, 0].std() * 255 == pytest.approx(around.noise, rel=0.3)


def test_what_is_going_to_be_replaced_does_not_count() -> None:
    photo = np.full((120, 160, 3), 30, np.uint8)
    photo[30:90, 40:120] = 250
    left_out = np.zeros((120, 160), bool)
    left_out[30:90, 40:120] = True
    assert measured(photo, left_out).light.mean() < measured(photo, ~left_out).light.mean()
    assert np.isfinite(measured(photo, np.ones_like(left_out)).light).all()
