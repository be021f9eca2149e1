"""Where a photo is looked at: the whole of it, then each group of people again in a crop of its own.

A network that sees every photo at one size sees people who fill little of it at a few pixels. So the first mask tells
where to look again. Photos far from square are first looked at in overlapping squares: stretched into one, a person in
a panorama is too thin to be found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import Picture
from figureground.runtime.bands import fitted_inside

Logits = NDArray[np.float32]
Look = Callable[
    [Picture], Logits
]  # a photo, uint8 HxWx3, to logits of the whole of it, HxWxC at any size, person first

SMALLEST_MAP, LARGEST_MAP = 384, 768  # pixels of the longer side of the map that looks are joined on
PANORAMA = 2.0  # longer by shorter side, beyond which a photo is looked at in squares
LONGEST = 12  # times as long as wide: of a longer photo the squares are stretched instead of ever more
STEP = 0.5  # of a square's side, from one to the next
MARGIN = 0.15  # of a group's height and width, added on each side
NARROWEST = 0.75  # shorter by longer side of a crop
ENLARGED = 0.5  # of the side that the network sees, the least that a crop's longer side may have
LARGEST = 0.8  # of the photo: a crop that takes more shows what the first look has shown
SMALLEST = 2e-4  # of the photo: specks that are no group
MOST = 6  # crops a photo; beyond, the smaller groups keep their first look

MOVING_MAP = 320  # pixels of the longer side of a film's maps
WIDE = 3.0  # as PANORAMA, of films: the pictures of cinemas, up to 2.76, would take four times as long
LARGEST_MOVING, FADED = 0.5, 0.2  # of the picture: what is not looked at again in films, and from where on less counts


@dataclass(frozen=True)
class Region:
    """Pixels top..bottom - 1 and left..right - 1 of a photo."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def area(self) -> int:
        return (self.bottom - self.top) * (self.right - self.left)

    def of(self, picture: Picture) -> Picture:
        return picture[self.top : self.bottom, self.left : self.right]

    def overlaps(self, other: Region) -> bool:
        return min(self.bottom, other.bottom) > max(self.top, other.top) and min(self.right, other.right) > max(
            self.left, other.left
        )

    def joined(self, other: Region) -> Region:
        return Region(
            min(self.top, other.top), min(self.left, other.left), max(self.bottom, other.bottom),
            max(self.right, other.right),
        )  # fmt: skip


def look_twice(photo: Picture, look: Look, side: int) -> Logits:
    """Logits of a photo after a look at the whole and one at each group of people.

    Args:
        photo: uint8 HxWx3 RGB.
        look: The network; each answer is brought to the size of its part of the map.
        side: Pixels of the longer side that the network sees. Crops are not much smaller: enlarged, a few pixels tell
            it less about a person than what stands around them.
    Returns:
        float32 hxwxC of the photo's proportions, at most of its size, its longer side at least SMALLEST_MAP else, and
        up to LARGEST_MAP where crops show more. Where two looks cover a pixel it is their mean.
    """
    size = photo.shape[0], photo.shape[1]
    logits = first_look(photo, look)
    crops = groups(logits[..., 0] > 0, size, ENLARGED * side)
    logits = _resized(logits, *_map_size(size, logits.shape[:2], crops))
    for box in crops:
        _look_again(photo, look, box, logits, 0.5)
    return logits


def look_steadily(photo: Picture, look: Look, side: int) -> Logits:
    """As `look_twice`, for the pictures of a film, of which one should look like the next.

    Only crops of at most LARGEST_MOVING of the picture are looked at: people who fill more of it are seen well enough,
    and there are many pictures. The smaller they are, the more the second look counts, so nothing jumps where it
    begins or ends.

    Returns:
        float32 hxwxC of the picture's proportions; pictures of one size have maps of one size.
    """
    size = photo.shape[0], photo.shape[1]
    logits = first_look(photo, look, WIDE, MOVING_MAP)
    for box in groups(logits[..., 0] > 0, size, ENLARGED * side):
        share = box.area / (size[0] * size[1])
        if share < LARGEST_MOVING:
            _look_again(photo, look, box, logits, 0.5 * min(1.0, (LARGEST_MOVING - share) / FADED))
    return logits


def _look_again(photo: Picture, look: Look, box: Region, logits: Logits, weight: float) -> None:
    """Bring the logits of a crop nearer, by this weight, to what the network says to the crop alone; in place."""
    part = _scaled(box, photo.shape, logits.shape)
    seen = _resized(look(np.ascontiguousarray(box.of(photo))), part.bottom - part.top, part.right - part.left)
    place = logits[part.top : part.bottom, part.left : part.right]
    place += np.float32(weight) * (seen - place)


def first_look(photo: Picture, look: Look, panorama: float = PANORAMA, side: int = SMALLEST_MAP) -> Logits:
    """Logits of the whole photo, without a second look: see `look_twice`.

    Args:
        panorama: Longer by shorter side, beyond which it is looked at in squares.
        side: Pixels of the map's longer side, or of half a panorama's for each square.
    """
    height, width = photo.shape[:2]
    boxes = squares(height, width, panorama)
    rows, columns = fitted_inside((height, width), side * max(1, len(boxes) // 2))
    if len(boxes) == 1:
        return _resized(look(photo), rows, columns)
    answers = [look(np.ascontiguousarray(box.of(photo))) for box in boxes]
    total = np.zeros((rows, columns, answers[0].shape[2]), np.float32)
    weight = np.zeros((rows, columns, 1), np.float32)
    for box, answer in zip(boxes, answers, strict=True):
        part = _scaled(box, photo.shape, total.shape)
        size = part.bottom - part.top, part.right - part.left
        # A square knows its middle best: what lies at its sides it sees cut off.
        trust = np.minimum.outer(_ramp(size[0]), _ramp(size[1]))[..., np.newaxis]
        total[part.top : part.bottom, part.left : part.right] += trust * _resized(answer, *size)
        weight[part.top : part.bottom, part.left : part.right] += trust
    return total / weight


def squares(height: int, width: int, panorama: float = PANORAMA) -> list[Region]:
    """The whole photo, or, where it is a panorama, overlapping squares that cover it evenly."""
    shorter, longer = min(height, width), max(height, width)
    if longer <= panorama * shorter:
        return [Region(0, 0, height, width)]
    length = max(shorter, longer // LONGEST)
    count = 1 + int(np.ceil((longer - length) / (STEP * length)))
    firsts = [_whole(number * (longer - length) / (count - 1)) for number in range(count)]
    if height > width:
        return [Region(first, 0, first + length, width) for first in firsts]
    return [Region(0, first, height, first + length) for first in firsts]


def groups(person: NDArray[np.bool_], size: tuple[int, int], least: float) -> list[Region]:
    """Crops of a photo that deserve a look of their own, the largest first.

    Args:
        person: bool hxw, where the first look sees people.
        size: (height, width) of the photo.
        least: Pixels of a crop's longer side, as far as the photo has them.
    Returns:
        Boxes within the photo that do not overlap, each around one group of people with room to all sides; none where
        it would show most of the photo again.
    """
    count, _, found, _ = cv2.connectedComponentsWithStats(person.view(np.uint8), connectivity=8)
    down, across = size[0] / person.shape[0], size[1] / person.shape[1]
    boxes = []
    for left, top, width, height, pixels in found[1:count].tolist():
        if pixels >= SMALLEST * person.size:
            box = Region(
                int(top * down), int(left * across), int(np.ceil((top + height) * down)),
                int(np.ceil((left + width) * across)),
            )  # fmt: skip
            boxes.append(_widened(box, size))
    boxes = _apart(boxes, size, least)
    kept = [box for box in boxes if box.area <= LARGEST * size[0] * size[1]]
    return sorted(kept, key=lambda box: (-box.area, box.top, box.left))[:MOST]


def _map_size(size: tuple[int, int], first: tuple[int, ...], crops: list[Region]) -> tuple[int, int]:
    """So large that no crop has fewer pixels than SMALLEST_MAP a side, within bounds, and no larger than the photo."""
    side = max(first)
    for box in crops:
        length = max(box.bottom - box.top, box.right - box.left)
        side = max(side, min(LARGEST_MAP, SMALLEST_MAP * max(size) // length))
    return fitted_inside(size, side)


def _ramp(length: int) -> NDArray[np.float32]:
    """From near 0 at both ends to 1 in the middle."""
    place = (np.arange(length, dtype=np.float32) + np.float32(0.5)) / np.float32(length)
    return np.asarray(1 - np.abs(2 * place - 1), np.float32)


def _apart(boxes: list[Region], size: tuple[int, int], least: float) -> list[Region]:
    """Boxes joined, and widened again, until none overlaps another."""
    apart: list[Region] = []
    for box in boxes:
        while touching := [other for other in apart if other.overlaps(box)]:
            for other in touching:
                apart.remove(other)
                box = box.joined(other)
        apart.append(box)
    widened = [_proportioned(box, size, least) for box in apart]
    return apart if widened == apart else _apart(widened, size, least)


def _widened(box: Region, size: tuple[int, int]) -> Region:
    down, across = _whole(MARGIN * (box.bottom - box.top)), _whole(MARGIN * (box.right - box.left))
    return Region(
        max(0, box.top - down), max(0, box.left - across), min(size[0], box.bottom + down),
        min(size[1], box.right + across),
    )  # fmt: skip


def _proportioned(box: Region, size: tuple[int, int], least: float) -> Region:
    """The box, within the photo, its sides lengthened to NARROWEST of the longer one or of `least`."""
    shortest = NARROWEST * max(box.bottom - box.top, box.right - box.left, least)
    top, bottom = _lengthened(box.top, box.bottom, shortest, size[0])
    left, right = _lengthened(box.left, box.right, shortest, size[1])
    return Region(top, left, bottom, right)


def _lengthened(first: int, end: int, least: float, limit: int) -> tuple[int, int]:
    length = min(limit, max(end - first, int(np.ceil(least))))
    first = min(max(0, first - (length - (end - first)) // 2), limit - length)
    return first, first + length


def _scaled(box: Region, photo: tuple[int, ...], to: tuple[int, ...]) -> Region:
    """The same part of a map of another size, a pixel at least."""
    down, across = to[0] / photo[0], to[1] / photo[1]
    top, left = min(_whole(box.top * down), to[0] - 1), min(_whole(box.left * across), to[1] - 1)
    return Region(top, left, max(top + 1, _whole(box.bottom * down)), max(left + 1, _whole(box.right * across)))


def _whole(value: float) -> int:
    """The nearest whole number, halves upwards: as in the browser, where the page does the same."""
    return int(np.floor(value + 0.5))


def _resized(logits: Logits, height: int, width: int) -> Logits:
    resized = cv2.resize(logits, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(resized, np.float32).reshape(height, width, logits.shape[2])
