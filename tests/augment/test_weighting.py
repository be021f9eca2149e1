from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from figureground.augment.records import read_records
from figureground.augment.variants import AugmentError
from figureground.augment.weighting import showings
from figureground.augment.writing import augment
from figureground.dataset.manifest import Pair
from figureground.params import AugmentParams

Build = Callable[..., AugmentParams]
Draw = Callable[..., list[Pair]]


@pytest.mark.parametrize("weight", [0.25, 0.5, 1.0, 1.3, 2.0])
def test_every_pass_is_as_long_and_every_photo_gets_its_share(weight: float) -> None:
    names = [f"a/{number}" for number in range(7)] + [f"b/{number}" for number in range(5)]
    shown = showings(names, {"a": weight}, passes=20)
    assert list(shown) == names
    of_a = [shown[name] for name in names[:7]]
    assert {sum(numbers) for numbers in zip(*of_a, strict=True)} == {round(7 * weight)}
    assert all(abs(sum(numbers) - 20 * round(7 * weight) / 7) < 1 for numbers in of_a)
    assert all(max(numbers) - min(numbers) <= 1 for numbers in of_a)
    assert all(shown[name] == (1,) * 20 for name in names[7:])


def test_a_photo_shown_twice_in_a_pass_comes_in_two_variants(
    tmp_path: Path, draw_data: Draw, augment_params: Build
) -> None:
    pairs = draw_data(tmp_path / "data", 6)
    split = dict(zip((pair.name for pair in pairs), ["val", *["train"] * 5], strict=True))
    source = pairs[0].source
    index = augment(
        pairs, split, tmp_path / "data", augment_params(source_weights={source: 2.0}),
        input_size=32, seed=7, out=tmp_path / "out", work=tmp_path / "work", workers=1,
    )  # fmt: skip
    assert (index.train_pairs, index.val_pairs) == (10, 1)
    for number in range(index.variants):
        records = [record for file in index.train_files(number) for record in read_records(file)]
        assert len(records) == 10
        assert len({record["name"] for record in records}) == 5
        assert len({record["photo"] for record in records}) == 10


def test_a_source_of_weight_zero_is_left_out_wholly(tmp_path: Path, draw_data: Draw, augment_params: Build) -> None:
    pairs = draw_data(tmp_path / "data", 6)
    split = dict(zip((pair.name for pair in pairs), ["val", *["train"] * 5], strict=True))
    source = pairs[0].source

    def run(weights: dict[str, float]) -> None:
        augment(
            pairs, split, tmp_path / "data", augment_params(source_weights=weights),
            input_size=32, seed=7, out=tmp_path / "out", work=tmp_path / "work", workers=1,
        )  # fmt: skip

    with pytest.raises(AugmentError, match="no training pairs"):
        run({source: 0.0})
    with pytest.raises(AugmentError, match=r"source_weights: no photos of cocoo; check"):
        run({"cocoo": 2.0})
