"""What each of several processes reads: together what one reads, each its own part."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from figureground.augment.shards import Index, Shard, read_index
from figureground.training.batches import training_batches, validation_batches
from figureground.training.team import Team, equal_part, holding
from helpers.small_training import write_shards

BATCH = 6  # of 16 training pairs and 4 validation pairs


def shards(*records: int) -> list[Shard]:
    return [Shard(str(number), count, 0, "") for number, count in enumerate(records)]


def test_equal_parts_follow_one_another_and_differ_by_one_at_most() -> None:
    for pairs, parts in ((16, 6), (5, 8), (0, 3), (12, 4)):
        ranges = [equal_part(pairs, parts, number) for number in range(parts)]
        assert list(chain.from_iterable(ranges)) == list(range(pairs))
        assert max(map(len, ranges)) - min(map(len, ranges)) <= 1


@pytest.mark.parametrize(
    ("pairs", "files", "skipped"),
    [(range(4), ["0"], 0), (range(3, 9), ["0", "1", "2"], 3), (range(9, 10), ["2"], 1), (range(2, 2), [], 0)],
)
def test_pairs_are_found_in_their_shards(pairs: range, files: list[str], skipped: int) -> None:
    found, before = holding(shards(4, 4, 2), pairs)
    assert ([shard.file for shard in found], before) == (files, skipped)


@pytest.fixture(scope="module")
def small_shards(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return read_index(write_shards(tmp_path_factory.mktemp("shards"), shard_pairs=3))


def shown(index: Index, team: Team, epoch: int) -> list[list[str]]:
    batches = training_batches(
        index, batch_size=BATCH, seed=7, first_epoch=epoch, epochs=epoch + 1, team=team, names=True
    )
    return [[name.decode() for name in names.numpy()] for _, _, names in batches]


@pytest.mark.slow
def test_processes_fill_the_batches_that_one_would_fill(small_shards: Index) -> None:
    alone = shown(small_shards, Team(), 0)
    assert [len(batch) for batch in alone] == [BATCH, BATCH]
    assert len(set(chain.from_iterable(alone))) == 2 * BATCH
    for size in (2, 3, 6):
        parts = [shown(small_shards, Team(member, size), 0) for member in range(size)]
        assert [list(chain.from_iterable(step)) for step in zip(*parts, strict=True)] == alone
    assert shown(small_shards, Team(), 1) != alone


@pytest.mark.slow
def test_each_process_needs_its_own_shards_only(small_shards: Index, tmp_path: Path) -> None:
    everything = {shard.file for shard in small_shards.shards()}
    needed = [{shard.file for shard in Team(member, 3).shards(small_shards, BATCH)} for member in range(3)]
    assert set().union(*needed) == everything and all(own < everything for own in needed)


@pytest.mark.slow
def test_validation_is_shared_and_weighs_each_pair_once(small_shards: Index) -> None:
    whole = np.concatenate([photos for photos, _ in validation_batches(small_shards, batch_size=BATCH)])
    for size in (1, 2, 3, 6):
        found, weights = [], []
        for member in range(size):
            for photos, masks, weight in validation_batches(small_shards, batch_size=BATCH, team=Team(member, size)):
                assert photos.shape[0] == BATCH // size
                assert set(np.unique(masks[weight == 0])) <= {128}
                found.append(photos[weight > 0])
                weights.append(weight)
        assert np.array_equal(np.concatenate(found), whole)
        assert np.concatenate(weights).mean() == pytest.approx(1.0)
