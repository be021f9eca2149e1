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
from figureground.files import read_text
from figureground.pictures import PERSON

_PATHS = ("photos", "masks", "held", "licences")
_LONGEST_NAME = 255  # bytes of a folder's name, on all usual file systems
_HIGHEST = 65535  # of the numbers in a label map of 16 bits
_OF_LAYOUTS = {  # keys that only some layouts read
    "held": ("folders",),
    "stem_pattern": ("folders",),
    "mask_threshold": ("folders",),
    "void": ("folders",),
    "person_values": ("folders", "yolo"),
}


class SourceError(FiguregroundError):
    """A source that cannot be imported as described. The message names source, key and what to do."""


@dataclass(frozen=True)
class Source:
    """One set of photos.

    Attributes:
        layout: "folders" (a folder of photos, a folder of masks), "clothing" (Clothing Co-Parsing), "coco" (one JSON
            file), "yolo" (a `.txt` file of outlines for each photo) or "labelme" (a `.json` file for each photo).
        name: Short name without slashes; first part of every pair's name, and a folder of `data/`.
        photos: Folder of photos, searched with its subfolders.
        masks: Folder of mask pictures (folders), of annotations (clothing, yolo, labelme), annotation JSON (coco).
        held: Folder of PNGs with the photos' stems, 0 except at what people hold or carry (folders); a photo without
            one shows nothing held, or nobody has said.
        licence: As the source states it, kept with every pair.
        licences: CSV file with the columns name (a photo's path below `photos`, with or without suffix) and licence,
            for the photos that have one of their own.
        only_licences: Photos of these licences alone are imported; all where it is empty.
        nobody: The photos show no person and have no mask files; they get empty masks.
        reviewed: A person has looked at every mask, so that an empty one says that nobody is there.
        mask_threshold: Grey levels from here on are person, 1 to 255; 128 if None, which label maps are refused by
            (folders).
        person_values: The numbers that mean person, 0 to 65535: in label maps, as they are stored (folders), or of
            classes (yolo).
        void: The value in the source's masks that means "neither trained on nor scored": a number where there are
            `person_values`, else a grey level (folders).
        stem_pattern: Regular expression, searched in the stems of photos and masks, whose first group is what a photo
            and its mask have in common (folders).
        group_pattern: Regular expression, searched in a photo's stem, whose first group names the pair's group
            (a video, a person, a shoot). Where it finds nothing, and without it, each photo is its own group.
    Raises:
        SourceError: Values that cannot go together, or a name, number or pattern that cannot be used.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    layout: Literal["folders", "clothing", "coco", "yolo", "labelme"]
    name: str
    photos: Path
    masks: Path | None = None
    held: Path | None = None
    licence: str = ""
    licences: Path | None = None
    only_licences: tuple[str, ...] = ()
    nobody: bool = False
    reviewed: bool = False
    mask_threshold: int | None = None
    person_values: tuple[int, ...] = ()
    void: int | None = None
    stem_pattern: str | None = None
    group_pattern: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\w[\w .-]*", self.name) or self.name != self.name.strip():
            raise SourceError(f"name {self.name!r} cannot be a folder's name; use letters, digits, _, - and .")
        if (length := len(self.name.encode())) > _LONGEST_NAME:
            raise SourceError(f"name {self.name[:20]}… takes {length} bytes, and {_LONGEST_NAME} fit; shorten it")
        if self.nobody == (self.masks is not None):
            raise SourceError(f"{self.name}: give masks, or set nobody to true for photos without people, not both")
        if self.nobody and self.reviewed:
            raise SourceError(f"{self.name}: photos of nobody have no masks to look at; remove reviewed")
        if self.nobody and self.layout != "folders":
            raise SourceError(f"{self.name}: photos of nobody have no annotations; set layout to folders")
        for key, layouts in _OF_LAYOUTS.items():
            if getattr(self, key) not in (None, ()) and (self.nobody or self.layout not in layouts):
                alone = " and ".join(layouts) + (" alone" if len(layouts) == 1 else "")
                raise SourceError(f"{self.name}: {key} goes with masks in layout {alone}; remove it")
        self._check_values()
        self._check_pattern("group_pattern", self.group_pattern)
        self._check_pattern("stem_pattern", self.stem_pattern)

    def _check_values(self) -> None:
        if self.layout == "yolo" and not self.person_values:
            raise SourceError(
                f"{self.name}: layout yolo needs person_values, the numbers of the classes that are people "
                "(data.yaml numbers its names from 0), such as [0]"
            )
        if self.mask_threshold is not None and self.person_values:
            raise SourceError(f"{self.name}: give mask_threshold for grey masks or person_values for label maps")
        if self.mask_threshold is not None and not 1 <= self.mask_threshold <= PERSON:
            raise SourceError(f"{self.name}: mask_threshold {self.mask_threshold} is not within 1 to {PERSON}")
        highest = _HIGHEST if self.person_values else PERSON
        if self.void is not None and not 0 <= self.void <= highest:
            raise SourceError(f"{self.name}: void {self.void} is not within 0 to {highest}")
        for value in self.person_values:
            if not 0 <= value <= _HIGHEST or value == self.void:
                wrong = "is void, too" if value == self.void else f"is not within 0 to {_HIGHEST}"
                raise SourceError(f"{self.name}: {value} of person_values {wrong}; remove it")

    def _check_pattern(self, key: str, pattern: str | None) -> None:
        if pattern is not None and _groups(pattern) < 1:
            raise SourceError(
                f"{self.name}: {key} {pattern!r} is not a regular expression with a group in parentheses; "
                "'^([a-z]+)_' for example takes what stands before the first underscore"
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
        listed = YAML(typ="safe").load(read_text(path))
    except FileNotFoundError:
        raise SourceError(f"{path}: not found; write a YAML list of sources (layout, name, photos, masks …)") from None
    except UnicodeDecodeError:
        raise SourceError(f"{path}: neither UTF-8 nor UTF-16; save it as UTF-8") from None
    except YAMLError as error:
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
