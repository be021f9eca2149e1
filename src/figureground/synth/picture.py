"""One picture from a seed and a number: who is in it, where, what they hold, how it is taken; and its facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from figureground.synth.figures.person import Person, make_person
from figureground.synth.geometry.rotations import rotation
from figureground.synth.geometry.vectors import UP, Floats
from figureground.synth.ingredients import Ingredients
from figureground.synth.materials.material import Part
from figureground.synth.rendering.lens import Facts, photograph
from figureground.synth.rendering.rays import View
from figureground.synth.rendering.scene import Camera, Scene
from figureground.synth.rendering.setup import RenderError
from figureground.synth.scenes.camera import BEHIND, SHOTS, Subject, frame, point_at, survey
from figureground.synth.scenes.empty import build_empty_scenery
from figureground.synth.scenes.peopled import build_scenery
from figureground.synth.scenes.scenery import Scenery, Spot
from figureground.synth.things.held import hold

Generator = np.random.Generator

MAKEHUMAN = "clothes, hair, eyes, skins, poses: MakeHuman community assets, CC0 1.0"
COUNTS = (0.2, 0.45, 0.15, 0.09, 0.06, 0.03, 0.02)  # how often so many people, from nobody to six
SHOT_ODDS = {1: (0.24, 0.27, 0.25, 0.07, 0.17), 2: (0.08, 0.26, 0.36, 0.2, 0.1), 3: (0.03, 0.2, 0.42, 0.32, 0.03)}
HELD = 0.45  # of the pictures with people; in some of them what is held is out of sight
SEEN = 0.001  # of the picture: a person who covers less is not counted
LEAST = {"close": 0.1, "half": 0.07, "full": 0.025, "far": 0.004, "webcam": 0.08}  # the nearest person's share
MOST = 0.9
INDOORS = 5.0  # metres from the camera to the nearest person in a room
BLOCKED = 0.3  # of the picture, by things right before the camera
CAMERAS, ATTEMPTS = 4, 12
POSTURES = {
    "close": {"standing": 0.72, "walking": 0.05, "seated": 0.23},
    "half": {"standing": 0.6, "walking": 0.08, "seated": 0.32},
    "full": {"standing": 0.5, "walking": 0.19, "seated": 0.19, "ground": 0.05, "lying": 0.025, "crouching": 0.045},
    "far": {"standing": 0.45, "walking": 0.33, "seated": 0.12, "ground": 0.04, "lying": 0.02, "crouching": 0.04},
    "webcam": {"standing": 0.16, "seated": 0.84},
}
# What figures and sceneries call the shots: how much of people is seen, and what surrounds them.
_PERSON = {"close": "close", "half": "half", "full": "full", "far": "full", "webcam": "half"}
_SCENERY = {"close": "portrait", "half": "half", "full": "full", "far": "full", "webcam": "webcam"}
_RATIOS = {(3, 4): 0.24, (2, 3): 0.16, (1, 1): 0.16, (4, 3): 0.22, (3, 2): 0.14, (16, 9): 0.08}  # width, height


@dataclass(frozen=True)
class Picture:
    """What has been made.

    Attributes:
        photo: uint8 HxWx3 sRGB.
        coverage: uint8 HxW, 255 where all of a pixel is person.
        held: uint8 HxW, 255 where most of a pixel is something held, 0 elsewhere.
        facts: What metadata.csv says of it.
        credits: A line each.
    """

    photo: NDArray[np.uint8]
    coverage: NDArray[np.uint8]
    held: NDArray[np.uint8]
    facts: Facts
    credits: tuple[str, ...]


@dataclass(frozen=True)
class _Composition:
    """`people` are where they will be seen, nearest first, each with what they hold and the names of that."""

    shot: str
    size: tuple[int, int]
    scenery: Scenery
    people: tuple[Person, ...]
    held: tuple[tuple[Part, ...], ...]
    names: tuple[tuple[str, ...], ...]

    def scene(self) -> Scene:
        parts = list(self.scenery.parts)
        groups = [-1] * len(parts)
        for number, (person, things) in enumerate(zip(self.people, self.held, strict=True)):
            parts += [*person.parts, *things]
            groups += [number] * (len(person.parts) + len(things))
        return Scene(parts, groups, self.scenery.light, self.scenery.light_turn, self.scenery.backdrop)

    def camera(self, rng: Generator) -> Camera:
        if self.people:
            reach = INDOORS if self.scenery.kind in ("room", "office", "cafe") else BEHIND
            return frame(rng, self.shot, [Subject.of(person) for person in self.people], self.size, reach)
        facts = self.scenery.facts
        if "span" in facts:
            aim = np.array([float(facts[f"aim_{axis}"]) for axis in "xyz"])
            return point_at(rng, aim, float(facts["span"]), self.size)
        return survey(rng, self.shot)


def make_picture(seed: int, number: int, ingredients: Ingredients, *, size: int) -> Picture:
    """Picture `number` of the set `seed`; nothing else has a say in it. `size` is its longer side in pixels.

    Draws that a person would discard (nobody in sight, a camera in a hedge) are drawn again.

    Raises:
        RenderError: As `rendering.prepare`, or nothing useful could be drawn.
        FiguregroundError: Assets or body are missing or damaged.
    """
    for attempt in range(ATTEMPTS):
        chance, photo_chance, light_chance = np.random.default_rng((seed, number, attempt)).spawn(3)
        count = int(np.random.default_rng((seed, number)).choice(len(COUNTS), p=COUNTS))  # the same in each attempt
        composition = _draw_composition(chance, count, ingredients, size)
        scene = composition.scene()
        for _ in range(CAMERAS):
            camera = composition.camera(chance)
            view = scene.look(camera, composition.size)
            if _is_useful(composition, view):
                light = scene.shoot(camera, view, seed=int(light_chance.integers(2**31)))
                return _taken(composition, camera, view, light, photo_chance, ingredients)
    raise RenderError(f"picture {number} of seed {seed}: nothing useful in {ATTEMPTS} attempts; leave this seed out")


def _is_useful(composition: _Composition, view: View) -> bool:
    if view.blocked > BLOCKED:
        return False
    if not composition.people:
        return True
    return float(view.shares[0].mean()) >= LEAST[composition.shot] and float(view.coverage.mean()) <= MOST


def _draw_composition(rng: Generator, count: int, ingredients: Ingredients, size: int) -> _Composition:
    shot = str(rng.choice(SHOTS, p=SHOT_ODDS[min(max(count, 1), 3)]))
    people = [_draw_person(rng, shot, count, ingredients) for _ in range(count)]
    seats = sum(person.posture == "seated" for person in people)
    scenery = _draw_scenery(rng, shot, people, seats, ingredients)
    placed = _placed(rng, shot, people, scenery)
    carrying = bool(placed) and rng.random() < HELD
    things = [
        hold(rng, person) if carrying and (number == 0 or rng.random() < 0.5) else ((), ())
        for number, person in enumerate(person for person, _ in placed)
    ]
    moved = [_moved(person, spot) for person, spot in placed]
    held = tuple(
        tuple(_move(part, spot, person) for part in parts)
        for (parts, _), (person, spot) in zip(things, placed, strict=True)
    )
    names = tuple(names for _, names in things)
    return _Composition(shot, _draw_size(rng, shot, count, size), scenery, tuple(moved), held, names)


def _draw_person(rng: Generator, shot: str, count: int, ingredients: Ingredients) -> Person:
    odds = POSTURES[shot if count < 3 or shot != "webcam" else "half"]
    posture = str(rng.choice(list(odds), p=list(odds.values())))
    return make_person(rng, ingredients.body, ingredients.assets, posture=posture, framing=_PERSON[shot])


def _draw_scenery(rng: Generator, shot: str, people: Sequence[Person], seats: int, ingredients: Ingredients) -> Scenery:
    if not people and rng.random() < 0.65:
        models = [
            make_person(rng, ingredients.body, ingredients.assets, posture="standing", framing="full")
            for _ in range(int(rng.integers(1, 3)))
        ]
        return build_empty_scenery(rng, ingredients.lights, persons=models)
    if not people:  # a place that people have left, their chairs still there
        seats = int(rng.integers(0, 4))
        return build_scenery(rng, ingredients.lights, framing=_SCENERY[shot], people=seats, seats=seats)
    tones = _tones(people) if rng.random() < 0.25 else ()
    return build_scenery(rng, ingredients.lights, framing=_SCENERY[shot], people=len(people), seats=seats, tones=tones)


def _tones(people: Sequence[Person]) -> tuple[Floats, ...]:
    """Mean colours of what the first person wears, for walls that are hard to tell from it."""
    worn = sorted(people[0].parts, key=lambda part: -len(part.faces))[:4]
    return tuple(np.asarray(part.colour.mean((0, 1)), float) for part in worn)


def _placed(rng: Generator, shot: str, people: Sequence[Person], scenery: Scenery) -> list[tuple[Person, Spot]]:
    """Each person's spot; first whom the shot is about: the nearest who is not on the ground.

    Who sits gets a seat. Who stands may look anywhere, but mostly to the camera, and always to a webcam.
    """
    seats = [spot for spot in scenery.spots if spot.height]
    floor = [spot for spot in scenery.spots if not spot.height]
    placed = []
    for person in people:
        seated = person.posture == "seated" and bool(seats)
        spot = (seats if seated else floor or seats).pop(0)
        if not seated:
            anywhere = shot != "webcam" and rng.random() < (0.18 if shot == "close" else 0.28)
            turn = rng.uniform(-np.pi, np.pi) if anywhere else rng.normal(0, 0.4 if shot == "webcam" else 0.7)
            spot = replace(spot, yaw=float(turn), height=0.0)
        placed.append((person, spot))
    return sorted(placed, key=lambda item: (item[0].posture in ("lying", "ground"), -item[1].z))


def _moved(person: Person, spot: Spot) -> Person:
    axes, origin = rotation(UP, spot.yaw), _origin(spot, person)
    joints = {name: axes @ place + origin for name, place in person.joints.items()}
    return replace(person, parts=tuple(_move(part, spot, person) for part in person.parts), joints=joints)


def _move(part: Part, spot: Spot, person: Person) -> Part:
    return part.transformed(rotation(UP, spot.yaw), _origin(spot, person))


def _origin(spot: Spot, person: Person) -> Floats:
    """Where the person's origin comes to lie: on a seat that is too high the feet hang, but never below the floor."""
    lift = max(spot.height - person.seat_height, 0.0) if person.posture == "seated" else 0.0
    return np.array([spot.x, lift, spot.z])


def _draw_size(rng: Generator, shot: str, count: int, size: int) -> tuple[int, int]:
    """(height, width): webcams are wide, single people upright more often than groups."""
    if shot == "webcam":
        width, height = (4, 3) if rng.random() < 0.5 else (16, 9)
    else:
        odds = np.array([share * (1.6 if count > 1 and w > h else 1.0) for (w, h), share in _RATIOS.items()])
        width, height = list(_RATIOS)[int(rng.choice(len(odds), p=odds / odds.sum()))]
    return round(size * height / max(width, height)), round(size * width / max(width, height))


def _taken(
    composition: _Composition,
    camera: Camera,
    view: View,
    light: NDArray[np.float32],
    rng: Generator,
    ingredients: Ingredients,
) -> Picture:
    kind = "webcam" if composition.shot == "webcam" else "photo"
    photo, coverage, held, lens = photograph(light, view.coverage, view.held, rng, kind=kind)
    credits = [*composition.scenery.credits]
    if composition.people or composition.scenery.facts.get("contents") in ("statue", "dummy"):
        credits += [ingredients.body.credit, MAKEHUMAN]
    return Picture(photo, coverage, held, _facts(composition, camera, view) | lens, tuple(credits))


def _facts(composition: _Composition, camera: Camera, view: View) -> Facts:
    """Flat facts. `held` and `postures` are of all people in sight, `subject_…` of the nearest alone."""
    seen = [number for number, share in enumerate(view.shares) if float(share.mean()) >= SEEN]
    people = [composition.people[number] for number in seen]
    place = {name: value for name, value in composition.scenery.facts.items() if not name.startswith(("aim_", "span"))}
    subject: Mapping[str, str | float | int] = people[0].facts if people else {}
    forward = camera.aim - camera.eye
    return {
        "shot": composition.shot,
        "persons": len(people),
        "postures": "+".join(person.posture for person in people),
        "held": "+".join(name for number in seen for name in composition.names[number]),
        "field_of_view": round(camera.fov, 1),
        "distance": round(float(np.linalg.norm(forward)), 2),
        "elevation": round(float(np.degrees(np.arcsin(-forward[1] / np.linalg.norm(forward)))), 1),
        **{f"subject_{name}": value for name, value in subject.items()},
        **place,
    }
