"""Light paths and exact coverage: what Mitsuba 3 and Intel's denoiser make of the parts that the other houses build."""

from __future__ import annotations

import ctypes.util
import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError, first_line, install_hint
from figureground.synth.parts import Floats, Part, Texture

Image = NDArray[np.float32]

VARIANT = "llvm_ad_rgb"  # four times as fast as scalar_rgb once its kernels are compiled
LLVM_VARIABLE = "DRJIT_LIBLLVM_PATH"
SAMPLES = 6  # light paths a pixel; with noiseless albedo and normals the denoiser makes up for more
DEPTH = 4  # bounces
FEW, MANY = 2, 6  # coverage rays a pixel along each axis, everywhere and near outlines
RANK = 16  # meshes of a kind in a scene are a multiple of this
UNIT = 4096  # of a ray, in which shares are counted
NEAR = 0.35  # metres
OPAQUE = 1e-3  # of the light: a coverage ray that lets less through has ended
EDGE = 1e-3  # in coverage: pixels that differ by more from a neighbour are near an outline
NOBODY, HELD = -2, -1  # of a mesh, where others have the number of their person


class RenderError(FiguregroundError):
    """Nothing can be rendered on this machine. The message says what to install."""


@dataclass(frozen=True)
class Camera:
    """A pinhole that looks from `eye` to `aim` (metres); `fov` is the angle of the picture's longer side in degrees.

    `roll` turns it about its axis, degrees.
    """

    eye: Floats
    aim: Floats
    fov: float
    roll: float = 0.0


@dataclass(frozen=True)
class View:
    """What a camera sees, without noise; the denoiser and the masks live on it.

    Attributes:
        albedo, normal: float32 HxWx3; black and zero where there is only sky.
        solid: float32 HxW 0..1, the share of each pixel that is not sky.
        shares: float32 GxHxW 0..1, the share of each pixel that is the person of that number.
        held: float32 HxW 0..1, the share of each pixel that is something held; away from people and sky of few rays.
        blocked: Share of the picture that things nearer than `NEAR` metres take up.
    """

    albedo: Image
    normal: Image
    solid: Image
    shares: Image
    held: Image
    blocked: float

    @property
    def coverage(self) -> Image:
        """float32 HxW 0..1: the share of each pixel that is person."""
        return np.asarray(np.clip(self.shares.sum(0), 0, 1), np.float32)


@cache
def prepare() -> None:
    """Load Mitsuba and its compiler for one thread; called before any other function here, at once in each process.

    Raises:
        RenderError: Mitsuba, LLVM or the denoiser is missing.
    """
    if LLVM_VARIABLE not in os.environ and (library := _find_llvm()):
        os.environ[LLVM_VARIABLE] = library
    try:
        import mitsuba
        import pyoidn  # noqa: F401
    except ModuleNotFoundError as error:
        raise RenderError(f"rendering needs the package {error.name}; {install_hint('synth')}") from None
    except (ImportError, OSError) as error:  # of the denoiser's own libraries
        raise RenderError(
            f"the denoiser cannot be loaded ({' '.join(str(error).split())}); install pyoidn anew"
        ) from None
    try:
        mitsuba.set_variant(VARIANT)
        _drjit().set_thread_count(2)
        _drjit().eval(_drjit().arange(mitsuba.Float, 2) + 1)
    except Exception as error:  # Dr.Jit raises RuntimeError, Mitsuba ImportError where LLVM is missing
        raise RenderError(
            f"no LLVM library was found, with which rendering compiles its kernels ({first_line(error)}); install it "
            f"(Debian: apt-get install libllvm19) or set {LLVM_VARIABLE} to the file libLLVM.so"
        ) from None


class Stage:
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
        mi = _mitsuba()
        self._backdrop = backdrop
        self._people = max((group for part, group in zip(parts, groups, strict=True) if part.person), default=-1) + 1
        turn = mi.ScalarTransform4f().rotate([0, 1, 0], light_turn)
        bitmap = mi.Bitmap(np.ascontiguousarray(light, np.float32))
        gc.collect()  # of the stage before: shapes are numbered from 1 again, and their numbers are in the kernels
        meshes = [(_mesh(same), group) for same, group in _in_full_ranks([*_alike(parts, groups)])]
        description = {"type": "scene", "light": {"type": "envmap", "bitmap": bitmap, "to_world": turn}}
        self._scene = mi.load_dict(description | {f"part{k}": mesh for k, (mesh, _) in enumerate(meshes)})
        numbers = [int(_drjit().reinterpret_array(mi.UInt32, mi.ShapePtr(mesh))[0]) for mesh, _ in meshes]
        self._row_of = np.full(max(numbers, default=0) + 1, -1, np.int32)  # by the number Dr.Jit gives to a shape
        self._row_of[numbers] = [group - HELD if group != NOBODY else -1 for _, group in meshes]

    def look(self, camera: Camera, size: tuple[int, int]) -> View:
        """Follow a few regular rays in each pixel of (height, width), and many near the outlines; no chance in it."""
        with _one_thread():
            return _look(self._scene, self._row_of, _sensor(camera, size), size, self._people)

    def shoot(self, camera: Camera, view: View, *, seed: int, samples: int = SAMPLES) -> Image:
        """The light that the camera sees, float32 HxWx3, linear, 0 and up; `view` is of the same camera."""
        import pyoidn

        size = view.solid.shape[0], view.solid.shape[1]
        with _one_thread():
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


@contextmanager
def _one_thread() -> Iterator[None]:
    """The work of one picture is too small to share, and two processes are quicker than two threads.

    Only here: with one thread for good, Mitsuba waits for ever when it reads a file in pieces.
    """
    dr = _drjit()
    dr.set_thread_count(1)
    try:
        yield
    finally:
        dr.set_thread_count(2)


def _drjit() -> Any:
    import drjit

    return drjit


def _mitsuba() -> Any:
    prepare()
    import mitsuba

    return mitsuba


def _find_llvm() -> str | None:
    """Dr.Jit looks for plain libLLVM.so, which distributions keep for their development packages."""
    places = [Path("/usr/lib"), Path("/usr/lib64"), Path("/usr/local/lib"), Path("/opt/homebrew/opt/llvm/lib")]
    found = [file for place in places for file in (*place.glob("libLLVM*.so*"), *place.glob("*/libLLVM*.so*"))]
    found += [
        file for place in places for file in (*place.glob("llvm-*/lib/libLLVM*.so*"), *place.glob("libLLVM*.dylib"))
    ]
    return str(max(found, key=lambda file: file.name)) if found else ctypes.util.find_library("LLVM")


def _alike(parts: Sequence[Part], groups: Sequence[int]) -> Iterator[tuple[list[Part], int]]:
    """Parts of one material and group, which become one mesh, in the order in which they first occur."""
    found: dict[tuple[object, ...], tuple[list[Part], int]] = {}
    for part, group in zip(parts, groups, strict=True):
        group = group if part.person else HELD if part.held else NOBODY
        key = (id(part.colour), id(part.opacity), part.roughness, part.specular, group)
        found.setdefault(key, ([], group))[0].append(part)
    yield from found.values()


def _in_full_ranks(found: list[tuple[list[Part], int]]) -> list[tuple[list[Part], int]]:
    """Opaque meshes, then those cut out, each rank filled up with specks out of sight.

    How many there are of each kind is part of the compiled kernels. So there are few kernels, which soon all lie in
    Dr.Jit's cache on disk; to compile one takes as long as half a picture.
    """
    full = []
    for cut_out in (False, True):
        rank = [item for item in found if (item[0][0].opacity is not None) == cut_out]
        speck = _speck(cut_out)
        full += [*rank, *[([speck], NOBODY)] * (-len(rank) % RANK or (0 if rank else RANK))]
    return full


def _speck(cut_out: bool) -> Part:
    """A triangle of a micrometre, a kilometre below the floor."""
    corners, faces = np.array([[0, -1e3, 0], [1e-6, -1e3, 0], [0, -1e3, 1e-6]]), np.array([[0, 1, 2]])
    up, dot = np.tile([0.0, 1.0, 0.0], (3, 1)), np.full((2, 2), 0.5, np.float32)
    return Part(corners, faces, up, corners[:, :2], faces, np.repeat(dot[..., None], 3, 2), dot if cut_out else None)


def _sensor(camera: Camera, size: tuple[int, int]) -> Any:
    mi = _mitsuba()
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


def _mesh(parts: Sequence[Part]) -> Any:
    """One mesh of parts of one material; vertices are doubled where the texture's seams run."""
    mi = _mitsuba()
    points, normals, uv, faces, count = [], [], [], [], 0
    for part in parts:
        corners, inverse = np.unique(part.faces.ravel() * len(part.uv) + part.uv_faces.ravel(), return_inverse=True)
        points.append(part.vertices[corners // len(part.uv)])
        normals.append(part.normals[corners // len(part.uv)])
        uv.append(part.uv[corners % len(part.uv)])
        faces.append(inverse.ravel() + count)
        count += len(corners)
    properties = mi.Properties()
    properties["mesh_bsdf"] = _material(parts[0])
    triangles = np.concatenate(faces)
    mesh = mi.Mesh(
        "part", count, len(triangles) // 3, has_vertex_normals=True, has_vertex_texcoords=True, props=properties
    )
    values = mi.traverse(mesh)
    values["vertex_positions"] = np.concatenate(points).astype(np.float32).ravel()
    values["vertex_normals"] = np.concatenate(normals).astype(np.float32).ravel()
    values["vertex_texcoords"] = np.concatenate(uv).astype(np.float32).ravel()
    values["faces"] = triangles.astype(np.uint32)
    values.update()
    return mesh


def _material(part: Part) -> Any:
    """Opaque, or cut out by its opacity: two kinds of material for all parts, so that the kernels stay the same."""
    mi = _mitsuba()
    surface = {
        "type": "twosided",
        "surface": {
            "type": "principled",
            "base_color": _bitmap(part.colour, raw=False),
            "roughness": float(part.roughness),
            "specular": float(np.clip(part.specular, 0.01, 1)),
        },
    }
    if part.opacity is None:
        return mi.load_dict(surface)
    opacity = _bitmap(part.opacity[..., None], raw=True)
    return mi.load_dict({"type": "mask", "opacity": opacity, "surface": surface})


def _bitmap(picture: NDArray[np.float32], *, raw: bool) -> dict[str, Any]:
    """A texture of 8 bits, sRGB unless `raw`; Mitsuba's first row is the upper one of v = 0, so it is turned over."""
    mi = _mitsuba()
    bits = (np.clip(picture[::-1], 0, 1) * 255 + 0.5).astype(np.uint8)
    return {"type": "bitmap", "bitmap": mi.Bitmap(np.ascontiguousarray(bits)), "raw": raw}


def _paths(scene: Any, sensor: Any, seed: int, samples: int, *, hide_light: bool) -> Image:
    mi = _mitsuba()
    integrator = mi.load_dict({"type": "path", "max_depth": DEPTH, "rr_depth": DEPTH, "hide_emitters": hide_light})
    picture = np.array(mi.render(scene, sensor=sensor, integrator=integrator, spp=samples, seed=seed), np.float32)
    return np.ascontiguousarray(np.nan_to_num(picture)[..., :3])


def _look(scene: Any, row_of: NDArray[np.int32], sensor: Any, size: tuple[int, int], people: int) -> View:
    """Follow a few regular rays a pixel, then many where coverage changes from a pixel to its neighbour.

    Outlines of held things ask for no more rays: those would change light and bytes of pictures made before.
    """
    height, width = size
    everywhere = np.arange(height * width, dtype=np.uint32)
    albedo, normal, solid, shares, near = _follow(scene, row_of, sensor, size, everywhere, FEW, people)
    edges = np.flatnonzero(_near_outlines(np.vstack([shares[1:], solid[None]]).reshape(-1, height, width)))
    if len(edges):
        finer = _follow(scene, row_of, sensor, size, edges.astype(np.uint32), MANY, people)
        albedo[edges], normal[edges], solid[edges], shares[:, edges], near[edges] = finer
    return View(
        albedo.reshape(height, width, 3),
        normal.reshape(height, width, 3),
        solid.reshape(size),
        shares[1:].reshape(people, height, width),
        shares[0].reshape(size),
        float(near.mean()),
    )


def _near_outlines(layers: Image) -> NDArray[np.bool_]:
    """Pixels (HxW) of LxHxW layers in whose 3x3 neighbourhood any layer changes or is neither 0 nor 1."""
    kernel = np.ones((3, 3), np.uint8)
    near = np.zeros(layers.shape[1:], bool)
    for layer in layers:
        low, high = cv2.erode(layer, kernel), cv2.dilate(layer, kernel)
        near |= (high - low > EDGE) | ((layer > EDGE) & (layer < 1 - EDGE))
    return near


def _follow(
    scene: Any,
    row_of: NDArray[np.int32],
    sensor: Any,
    size: tuple[int, int],
    pixels: NDArray[np.uint32],
    side: int,
    people: int,
) -> tuple[Image, Image, Image, Image, Image]:
    """Albedo, normal (P, 3), solid (P,), shares (1 + G, P), near things (P,) of P pixels with side x side rays in each.

    The rays are regular. A ray goes on through cards of hair and leaves, and loses what they keep of it, until nothing
    is left. What a person keeps counts for that person, what things that people hold keep for the first of the shares,
    what anything else keeps for none: `row_of` has for each shape's number that of its share, or -1.
    """
    mi, dr = _mitsuba(), _drjit()
    rays = side * side
    number = dr.arange(mi.UInt32, len(pixels) * rays)
    place = number // dr.opaque(mi.UInt32, rays)
    ray = _rays(sensor, size, dr.gather(mi.UInt32, mi.UInt32(pixels), place), number % dr.opaque(mi.UInt32, rays), side)
    rows, count = mi.Int32(row_of), dr.opaque(mi.UInt32, len(pixels))
    shares = dr.zeros(mi.UInt32, (1 + people) * len(pixels))  # whole numbers: their sum knows no order

    def step(ray: Any, left: Any, albedo: Any, normal: Any, near: Any, gone: Any, active: Any) -> Any:
        hit = scene.ray_intersect(ray, active)
        active &= hit.is_valid()
        material = hit.bsdf(ray)
        kept = dr.select(active, left * (1 - material.eval_null_transmission(hit, active).x), 0)
        row = dr.gather(mi.Int32, rows, dr.reinterpret_array(mi.UInt32, hit.shape), active)
        counted, person = active & (row >= 0), active & (row > 0)
        dr.scatter_add(shares, mi.UInt32(kept * UNIT + 0.5), mi.UInt32(dr.maximum(row, 0)) * count + place, counted)
        albedo += kept * material.eval_diffuse_reflectance(hit, active)
        normal += kept * mi.Vector3f(hit.sh_frame.n)
        gone += dr.select(active, hit.t, 0)
        near += dr.select(~person & (gone < NEAR), kept, 0)
        left -= kept
        return hit.spawn_ray(ray.d), left, albedo, normal, near, gone, active & (left > OPAQUE)

    zero, alive = mi.Float(0), dr.full(mi.Bool, True, len(number))
    state = (mi.Ray3f(ray), mi.Float(1), mi.Color3f(0), mi.Vector3f(0), zero, mi.Float(0), alive)
    _, left, albedo, normal, near, _, _ = dr.while_loop(state, lambda *state: state[-1], step)
    dr.eval(left, albedo, normal, near, shares)

    def mean(values: Any) -> Image:
        return np.asarray(np.array(values, np.float32).reshape(-1, len(pixels), rays).mean(2))

    covered = np.array(shares).reshape(-1, len(pixels)) / np.float32(rays * UNIT)
    return mean(albedo).T.copy(), mean(normal).T.copy(), 1 - mean(left)[0], np.minimum(covered, 1), mean(near)[0]


def _rays(sensor: Any, size: tuple[int, int], pixel: Any, sub: Any, side: int) -> Any:
    """A ray through the middle of each sub-square `sub` of the side x side of a pixel."""
    mi, dr = _mitsuba(), _drjit()
    sides, columns = dr.opaque(mi.UInt32, side), dr.opaque(mi.UInt32, size[1])
    offset = mi.Point2f(mi.Float(sub % sides) + 0.5, mi.Float(sub // sides) + 0.5) / mi.Float(sides)
    corner = mi.Point2f(mi.Float(pixel % columns), mi.Float(pixel // columns))
    extent = mi.Point2f(dr.opaque(mi.Float, size[1]), dr.opaque(mi.Float, size[0]))
    return sensor.sample_ray(0.0, 0.0, (corner + offset) / extent, mi.Point2f(0.5))[0]


def _cover(picture: Texture, size: tuple[int, int]) -> Image:
    """The middle of a picture, scaled so that it fills (height, width)."""
    scale = max(size[0] / picture.shape[0], size[1] / picture.shape[1])
    height, width = (max(edge, round(side * scale)) for edge, side in zip(size, picture.shape[:2], strict=True))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(np.asarray(picture, np.float32), (width, height), interpolation=method)
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    return np.asarray(np.clip(scaled[top : top + size[0], left : left + size[1]], 0, 1))
