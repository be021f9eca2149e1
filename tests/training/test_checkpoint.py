"""The state of a training on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figureground.augment.shards import Index
from figureground.training import checkpoint
from figureground.training.batches import training_batches
from helpers.small_training import tiny_network, values

pytestmark = pytest.mark.slow


def test_a_state_comes_back_whole_and_a_damaged_one_not_at_all(index: Index, tmp_path: Path) -> None:
    model, other = tiny_network(), tiny_network()
    for photos, masks in training_batches(index, batch_size=4, seed=1, first_epoch=0, epochs=1):
        model.train_on_batch(photos, masks)
    checkpoint.save(tmp_path, model, checkpoint.Progress(finished_epochs=1, best_epoch=0, best_person_iou=0.5))
    assert checkpoint.restore(tmp_path, other).finished_epochs == 1
    assert all(np.array_equal(one, two) for one, two in zip(values(model), values(other), strict=True))
    assert int(other.optimizer.iterations) == 4
    content = (tmp_path / "state.npz").read_bytes()
    (tmp_path / "state.npz").write_bytes(content[: len(content) // 2])
    assert checkpoint.restore(tmp_path, tiny_network()).finished_epochs == 0
