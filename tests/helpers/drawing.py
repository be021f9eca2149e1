"""Drawn pairs for tests: a skin-coloured head on a coloured body before a textured background, with its exact mask."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from helpers.places import ROOT

Picture = NDArray[np.uint8]


def person(seed: int, height: int = 96, width: int = 72) -> tuple[Picture, Picture]:
    """A photo and its mask; every seed gives another place, size and colours."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 120, (5, 4, 3), dtype=np.uint8)
    photo = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    mask = np.zeros((height, width), np.uint8)
    radius = int(width * rng.uniform(0.1, 0.16))
    column, row = int(width * rng.uniform(0.35, 0.65)), int(height * rng.uniform(0.25, 0.4))
    body = (column, row + 4 * radius), (int(1.9 * radius), 3 * radius)
    clothes = tuple(int(value) for value in rng.integers(150, 255, 3))
    for canvas, skin, cloth in ((photo, (225, 180, 150), clothes), (mask, 255, 255)):
        cv2.ellipse(canvas, *body, 0, 0, 360, cloth, -1)
        cv2.circle(canvas, (column, row), radius, skin, -1)
    noisy = photo.astype(np.int16) + rng.integers(-12, 13, photo.shape)
    return noisy.clip(0, 255).astype(np.uint8), mask


def portrait(scale: int = 1) -> Picture:
    """Somebody whom the packaged models find, facing the camera, 240 x 320 times `scale`: one of the rendered people
    (picture 303 of the set that comes with the project; CC0 1.0)."""
    photo = cv2.cvtColor(cv2.imread(str(ROOT / "tests/portrait.jpg")), cv2.COLOR_BGR2RGB)
    return np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))


def astronaut() -> tuple[Picture, Picture]:
    """Eileen Collins (NASA, public domain), 350 x 350, and her mask, uint8 0 to 255."""
    panels = cv2.cvtColor(cv2.imread(str(ROOT / "tests/astronaut.jpg")), cv2.COLOR_BGR2RGB)
    return np.ascontiguousarray(panels[:, :350]), np.ascontiguousarray(panels[:, 350:700, 0])


def hands() -> tuple[Picture, dict[str, tuple[float, float]], float]:
    """A rendered person, 480 x 640 (CC0 1.0), the hollow (row, column) of either hand, and the hands' length in pixels.

    Picture 0 of benchmarks/hands.py, which knows where the hands are.
    """
    photo = cv2.cvtColor(cv2.imread(str(ROOT / "tests/hands.jpg")), cv2.COLOR_BGR2RGB)
    return np.asarray(photo, np.uint8), {"left": (444, 415), "right": (380, 239)}, 90.0


def panorama(one: Picture, people: int, aspect: int) -> tuple[Picture, list[slice]]:
    """A picture `aspect` times as wide as high that shows the same one before a plain wall, and at which columns."""
    height, width = one.shape[:2]
    gap = (aspect * height - people * width) // (people + 1)
    places = [slice(gap + number * (gap + width), (number + 1) * (gap + width)) for number in range(people)]
    wide = np.full((height, aspect * height, 3), one[:, :20].mean((0, 1)), np.uint8)
    for columns in places:
        wide[:, columns] = one
    return wide, places


def pairs(folder: Path, count: int, *, first_seed: int = 0, height: int = 96, width: int = 72) -> None:
    """Write `count` pairs as folder/photos/NNN.jpg and folder/masks/NNN.png."""
    for part in ("photos", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        photo, mask = person(first_seed + number, height, width)
        cv2.imwrite(str(folder / f"photos/{number:03d}.jpg"), cv2.cvtColor(photo, cv2.COLOR_RGB2BGR))
        cv2.imwrite(str(folder / f"masks/{number:03d}.png"), mask)


def write_photos(folder: Path, *names: str, height: int, width: int) -> None:
    """A photo for each name, without masks."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        photo, _ = person(number, height, width)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), photo)


def write_pair(data: Path, name: str, photo: Picture, mask: Picture) -> None:
    """Write a pair where the project's `data/` folder holds it."""
    for path, picture in (
        (data / f"images/{name}.png", cv2.cvtColor(photo, cv2.COLOR_RGB2BGR)),
        (data / f"masks/{name}.png", mask),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), picture)


def face(canvas: Picture, row: int, column: int, radius: int) -> None:
    """Draw a bright head and shoulders that a face detector takes for a person; the eyes are at `row` - radius / 10."""

    def ellipse(across: float, down: float, wide: float, high: float, colour: tuple[int, int, int]) -> None:
        middle = int(column + across * radius), int(row + down * radius)
        cv2.ellipse(canvas, middle, (int(wide * radius), int(high * radius)), 0, 0, 360, colour, -1)

    ellipse(0, 4.2, 2.1, 2.6, (170, 190, 230))  # shoulders
    neck = int(column - 0.45 * radius), row + radius, int(column + 0.45 * radius), row + 2 * radius
    cv2.rectangle(canvas, neck[:2], neck[2:], (205, 160, 130), -1)
    ellipse(0, -0.15, 1.12, 1.3, (190, 150, 110))  # hair
    ellipse(0, 0, 0.95, 1.35, (225, 180, 150))
    ellipse(0, -1.15, 0.8, 0.3, (190, 150, 110))
    for side in (-0.38, 0.38):
        ellipse(side, -0.1, 0.18, 0.09, (250, 250, 250))
        ellipse(side, -0.1, 0.08, 0.08, (50, 40, 30))
        ellipse(side, -0.3, 0.22, 0.05, (90, 60, 40))
    ellipse(0, 0.3, 0.13, 0.1, (190, 130, 110))
    ellipse(0, 0.68, 0.33, 0.1, (180, 80, 80))
    cv2.GaussianBlur(canvas, (0, 0), max(0.5, radius / 60), dst=canvas)


def exif(orientation: int) -> Image.Exif:
    """EXIF data that say how a picture is to be turned."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags
