"""Batches from shards: every photo once an epoch, in an order that does not depend on where a run began."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from figureground.augment.shards import Index
from figureground.network_input import network_input
from figureground.training.batches import steps_per_epoch, training_batches, validation_batches
from helpers.small_training import SIZE

pytestmark = pytest.mark.slow


def names(index: Index, first: int, last: int) -> list[list[str]]:
    batches = training_batches(index, batch_size=4, seed=7, first_epoch=first, epochs=last, names=True)
    return [[name.decode() for name in batch.numpy()] for _, _, batch in batches]


def test_each_epoch_shows_every_photo_once_in_its_own_order(index: Index) -> None:
    first, second = names(index, 0, 1), names(index, 1, 2)
    seen, seen_again = chain.from_iterable(first), chain.from_iterable(second)
    assert sorted(seen) == sorted(seen_again) == [f"drawn/{number:03d}" for number in range(16)]
    assert first != second


def test_a_later_start_sees_what_an_uninterrupted_run_sees(index: Index) -> None:
    steps = steps_per_epoch(index.train_pairs, 4)
    assert names(index, 0, 4)[2 * steps :] == names(index, 2, 4)


def test_batches_are_photos_as_the_runtime_scales_them_and_masks_of_known_values(index: Index) -> None:
    for batches in (
        training_batches(index, batch_size=4, seed=1, first_epoch=0, epochs=1),
        validation_batches(index, batch_size=4),
    ):
        photos, masks = next(iter(batches))
        assert photos.shape == (4, SIZE, SIZE, 3)
        assert masks.shape == (4, SIZE, SIZE, 1)
        levels = np.rint(photos.numpy() * 255).astype(np.uint8)
        assert levels.min() < levels.max()
        assert np.array_equal(photos.numpy(), network_input(levels))
        assert set(np.unique(masks)) <= {0, 32, 128, 255}


def test_a_set_smaller_than_a_batch_is_one_step(index: Index) -> None:
    assert steps_per_epoch(3, 16) == 1
    batches = list(training_batches(index, batch_size=50, seed=1, first_epoch=0, epochs=1))
    assert [photos.shape[0] for photos, _ in batches] == [16]
