"""The pixels along a person's edge are found, taken out of a picture and put back where they were."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.runtime.bands import fitted_inside, pixels_of, put_values, sampled, undecided, values_at


def test_a_pixel_is_undecided_if_it_or_a_neighbour_is() -> None:
    mask = np.zeros((5, 8), np.uint8)
    mask[:, 4:] = 255
    assert undecided(mask).tolist() == [[False, False, False, True, True, False, False, False]] * 5
    mask[2, 6] = 254
    assert undecided(mask)[1:4, 5:].all() and not undecided(mask)[:, :3].any()
    assert not undecided(np.zeros((3, 3), np.uint8)).any()


def test_all_pixels_of_a_tall_band_come_once_and_in_order() -> None:
    band = np.random.default_rng(1).random((900, 7)) < 0.3
    band[256:512] = False
    blocks = list(pixels_of(band))
    assert all(block.size for block in blocks)
    np.testing.assert_array_equal(np.concatenate(blocks), np.flatnonzero(band))


@pytest.mark.parametrize("shape", [(4, 6, 3), (4, 6)])
def test_values_are_those_at_the_pixels(shape: tuple[int, ...]) -> None:
    picture = np.arange(np.prod(shape)).reshape(shape).astype(np.uint8)
    values = values_at(picture, np.array([0, 7, 23]))
    expected = [picture[0, 0], picture[1, 1], picture[3, 5]]
    np.testing.assert_array_equal(values, np.reshape(expected, (3, -1)))


def test_put_values_changes_these_pixels_and_no_other() -> None:
    picture = np.zeros((4, 6, 3), np.uint8)
    put_values(picture, np.array([7, 23]), np.array([[1, 2, 3], [4, 5, 6]], np.uint8))
    assert picture[1, 1].tolist() == [1, 2, 3] and picture[3, 5].tolist() == [4, 5, 6]
    assert picture.sum() == 21


def test_samples_lie_between_the_pixels_of_the_small_picture() -> None:
    ramp = np.arange(10, dtype=np.float32)
    maps = np.stack([np.tile(ramp, (5, 1)), np.full((5, 10), 7, np.float32)], axis=-1)
    pixels = np.arange(20 * 40)  # four times as large
    values = sampled(maps, pixels, (20, 40)).reshape(20, 40, 2)
    expected = ((np.arange(40) + 0.5) / 4 - 0.5).clip(0, 9)
    np.testing.assert_allclose(values[..., 0], np.tile(expected, (20, 1)), atol=0.02)
    np.testing.assert_allclose(values[..., 1], 7)


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((3000, 4000), (384, 512)), ((100, 50), (100, 50)), ((1, 9000), (1, 512)), ((512, 512), (512, 512))],
)
def test_a_size_is_shrunk_to_fit_and_never_enlarged(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert fitted_inside(size, 512) == fitted
