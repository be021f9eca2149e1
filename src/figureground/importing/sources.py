"""What to import: where photos and masks lie, in which layout, and under which licence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from figureground.errors import FiguregroundError
from figureground.pictures import PERSON

_PATHS = ("photos", "masks", "held", "licences")


class SourceError(FiguregroundError):
    """A source that cannot be imported as described. The message names source, key and what to do."""


@dataclass(frozen=True)
class Source:
    """One set of photos.

    Attributes:
        layout: "folders" (a folder of photos, a folder of masks), "clothing" (Clothing Co-Parsing) or "coco".
        name: Short name without slashes; first part of every pair's name, and a folder of `data/`.
        photos: Folder of photos, searched with its subfolders.
        masks: Folder of mask pictures (folders), folder of `.mat` annotations (clothing), annotation JSON (coco).
        held: Folder of PNGs with the photos' stems, 0 except at what people hold or carry (folders); a photo without
            one shows nothing held, or nobody has said.
        licence: As the source states it, kept with every pair.
        licences: CSV file with the columns name (a photo's path below `photos`, with or without suffix) and licence,
            for the photos that have one of their own.
        only_licences: Photos of these licences alone are imported; all where it is empty.
        nobody: The photos show no person and have no mask files; they get empty masks.
        mask_threshold: Values from here on are person, 1 to 255 (folders).
        void: The value in the source's masks that means "neither trained on nor scored" (folders).
        group_pattern: Regular expression, searched in a photo's stem, whose first group names the pair's group
            (a video, a person, a shoot). Where it finds nothing, and without it, each photo is its own group.
    Raises:
        SourceError: Values that cannot go together, or a name, number or pattern that cannot be used.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    layout: Literal["folders", "clothing", "coco"]
    name: str
    photos: Path
    masks: Path | None = None
    held: Path | None = None
    licence: str = ""
    licences: Path | None = None
    only_licences: tuple[str, ...] = ()
    nobody: bool = False
    mask_threshold: int = 128
    void: int | None = None
    group_pattern: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\w[\w .-]*", self.name) or self.name != self.name.strip():
            raise SourceError(f"name {self.name!r} cannot be a folder's name; use letters, digits, _, - and .")
        if self.nobody == (self.masks is not None):
            raise SourceError(f"{self.name}: give masks, or set nobody to true for photos without people, not both")
        if self.nobody and self.layout != "folders":
            raise SourceError(f"{self.name}: photos of nobody have no annotations; set layout to folders")
        if self.held is not None and (self.nobody or self.layout != "folders"):
            raise SourceError(f"{self.name}: held goes with masks in layout folders alone; remove it")
        if not 1 <= self.mask_threshold <= PERSON:
            raise SourceError(f"{self.name}: mask_threshold {self.mask_threshold} is not within 1 to {PERSON}")
        if self.void is not None and not 0 <= self.void <= PERSON:
            raise SourceError(f"{self.name}: void {self.void} is not within 0 to {PERSON}")
        if self.group_pattern is not None and _groups(self.group_pattern) < 1:
            raise SourceError(
                f"{self.name}: group_pattern {self.group_pattern!r} is not a regular expression with a group in "
                "parentheses; '^([a-z]+)_' for example takes what stands before the first underscore"
            )

    def group_of(self, stem: str) -> str:
        """Group of a pair by its stem, unique to the source."""
        found = re.search(self.group_pattern, stem) if self.group_pattern else None
        return f"{self.name}/{(found.group(1) if found else None) or stem}"


def read_sources(path: Path) -> list[Source]:
    """Sources from a YAML list of mappings with `Source`'s keys; paths are relative to the file's own folder.

    Raises:
        SourceError: The file is missing or no such list, or a source has an unknown or missing key or an unusable
            value; one line a finding, with the source's number and key.
    """
    try:
        listed = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceError(f"{path}: not found; write a YAML list of sources (layout, name, photos, masks …)") from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(listed, list) or not all(isinstance(values, dict) for values in listed) or not listed:
        raise SourceError(f"{path}: must hold a list of sources, each with layout, name, photos and masks")
    return [parse_source(values, path.parent, f"{path}: source {number}") for number, values in enumerate(listed, 1)]


def parse_source(values: Mapping[str, Any], folder: Path, origin: str) -> Source:
    """A source from plain values; relative paths are taken from `folder`, `origin` begins each line of an error.

    Raises:
        SourceError: Unknown or missing key, wrong type, or values that `Source` refuses.
    """
    placed = {
        key: folder / value if key in _PATHS and isinstance(value, str) else value for key, value in values.items()
    }
    try:
        return TypeAdapter(Source).validate_python(placed)
    except ValidationError as error:
        raise SourceError(*(_explain(origin, finding) for finding in error.errors())) from None


def _groups(pattern: str) -> int:
    try:
        return re.compile(pattern).groups
    except re.error:
        return 0


def _explain(origin: str, finding: Any) -> str:
    key = ".".join(str(part) for part in finding["loc"])
    if finding["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"{origin}: {key}: unknown key; remove it or check its spelling"
    if finding["type"] in ("missing", "missing_argument"):
        return f"{origin}: {key}: missing; add it"
    message = finding["msg"].removeprefix("Value error, ")
    return f"{origin}: {key} = {finding['input']!r}: {message}" if key else f"{origin}: {message}"
