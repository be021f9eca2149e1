"""tf.data input from the shards of stage `augment`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from figureground.augment.shards import Index
from figureground.network_input import WHITE

# Encoded pairs are shuffled before they are decoded: 8192 of them at 256 px take about 250 MB.
SHUFFLED_PAIRS = 8192
_FEATURES = {key: tf.io.FixedLenFeature([], tf.string) for key in ("photo", "mask", "name")}


def steps_per_epoch(pairs: int, batch_size: int) -> int:
    """Whole batches only, so that no step rests on a handful of photos; a set below one batch is one step."""
    return max(1, pairs // batch_size)


def training_batches(
    index: Index, *, batch_size: int, seed: int, first_epoch: int, epochs: int, names: bool = False
) -> tf.data.Dataset:
    """Batches of the epochs `first_epoch` to `epochs` - 1, one after the other in a single pass.

    Epoch e shows variant e modulo `variants` of every training photo once, in an order that depends on seed and e
    alone: a resumed run sees what an uninterrupted one would have seen.

    Args:
        names: Give the photos' names as a third element.
    Returns:
        Dataset of (float32 (B, S, S, 3) in 0..1, uint8 (B, S, S, 1) with 0, 128 and 255[, string (B,)]).
    """
    files = tf.ragged.constant([_strings(index.train_files(variant)) for variant in range(index.variants)])

    def epoch(number: tf.Tensor) -> tf.data.Dataset:
        records = tf.data.TFRecordDataset(files[number % index.variants])
        shuffled = records.shuffle(min(index.train_pairs, SHUFFLED_PAIRS), seed=seed + number)
        return _decoded(shuffled, index.input_size).batch(batch_size, drop_remainder=index.train_pairs >= batch_size)

    batches = tf.data.Dataset.range(first_epoch, epochs).flat_map(epoch)
    return (batches if names else batches.map(_without_names)).prefetch(2)


def validation_batches(index: Index, *, batch_size: int) -> tf.data.Dataset:
    """All validation pairs in order, shaped like the training batches; the last batch may be smaller."""
    records = tf.data.TFRecordDataset(_strings(index.val_files()))
    batches = _decoded(records, index.input_size).batch(batch_size).map(_without_names).prefetch(2)
    # Shards do not tell how many they hold, and Keras warns where data of unknown length ends.
    return batches.apply(tf.data.experimental.assert_cardinality(-(-index.val_pairs // batch_size)))


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


def _strings(files: Sequence[Path]) -> list[str]:
    return [str(file) for file in files]
