"""A place being furnished: what stands where, who may stand where, and that neither is in the other's way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from figureground.synth.geometry.mesh import Mesh
from figureground.synth.geometry.vectors import Floats
from figureground.synth.materials.material import Material, Part, PartBuilder, Texture, Thing
from figureground.synth.materials.palette import Palette
from figureground.synth.things.furniture import bench, chair, office_chair, sofa, stool


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


ELBOW_ROOM = 0.42
"""Metres round a standing spot's middle that nothing may reach into."""


class SceneryBuilder:
    """Floor, walls and things of a scenery, with its spots.

    Args:
        rng: Draws everything.
        tones: Colours for tone-on-tone, or none.
    """

    def __init__(self, rng: np.random.Generator, tones: Sequence[Floats] = ()) -> None:
        self.rng = rng
        self.palette = Palette(rng, tones)
        self._builder = PartBuilder()
        self.spots: list[Spot] = []
        self.facts: dict[str, str | float | int] = {}
        self._taken: list[tuple[float, float, float]] = []

    def cover(self, material: Material, *meshes: Mesh) -> None:
        """Add floor and walls, which stand in nobody's way."""
        self._builder.add(material, *meshes)

    def free(self, x: float, z: float, radius: float) -> bool:
        """Whether a thing of that radius stands clear of every spot and of the things placed with a radius."""
        clear = all(np.hypot(x - spot.x, z - spot.z) > radius + ELBOW_ROOM for spot in self.spots)
        return clear and all(np.hypot(x - a, z - b) > radius + r for a, b, r in self._taken)

    def put(self, thing: Thing, x: float, z: float, yaw: float = 0.0, y: float = 0.0, radius: float = 0.0) -> None:
        """Stand a thing there, whatever else is there; with a radius, later things keep off."""
        self._builder.put(thing, x, z, yaw, y)
        if radius:
            self._taken.append((x, z, radius))

    def put_if_free(self, thing: Thing, x: float, z: float, radius: float, yaw: float = 0.0) -> bool:
        """Stand a thing there unless it would be in the way."""
        if not self.free(x, z, radius):
            return False
        self.put(thing, x, z, yaw, radius=radius)
        return True

    def scenery(
        self,
        kind: str,
        light: Texture,
        credits: tuple[str, ...],
        backdrop: Texture | None = None,
        parts: tuple[Part, ...] = (),
    ) -> Scenery:
        """What has been put together and further `parts`, lit by `light` from a random side."""
        return Scenery(
            kind=kind,
            parts=self._builder.parts() + parts,
            spots=tuple(sorted(self.spots, key=lambda spot: -spot.z)),
            light=light,
            light_turn=float(self.rng.uniform(0, 360)),
            backdrop=backdrop,
            credits=credits,
            facts={"place": kind, **self.facts},
        )


def choose_spots(
    place: SceneryBuilder, people: int, seats: int, framing: str, depth: float, seat: str = "chair"
) -> None:
    """Lay out spots: the first near the origin, some beside it, the others up to `depth` metres behind.

    Seated spots get their seat: "chair", "office", "bench" or "sofa" (which several share where they sit together).
    """
    rng = place.rng
    seats = min(seats, people)
    order = ["seat"] * seats + ["stand"] * (people - seats)
    rng.shuffle(order)
    group = 0.9 if framing in {"portrait", "half", "webcam"} else 0.6
    for kind in order:
        gap = 0.78 if kind == "seat" else 0.6
        x, z = _near_by(place, gap, group, depth)
        height = round(float(rng.uniform(0.43, 0.48)), 3) if kind == "seat" else 0.0
        yaw = float(rng.normal(0, 0.35))
        place.spots.append(Spot(x, z, yaw, height))
    for spot in place.spots:
        if spot.height:
            place.put(_seat(place.palette, seat, spot.height), spot.x, spot.z, spot.yaw)


def _near_by(place: SceneryBuilder, gap: float, group: float, depth: float) -> tuple[float, float]:
    rng = place.rng
    if not place.spots:
        return float(rng.normal(0, 0.12)), 0.0
    for attempt in range(60):
        if rng.random() < group and attempt < 40:
            anchor = place.spots[int(rng.integers(len(place.spots)))]
            x = anchor.x + float(rng.choice([-1, 1])) * rng.uniform(gap, gap + 0.4)
            z = anchor.z + rng.uniform(-0.7, 0.1)
        else:
            z = -rng.uniform(0.6, max(depth, 0.8))
            x = rng.uniform(-0.9, 0.9) * (0.8 + 0.4 * abs(z))
        z = float(np.clip(z, -depth, 0.0))
        if all(np.hypot(x - spot.x, z - spot.z) > gap for spot in place.spots):
            return float(x), z
    step = gap + 0.1
    return float(max(spot.x for spot in place.spots) + step), 0.0


def _seat(palette: Palette, kind: str, height: float) -> Thing:
    if kind == "office":
        return office_chair(palette, height)
    if kind == "bench":
        return bench(palette, palette.between(0.7, 1.5), height, back=palette.chance(0.7))
    if kind == "sofa":
        return sofa(palette, palette.between(0.85, 1.0), height)
    return stool(palette, height) if palette.chance(0.12) else chair(palette, height)
