"""Materials, and meshes that are covered with one: what the renderer is given.

Lengths are metres, y is up, the floor is y = 0. Colours are sRGB as a photo's, 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from figureground.synth.geometry.mesh import Mesh, join

Texture = NDArray[np.float32]


@dataclass(frozen=True)
class Part(Mesh):
    """A mesh of one material.

    Attributes:
        colour: float32 (H, W, 3) sRGB 0..1.
        opacity: float32 (h, w) 0..1 where a card shows hair or leaves, else None.
        roughness, specular: Of the principled material (Burley 2012), 0..1.
        person: Whether it counts as person in the mask: bodies and what they wear do, what they hold does not.
        held: Whether somebody holds or carries it; never true together with `person`.
    """

    colour: Texture
    opacity: Texture | None = None
    roughness: float = 0.7
    specular: float = 0.3
    person: bool = False
    held: bool = False


@dataclass(frozen=True)
class Material:
    """What a mesh is covered with.

    Attributes:
        colour: float32 (H, W, 3) sRGB 0..1.
        metres: Length of one repeat; 0 where the mesh's texture coordinates are 0..1 already.
        opacity: float32 (H, W) 0..1 of cards, else None.
        roughness, specular: As of Part.
    """

    colour: Texture
    metres: float = 1.0
    opacity: Texture | None = None
    roughness: float = 0.7
    specular: float = 0.3


Thing = list[tuple[Material, Mesh]]


class PartBuilder:
    """Gathers meshes by their material, so that each material becomes one part."""

    def __init__(self) -> None:
        self._meshes: dict[int, tuple[Material, list[Mesh]]] = {}

    def add(self, material: Material, *meshes: Mesh) -> None:
        """Gather meshes covered with `material`."""
        self._meshes.setdefault(id(material), (material, []))[1].extend(meshes)

    def extend(self, thing: Thing) -> None:
        """Gather a thing's meshes as they lie."""
        for material, mesh in thing:
            self.add(material, mesh)

    def put(self, thing: Thing, x: float, z: float, yaw: float = 0.0, y: float = 0.0) -> None:
        """Stand a thing at (x, y, z), turned by `yaw` radians."""
        self.extend([(material, mesh.rotated(yaw).translated(x, y, z)) for material, mesh in thing])

    def parts(self) -> tuple[Part, ...]:
        """One part for each material, in the order of their first use."""
        return tuple(covered(join(meshes), material) for material, meshes in self._meshes.values())


def covered(mesh: Mesh, material: Material) -> Part:
    """A mesh as a part that is not person."""
    scale = 1.0 / material.metres if material.metres else 1.0
    return Part(
        vertices=mesh.vertices,
        faces=mesh.faces,
        normals=mesh.normals,
        uv=mesh.uv * scale,
        uv_faces=mesh.uv_faces,
        colour=material.colour,
        opacity=material.opacity,
        roughness=material.roughness,
        specular=material.specular,
    )


def shaded(colour: NDArray[np.floating], shade: NDArray[np.floating], **facts: float) -> Material:
    """A material of `colour` (3,) or (H, W, 3) times `shade` (H, W)."""
    picture = np.clip(colour * shade[..., None], 0.012, 0.97).astype(np.float32)
    return Material(picture, **facts)  # type: ignore[arg-type]


def pictured(picture: NDArray[np.floating], **facts: float) -> Material:
    """A picture (H, W, 3) of 0..1 laid once over texture coordinates 0..1."""
    return Material(np.clip(picture, 0.012, 0.97).astype(np.float32), metres=0.0, **facts)  # type: ignore[arg-type]
