"""Building `data/` from sources: photos and masks in the project's own form, all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from figureground.dataset.judgments import Judgment, read_judgments
from figureground.dataset.metadata import (
    MetadataError,
    Row,
    held_path,
    mask_path,
    photo_path,
    read_metadata,
    write_metadata,
)
from figureground.errors import FiguregroundError, system_reason
from figureground.files import write_table
from figureground.importing.correcting import Labels, Reviewed, corrected, corrections_of
from figureground.importing.fitting import fit_mask
from figureground.importing.layouts.clothing import find_clothing_pairs
from figureground.importing.layouts.coco import find_coco_pairs
from figureground.importing.layouts.folders import LIKE_CLASSES, find_folder_pairs
from figureground.importing.layouts.labelme import find_labelme_pairs
from figureground.importing.layouts.pairing import Found, Item, MaskError, Refused
from figureground.importing.layouts.yolo import find_yolo_pairs
from figureground.importing.licences import licensed
from figureground.importing.sources import Source, SourceError, parse_source, read_sources
from figureground.importing.swapping import ImportingError, new_data_set, recover
from figureground.pictures import (
    PERSON,
    Picture,
    PictureError,
    encode_png,
    exif_orientation,
    is_plain_jpeg,
    read_mask,
    read_photo,
)
from figureground.processes import in_order, worthwhile

__all__ = [
    "ImportReport",
    "ImportingError",
    "Refused",
    "Source",
    "import_sources",
    "parse_source",
    "read_sources",
    "recover",
]

REFUSED_COLUMNS = ("source", "file", "reason")
_OWN_ENTRIES = {"images", "masks", "coverage", "held", "metadata.csv", "refused.csv", "CREDITS.md", ".DS_Store"}
_LONGEST_NAME = 255 - len(".png")  # bytes, on all usual file systems
_PHOTOS_A_PROCESS = 32  # fewer are done sooner than another process has started

_LAYOUTS: dict[str, Callable[[Source], Found]] = {
    "folders": find_folder_pairs,
    "clothing": find_clothing_pairs,
    "coco": find_coco_pairs,
    "yolo": find_yolo_pairs,
    "labelme": find_labelme_pairs,
}


@dataclass(frozen=True)
class ImportReport:
    """What came of an import.

    Attributes:
        imported: Pairs written by source, in the order of the sources.
        refused: Every file that was refused, with the reason.
        reviewed: What came of people's judgments on these pairs.
        gone: Pairs that were there before, by source, of sources that are not among these.
    """

    imported: dict[str, int]
    refused: list[Refused]
    reviewed: Reviewed
    gone: dict[str, int]


@dataclass(frozen=True)
class _Job:
    item: Item
    source: Source
    data: Path
    corrections: Path
    judgment: Judgment | None

    @property
    def name(self) -> str:
        return _name(self.source, self.item)


def import_sources(sources: Sequence[Source], destination: Path, *, workers: int | None = None) -> ImportReport:
    """Build the data set `destination` from all sources at once, in place of what was there.

    It is written beside, in `.figureground/`, and takes the old one's place when it is whole: an import that dies
    leaves the old data set, at the latest when the next import begins (or `recover` is called). Equal sources give
    equal bytes, whatever the number of workers. A JPEG that is upright, grey or YCbCr and sRGB is copied as it is;
    any other photo becomes a PNG of the pixels that a viewer shows. Masks become PNG of 0, 128 and 255;
    where a source tells what is held, that becomes a mask of its own, without what the mask says is person.
    Refused files are listed in the report and in `refused.csv`. What people have judged of these pairs, in
    `corrections/` beside the destination, holds as long as photo and mask are the same.

    Args:
        sources: What to import; names must differ.
        destination: Folder of the data set; missing, empty, or an earlier import.
        workers: Processes; all cores if None. Few photos are done in this process.
    Raises:
        SourceError: A source's folder or label list is missing or damaged, or two sources have one name.
        ImportingError: `destination` holds other things, another import is at work, or nothing could be used.
        WorkerKilled: A worker process was ended from outside.
    """
    corrections = corrections_of(destination)
    destination = destination.resolve()  # a link to a larger disk stays a link
    _check_names(sources)
    with new_data_set(destination) as draft:
        _check_destination(destination, sources)
        found = [(source, licensed(source, _LAYOUTS[source.layout](source))) for source in sources]
        gone = _of_other_sources(destination, sources)
        return _write(found, draft, corrections, workers, gone)


def _of_other_sources(destination: Path, sources: Sequence[Source]) -> dict[str, int]:
    try:
        counts = Counter(row.source for row in read_metadata(destination))
    except MetadataError:  # what cannot be read is replaced all the same
        return {}
    return {name: counts[name] for name in sorted(counts.keys() - {source.name for source in sources})}


def _check_names(sources: Sequence[Source]) -> None:
    if not sources:
        raise SourceError("no sources; name at least one folder of photos")
    # Folders of file systems that do not tell cases apart must not run into one another.
    name, times = Counter(source.name.casefold() for source in sources).most_common(1)[0]
    if times > 1:
        raise SourceError(f"{times} sources are called {name}; give each a name of its own")


def _check_destination(destination: Path, sources: Sequence[Source]) -> None:
    if destination.exists() and not destination.is_dir():
        raise ImportingError(f"{destination}: a file stands where the data set shall be; move it away")
    for source in sources:
        for path in filter(None, (source.photos, source.masks, source.held)):
            if path.resolve().is_relative_to(destination):
                raise ImportingError(f"{path}: lies in {destination}, which the import replaces; move it elsewhere")
    strange = sorted({entry.name for entry in destination.glob("*")} - _OWN_ENTRIES)
    if strange:
        raise ImportingError(f"{destination}: holds {strange[0]}, which an import would delete; move it away")


def _write(
    found: Sequence[tuple[Source, Found]],
    draft: Path,
    corrections: Path,
    workers: int | None,
    gone: dict[str, int],
) -> ImportReport:
    judgments = read_judgments(corrections)
    jobs = [
        _Job(item, source, draft, corrections, judgments.get(_name(source, item)))
        for source, pairs in found
        for item in pairs.items
    ]
    for source, _ in found:
        (draft / "images" / source.name).mkdir(parents=True)
        (draft / "masks" / source.name).mkdir(parents=True)
    processes = worthwhile(len(jobs), workers, least=_PHOTOS_A_PROCESS)
    converted = in_order(_convert, jobs, processes, advice="close other programs and import again")
    done = _without_voids(jobs, list(tqdm(converted, "import", len(jobs), unit="photo", disable=None)))
    rows = [result for result in done if isinstance(result, Row)]
    refused = [entry for _, pairs in found for entry in pairs.refused]
    refused += [result for result in done if isinstance(result, Refused)]
    refused.sort(key=lambda entry: (entry.source, entry.file, entry.reason))
    if not rows:
        shown = "; ".join(f"{entry.file}: {entry.reason}" for entry in refused[:3]) or "the folders hold no photos"
        raise ImportingError(f"none of the {len(refused)} files found can be used ({shown}); nothing was imported")
    write_metadata(draft, rows)
    write_table(draft / "refused.csv", REFUSED_COLUMNS, map(asdict, refused))
    counts = Counter(row.source for row in rows)
    imported = {source.name: counts[source.name] for source, _ in found}
    left_out = sum(result is None for result in done)
    return ImportReport(imported, refused, Reviewed.of(rows, judgments, left_out), gone)


def _without_voids(jobs: Sequence[_Job], done: Sequence[Row | Refused | None]) -> list[Row | Refused | None]:
    """White masks are refused, too, where more of their source are label maps: their white may be void."""
    maps = Counter(each.source for each in done if isinstance(each, Refused) and LIKE_CLASSES in each.reason)
    white = [isinstance(row, Row) and _is_white(job, maps) for job, row in zip(jobs, done, strict=True)]
    counts = Counter(job.source.name for job, is_white in zip(jobs, white, strict=True) if is_white)
    return [
        _refused_as_void(job) if is_white and maps[job.source.name] > counts[job.source.name] else row
        for job, row, is_white in zip(jobs, done, white, strict=True)
    ]


def _is_white(job: _Job, maps: Mapping[str, int]) -> bool:
    """Whether a mask shows a person, where its source has label maps."""
    return bool(maps.get(job.source.name) and (read_mask(mask_path(job.data, job.name)) == PERSON).any())


def _refused_as_void(job: _Job) -> Refused:
    """What was written of it is removed."""
    for path in (photo_path, mask_path, held_path):
        path(job.data, job.name).unlink(missing_ok=True)
    shown = job.item.mask.shown if job.item.mask else job.item.photo.shown
    told = f"most masks of this source {LIKE_CLASSES}, so its white may mean unknown; give person_values and void"
    return Refused(job.source.name, shown, f"{told}, or make it a source of its own")


def _name(source: Source, item: Item) -> str:
    return f"{source.name}/{item.photo.stem}"


def _convert(job: _Job) -> Row | Refused | None:
    """Write one pair, or say why not; None where a person has left it out.

    Failing to write (a full disk) is no refusal and ends the import.
    """
    photo_file, source = job.item.photo, job.source
    if (length := len(photo_file.stem.encode())) > _LONGEST_NAME:
        reason = f"its name with those of its folders takes {length} bytes, and {_LONGEST_NAME} fit; shorten them"
        return Refused(source.name, photo_file.shown, reason)
    try:
        stored = _read_bytes(photo_file.path)
        photo = read_photo(stored)
        suffix, content = (".jpg", stored) if is_plain_jpeg(stored) else (".png", encode_png(photo))
    except PictureError as error:
        return Refused(source.name, photo_file.shown, _reason(error))
    size = photo.shape[:2]
    try:
        mask, held = _masks(job.item, (size[0], size[1]), exif_orientation(stored))
        made = corrected(job.corrections, job.judgment, content, Labels(mask, held))
    except (PictureError, MaskError) as error:
        shown = job.item.mask.shown if job.item.mask else photo_file.shown
        return Refused(source.name, shown, _reason(error))
    return None if made is None else _written(job, suffix, content, made)


def _written(job: _Job, suffix: str, photo: bytes, labels: Labels) -> Row:
    name, source = job.name, job.source
    (job.data / "images" / f"{name}{suffix}").write_bytes(photo)
    mask_path(job.data, name).write_bytes(encode_png(labels.mask))
    if labels.held is not None:
        held_path(job.data, name).parent.mkdir(parents=True, exist_ok=True)
        held_path(job.data, name).write_bytes(encode_png(labels.held))
    height, width = labels.mask.shape
    group, nobody = source.group_of(job.item.photo.stem), source.nobody and not labels.mask.any()
    reviewed = labels.reviewed or ("drawn" if source.reviewed else "")
    return Row(name, source.name, group, job.item.licence, width, height, nobody, reviewed)


def _masks(item: Item, size: tuple[int, int], orientation: int) -> tuple[Picture, Picture | None]:
    """The mask, and that of held things where the source has one."""
    if item.mask is None:
        return np.zeros(size, np.uint8), None
    mask = fit_mask(item.mask.read(), size, orientation)
    try:
        held = item.mask.read_held()
        return mask, held if held is None else np.where(mask == PERSON, np.uint8(0), fit_mask(held, size, orientation))
    except (PictureError, MaskError) as error:
        raise MaskError(f"what is held: {_reason(error)}") from None


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"picture: {system_reason(error)}; make it readable") from None


def _reason(error: FiguregroundError) -> str:
    """The message without the path before it: the list has a column for the file."""
    if isinstance(error, MaskError):
        return str(error)
    return str(error).partition(": ")[2]
