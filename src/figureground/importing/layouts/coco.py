"""Layout "coco": instance annotations as COCO writes them (Lin et al. 2014), polygons and run lengths."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from figureground.files import read_text
from figureground.importing.layouts.pairing import Found, Item, Listed, MaskError, Refused, list_files
from figureground.importing.layouts.polygons import (
    NO_AREA,
    Bools,
    Size,
    box_area,
    people_mask,
    photo_size,
    polygon_area,
)
from figureground.importing.sources import Source, SourceError
from figureground.pictures import SUFFIXES, Picture

Entry = Mapping[str, Any]
_CROWD = {"none": False, "0": False, "false": False, "1": True, "true": True}


@dataclass(frozen=True)
class InstanceMask:
    """The people of one photo, as their annotations draw them.

    A crowd is drawn roughly around many people, so its inside is neither trained on nor scored, and nor is the box of a
    person without an outline. `fault` says why the annotations cannot be used at all.
    """

    shown: str
    image: Entry
    annotations: Sequence[Entry] = ()
    fault: str | None = None

    def read(self) -> Picture:
        if self.fault:
            raise MaskError(self.fault)
        size = photo_size(self.image.get("height"), self.image.get("width"))
        people: list[Bools] = []
        unknown: list[Bools] = []
        for annotation in self.annotations:
            area = _area(annotation.get("segmentation"), size)
            if not area.any():
                unknown.append(_box(annotation.get("bbox"), size))
            else:
                (unknown if _is_crowd(annotation) else people).append(area)
        return people_mask(size, people, unknown)

    def read_held(self) -> None:
        return None


def _is_crowd(annotation: Entry) -> bool:
    stated = annotation.get("iscrowd")
    crowd = _CROWD.get(str(stated).strip().lower())
    if crowd is None:
        raise MaskError(f"iscrowd {stated!r} is neither 0 nor 1; correct it in the file")
    # CVAT, whose annotations have `attributes`, writes 1 wherever it writes run lengths: for what was drawn by brush.
    return crowd and not ("attributes" in annotation and isinstance(annotation.get("segmentation"), Mapping))


def _area(segmentation: Any, size: Size) -> Bools:
    if isinstance(segmentation, Mapping):
        return _run_length_area(segmentation, size)
    if segmentation is None or isinstance(segmentation, list):
        # pycocotools takes four numbers for a box; fewer than three corners have no area.
        return polygon_area(segmentation or [], size)
    raise MaskError("its segmentation is not COCO's, neither outlines nor run lengths; export it again")


def _run_length_area(runs: Entry, size: Size) -> Bools:
    """Runs of background and object by turns, column by column."""
    if runs.get("size") != list(size):
        raise MaskError(f"a run-length mask of {runs.get('size')} for a photo of {list(size)}")
    counts = runs.get("counts")
    lengths = _decoded(counts) if isinstance(counts, str) else counts
    try:
        repeats = np.asarray(lengths, np.int64)
        if repeats.ndim != 1 or repeats.min(initial=0) < 0 or int(repeats.sum()) != size[0] * size[1]:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise MaskError("its segmentation is not COCO's, for its run lengths do not fill the photo") from None
    return np.repeat(np.arange(len(repeats)) % 2 == 1, repeats).reshape(size[::-1]).T


def _decoded(counts: str) -> list[int]:
    """Run lengths from COCO's text form: five bits a character, the lowest first; from the fourth on, differences."""
    lengths: list[int] = []
    value = shift = 0
    for character in counts.encode():
        part = character - 48
        value |= (part & 31) << shift
        shift += 5
        if not part & 32:
            value -= (part >> 4 & 1) << shift
            lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
            value = shift = 0
    return lengths


def _box(box: Any, size: Size) -> Bools:
    """Where a person is of whom only the box is known."""
    try:
        left, top, width, height = (float(side) for side in box)
    except (TypeError, ValueError):
        raise MaskError(NO_AREA) from None
    area = box_area(left, top, left + width, top + height, size)
    if not area.any():
        raise MaskError(NO_AREA)
    return area


def find_coco_pairs(source: Source) -> Found:
    """Pairs of a source of layout "coco": category `person` only; an image without people gets an empty mask.

    Photos are found by the end of the path that the file states, since tools put a folder of theirs before it.

    Raises:
        SourceError: The photos' folder or the JSON is missing, it is not COCO's format, or it has no person.
    """
    if source.masks is None:
        raise SourceError(f"{source.name}: layout coco needs masks, the annotation JSON")
    photos, refused = list_files(source.name, source.photos, SUFFIXES, beside=(".json",))
    masks, strange = _read_masks(source.name, source.masks)
    refused += [Refused(source.name, f"{source.masks.name}: {what}", reason) for what, reason in strange]
    places = _Places(photos.values())
    found = [(places.find(str(mask.image["file_name"])), mask) for mask in masks]
    times = Counter(photo for photo, _ in found)
    items = []
    for photo, mask in found:
        if photo is None:
            refused.append(Refused(source.name, mask.shown, "no such photo among the photos"))
        elif times[photo] > 1:
            refused.append(Refused(source.name, mask.shown, f"one of {times[photo]} images for {photo.shown}"))
        else:
            items.append(Item(photo, mask))
    refused += [
        Refused(source.name, photo.shown, f"no image of this name in {source.masks.name}")
        for photo in photos.values()
        if not times[photo]
    ]
    return Found(sorted(items, key=lambda item: item.photo.stem), refused)


class _Places:
    """Photos by the paths that a file may state for them."""

    def __init__(self, photos: Iterable[Listed]) -> None:
        self._by_path = {_parts(str(photo.inner)): photo for photo in photos}
        self._by_name: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for parts in self._by_path:
            self._by_name[parts[-1]].append(parts)

    def find(self, stated: str) -> Listed | None:
        """The photo whose path within the folder ends the stated one, or the only one whose path that ends."""
        parts = _parts(stated)
        for first in range(len(parts)):
            if parts[first:] in self._by_path:
                return self._by_path[parts[first:]]
        deeper = [path for path in self._by_name.get(parts[-1] if parts else "", ()) if path[-len(parts) :] == parts]
        return self._by_path[deeper[0]] if len(deeper) == 1 else None


def _parts(path: str) -> tuple[str, ...]:
    """Of a path of any system: composed Unicode, without what leads out of the folder."""
    steps = unicodedata.normalize("NFC", path).replace("\\", "/").split("/")
    return tuple(step for step in steps if step not in ("", ".", ".."))


def _read_masks(source: str, path: Path) -> tuple[list[InstanceMask], list[tuple[str, str]]]:
    """A mask for each image of the file; and what in it belongs to no image, with the reason."""
    try:
        content = json.loads(read_text(path))
    except FileNotFoundError:
        raise SourceError(f"{source}: {path}: no such file; check the path") from None
    except (ValueError, OSError, RecursionError) as error:
        raise SourceError(f"{source}: {path}: not a JSON file that can be read ({error})") from None
    lists = [content.get(key) if isinstance(content, dict) else None for key in ("images", "categories", "annotations")]
    if not all(isinstance(entries, list) for entries in lists):
        raise SourceError(
            f"{source}: {path}: not COCO's instance format, which has the lists images, categories and annotations"
        )
    file = _Annotations(path.name, *(_objects(entries) for entries in lists))
    if not file.people:
        names = ", ".join(str(category.get("name")) for category in file.categories)
        raise SourceError(
            f"{source}: {path}: no category is called person (they are: {names}); rename the one that is meant"
        )
    masks, strange = file.masks()
    if not any(mask.annotations for mask in masks):
        raise SourceError(
            f"{source}: {path}: no image has an annotation of a person; export it with them, or import photos that "
            "show nobody with layout folders and nobody: true"
        )
    return masks, strange


def _objects(entries: Any) -> list[Entry]:
    return [entry if isinstance(entry, dict) else {} for entry in entries]


@dataclass(frozen=True)
class _Annotations:
    """The file as it was written; whatever is missing in an entry is found out entry by entry."""

    name: str
    images: list[Entry]
    categories: list[Entry]
    annotations: list[Entry]
    people: set[str] = field(init=False)

    def __post_init__(self) -> None:
        people = {
            _key(category.get("id"))
            for category in self.categories
            if str(category.get("name")).strip().casefold() == "person"
        }
        object.__setattr__(self, "people", people)

    def masks(self) -> tuple[list[InstanceMask], list[tuple[str, str]]]:
        """A mask for each image that has a name; and what cannot be told an image, with the reason."""
        drawn, faults = self._by_image()
        times = Counter(_key(image.get("id")) for image in self.images)
        masks, strange = [], []
        for number, image in enumerate(self.images, 1):
            key, name = _key(image.get("id")), image.get("file_name")
            if not isinstance(name, str) or not name:
                strange.append((f"image {number}", "no file_name"))
                continue
            if image.get("id") is None:
                fault: str | None = "no id, so that nothing tells its annotations"
            elif times[key] > 1:
                fault = f"its id {image['id']} is that of {times[key]} images; give each an id of its own"
            else:
                fault = faults.get(key)
            masks.append(InstanceMask(f"{self.name}: {name}", image, tuple(drawn.get(key, ())), fault))
        for key in (drawn.keys() | faults.keys()) - times.keys():
            count = len(drawn.get(key, ())) or 1
            strange.append((f"image_id {key}", f"annotations of an image that the file does not list: {count}"))
        return masks, sorted(strange)

    def _by_image(self) -> tuple[dict[str, list[Entry]], dict[str, str]]:
        """Annotations of people by image, and what is wrong with one that may be a person."""
        drawn: dict[str, list[Entry]] = defaultdict(list)
        faults: dict[str, str] = {}
        known = {_key(category.get("id")) for category in self.categories}
        for annotation in self.annotations:
            image, category = _key(annotation.get("image_id")), _key(annotation.get("category_id"))
            if category in self.people:
                drawn[image].append(annotation)
            elif category not in known:
                faults[image] = (
                    f"an annotation of category {annotation.get('category_id')}, which the file does not list"
                )
        return drawn, faults


def _key(value: Any) -> str:
    """An id, which tools write as a number or as text."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
