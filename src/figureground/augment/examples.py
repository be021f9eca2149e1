"""A sheet of variants with their masks, for people to judge the augmentation by."""

from __future__ import annotations

import itertools
from pathlib import Path

from figureground.augment.records import read_records
from figureground.augment.shards import Index
from figureground.files import write_bytes
from figureground.pictures import decode_mask, decode_photo, encode_jpeg
from figureground.sheets import contact_sheet, outline

_COLUMNS = 6


def write_example_sheet(index: Index, path: Path, tiles: int) -> None:
    """A JPEG of about `tiles` training variants: a column a pass over the photos, the masks' outlines drawn in.

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
            drawn.append((picture, f"{record['name'].decode()}, pass {number}"))
    write_bytes(path, encode_jpeg(contact_sheet(drawn[:tiles], columns, title="Training variants, outlines: masks")))
