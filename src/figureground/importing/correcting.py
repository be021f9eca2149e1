"""What people have judged of masks, put into a data set: while it is built, or into one whose sources are elsewhere."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from figureground.dataset.judgments import (
    Judgment,
    JudgmentError,
    given_held_path,
    given_mask_path,
    mask_digest,
    photo_digest,
    read_judgments,
)
from figureground.dataset.metadata import (
    Row,
    coverage_path,
    held_path,
    mask_path,
    pair_mask,
    photo_path,
    read_metadata,
    write_metadata,
)
from figureground.files import write_bytes
from figureground.importing.swapping import new_data_set
from figureground.pictures import PERSON, Picture, PictureError, encode_png, read_mask


@dataclass(frozen=True)
class Labels:
    """What is known of a photo's pixels: the mask, that of held things if any, and `Row.reviewed`."""

    mask: Picture
    held: Picture | None
    reviewed: str = ""


@dataclass(frozen=True)
class Reviewed:
    """What came of the judgments on pairs of a data set.

    Attributes:
        counts: Pairs by decision: masks left as they are (`right`), those of the `model`, `mended` ones, and pairs
            that are `left-out`.
        outdated: Names of pairs whose photo or mask is no longer what was judged, so that the judgment was not used.
    """

    counts: Counter[str]
    outdated: list[str]

    @classmethod
    def of(cls, rows: Iterable[Row], judgments: Mapping[str, Judgment], left_out: int) -> Reviewed:
        judged = [row for row in rows if row.name in judgments]
        counts = Counter(row.reviewed for row in judged if row.reviewed == judgments[row.name].decision)
        outdated = [row.name for row in judged if row.reviewed != judgments[row.name].decision]
        return cls(counts + Counter({"left-out": left_out}), sorted(outdated))


def corrections_of(data: Path) -> Path:
    """Where the judgments on a data set's pairs lie: beside it, or the link to it, so that it can be built anew."""
    return data.parent / "corrections"


def corrected(corrections: Path, judgment: Judgment | None, photo: bytes, found: Labels) -> Labels | None:
    """The labels after what a person has judged of them; None where the pair shall be left out.

    Args:
        photo: The file's content, as in the data set.
        found: The labels without this judgment, which are given back if it is about another photo or mask. Where
            `reviewed` says something, they are an earlier correction, which another one may follow.
    Raises:
        JudgmentError: The mask that the person gave is missing or unusable.
    """
    if judgment is None or photo_digest(photo) != judgment.photo_sha256:
        return found
    if judgment.decision == "left-out":
        return None
    replaceable = found.reviewed and judgment.gives_mask
    if not replaceable and mask_digest(found.mask) != judgment.mask_sha256:
        return found
    if not judgment.gives_mask:
        return replace(found, reviewed=judgment.decision)
    mask = _given(given_mask_path(corrections, judgment.name), found.mask)
    held_file = given_held_path(corrections, judgment.name)
    held = _given(held_file, found.mask) if held_file.is_file() else found.held
    without_people = held if held is None else np.where(mask == PERSON, np.uint8(0), held)
    return Labels(mask, without_people, judgment.decision)


def _given(path: Path, mask: Picture) -> Picture:
    try:
        given = read_mask(path)
    except PictureError as error:
        raise JudgmentError(f"{error}; or judge it again: figureground data review") from None
    if given.shape != mask.shape:
        raise JudgmentError(f"{path}: of another size than its photo; judge it again: figureground data review")
    return given


def correct(data: Path) -> Reviewed:
    """Put the judgments in `corrections/` into the data set beside it, all or nothing, without its sources.

    Raises:
        JudgmentError: There is none on these pairs, or it or the mask that it gives cannot be read.
        MetadataError, PictureError: The data set is damaged.
        ImportingError: An import is at work.
    """
    corrections = corrections_of(data)
    data = data.resolve()
    judgments = read_judgments(corrections)
    if judgments.keys().isdisjoint(row.name for row in read_metadata(data)):
        raise JudgmentError(f"{corrections}: no judgment on a pair of {data}; `figureground data review` makes some")
    with new_data_set(data) as draft:
        shutil.copytree(data, draft, symlinks=True, copy_function=_linked)
        rows = [_corrected_row(draft, corrections, row, judgments.get(row.name)) for row in read_metadata(draft)]
        kept = [row for row in rows if row is not None]
        write_metadata(draft, kept)
    return Reviewed.of(kept, judgments, len(rows) - len(kept))


def _linked(source: str, target: str) -> None:
    """Files are only ever replaced, so that both sets may share those that stay."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # file systems without hard links
        shutil.copy2(source, target, follow_symlinks=False)


def _corrected_row(data: Path, corrections: Path, row: Row, judgment: Judgment | None) -> Row | None:
    """The pair's files are changed as its judgment says; None: they are removed."""
    if judgment is None:
        return row
    held = held_path(data, row.name)
    former = row.reviewed if row.reviewed in ("model", "mended") else ""  # the mask is an earlier correction
    found = Labels(pair_mask(data, row.name), read_mask(held) if held.is_file() else None, former)
    made = corrected(corrections, judgment, photo_path(data, row.name).read_bytes(), found)
    if made is None:
        for path in (photo_path(data, row.name), mask_path(data, row.name), coverage_path(data, row.name), held):
            path.unlink(missing_ok=True)
        return None
    if made is found:
        return row
    if judgment.gives_mask:
        write_bytes(mask_path(data, row.name), encode_png(made.mask))
        coverage_path(data, row.name).unlink(missing_ok=True)
    if made.held is not None:
        write_bytes(held, encode_png(made.held))
    return replace(row, nobody=row.nobody and not made.mask.any(), reviewed=made.reviewed)
