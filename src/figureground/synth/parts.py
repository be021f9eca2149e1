"""What the houses of this package hand to one another: meshes with textures, people, sceneries.

Lengths are metres, y is up, the floor is y = 0. Colours are sRGB as a photo's, 0..1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Texture = NDArray[np.float32]


@dataclass(frozen=True)
class Part:
    """A triangle mesh of one material.

    Attributes:
        vertices: float64 (N, 3) metres.
        faces: int64 (M, 3) numbers of vertices, counter-clockwise seen from outside.
        normals: float64 (N, 3), unit length; for hard edges the vertices are doubled.
        uv: float64 (K, 2) texture coordinates; 0, 0 is the texture's lower left corner, it repeats beyond 0..1.
        uv_faces: int64 (M, 3) numbers of texture coordinates.
        colour: float32 (H, W, 3) sRGB 0..1.
        opacity: float32 (h, w) 0..1 where a card shows hair or leaves, else None.
        roughness, specular: Of the principled material (Burley 2012), 0..1.
        person: Whether it counts as person in the mask: bodies and what they wear do, what they hold does not.
        held: Whether somebody holds or carries it; never true together with `person`.
    """

    vertices: Floats
    faces: NDArray[np.int64]
    normals: Floats
    uv: Floats
    uv_faces: NDArray[np.int64]
    colour: Texture
    opacity: Texture | None = None
    roughness: float = 0.7
    specular: float = 0.3
    person: bool = False
    held: bool = False


@dataclass(frozen=True)
class Person:
    """A posed, dressed person with the feet (or seat, or back) on y = 0 at the origin, facing +z before it is turned.

    Attributes:
        parts: Skin, hair and what is worn; `person` is true of all.
        joints: World position (3,) of each of the body's bones' heads, by the bones' MakeHuman names.
        frames: World rotation (3, 3) of each bone against the rest pose.
        posture: standing, seated (on something `seat_height` high), ground, lying, crouching.
        seat_height: Metres of the underside of the thighs above y = 0; 0 unless seated.
        facts: What metadata.csv says of the person: female, age, ancestry, outfit, hair, …
    """

    parts: tuple[Part, ...]
    joints: Mapping[str, Floats]
    frames: Mapping[str, Floats]
    posture: str
    seat_height: float = 0.0
    facts: Mapping[str, str | float | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Spot:
    """A place for one person: on the floor, or on a seat `height` above it, facing `yaw` (radians about y, 0 = +z)."""

    x: float
    z: float
    yaw: float = 0.0
    height: float = 0.0


@dataclass(frozen=True)
class Scenery:
    """A room, street, park or studio without its people. The camera stands at larger z and looks towards -z.

    Attributes:
        kind: room, office, street, park, studio, plate, …
        parts: Floor, walls, furniture, animals, dummies; none is person.
        spots: Where people may stand or sit, in sight of the camera, nearest first.
        light: float32 (h, w, 3) linear environment map, latitude by longitude.
        light_turn: Degrees about y by which the map is turned.
        backdrop: float32 (H, W, 3) sRGB picture behind everything instead of the light map, or None.
        credits: One line for each ingredient that was used: name, author or source, licence.
        facts: What metadata.csv says of the place.
    """

    kind: str
    parts: tuple[Part, ...]
    spots: tuple[Spot, ...]
    light: Texture
    light_turn: float = 0.0
    backdrop: Texture | None = None
    credits: tuple[str, ...] = ()
    facts: Mapping[str, str | float | int] = field(default_factory=dict)


def vertex_normals(vertices: Floats, faces: NDArray[np.int64]) -> Floats:
    """Smooth unit normals (N, 3), each the mean of its faces' weighted by their areas."""
    corners = vertices[faces]
    of_faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], of_faces)
    return np.asarray(normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12))
