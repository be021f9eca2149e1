"""Building `data/` from sources: photos and masks in the project's own form, all or nothing."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from tqdm import tqdm

from figureground.dataset.metadata import Row, held_path, mask_path, photo_path, write_metadata
from figureground.errors import FiguregroundError, system_reason
from figureground.files import write_table
from figureground.importing.fitting import fit_mask
from figureground.importing.layouts.clothing import find_clothing_pairs
from figureground.importing.layouts.coco import find_coco_pairs
from figureground.importing.layouts.folders import LIKE_CLASSES, find_folder_pairs
from figureground.importing.layouts.labelme import find_labelme_pairs
from figureground.importing.layouts.pairing import Found, Item, MaskError, Refused
from figureground.importing.layouts.yolo import find_yolo_pairs
from figureground.importing.licences import licensed
from figureground.importing.sources import Source, SourceError, parse_source, read_sources
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

log = logging.getLogger(__name__)

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


class ImportingError(FiguregroundError):
    """An import that did not happen; the old data set is as it was."""


@dataclass(frozen=True)
class ImportReport:
    """Pairs written by source, in the order of the sources, and every file that was refused with the reason."""

    imported: dict[str, int]
    refused: list[Refused]


@dataclass(frozen=True)
class _Job:
    item: Item
    source: Source
    data: Path


def import_sources(sources: Sequence[Source], destination: Path, *, workers: int | None = None) -> ImportReport:
    """Build the data set `destination` from all sources at once, in place of what was there.

    It is written beside, in `.figureground/`, and takes the old one's place when it is whole: an import that dies
    leaves the old data set, at the latest when the next import begins (or `recover` is called). Equal sources give
    equal bytes, whatever the number of workers. A JPEG that is upright, grey or YCbCr and sRGB is copied as it is;
    any other photo becomes a PNG of the pixels that a viewer shows. Masks become PNG of 0, 128 and 255;
    where a source tells what is held, that becomes a mask of its own, without what the mask says is person.
    Refused files are listed in the report and in `refused.csv`.

    Args:
        sources: What to import; names must differ.
        destination: Folder of the data set; missing, empty, or an earlier import.
        workers: Processes; all cores if None. Few photos are done in this process.
    Raises:
        SourceError: A source's folder or label list is missing or damaged, or two sources have one name.
        ImportingError: `destination` holds other things, another import is at work, or nothing could be used.
        WorkerKilled: A worker process was ended from outside.
    """
    destination = destination.resolve()  # a link to a larger disk stays a link
    _check_names(sources)
    with _only_import(destination):
        recover(destination)
        _check_destination(destination, sources)
        found = [(source, licensed(source, _LAYOUTS[source.layout](source))) for source in sources]
        draft = _draft(destination)
        try:
            report = _write(found, draft, workers)
            _swap(draft, destination)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return report


def recover(destination: Path) -> None:
    """Put back the data set that an import was replacing when it was killed, and remove what it had written."""
    destination = destination.resolve()
    old = _old(destination)
    if old.exists() and not destination.exists():
        old.rename(destination)
        log.warning("%s: an import died while replacing it; the earlier data set is back", destination)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(_draft(destination), ignore_errors=True)


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


def _work(destination: Path) -> Path:
    """Beside the destination, so that renaming never crosses file systems; ignored by git and DVC."""
    return destination.parent / ".figureground" / "import"


def _draft(destination: Path) -> Path:
    return _work(destination) / f"{destination.name}.new"


def _old(destination: Path) -> Path:
    return _work(destination) / f"{destination.name}.old"


@contextmanager
def _only_import(destination: Path) -> Iterator[None]:
    _work(destination).mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(_work(destination) / f"{destination.name}.lock", timeout=0):
            yield
    except Timeout:
        raise ImportingError(f"{destination}: another import is at work on it; wait until it has ended") from None


def _write(found: Sequence[tuple[Source, Found]], draft: Path, workers: int | None) -> ImportReport:
    jobs = [_Job(item, source, draft) for source, pairs in found for item in pairs.items]
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
    return ImportReport({source.name: counts[source.name] for source, _ in found}, refused)


def _without_voids(jobs: Sequence[_Job], done: Sequence[Row | Refused]) -> list[Row | Refused]:
    """White masks are refused, too, where more of their source are label maps: their white may be void."""
    maps = Counter(each.source for each in done if isinstance(each, Refused) and LIKE_CLASSES in each.reason)
    white = [isinstance(row, Row) and _is_white(job, maps) for job, row in zip(jobs, done, strict=True)]
    counts = Counter(job.source.name for job, is_white in zip(jobs, white, strict=True) if is_white)
    return [
        _refused_as_void(job) if is_white and maps[row.source] > counts[row.source] else row
        for job, row, is_white in zip(jobs, done, white, strict=True)
    ]


def _is_white(job: _Job, maps: Mapping[str, int]) -> bool:
    """Whether a mask shows a person, where its source has label maps."""
    return bool(maps.get(job.source.name) and (read_mask(mask_path(job.data, _name(job))) == PERSON).any())


def _refused_as_void(job: _Job) -> Refused:
    """What was written of it is removed."""
    for path in (photo_path, mask_path, held_path):
        path(job.data, _name(job)).unlink(missing_ok=True)
    shown = job.item.mask.shown if job.item.mask else job.item.photo.shown
    told = f"most masks of this source {LIKE_CLASSES}, so its white may mean unknown; give person_values and void"
    return Refused(job.source.name, shown, f"{told}, or make it a source of its own")


def _name(job: _Job) -> str:
    return f"{job.source.name}/{job.item.photo.stem}"


def _convert(job: _Job) -> Row | Refused:
    """Write one pair, or say why not. Failing to write (a full disk) is no refusal and ends the import."""
    photo_file, source = job.item.photo, job.source
    if (length := len(photo_file.stem.encode())) > _LONGEST_NAME:
        reason = f"its name with those of its folders takes {length} bytes, and {_LONGEST_NAME} fit; shorten them"
        return Refused(source.name, photo_file.shown, reason)
    name = _name(job)
    try:
        stored = _read_bytes(photo_file.path)
        photo = read_photo(stored)
        suffix, content = (".jpg", stored) if is_plain_jpeg(stored) else (".png", encode_png(photo))
    except PictureError as error:
        return Refused(source.name, photo_file.shown, _reason(error))
    size = photo.shape[:2]
    try:
        mask, held = _masks(job.item, (size[0], size[1]), exif_orientation(stored))
    except (PictureError, MaskError) as error:
        shown = job.item.mask.shown if job.item.mask else photo_file.shown
        return Refused(source.name, shown, _reason(error))
    (job.data / "images" / f"{name}{suffix}").write_bytes(content)
    mask_path(job.data, name).write_bytes(encode_png(mask))
    if held is not None:
        held_path(job.data, name).parent.mkdir(parents=True, exist_ok=True)
        held_path(job.data, name).write_bytes(encode_png(held))
    return Row(name, source.name, source.group_of(photo_file.stem), job.item.licence, size[1], size[0], source.nobody)


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


def _swap(draft: Path, destination: Path) -> None:
    """Two renames; if the process dies between them, `recover` puts the old data set back."""
    old = _old(destination)
    if destination.exists():
        destination.rename(old)
    draft.rename(destination)
    shutil.rmtree(old, ignore_errors=True)
