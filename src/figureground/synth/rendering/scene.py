"""What a camera sees of parts and light: coverage without noise, and denoised light."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials.material import Part, Texture
from figureground.synth.rendering.meshes import HELD, NOBODY, alike, in_full_ranks, mesh_of
from figureground.synth.rendering.rays import Image, View, view
from figureground.synth.rendering.setup import drjit_module, mitsuba_module, one_thread

SAMPLES = 6  # light paths a pixel; with noiseless albedo and normals the denoiser makes up for more
DEPTH = 4  # bounces


@dataclass(frozen=True)
class Camera:
    """A pinhole that looks from `eye` to `aim` (metres); `fov` is the angle of the picture's longer side in degrees.

    `roll` turns it about its axis, degrees.
    """

    eye: Floats
    aim: Floats
    fov: float
    roll: float = 0.0


class Scene:
    """Parts and light, ready to be seen from anywhere.

    Args:
        parts: All meshes of the picture.
        groups: For each part the number of the person to whom it belongs, from 0; of what is no person it is ignored.
        light: float32 (h, w, 3) linear, around everything; seen directly unless there is a `backdrop`.
        light_turn: Degrees about y.
        backdrop: float32 (H, W, 3) sRGB 0..1, cut and scaled to fill the picture behind everything.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        groups: Sequence[int],
        light: Texture,
        light_turn: float = 0.0,
        backdrop: Texture | None = None,
    ) -> None:
        mi = mitsuba_module()
        self._backdrop = backdrop
        self._people = max((group for part, group in zip(parts, groups, strict=True) if part.person), default=-1) + 1
        turn = mi.ScalarTransform4f().rotate([0, 1, 0], light_turn)
        bitmap = mi.Bitmap(np.ascontiguousarray(light, np.float32))
        gc.collect()  # of the scene before: shapes are numbered from 1 again, and their numbers are in the kernels
        meshes = [(mesh_of(same), group) for same, group in in_full_ranks([*alike(parts, groups)])]
        description = {"type": "scene", "light": {"type": "envmap", "bitmap": bitmap, "to_world": turn}}
        self._scene = mi.load_dict(description | {f"part{k}": mesh for k, (mesh, _) in enumerate(meshes)})
        numbers = [int(drjit_module().reinterpret_array(mi.UInt32, mi.ShapePtr(mesh))[0]) for mesh, _ in meshes]
        self._row_of = np.full(max(numbers, default=0) + 1, -1, np.int32)  # by the number Dr.Jit gives to a shape
        self._row_of[numbers] = [group - HELD if group != NOBODY else -1 for _, group in meshes]

    def look(self, camera: Camera, size: tuple[int, int]) -> View:
        """Follow a few regular rays in each pixel of (height, width), and many near the outlines; no chance in it."""
        with one_thread():
            return view(self._scene, self._row_of, _sensor(camera, size), size, self._people)

    def shoot(self, camera: Camera, view: View, *, seed: int, samples: int = SAMPLES) -> Image:
        """The light that the camera sees, float32 HxWx3, linear, 0 and up; `view` is of the same camera."""
        import pyoidn

        size = view.solid.shape[0], view.solid.shape[1]
        with one_thread():
            noisy = _paths(self._scene, _sensor(camera, size), seed, samples, hide_light=self._backdrop is not None)
        colour = pyoidn.denoise(
            noisy, albedo=view.albedo, normal=view.normal, hdr=True, clean_aux=True, quality="balanced"
        )
        colour = np.maximum(np.nan_to_num(colour), 0)
        if self._backdrop is not None:
            colour = colour + linear(_cover(self._backdrop, size)) * (1 - view.solid[..., None])
        return np.asarray(colour, np.float32)


def linear(srgb: NDArray[np.floating[Any]]) -> Image:
    """Linear light 0..1 of sRGB values 0..1 (IEC 61966-2-1)."""
    values = np.asarray(srgb, np.float32)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _sensor(camera: Camera, size: tuple[int, int]) -> Any:
    mi = mitsuba_module()
    forward = camera.aim - camera.eye
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right = right / np.linalg.norm(right)
    roll = np.radians(camera.roll)
    up = np.cross(right, forward) * np.cos(roll) + right * np.sin(roll)
    film = {"type": "hdrfilm", "width": size[1], "height": size[0], "pixel_format": "rgb", "rfilter": {"type": "box"}}
    return mi.load_dict(
        {
            "type": "perspective",
            "fov": float(camera.fov),
            "fov_axis": "larger",
            "near_clip": 0.02,
            "to_world": mi.ScalarTransform4f().look_at(camera.eye.tolist(), camera.aim.tolist(), up.tolist()),
            "film": film,
            "sampler": {"type": "independent"},
        }
    )


def _paths(scene: Any, sensor: Any, seed: int, samples: int, *, hide_light: bool) -> Image:
    mi = mitsuba_module()
    integrator = mi.load_dict({"type": "path", "max_depth": DEPTH, "rr_depth": DEPTH, "hide_emitters": hide_light})
    picture = np.array(mi.render(scene, sensor=sensor, integrator=integrator, spp=samples, seed=seed), np.float32)
    return np.ascontiguousarray(np.nan_to_num(picture)[..., :3])


def _cover(picture: Texture, size: tuple[int, int]) -> Image:
    """The middle of a picture, scaled so that it fills (height, width)."""
    scale = max(size[0] / picture.shape[0], size[1] / picture.shape[1])
    height, width = (max(edge, round(side * scale)) for edge, side in zip(size, picture.shape[:2], strict=True))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(np.asarray(picture, np.float32), (width, height), interpolation=method)
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    return np.asarray(np.clip(scaled[top : top + size[0], left : left + size[1]], 0, 1))
