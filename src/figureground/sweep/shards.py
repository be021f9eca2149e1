"""The photos that trials train on and are compared with, and their shards, which trials share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from filelock import FileLock

import figureground.augment
import figureground.dataset
from figureground import files, pictures
from figureground.augment.shards import Index, ShardError, checksum, read_index
from figureground.augment.writing import augment
from figureground.dataset.manifest import Pair, read_manifest
from figureground.dataset.metadata import coverage_path, held_path, mask_path, photo_path
from figureground.dataset.sides import few_warning, read_split
from figureground.named_files import digests, train_files
from figureground.params import Params
from figureground.paths import DATA, RESULTS
from figureground.sweep.space import searched
from figureground.sweep.storage import SweepError, folder
from figureground.tracking.versions import champion_weights


@dataclass(frozen=True)
class Photos:
    """The pairs of a sweep: drawn once, the same for all its trials. Pairs of the test split are never among them."""

    data: Path
    train: tuple[Pair, ...]
    val: tuple[Pair, ...]

    def all(self) -> list[Pair]:
        return [*self.train, *self.val]

    def warning(self) -> str | None:
        """That there are too few photos to validate with for the trials' scores to tell much."""
        return few_warning("val", [pair.group for pair in self.val])

    def digests(self) -> list[list[str]]:
        """SHA-256 of each pair's photo and of the masks that it has, in the order of `all`.

        Raises:
            MetadataError: A photo is missing.
        """
        return [
            [files.file_sha256(path) if path.is_file() else "" for path in _files_of(self.data, pair.name)]
            for pair in self.all()
        ]


def contents(params: Params, photos: Photos) -> list[list[str]]:
    """What changes when a file does that all trials read: photos, masks, weights that they begin with or learn from.

    Raises:
        MetadataError: A photo is missing.
        NamedFileError: Weights are missing.
        TrackingError: They are to begin with the champion, and there is none.
    """
    model = params.model.model_copy(update={"init": "none"}) if "model.init" in searched(params) else params.model
    champion = champion_weights(Path(), params.register_.name) if model.init == "champion" else None
    weights = digests(train_files(model, params.train, champion))
    return [*photos.digests(), *(list(digest) for digest in weights.items())]


def _files_of(data: Path, name: str) -> list[Path]:
    return [photo_path(data, name), *(place(data, name) for place in (mask_path, coverage_path, held_path))]


def draw_photos(params: Params) -> Photos:
    """`sweep.train_photos` and `sweep.val_photos` of the project's splits, by the seed; all where there are fewer.

    Raises:
        SweepError: A split is empty.
        ManifestError, SplitError: The pipeline has not come to the split yet.
    """
    pairs = sorted(read_manifest(RESULTS / "audit/manifest.csv"), key=lambda pair: pair.name)
    sides = read_split(RESULTS / "split/split.csv")
    train = _drawn(pairs, sides, "train", params.sweep.train_photos, params.seed)
    return Photos(DATA, train, _drawn(pairs, sides, "val", params.sweep.val_photos, params.seed))


def _drawn(pairs: Sequence[Pair], sides: Mapping[str, str], side: str, count: int, seed: int) -> tuple[Pair, ...]:
    found = [pair for pair in pairs if sides.get(pair.name) == side]
    if not found:
        raise SweepError(f"the {side} split has no pairs; add photos or change the shares in split:")
    order = np.random.default_rng(seed).permutation(len(found))[:count]
    return tuple(found[place] for place in sorted(order))


class SharedShards:
    """Shards by their content: made by the first trial that needs them, read by all others.

    Args:
        most_variants: The most that a trial uses. Shards are made with as many, since fewer are the first of them.
        workers: Processes that make them; None takes as many as there are cores.
    """

    def __init__(self, photos: Photos, seed: int, most_variants: int, workers: int | None) -> None:
        self._photos, self._seed = photos, seed
        self._most_variants, self._workers = most_variants, workers
        code = files.source_fingerprint(figureground.augment, figureground.dataset, pictures)
        names = [[pair.name for pair in side] for side in (photos.train, photos.val)]
        self._key = (seed, most_variants, names, files.folder_fingerprint(photos.data), code)

    def index(self, params: Params) -> Index:
        """The shards for a trial's `augment` and `model.input_size`, made where there are none yet.

        A second trial that needs them waits for the first.
        """
        recipe = params.augment.model_copy(update={"variants": self._most_variants})
        key = files.fingerprint(recipe.deciding(), params.model.input_size, *self._key)
        place = folder() / "shards" / key[:16]
        place.mkdir(parents=True, exist_ok=True)
        with FileLock(place.with_suffix(".lock")):
            try:
                index = read_index(place / "shards")
            except ShardError:
                index = augment(
                    self._photos.all(), self._sides(), self._photos.data, recipe,
                    input_size=params.model.input_size, seed=self._seed,
                    out=place / "shards", work=place / "work", workers=self._workers,
                )  # fmt: skip
        return first_variants(index, params.augment.variants)

    def _sides(self) -> dict[str, str]:
        return {
            **{pair.name: "train" for pair in self._photos.train},
            **{pair.name: "val" for pair in self._photos.val},
        }


def first_variants(index: Index, count: int) -> Index:
    """The same shards as if only `count` variants had been made: a variant does not depend on how many there are."""
    if count >= index.variants:
        return index
    train = index.train[:count]
    content = checksum([*(shard for variant in train for shard in variant), *index.val])
    return replace(index, variants=count, train=train, checksum=content)
