"""What all layouts share: listing a folder, pairing photos with masks by stem, and refusing the rest."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from figureground.errors import FiguregroundError, system_reason
from figureground.importing.sources import Source, SourceError
from figureground.pictures import SUFFIXES, Picture


class MaskError(FiguregroundError):
    """A mask or annotation that cannot be used; the message is the reason alone, without the file."""


@dataclass(frozen=True)
class Refused:
    """A file that was not imported. `file` begins with the name of the source's folder, not with the whole path."""

    source: str
    file: str
    reason: str


@dataclass(frozen=True)
class Listed:
    """A file of a source: the folder that was given, and the path within it.

    `stem` is by what photos and masks find each other, and then the pair's name.
    """

    folder: Path
    inner: PurePosixPath
    stem: str

    @property
    def path(self) -> Path:
        return self.folder / self.inner

    @property
    def shown(self) -> str:
        return os.fsencode(f"{self.folder.name}/{self.inner}").decode(errors="replace")


class DrawnMask(Protocol):
    """A mask that a worker process can draw: small to send, read only where it is needed."""

    @property
    def shown(self) -> str:
        """What to name when the mask is refused."""

    def read(self) -> Picture:
        """uint8 HxW of 0, 128 and 255, at the size at which it was drawn.

        Raises:
            MaskError or PictureError: It cannot be used.
        """

    def read_held(self) -> Picture | None:
        """uint8 HxW, 255 at what people hold or carry, 128 where that is not known; None where the source does not tell
        it from the background."""


@dataclass(frozen=True)
class Item:
    """A photo and its mask before conversion; no mask means that it shows nobody. Licences are filled in last."""

    photo: Listed
    mask: DrawnMask | None
    licence: str = ""


@dataclass(frozen=True)
class Found:
    items: list[Item]
    refused: list[Refused]


def list_files(
    source: str,
    folder: Path,
    suffixes: Iterable[str],
    *,
    without: Sequence[Path] = (),
    beside: Iterable[str] = (),
    stem_pattern: str | None = None,
) -> tuple[dict[str, Listed], list[Refused]]:
    """Files below `folder` by stem, in sorted order, and those that cannot be used.

    Refused are files of other kinds, names that are not Unicode, and the second and later files of one stem. Hidden
    files are passed over (macOS leaves `._name.jpg` beside each photo), and so are the folders `without`.

    Args:
        suffixes: Of the files that are wanted.
        beside: Suffixes of files that may lie among them and are listed elsewhere.
        stem_pattern: As of a `Source`; files in whose stem it finds nothing are refused.
    Raises:
        SourceError: The folder is missing or cannot be read.
    """
    allowed = tuple(suffixes)
    files: dict[str, Listed] = {}
    refused: list[Refused] = []
    for inner in _walk(source, folder, without):
        if inner.suffix.lower() in beside:
            continue
        stem = _stem(inner, stem_pattern)
        listed = Listed(folder, inner, stem or "")
        earlier = files.get(listed.stem)
        if inner.suffix.lower() not in allowed:
            reason = f"not one of {', '.join(suffix[1:] for suffix in allowed)}"
        elif not listed.path.is_file():
            reason = "no file, or a link to nothing"
        elif not _is_unicode(str(inner)):
            reason = "its name is not valid Unicode; rename it"
        elif stem is None:
            reason = "stem_pattern finds nothing in its name"
        elif earlier is not None:
            reason = f"the same stem as {earlier.shown}, which is taken; rename one of them"
        else:
            files[listed.stem] = listed
            continue
        refused.append(Refused(source, listed.shown, reason))
    return files, refused


def pair_up(source: str, photos: Mapping[str, Listed], masks: Mapping[str, Listed]) -> tuple[list[str], list[Refused]]:
    """Stems that have both photo and mask, and the refusal of those that have one only."""
    refused = [
        Refused(source, photo.shown, "no mask of this stem") for stem, photo in photos.items() if stem not in masks
    ]
    refused += [
        Refused(source, mask.shown, "no photo of this stem") for stem, mask in masks.items() if stem not in photos
    ]
    return [stem for stem in photos if stem in masks], refused


def find_described_pairs(source: Source, suffix: str, mask: Callable[[Listed, Listed], DrawnMask]) -> Found:
    """Pairs of photos and files of the same stems that describe their masks, in two folders or in one.

    Args:
        suffix: Of these files.
        mask: Of such a file and its photo.
    Raises:
        SourceError: A folder is missing.
    """
    if source.masks is None:
        raise SourceError(f"{source.name}: layout {source.layout} needs masks, the folder of {suffix} files")
    photos, refused = list_files(source.name, source.photos, SUFFIXES, beside=(suffix,))
    files, refused_files = list_files(source.name, source.masks, (suffix,), beside=SUFFIXES)
    stems, unpaired = pair_up(source.name, photos, files)
    items = [Item(photos[stem], mask(files[stem], photos[stem])) for stem in stems]
    return Found(items, refused + refused_files + unpaired)


def _walk(source: str, folder: Path, without: Sequence[Path]) -> list[PurePosixPath]:
    """Paths of files within `folder`, sorted; links are followed, each real folder once."""
    if not folder.is_dir():
        raise SourceError(f"{source}: {folder}: no such folder; check the path")
    seen = {other.resolve() for other in without}
    found: list[PurePosixPath] = []

    def fail(error: OSError) -> None:
        raise SourceError(f"{source}: {error.filename}: {system_reason(error)}") from error

    for place, folders, names in os.walk(folder, followlinks=True, onerror=fail):
        real = Path(place).resolve()
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        if real in seen:
            folders[:] = []
            continue
        seen.add(real)
        inner = PurePosixPath(Path(place).relative_to(folder).as_posix())
        found += [inner / name for name in names if not name.startswith(".")]
    return sorted(found)


def _stem(inner: PurePosixPath, pattern: str | None) -> str | None:
    """Name without suffix, composed Unicode (macOS decomposes it); subfolders are joined with underscores."""
    stem = unicodedata.normalize("NFC", "_".join(inner.with_suffix("").parts))
    if pattern is None:
        return stem
    found = re.search(pattern, stem)
    return (found.group(1) or None) if found else None


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
