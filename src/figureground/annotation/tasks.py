"""What there is to judge: the suspects of a data set, or the photos of a folder that has no masks yet."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from figureground.dataset.metadata import photo_path, read_metadata
from figureground.dataset.suspects import SuspectsError, read_suspects
from figureground.errors import FiguregroundError
from figureground.files import write_bytes
from figureground.importing.layouts.pairing import Refused, list_files
from figureground.importing.sources import Source
from figureground.paths import RESULTS
from figureground.pictures import SUFFIXES, VOID

SUSPECTS = (RESULTS / "review/suspects.csv", RESULTS / "audit/suspects.csv")  # the first that there is


class TaskError(FiguregroundError):
    """There is nothing to judge. The message says why and what to do."""


@dataclass(frozen=True)
class ReviewTask:
    """A photo whose mask a person shall judge or draw.

    Attributes:
        name: Of the pair, or of the photo: its path below the folder, as an import names it.
        photo: The photo's file.
        data: The data set that has its mask; None where there is no mask yet.
        kind, reason: Why it is shown, in a few words and in a sentence, see `Suspect`; empty for photos without masks.
        model_mask: File of the model's mask; None where it has to be made.
    """

    name: str
    photo: Path
    data: Path | None = None
    kind: str = ""
    reason: str = ""
    model_mask: Path | None = None

    @property
    def why(self) -> str:
        return ": ".join(filter(None, (self.kind, self.reason)))


def suspect_tasks(data: Path, suspects: Path | None = None) -> list[ReviewTask]:
    """The pairs whose mask may be wrong, the most suspect first, as stage `review` or else `audit` lists them.

    Raises:
        SuspectsError: There is no list, or it is damaged.
        MetadataError: There is no data set, or the photo of a suspect is missing.
        TaskError: Nothing is suspect.
    """
    file = suspects or next((path for path in SUSPECTS if path.is_file()), None)
    if file is None:
        raise SuspectsError(f"{SUSPECTS[0]}: no suspects yet; `dvc repro review` or `dvc repro audit` looks for them")
    known = {row.name for row in read_metadata(data)}
    tasks = [
        ReviewTask(
            suspect.name,
            photo_path(data, suspect.name),
            data,
            suspect.kind,
            suspect.reason,
            file.parent / suspect.mask if suspect.mask else None,
        )
        for suspect in read_suspects(file)
        if suspect.name in known and (suspect.kind or suspect.reason)
    ]
    if not tasks:
        raise TaskError(f"{file}: no pair of {data} is suspect; there is nothing to review")
    return tasks


def drawing_tasks(photos: Path) -> tuple[list[ReviewTask], list[Refused]]:
    """The photos below a folder, in the order of their names, and the files that are none.

    Raises:
        SourceError: The folder is missing.
        TaskError: It holds no photos.
    """
    files, refused = list_files(photos.name, photos, SUFFIXES)
    if not files:
        raise TaskError(f"{photos}: no photos; give a folder that has some")
    return [ReviewTask(stem, listed.path) for stem, listed in files.items()], refused


def write_source(folder: Path, photos: Path, name: str | None = None, licence: str = "") -> Path:
    """`sources.yaml` in the folder of drawn masks, for `data import`; one that is there stays, as its owner has it.

    Args:
        name: Of the source; by default that of the photos' folder, as far as it can be one.
    Raises:
        SourceError: The name cannot be one.
    """
    file = folder / "sources.yaml"
    source = Source("folders", name or _source_name(photos.resolve().name), photos, folder / "masks", licence=licence)
    for part in ("masks", "held"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    if not file.is_file():
        values = {
            "layout": source.layout,
            "name": source.name,
            "photos": Path(os.path.relpath(photos.resolve(), folder.resolve())).as_posix(),
            "masks": "masks",
            "held": "held",
            "void": VOID,
            "reviewed": True,
            "licence": source.licence,
        }
        write_bytes(file, _yaml(values).encode())
    return file


def _yaml(values: Mapping[str, object]) -> str:
    """A list of one source; every value of JSON is one of YAML, too."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "- " + "\n  ".join(lines) + "\n"


def _source_name(folder: str) -> str:
    return re.sub(r"[^\w .-]", "_", folder).strip(" .-") or "own"
