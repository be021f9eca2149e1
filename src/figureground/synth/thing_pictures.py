"""Pictures of things on nothing: those that come with the package, to be put into hands."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from figureground.files import write_bytes
from figureground.synth.geometry.vectors import UP, Floats, unit, vec
from figureground.synth.materials.material import PartBuilder, Texture
from figureground.synth.rendering.rays import Image
from figureground.synth.rendering.scene import Camera, Scene
from figureground.synth.scenes.lights import directions
from figureground.synth.things.to_hold import HOLDABLE, HoldableThing

THINGS = Path(__file__).parents[1] / "hands/things"  # those that come with the package
SIDE = 448  # pixels of a picture's longer side
FINER = 2  # times as many are rendered along each side
SAMPLES = 12
AWAY = 12.0  # times its own size the camera is off a thing, so that it serves near and far
MARGIN = 2  # clear pixels on each side


def write_thing_pictures(folder: Path, side: int = SIDE) -> list[str]:
    """Render all things: of each NAME.png, uint8 RGBA, and NAME.json with facts, named as in `hands.thing.Thing`.

    Returns:
        The names.
    Raises:
        RenderError: Nothing can be rendered on this machine.
    """
    for number, (name, make) in enumerate(HOLDABLE.items()):
        picture, facts = _portrait(make(np.random.default_rng(number)), side)
        write_bytes(folder / f"{name}.png", _png(picture))
        write_bytes(folder / f"{name}.json", (json.dumps(facts) + "\n").encode())
    return list(HOLDABLE)


def _portrait(holdable: HoldableThing, side: int) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """Its picture, uint8 RGBA, no side of it empty, and its facts."""
    builder = PartBuilder()
    builder.extend(holdable.thing)
    parts = builder.parts()
    camera, size = _camera(np.concatenate([part.vertices for part in parts]), np.radians(holdable.tilt), side)
    scene = Scene(parts, [0] * len(parts), _daylight(), backdrop=np.zeros((2, 2, 3), np.float32))
    finer = (FINER * size[0], FINER * size[1])
    view = scene.look(camera, finer)
    light = scene.shoot(camera, view, seed=1, samples=SAMPLES)
    picture, corner = _trimmed(_developed(light, view.solid, size))

    def place(point: Floats) -> list[float]:
        """(row, column) in shares of the picture's height and width."""
        seen = (_seen(point[None], camera)[0] * max(size) + np.array(size) / 2 - corner) / picture.shape[:2]
        return [round(float(share), 4) for share in seen]

    area = None
    if holdable.paper is not None:
        left, bottom, right, top = holdable.paper
        area = [*place(vec(left, top, 0)), *place(vec(right, bottom, 0))]
    metres = 2 * np.tan(np.radians(camera.fov) / 2) * float(np.linalg.norm(camera.aim - camera.eye)) / max(size)
    return picture, {
        "grip": place(holdable.grip),
        "width_cm": round(100 * metres * picture.shape[1], 2),
        "up": holdable.up,
        "mirrored": holdable.mirrored,
        "text_area": area,
    }


def _camera(points: Floats, tilt: float, side: int) -> tuple[Camera, tuple[int, int]]:
    """A camera that looks down by `tilt` radians on points (N, 3), and a (height, width) that holds them all.

    The longer side has `side` pixels, about.
    """
    middle = (points.min(0) + points.max(0)) / 2
    away = AWAY * float(np.linalg.norm(np.ptp(points, axis=0)))
    eye = middle + away * vec(0, np.sin(tilt), np.cos(tilt))
    wide = Camera(eye, middle, 60.0)
    seen = _seen(points, wide)
    half = float(np.abs(seen).max()) * side / (side - 2 * MARGIN - 2)
    size = np.ceil(np.abs(seen).max(0) / half * side / 2 + MARGIN + 1).astype(int) * 2
    half = half * size.max() / side
    fov = np.degrees(2 * np.arctan(2 * half * np.tan(np.radians(30.0))))
    return Camera(eye, middle, float(fov)), (int(size[0]), int(size[1]))


def _seen(points: Floats, camera: Camera) -> Floats:
    """Where the camera sees points (N, 3): (N, 2) rows and columns from the middle, in longer sides of the picture."""
    forward = unit(camera.aim - camera.eye)
    right = unit(np.cross(forward, UP))
    off = points - camera.eye
    reach = 2 * np.tan(np.radians(camera.fov) / 2) * (off @ forward)
    return np.stack([-(off @ np.cross(right, forward)) / reach, off @ right / reach], 1)


def _daylight(height: int = 96) -> Texture:
    """A bright, dull room with a large window on the upper left: a white sheet towards the camera is lit by 1."""
    aim = directions(height, 2 * height)
    window = np.exp(-((np.arccos(np.clip(aim @ unit([-0.75, 0.6, 0.55]), -1, 1)) / 0.45) ** 4))
    light = 0.6 + 0.25 * aim[..., 1] + 7.0 * window
    area = np.sqrt(np.maximum(0, 1 - aim[..., 1] ** 2))
    facing = np.maximum(0, aim[..., 2]) * area
    lit = (light * facing).sum() / facing.sum()
    return np.repeat((light / lit)[..., None], 3, axis=2).astype(np.float32)


def _developed(light: Image, solid: Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Light times coverage and coverage, both of FINER pixels, as uint8 RGBA, colours not multiplied by alpha."""
    small, alpha = (cv2.resize(x, size[::-1], interpolation=cv2.INTER_AREA) for x in (light, solid))
    colour = small / np.maximum(alpha, 1e-3)[..., None]
    colour = np.where(colour < 0.8, colour, 0.8 + 0.2 * np.tanh((colour - 0.8) / 0.4))  # highlights keep some shape
    encoded = np.where(colour <= 0.0031308, colour * 12.92, 1.055 * np.maximum(colour, 1e-8) ** (1 / 2.4) - 0.055)
    seen = alpha >= 1 / 255
    layers = np.dstack([np.where(seen[..., None], encoded, 0), np.where(seen, alpha, 0)])
    return np.asarray(np.clip(layers, 0, 1) * 255 + 0.5, np.uint8)


def _trimmed(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Floats]:
    """The part of a picture that shows something, with its margin, and where that begins: (2,) row and column."""
    rows, columns = (np.flatnonzero(picture[..., 3].any(axis)) for axis in (1, 0))
    top, left = rows[0] - MARGIN, columns[0] - MARGIN
    part = picture[top : rows[-1] + MARGIN + 1, left : columns[-1] + MARGIN + 1]
    return np.ascontiguousarray(part), np.array([top, left], np.float64)


def _png(picture: NDArray[np.uint8]) -> bytes:
    kept = io.BytesIO()
    Pillow.fromarray(picture).save(kept, "PNG", optimize=True)
    return kept.getvalue()
