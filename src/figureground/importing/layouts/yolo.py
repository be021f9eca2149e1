"""Layout "yolo": for each photo a text file of outlines, as Ultralytics' YOLO reads them for segmentation.

A line is a person or a thing: the number of its class, then x and y of the outline's corners as shares of the photo's
width and height. Four numbers instead of an outline are the middle and the sides of a box.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from figureground.files import read_text
from figureground.importing.layouts.pairing import Found, Listed, MaskError, find_described_pairs
from figureground.importing.layouts.polygons import NO_AREA, Bools, Size, box_area, people_mask, polygon_area
from figureground.importing.sources import Source
from figureground.pictures import Picture, picture_size


@dataclass(frozen=True)
class OutlineFile:
    """The `.txt` file of a photo; `people` are the numbers of the classes that are people."""

    file: Listed
    photo: Listed
    people: tuple[int, ...]

    @property
    def shown(self) -> str:
        return self.file.shown

    def read(self) -> Picture:
        try:
            lines = read_text(self.file.path).splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise MaskError(f"not a text file that can be read ({error})") from None
        size = picture_size(self.photo.path)
        people: list[Bools] = []
        boxes: list[Bools] = []
        for number, line in enumerate(lines, 1):
            try:
                self._add(line.split(), size, people, boxes)
            except MaskError as error:
                raise MaskError(f"line {number}: {error}") from None
        return people_mask(size, people, boxes)

    def read_held(self) -> None:
        return None

    def _add(self, words: list[str], size: Size, people: list[Bools], boxes: list[Bools]) -> None:
        if not words:
            return
        try:
            number, *shares = (float(word) for word in words)
        except ValueError:
            raise MaskError("not numbers alone; a line is the number of a class, then those of an outline") from None
        if number not in self.people:
            return
        if len(shares) == 4:
            x, y, width, height = np.array(shares) * np.array([size[1], size[0]] * 2)
            area = box_area(x - width / 2, y - height / 2, x + width / 2, y + height / 2, size)
        elif len(shares) % 2:
            raise MaskError(f"{len(shares)} numbers after the class; an outline has an x and a y for each corner")
        else:
            area = polygon_area([np.array(shares).reshape(-1, 2) * size[::-1]], size)
        if not area.any():
            raise MaskError(NO_AREA)
        (boxes if len(shares) == 4 else people).append(area)


def find_yolo_pairs(source: Source) -> Found:
    """Pairs of a source of layout "yolo"; raises what `find_described_pairs` raises.

    A photo of nobody has an empty file. The box of a person without an outline is neither trained on nor scored.
    """
    return find_described_pairs(source, ".txt", lambda file, photo: OutlineFile(file, photo, source.person_values))
