"""Which files a command reads and where each result goes: folders keep their structure and no two results collide."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from figureground.errors import FiguregroundError
from figureground.image_files import RAW_SUFFIXES
from figureground.photos.saving import WRITABLE
from figureground.photos.streams import Place, Stream, check_streams
from figureground.pictures import SUFFIXES
from figureground.stores import StorePath

PICTURES = frozenset({*SUFFIXES, *RAW_SUFFIXES})  # the latter to be reported, not passed over


class PlanError(FiguregroundError):
    """Photos and an output that do not go together."""


@dataclass(frozen=True)
class Job:
    """A photo, what its result goes to, and the suffix that tells the result's format."""

    source: Place | Stream
    target: Place | Stream
    suffix: str


def result_suffix(output: Place | Stream | None, wanted: str | None, *, transparent: bool, mask_only: bool) -> str:
    """Suffix of the results: the output file's own, else the one asked for, else what suits them.

    Args:
        output: None where each result goes beside its photo.
        wanted: "png", "webp", "jpg" or None.
        transparent: Whether the results have a transparent background.
    Raises:
        PlanError: The format cannot hold the results or is none that is written, or file and format differ.
    """
    own = "" if output is None or isinstance(output, Stream) else _own_suffix(output)
    if own and wanted and own.replace("jpeg", "jpg") != f".{wanted}":
        raise PlanError(f"{output}: its name says another format than --format {wanted}; leave one of them out")
    lossless = transparent or mask_only or output is Stream.OUTPUT  # another program may go on with it
    suffix = own or (f".{wanted}" if wanted else ".png" if lossless else ".jpg")
    if mask_only and suffix != ".png":
        raise PlanError(f"masks are exact only as PNG, not as {suffix[1:]}; leave --format out or name a .png file")
    if transparent and suffix in (".jpg", ".jpeg"):
        raise PlanError("JPEG has no transparency; use PNG or WebP, or give a background such as --background white")
    return suffix


def _own_suffix(output: Place) -> str:
    """Of a single file, "" of a folder."""
    suffix = output.suffix.lower()
    if suffix in PICTURES.difference(WRITABLE) and not output.is_dir():
        raise PlanError(f"{output}: {output.suffix} cannot be written; name a .png, .webp or .jpg file, or a folder")
    return suffix if names_file(output) else ""


def names_file(output: Place) -> bool:
    """Whether an output is meant as a single file: it has the suffix of a picture and is no folder."""
    return output.suffix.lower() in WRITABLE and not output.is_dir()


def plan(inputs: Sequence[Place | Stream], output: Place | Stream | None, suffix: str, added: str = "") -> list[Job]:
    """A job for every photo among `inputs` and below the folders among them.

    One photo goes to the file `output` if that has the suffix of a picture; everything else goes into the folder
    `output`, photos by their stem and folders with their structure (each below its own name if there are several).
    Without an output each photo's result goes beside it, by its stem and `added`. Photos that would share a result
    keep their suffix in its name: a.jpg and a.png become a.jpg.png and a.png.png. A photo from standard input, or to
    standard output, stands alone.

    Args:
        inputs: Photos and folders; photos need not exist, so that one that is missing is reported like a damaged one.
        suffix: Of the results, with its dot.
        added: To the stem of a photo beside which its result goes, such as "-cutout".
    Raises:
        PlanError: There is nothing to do, two results collide all the same, or one would replace a photo.
        StreamError: As `check_streams`.
    """
    files = [path for path in inputs if not isinstance(path, Stream)]
    if len(files) < len(inputs) or isinstance(output, Stream):
        return [_streamed(inputs, output or Stream.OUTPUT, suffix)]
    if output is None:
        jobs = _named([(path, path) for path in _single_photos(files)], added + suffix)
    elif names_file(output):
        if len(files) != 1 or _is_folder(files[0]):
            raise PlanError(f"{output}: a file for more than one photo; give a folder")
        jobs = [(files[0], output)]
    else:
        jobs = _named([(photo, output / place) for photo, place in _found(files, output)], suffix)
    _check(jobs)
    return [Job(source, target, suffix) for source, target in jobs]


def beside(source: Path, ending: str) -> Path:
    """A new file beside `source`, by its stem and `ending`.

    Raises:
        PlanError: There is one of that name, and nobody has said that it may be replaced.
    """
    target = source.with_name(source.stem + ending)
    if target.exists():
        raise PlanError(f"{target}: is there already; name the result, or move that file away")
    return target


def _streamed(inputs: Sequence[Place | Stream], output: Place | Stream, suffix: str) -> Job:
    source = inputs[0]
    if len(inputs) > 1 or (not isinstance(source, Stream) and _is_folder(source)):
        raise PlanError(f"{Stream.INPUT} and {Stream.OUTPUT} are for a single photo; give no other beside it")
    if not isinstance(output, Stream) and not names_file(output):
        raise PlanError(
            f"{output}: a photo from standard input has no name; give its result a .png, .webp or .jpg file"
        )
    check_streams(source, output)
    return Job(source, output, suffix)


def _single_photos(inputs: Sequence[Place]) -> list[Place]:
    if folder := next(filter(_is_folder, inputs), None):
        raise PlanError(f"{folder}: a folder of photos; name the folder for their results with -o")
    return list({_real(photo): photo for photo in inputs}.values())


def _found(inputs: Sequence[Place], output: Place) -> Iterator[tuple[Place, PurePath]]:
    """Each photo once, with its place in the output folder, suffix not yet changed."""
    folders = [path for path in inputs if _is_folder(path)]
    seen: set[Place] = set()
    for path in inputs:
        if path in folders:
            below = PurePath(_real(path).name) if len(folders) > 1 else PurePath()
            listed = [(path / place, below / place) for place in _photos_below(path, output)]
            if not listed:
                raise PlanError(f"{path}: no photos in this folder; looked for JPEG, PNG, WebP, TIFF and the like")
        else:
            listed = [(path, PurePath(path.name))]
        for photo, place in listed:
            if (place_on_disk := _real(photo)) not in seen:
                seen.add(place_on_disk)
                yield photo, place


def _photos_below(folder: Place, output: Place) -> Iterator[PurePath]:
    """Places below `folder` of the pictures in it, by suffix, in a fixed order; hidden ones and earlier results in
    `output` are left out."""
    output = _real(output)
    if output == _real(folder):
        raise PlanError(f"{output}: photos and results in the same folder; give another folder")
    return filter(
        _is_photo, _stored_below(folder, output) if isinstance(folder, StorePath) else _files_below(folder, output)
    )


def _is_photo(place: PurePath) -> bool:
    return place.suffix.lower() in PICTURES and not any(part.startswith(".") for part in place.parts)


def _files_below(folder: Path, output: Place) -> Iterator[PurePath]:
    for place, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith(".") and _real(Path(place) / name) != output)
        for name in sorted(files):
            yield (Path(place) / name).relative_to(folder)


def _stored_below(folder: StorePath, output: Place) -> Iterator[PurePath]:
    for place in folder.files():
        if output not in [folder / above for above in place.parents]:
            yield place


def _named(places: Sequence[tuple[Place, Place]], ending: str) -> list[tuple[Place, Place]]:
    """Photos with the files of their results, from photos with places for these that have the photo's suffix still."""
    short = [place.with_name(place.stem + ending) for _, place in places]
    shared = Counter(map(_key, short))
    return [
        (photo, target if shared[_key(target)] == 1 else place.with_name(place.name + ending))
        for (photo, place), target in zip(places, short, strict=True)
    ]


def _check(jobs: Sequence[tuple[Place, Place]]) -> None:
    sources = {_real(source) for source, _ in jobs}
    taken: dict[str, Place] = {}
    for source, target in jobs:
        if _real(target) in sources:
            raise PlanError(f"{target}: the result would replace a photo; give another folder or name")
        other = taken.setdefault(_key(target), source)
        if other is not source:
            raise PlanError(f"{other} and {source}: both would become {target}; cut them into two folders")


def _is_folder(path: Place) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, or a folder that must not be read: said when its photo is read
        return False


def _real(path: Place) -> Place:
    """Without symbolic links. `Path.resolve` raises where one leads to itself, before Python 3.13."""
    return path if isinstance(path, StorePath) else Path(os.path.realpath(path))


def _key(target: Place) -> str:
    """Equal for names that some file systems take for the same."""
    return str(target).casefold()
