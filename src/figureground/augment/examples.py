"""A sheet of variants with their masks, for people to judge the augmentation by."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np

from figureground.augment.records import read_records
from figureground.augment.shards import Index
from figureground.files import write_bytes
from figureground.pictures import decode_mask, decode_photo, encode_jpeg
from figureground.sheets import OUTLINES, contact_sheet, legend, outline

_COLUMNS = 6


def write_example_sheet(index: Index, path: Path, tiles: int) -> None:
    """A JPEG of about `tiles` training variants: a column a pass over the photos, the masks' outlines drawn in,
    what was done to each below.

    Raises:
        RecordError: A shard is damaged.
    """
    columns = min(_COLUMNS, index.variants, tiles)
    rows = -(-tiles // columns)
    # The pairs of a shard stand in the same order in all passes: where all weigh 1, a row shows one pair.
    shown = [itertools.islice(read_records(index.train_files(number)[0]), rows) for number in range(columns)]
    drawn = []
    for row in zip(*shown, strict=True):
        for number, record in enumerate(row):
            picture = outline(decode_photo(record["photo"]), decode_mask(record["mask"]))
            done = record["done"].decode() or "as it is, brought to size"
            drawn.append((picture, f"{record['name'].decode()}, pass {number}\n{done}"))
    sheet = contact_sheet(
        drawn[:tiles], columns, title="Variants that the model is trained on, and what was done to each"
    )
    write_bytes(path, encode_jpeg(np.concatenate([legend(sheet.shape[1], OUTLINES), sheet])))
