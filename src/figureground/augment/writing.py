"""Writing the shards: variants computed by several processes, written in order by one, gone on with after a kill."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from figureground.augment.compose import MAX_BACKGROUND_PERSON, MIN_PASTED_PERSON
from figureground.augment.shards import INDEX_NAME, Index, Shard, checksum, write_index
from figureground.augment.variants import AugmentError, Recipe
from figureground.augment.weighting import showings, source_of, unknown_sources
from figureground.dataset.manifest import Pair
from figureground.files import fingerprint, write_json
from figureground.params import AugmentParams
from figureground.pictures import PictureError
from figureground.processes import KILLED, WorkerKilled, in_order, worthwhile
from figureground.stores import StorePath

_CHUNK = 4  # pairs a task: a few megabytes of records on their way from a worker
_ADVICE = "close other programs and run again, finished shards are kept"

Made = list[list[list[bytes]]]  # by a task: records by pair and by the block's files

Task = tuple["ShardTask", tuple[str, ...]]  # names of pairs of a block

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ShardTask:
    """Pairs whose shards are written, and after a kill reused, together: one file, or one for each pass."""

    files: tuple[str, ...]
    names: tuple[str, ...]
    training: bool

    @property
    def ledger(self) -> str:
        """Name of the file that says that the block is finished."""
        return f"{self.files[0].removesuffix('.tfrecord')}.json"

    def tasks(self, size: int) -> list[Task]:
        return [(self, self.names[start : start + size]) for start in range(0, len(self.names), size)]


def augment(
    pairs: Sequence[Pair],
    split: Mapping[str, str],
    data: Path,
    params: AugmentParams,
    *,
    input_size: int,
    seed: int,
    out: Path,
    work: Path,
    workers: int | None = None,
) -> Index:
    """Write variants of the training pairs, and the validation pairs as they are, as shards at `input_size`.

    There are `params.variants` passes over the training pairs, each of `params.source_weights` showings a source. A
    source of weight 0 is left out wholly: it is not validated on and lends no backgrounds or people either.

    The bytes depend on data, parameters, size and seed, never on `workers` or `params.engine`. Test pairs are not
    touched. The order of the pairs is drawn from the seed, so that each shard mixes the sources, and is the same in all
    passes.

    Args:
        pairs: The manifest's rows.
        split: Side ("train", "val", "test") by name.
        data: Folder of the data set.
        out: Where shards and index end up; shards of an earlier run there go away. With `params.store` the index alone:
            each shard goes to the store when it is finished, below the name of `work`.
        work: Folder for half-done shards, one for each combination of data and parameters. What an interrupted call
            finished there is checked and reused. Removed at the end.
        workers: Processes; 1 works in this one, None takes as many as there are cores for this process, or with the
            engine "ray" in the cluster.
    Raises:
        AugmentError: No training pair, a pair without a side, a weight for a source that is not there, or a pair whose
            files do not fit one another.
        PictureError, MetadataError: A file cannot be read.
        WorkerKilled: A worker process was ended from outside.
        RayClusterError, StoreError: The cluster or the store cannot be used.
    """
    sides = _sides(pairs, split, params.source_weights)
    recipe = _recipe(sides["train"], data, params, input_size, seed)
    blocks = _blocks(sides, params, seed)
    plan = _plan(recipe, blocks)
    work.mkdir(parents=True, exist_ok=True)
    store = StorePath(params.store) / work.name if params.store else None
    stored = store.files() if store else {}
    done = {block: shards for block in blocks if (shards := _finished(block, plan, (work, out), stored)) is not None}
    todo = [block for block in blocks if block not in done]
    if done:
        _log.info("going on: %d of %d blocks of shards are finished", len(done), len(blocks))
    done |= _write_blocks(todo, recipe, plan, work, store, workers)
    index = _index(out, recipe, blocks, done, sides, store)
    _move(index, work)
    return index


def _sides(pairs: Sequence[Pair], split: Mapping[str, str], weights: Mapping[str, float]) -> dict[str, list[Pair]]:
    if unknown := unknown_sources(weights, [pair.name for pair in pairs]):
        raise AugmentError(f"augment.source_weights: no photos of {', '.join(unknown)}; check the sources' names")
    sides: dict[str, list[Pair]] = {"train": [], "val": [], "test": []}
    for pair in sorted(pairs, key=lambda pair: pair.name):
        side = split.get(pair.name)
        if side is None:  # left out: of the group of a listed test photo, without being listed
            continue
        if side not in sides:
            raise AugmentError(f"{pair.name}: side {side!r} in the split; run the split stage again")
        if weights.get(source_of(pair.name), 1.0) > 0:
            sides[side].append(pair)
    if not sides["train"]:
        raise AugmentError("no training pairs in the split; import more photos or lower split.test_share")
    return sides


def _recipe(training: Sequence[Pair], data: Path, params: AugmentParams, input_size: int, seed: int) -> Recipe:
    return Recipe(
        data=data,
        params=params,
        input_size=input_size,
        seed=seed,
        backgrounds=tuple(p.name for p in training if p.person_share + p.void_share <= MAX_BACKGROUND_PERSON),
        people=tuple(p.name for p in training if p.person_share >= MIN_PASTED_PERSON),
        showings=showings(_ordered(training, seed), params.source_weights, params.variants),
    )


def _ordered(training: Sequence[Pair], seed: int) -> list[str]:
    """Names in an order drawn from the seed, so that each shard mixes the sources."""
    return [training[place].name for place in np.random.default_rng(seed).permutation(len(training))]


def _blocks(sides: Mapping[str, Sequence[Pair]], params: AugmentParams, seed: int) -> list[ShardTask]:
    def cut(names: Sequence[str], stems: Sequence[str], training: bool) -> Iterator[ShardTask]:
        for number, start in enumerate(range(0, len(names), params.shard_pairs)):
            files = tuple(f"{stem}-{number:05d}.tfrecord" for stem in stems)
            yield ShardTask(files, tuple(names[start : start + params.shard_pairs]), training)

    stems = [f"train-v{number:03d}" for number in range(params.variants)]
    return [
        *cut(_ordered(sides["train"], seed), stems, True),
        *cut([pair.name for pair in sides["val"]], ["val"], False),
    ]


def _plan(recipe: Recipe, blocks: Sequence[ShardTask]) -> str:
    """Fingerprint of what the shards' bytes depend on, beside the pictures and the code."""
    values = [_parameters(recipe), recipe.input_size, recipe.backgrounds, recipe.people, [asdict(b) for b in blocks]]
    versions = [cv2.__version__, np.__version__]
    return fingerprint(values, versions)


def _parameters(recipe: Recipe) -> dict[str, Any]:
    return {"seed": recipe.seed, **recipe.params.deciding()}


def _finished(
    block: ShardTask, plan: str, folders: Sequence[Path], stored: Mapping[PurePosixPath, int]
) -> list[Shard] | None:
    """The block's shards, if an earlier call finished them under the same plan and the files are still whole.

    They lie in the second folder when the earlier call was ended while it moved them, or in the store, of which the
    sizes are known.
    """
    try:
        ledger = json.loads((folders[0] / block.ledger).read_text(encoding="utf-8"))
        shards = [Shard(**shard) for shard in ledger["shards"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if ledger["plan"] != plan:
        return None
    whole = all(
        stored.get(PurePosixPath(shard.file)) == shard.bytes
        or any(shard.is_whole(folder / shard.file) for folder in folders)
        for shard in shards
    )
    return shards if whole else None


def _write_blocks(
    todo: Sequence[ShardTask],
    recipe: Recipe,
    plan: str,
    work: Path,
    store: StorePath | None,
    workers: int | None,
) -> dict[ShardTask, list[Shard]]:
    done = {}
    total = sum(sum(_records(block, recipe)) for block in todo)
    engine = _on_this_machine if recipe.params.engine == "local" else _on_all_hosts
    with (
        contextlib.closing(engine(todo, recipe, workers)) as made,
        tqdm(total=total, desc="augment", unit="pair", disable=not total) as progress,
    ):
        for block in todo:
            done[block] = _write_block(block, _records(block, recipe), made, work, progress.update)
            if store:
                _put(block, work, store)
            ledger = {"plan": plan, "shards": [asdict(shard) for shard in done[block]]}
            write_json(work / block.ledger, ledger)
    return done


def _on_this_machine(blocks: Sequence[ShardTask], recipe: Recipe, workers: int | None) -> Generator[Made]:
    tasks = [task for block in blocks for task in block.tasks(_CHUNK)]
    yield from in_order(partial(_make, recipe), tasks, worthwhile(len(tasks), workers), advice=_ADVICE)


def _on_all_hosts(blocks: Sequence[ShardTask], recipe: Recipe, workers: int | None) -> Generator[Made]:
    if not blocks:
        return
    from figureground.ray_workers import cluster, cores, over_hosts, task_size

    with cluster(None):
        processes = workers or cores()
        size = task_size(sum(len(block.names) for block in blocks), processes)
        tasks = [task for block in blocks for task in block.tasks(size)]
        made = over_hosts(partial(_make, recipe), tasks, processes, shared=[Path.cwd(), recipe.data], in_order=True)
        for expected in range(len(tasks)):
            number, records = next(made, (-1, []))
            if number != expected:
                raise WorkerKilled(f"a worker process {KILLED}; {_ADVICE}")
            yield records


def _put(block: ShardTask, work: Path, store: StorePath) -> None:
    for file in block.files:
        (store / file).write_bytes((work / file).read_bytes())
        (work / file).unlink()


def _records(block: ShardTask, recipe: Recipe) -> list[int]:
    """How many records each file of a block holds."""
    if not block.training:
        return [len(block.names)]
    return [sum(numbers) for numbers in zip(*(recipe.showings[name] for name in block.names), strict=True)]


def _write_block(
    block: ShardTask, counts: Sequence[int], made: Iterator[Made], work: Path, advance: Callable[[int], Any]
) -> list[Shard]:
    """The shards of a block, from the records of its tasks in order; files have a draft's name until they are whole."""
    left = len(block.names)
    drafts = [work / f"{file}.part" for file in block.files]
    digests = [hashlib.sha256() for _ in drafts]
    sizes = [0] * len(drafts)
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(draft.open("wb")) for draft in drafts]
        while left:
            pairs = next(made)
            left -= len(pairs)
            for passes in pairs:
                for number, records in enumerate(passes):
                    content = b"".join(records)
                    streams[number].write(content)
                    digests[number].update(content)
                    sizes[number] += len(content)
                advance(sum(map(len, passes)))
    for draft, file in zip(drafts, block.files, strict=True):
        draft.replace(work / file)
    return [
        Shard(file, count, size, digest.hexdigest())
        for file, count, size, digest in zip(block.files, counts, sizes, digests, strict=True)
    ]


def _make(recipe: Recipe, task: Task) -> Made:
    block, names = task
    made: Made = []
    for name in names:
        try:
            made.append(recipe.training_records(name) if block.training else [[recipe.validation_record(name)]])
        except PictureError as error:  # decoding knows bytes only, not whose they are
            raise AugmentError(f"{name}: {error}") from None
    return made


def _index(
    out: Path,
    recipe: Recipe,
    blocks: Sequence[ShardTask],
    done: Mapping[ShardTask, Sequence[Shard]],
    sides: Mapping[str, Sequence[Pair]],
    store: StorePath | None,
) -> Index:
    training = [done[block] for block in blocks if block.training]
    variants = range(recipe.params.variants)
    train = tuple(tuple(shards[variant] for shards in training) for variant in variants)
    val = tuple(shard for block in blocks if not block.training for shard in done[block])
    return Index(
        folder=out,
        input_size=recipe.input_size,
        photo_format=recipe.params.photo_format,
        variants=recipe.params.variants,
        train_pairs=sum(shard.records for shard in train[0]),
        val_pairs=len(sides["val"]),
        train=train,
        val=val,
        parameters=_parameters(recipe),
        checksum=checksum([*(shard for variant in train for shard in variant), *val]),
        store=str(store) if store else None,
    )


def _move(index: Index, work: Path) -> None:
    """Shards from `work` to the index's folder, then the index; what an earlier run left there goes first."""
    index.folder.mkdir(parents=True, exist_ok=True)
    (index.folder / INDEX_NAME).unlink(missing_ok=True)
    files = set() if index.store else {shard.file for shard in index.shards()}
    for old in index.folder.glob("*.tfrecord"):
        if old.name not in files:
            old.unlink()
    for file in sorted(files):
        if (work / file).exists():  # else it was moved before an interruption
            shutil.move(work / file, index.folder / file)
    write_index(index)
    shutil.rmtree(work)
