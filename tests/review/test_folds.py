"""Folds: groups stay together."""

from __future__ import annotations

import numpy as np
import pytest

from figureground.review.folds import ReviewError, fold_places


def test_no_group_is_in_two_folds_and_every_pair_is_in_one() -> None:
    groups = [f"g{number // 3}" for number in range(40)]
    folds = fold_places(groups, 4, seed=1)
    assert sorted(np.concatenate(folds).tolist()) == list(range(40))
    assert sum(len({groups[place] for place in fold}) for fold in folds) == len(set(groups))
    assert min(map(len, folds)) >= 7


def test_few_groups_make_fewer_folds_and_one_group_is_refused() -> None:
    assert len(fold_places(["a", "a", "b"], 5, seed=1)) == 2
    with pytest.raises(ReviewError, match=r"2 pairs of one group .* review\.judge to packaged"):
        fold_places(["a", "a"], 3, seed=1)
