"""Exact coverage: regular rays through each pixel, more of them near outlines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.synth.rendering.setup import drjit_module, mitsuba_module

Image = NDArray[np.float32]
FEW, MANY = 2, 6  # coverage rays a pixel along each axis, everywhere and near outlines
UNIT = 4096  # of a ray, in which shares are counted
NEAR = 0.35  # metres
OPAQUE = 1e-3  # of the light: a coverage ray that lets less through has ended
EDGE = 1e-3  # in coverage: pixels that differ by more from a neighbour are near an outline


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


def view(scene: Any, row_of: NDArray[np.int32], sensor: Any, size: tuple[int, int], people: int) -> View:
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
    mi, dr = mitsuba_module(), drjit_module()
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
    mi, dr = mitsuba_module(), drjit_module()
    sides, columns = dr.opaque(mi.UInt32, side), dr.opaque(mi.UInt32, size[1])
    offset = mi.Point2f(mi.Float(sub % sides) + 0.5, mi.Float(sub // sides) + 0.5) / mi.Float(sides)
    corner = mi.Point2f(mi.Float(pixel % columns), mi.Float(pixel // columns))
    extent = mi.Point2f(dr.opaque(mi.Float, size[1]), dr.opaque(mi.Float, size[0]))
    return sensor.sample_ray(0.0, 0.0, (corner + offset) / extent, mi.Point2f(0.5))[0]
