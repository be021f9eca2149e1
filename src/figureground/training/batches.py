"""tf.data input from the shards of stage `augment`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import tensorflow as tf

from figureground.augment.shards import Index
from figureground.network_input import WHITE
from figureground.training.team import Team, holding

Epoch = Callable[[tf.Tensor], tf.data.Dataset]  # its batches, by its number

# Encoded pairs are shuffled before they are decoded: 8192 of them at 256 px take about 250 MB.
SHUFFLED_PAIRS = 8192
_VOID = 128  # in a mask
_FEATURES = {key: tf.io.FixedLenFeature([], tf.string) for key in ("photo", "mask", "name")}


def steps_per_epoch(pairs: int, batch_size: int) -> int:
    """Whole batches only, so that no step rests on a handful of photos; a set below one batch is one step."""
    return max(1, pairs // batch_size)


def training_batches(
    index: Index,
    *,
    batch_size: int,
    seed: int,
    first_epoch: int,
    epochs: int,
    team: Team | None = None,
    names: bool = False,
) -> tf.data.Dataset:
    """Batches of the epochs `first_epoch` to `epochs` - 1, one after the other in a single pass.

    Epoch e shows variant e modulo `variants` of every training photo once, in an order that depends on seed and e
    alone: a resumed run sees what an uninterrupted one would have seen.

    Args:
        team: The processes that fill each batch together, in an order of their own: only this one's share is given.
        names: Give the photos' names as a third element.
    Returns:
        Dataset of (float32 (B, S, S, 3) in 0..1, uint8 (B, S, S, 1) with 0, 128 and 255[, string (B,)]).
    """
    epoch = _epoch(index, batch_size, seed) if team is None else _epoch_of_team(index, batch_size, seed, team)
    batches = tf.data.Dataset.range(first_epoch, epochs).flat_map(epoch)
    return (batches if names else batches.map(_without_names)).prefetch(2)


def _epoch(index: Index, batch_size: int, seed: int) -> Epoch:
    files = tf.ragged.constant([_strings(index.train_files(variant)) for variant in range(index.variants)])

    def epoch(number: tf.Tensor) -> tf.data.Dataset:
        records = tf.data.TFRecordDataset(files[number % index.variants])
        shuffled = records.shuffle(min(index.train_pairs, SHUFFLED_PAIRS), seed=seed + number)
        return _decoded(shuffled, index.input_size).batch(batch_size, drop_remainder=index.train_pairs >= batch_size)

    return epoch


def _epoch_of_team(index: Index, batch_size: int, seed: int, team: Team) -> Epoch:
    """Each slot of the batches has a shuffled stretch of pairs of its own (see `team`)."""
    stretches = team.slots(index.train_pairs, batch_size)
    first_slot = team.member * len(stretches)
    ahead = max(1, SHUFFLED_PAIRS // batch_size)

    def slot(place: int, epoch: tf.Tensor) -> tf.data.Dataset:
        stretch = stretches[place]
        found = [holding(variant, stretch) for variant in index.train]
        files = tf.constant([_strings(index.folder / shard.file for shard in shards) for shards, _ in found])
        records = tf.data.TFRecordDataset(files[epoch % index.variants]).skip(found[0][1]).take(len(stretch))
        return records.shuffle(min(len(stretch), ahead), seed=seed + epoch * batch_size + first_slot + place)

    def epoch(number: tf.Tensor) -> tf.data.Dataset:
        rows = tf.data.Dataset.zip(tuple(slot(place, number) for place in range(len(stretches))))
        records = rows.map(lambda *row: tf.stack(row)).take(index.train_pairs // batch_size).unbatch()
        return _decoded(records, index.input_size).batch(len(stretches), drop_remainder=True)

    return epoch


def validation_batches(index: Index, *, batch_size: int, team: Team | None = None) -> tf.data.Dataset:
    """All validation pairs in order, shaped like the training batches; the last batch may be smaller.

    Args:
        team: The processes that fill each batch together, this one with its own part of the pairs. All batches are of
            one size then, filled up with void; a third element, float32 (B,), weighs the pairs so that the mean over
            all batches is that over the pairs.
    """
    if team is not None:
        return _validation_of_team(index, batch_size, team)
    records = tf.data.TFRecordDataset(_strings(index.val_files()))
    batches = _decoded(records, index.input_size).batch(batch_size).map(_without_names).prefetch(2)
    # Shards do not tell how many they hold, and Keras warns where data of unknown length ends.
    return batches.apply(tf.data.experimental.assert_cardinality(-(-index.val_pairs // batch_size)))


def _validation_of_team(index: Index, batch_size: int, team: Team) -> tf.data.Dataset:
    own, batches = team.part(index.val_pairs), -(-index.val_pairs // batch_size)
    slots, size = batch_size // team.size, index.input_size
    weight = batches * batch_size / index.val_pairs
    shards, before = holding(index.val, own)
    files = tf.constant(_strings(index.folder / shard.file for shard in shards), tf.string)  # none of a few pairs
    records = tf.data.TFRecordDataset(files)
    pairs = _decoded(records.skip(before).take(len(own)), size).map(_without_names)
    nothing = (tf.zeros((size, size, 3)), tf.fill((size, size, 1), tf.constant(_VOID, tf.uint8)), 0.0)
    filling = tf.data.Dataset.from_tensors(nothing).repeat()
    weighted = pairs.map(lambda photo, mask: (photo, mask, weight)).concatenate(filling)
    return weighted.batch(slots).take(batches).prefetch(2)


def _decoded(records: tf.data.Dataset, size: int) -> tf.data.Dataset:
    def decode(record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        features = tf.io.parse_single_example(record, _FEATURES)
        photo = tf.io.decode_image(features["photo"], channels=3, expand_animations=False)
        mask = tf.io.decode_png(features["mask"], channels=1)
        photo = tf.cast(tf.ensure_shape(photo, (size, size, 3)), tf.float32) / WHITE
        return photo, tf.ensure_shape(mask, (size, size, 1)), features["name"]

    return records.map(decode, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _without_names(photo: tf.Tensor, mask: tf.Tensor, name: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return photo, mask


def _strings(files: Iterable[Path]) -> list[str]:
    return [str(file) for file in files]
