"""Layout "coco": instance annotations as COCO writes them (Lin et al. 2014), polygons and run lengths."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from figureground.importing.layouts.pairing import Found, Item, MaskError, Refused, list_files
from figureground.importing.sources import Source, SourceError
from figureground.pictures import PERSON, SUFFIXES, VOID, Picture


@dataclass(frozen=True)
class InstanceMask:
    """The people of one photo: the union of `people` is person; what only `crowds` cover is void.

    A crowd is drawn roughly around many people, so its inside is neither trained on nor scored.
    """

    shown: str
    height: int
    width: int
    people: tuple[Any, ...]
    crowds: tuple[Any, ...]

    def read(self) -> Picture:
        mask = np.zeros((self.height, self.width), np.uint8)
        for segmentation in self.crowds:
            mask[self._region(segmentation)] = VOID
        for segmentation in self.people:
            mask[self._region(segmentation)] = PERSON
        return mask

    def read_held(self) -> None:
        return None

    def _region(self, segmentation: Any) -> NDArray[np.bool_]:
        try:
            runs = self._runs(segmentation)
        except Exception as error:  # pycocotools lets anything through
            raise MaskError(f"its segmentation is not COCO's ({' '.join(str(error).split())})") from None
        if runs and tuple(runs[0]["size"]) != (self.height, self.width):
            raise MaskError(f"a run-length mask of {runs[0]['size']} for a photo of {[self.height, self.width]}")
        if not runs:
            return np.zeros((self.height, self.width), np.bool_)
        return np.asarray(coco_mask.decode(coco_mask.merge(runs)), np.bool_)

    def _runs(self, segmentation: Any) -> list[Any]:
        if isinstance(segmentation, list):
            # pycocotools takes four numbers for a box; fewer than three corners have no area.
            polygons = [polygon for polygon in segmentation if len(polygon) >= 6]
            return list(coco_mask.frPyObjects(polygons, self.height, self.width)) if polygons else []
        if isinstance(segmentation["counts"], list):
            return [coco_mask.frPyObjects(segmentation, *segmentation["size"])]
        return [segmentation]


def find_coco_pairs(source: Source) -> Found:
    """Pairs of a source of layout "coco": category `person` only; an image without people gets an empty mask.

    Raises:
        SourceError: The photos' folder or the JSON is missing, or it is not COCO's format.
    """
    if source.masks is None:
        raise SourceError(f"{source.name}: layout coco needs masks, the annotation JSON")
    photos, refused = list_files(source.name, source.photos, SUFFIXES)
    by_inner = {photo.inner: photo for photo in photos.values()}
    items: list[Item] = []
    annotated: set[PurePosixPath] = set()
    for inner, mask in _read_masks(source.name, source.masks):
        if inner in annotated:
            refused.append(Refused(source.name, mask.shown, "a second image of the same name"))
        elif inner not in by_inner:
            refused.append(Refused(source.name, mask.shown, "no such photo among the photos"))
        else:
            items.append(Item(by_inner[inner], mask))
        annotated.add(inner)
    refused += [
        Refused(source.name, photo.shown, f"no image of this name in {source.masks.name}")
        for inner, photo in by_inner.items()
        if inner not in annotated
    ]
    return Found(sorted(items, key=lambda item: item.photo.stem), refused)


def _read_masks(source: str, path: Path) -> list[tuple[PurePosixPath, InstanceMask]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceError(f"{source}: {path}: no such file; check the path") from None
    except (ValueError, OSError) as error:
        raise SourceError(f"{source}: {path}: not a JSON file that can be read ({error})") from None
    try:
        return _group_by_image(source, path, content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{source}: {path}: not COCO's instance format ({error!r})") from None


def _group_by_image(source: str, path: Path, content: Any) -> list[tuple[PurePosixPath, InstanceMask]]:
    person = {category["id"] for category in content["categories"] if category["name"] == "person"}
    if not person:
        raise SourceError(f"{source}: {path}: no category is called person; rename the one that is meant")
    people: dict[Any, list[Any]] = defaultdict(list)
    crowds: dict[Any, list[Any]] = defaultdict(list)
    for annotation in content["annotations"]:
        if annotation["category_id"] in person:
            side = crowds if annotation.get("iscrowd") else people
            side[annotation["image_id"]].append(annotation["segmentation"])
    return [
        (
            PurePosixPath(image["file_name"]),
            InstanceMask(
                f"{path.name}: {image['file_name']}",
                int(image["height"]),
                int(image["width"]),
                tuple(people[image["id"]]),
                tuple(crowds[image["id"]]),
            ),
        )
        for image in content["images"]
    ]
