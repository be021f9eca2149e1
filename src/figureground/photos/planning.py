"""Which files a command reads and where each result goes: folders keep their structure and no two results collide."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from figureground.errors import FiguregroundError
from figureground.image_files import RAW_SUFFIXES
from figureground.photos.saving import WRITABLE
from figureground.pictures import SUFFIXES

PICTURES = frozenset({*SUFFIXES, *RAW_SUFFIXES})  # the latter to be reported, not passed over


class PlanError(FiguregroundError):
    """Photos and an output that do not go together."""


@dataclass(frozen=True)
class Job:
    """A photo and the file that its result goes to."""

    source: Path
    target: Path


def result_suffix(output: Path, wanted: str | None, *, transparent: bool, mask_only: bool) -> str:
    """Suffix of the results: the output file's own, else the one asked for, else what suits them.

    Args:
        wanted: "png", "webp", "jpg" or None.
        transparent: Whether the results have a transparent background.
    Raises:
        PlanError: The format cannot hold the results or is none that is written, or file and format differ.
    """
    own = output.suffix.lower() if names_file(output) else ""
    if own and wanted and own.replace("jpeg", "jpg") != f".{wanted}":
        raise PlanError(f"{output}: its name says another format than --format {wanted}; leave one of them out")
    if output.suffix.lower() in PICTURES.difference(WRITABLE) and not output.is_dir():
        raise PlanError(f"{output}: {output.suffix} cannot be written; name a .png, .webp or .jpg file, or a folder")
    suffix = own or (f".{wanted}" if wanted else ".png" if transparent or mask_only else ".jpg")
    if mask_only and suffix != ".png":
        raise PlanError(f"masks are exact only as PNG, not as {suffix[1:]}; leave --format out or name a .png file")
    if transparent and suffix in (".jpg", ".jpeg"):
        raise PlanError("JPEG has no transparency; use PNG or WebP, or give a background such as --background white")
    return suffix


def names_file(output: Path) -> bool:
    """Whether an output is meant as a single file: it has the suffix of a picture and is no folder."""
    return output.suffix.lower() in WRITABLE and not output.is_dir()


def plan(inputs: Sequence[Path], output: Path, suffix: str) -> list[Job]:
    """A job for every photo among `inputs` and below the folders among them.

    One photo goes to the file `output` if that has the suffix of a picture; everything else goes into the folder
    `output`, photos by their stem and folders with their structure (each below its own name if there are several).
    Photos that would share a result keep their suffix in its name: a.jpg and a.png become a.jpg.png and a.png.png.

    Args:
        inputs: Photos and folders; photos need not exist, so that one that is missing is reported like a damaged one.
        suffix: Of the results, with its dot.
    Raises:
        PlanError: There is nothing to do, two results collide all the same, or one would replace a photo.
    """
    if names_file(output):
        if len(inputs) != 1 or _is_folder(inputs[0]):
            raise PlanError(f"{output}: a file for more than one photo; give a folder")
        jobs = [Job(inputs[0], output)]
    else:
        jobs = _into_folder(list(_found(inputs, output)), output, suffix)
    _check(jobs)
    return jobs


def _found(inputs: Sequence[Path], output: Path) -> Iterator[tuple[Path, Path]]:
    """Each photo once, with its place in the output folder, suffix not yet changed."""
    folders = [path for path in inputs if _is_folder(path)]
    seen: set[Path] = set()
    for path in inputs:
        if path in folders:
            below = Path(path.resolve().name) if len(folders) > 1 else Path()
            listed = [(photo, below / photo.relative_to(path)) for photo in _photos_below(path, output)]
            if not listed:
                raise PlanError(f"{path}: no photos in this folder; looked for JPEG, PNG, WebP, TIFF and the like")
        else:
            listed = [(path, Path(path.name))]
        for photo, place in listed:
            if (place_on_disk := _real(photo)) not in seen:
                seen.add(place_on_disk)
                yield photo, place


def _photos_below(folder: Path, output: Path) -> Iterator[Path]:
    """Pictures by suffix in a fixed order; hidden ones and earlier results in `output` are left out."""
    output = _real(output)
    if output == _real(folder):
        raise PlanError(f"{output}: photos and results in the same folder; give another folder")
    for place, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith(".") and _real(Path(place) / name) != output)
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in PICTURES:
                yield Path(place) / name


def _into_folder(found: Sequence[tuple[Path, Path]], output: Path, suffix: str) -> list[Job]:
    short = [output / place.with_suffix(suffix) for _, place in found]
    shared = Counter(_key(target) for target in short)
    return [
        Job(photo, target if shared[_key(target)] == 1 else output / place.with_name(place.name + suffix))
        for (photo, place), target in zip(found, short, strict=True)
    ]


def _check(jobs: Sequence[Job]) -> None:
    sources = {_real(job.source) for job in jobs}
    taken: dict[str, Path] = {}
    for job in jobs:
        if _real(job.target) in sources:
            raise PlanError(f"{job.target}: the result would replace a photo; give another folder or name")
        other = taken.setdefault(_key(job.target), job.source)
        if other is not job.source:
            raise PlanError(f"{other} and {job.source}: both would become {job.target}; cut them into two folders")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, or a folder that must not be read: said when its photo is read
        return False


def _real(path: Path) -> Path:
    """Without symbolic links. `Path.resolve` raises where one leads to itself, before Python 3.13."""
    return Path(os.path.realpath(path))


def _key(target: Path) -> str:
    """Equal for names that some file systems take for the same."""
    return str(target).casefold()
