"""Where the camera stands and what it takes in, for each kind of shot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from figureground.synth.figures.person import Person
from figureground.synth.geometry.vectors import Floats
from figureground.synth.rendering.scene import Camera

SHOTS = ("close", "half", "full", "far", "webcam")
LOWEST = 0.12  # metres: a camera lies at most on the ground
BEHIND = 11.0  # metres from the nearest person: sceneries have a floor that far
CLEARANCE = 0.35  # metres from the camera to anybody

# Where the lower edge of the picture is between the nearest person's head (1) and feet (0), on average and spread.
_LOWER = {"close": (0.76, 0.05), "half": (0.47, 0.07), "webcam": (0.66, 0.06)}
# The height of the nearest person (of what of them is meant to be seen) over that of the picture.
_SHARE = {"close": (0.7, 0.98), "half": (0.74, 1.0), "full": (0.62, 0.95), "far": (0.2, 0.5), "webcam": (0.5, 0.85)}
_FOV = {"close": (18, 50), "half": (22, 60), "full": (24, 70), "far": (30, 75), "webcam": (55, 80)}


@dataclass(frozen=True)
class Subject:
    """A person at a place: highest and lowest point, left- and rightmost, metres."""

    points: Floats
    head: Floats

    @classmethod
    def of(cls, person: Person) -> Subject:
        used = [part.vertices[np.unique(part.faces)] for part in person.parts]
        return cls(np.concatenate(used), person.joints["head"])


def frame(
    rng: np.random.Generator, shot: str, people: list[Subject], size: tuple[int, int], reach: float = BEHIND
) -> Camera:
    """A camera for a shot of the nearest person, the first of `people`; further ones come in if they stand there.

    It stands level before the people, as a rule a little above or below, now and then high above or near the ground.

    Args:
        size: (height, width) of the picture; only their ratio counts.
        reach: Metres that it may stand off; from further, who is far would be seen from behind the walls of a room.
    """
    wide = float(rng.uniform(*_FOV[shot]))
    half = np.tan(np.radians(wide / 2)) * np.array(size) / max(size)  # half height and width at a distance of 1 m
    low, high, middle = _extent(rng, shot, people)
    shown = (high - low) / float(rng.uniform(*_SHARE[shot]))
    distance = shown / 2 / half[0]
    if shot in ("full", "far"):
        distance = max(distance, _width(people[:1]) / float(rng.uniform(0.6, 1.1)) / 2 / half[1])
        if len(people) > 1 and rng.random() < 0.7:
            distance = max(distance, _width(people) / float(rng.uniform(0.7, 1.25)) / 2 / half[1])
            middle = middle + (_centre(people) - middle) * [float(rng.uniform(0.4, 1.0)), 0, 0]
        distance += np.ptp(people[0].points[:, 2]) / 2  # what is nearest must fit in too
    distance = float(np.clip(distance, 0.45, reach))
    seen = 2 * distance * half  # height and width of what is seen at the person's distance
    aim = np.array([middle[0], (low + high) / 2, middle[2]])
    margin = (seen[0] - (high - low)) / 2
    aim[1] = low + seen[0] / 2 if shot in _LOWER else aim[1] + float(np.clip(rng.normal(0.15, 0.4), -0.6, 1)) * margin
    aim[0] += float(np.clip(rng.normal(0, 0.09), -0.3, 0.3)) * seen[1]
    eye = aim + distance * _direction(rng, shot)
    eye[1] = max(eye[1], LOWEST)
    return Camera(_out_of_people(eye, aim, people), aim, wide, float(rng.normal(0, 1.8)))


def survey(rng: np.random.Generator, shot: str) -> Camera:
    """A camera for a place with nobody in it: about eye height, from near to far."""
    aim = np.array([rng.normal(0, 0.5), rng.uniform(0.4, 1.4), -0.3])
    distance = float(rng.uniform(0.9, 2.2) if shot in ("close", "half", "webcam") else rng.uniform(2.0, 5.5))
    eye = aim + distance * _direction(rng, shot)
    eye[1] = max(eye[1], 0.4)
    return Camera(eye, aim, float(rng.uniform(35, 75)), float(rng.normal(0, 1.8)))


def point_at(rng: np.random.Generator, aim: Floats, span: float, size: tuple[int, int]) -> Camera:
    """A camera that shows `span` metres from top to bottom at the point `aim`."""
    wide = float(rng.uniform(25, 60))
    half = np.tan(np.radians(wide / 2)) * size[0] / max(size)
    eye = aim + float(np.clip(span / 2 / half, 0.4, BEHIND)) * _direction(rng, "half")
    eye[1] = max(eye[1], LOWEST)
    return Camera(eye, aim, wide, float(rng.normal(0, 1.8)))


def _extent(rng: np.random.Generator, shot: str, people: list[Subject]) -> tuple[float, float, Floats]:
    """Lowest and highest point that the shot is about, and what it aims at."""
    heights = people[0].points[:, 1]
    low, high = float(heights.min()), float(heights.max())
    if shot not in _LOWER:
        return low, high, (people[0].points.min(0) + people[0].points.max(0)) / 2
    body = min(1.75, high - low) if high - low > 0.9 else 1.2  # who lies or crouches is shown as near as who stands
    return high - body * (1 - float(rng.normal(*_LOWER[shot]))), high, people[0].head


def _direction(rng: np.random.Generator, shot: str) -> Floats:
    """Unit vector from the aim to the camera: mostly from the front and level, webcams from the screen's edge."""
    turn = float(rng.normal(0, 0.22))
    if shot == "webcam":
        rise = float(rng.normal(0.02, 0.14))
    else:
        rise = float(
            rng.choice([rng.normal(0.04, 0.1), rng.uniform(0.25, 0.75), rng.uniform(-0.3, -0.1)], p=[0.8, 0.14, 0.06])
        )
    return np.array([np.cos(rise) * np.sin(turn), np.sin(rise), np.cos(rise) * np.cos(turn)])


def _out_of_people(eye: Floats, aim: Floats, people: list[Subject]) -> Floats:
    """Step back until nobody is nearer than the clearance."""
    back = (eye - aim) / np.linalg.norm(eye - aim)
    for _ in range(20):
        if all(np.linalg.norm(person.points - eye, axis=1).min() > CLEARANCE for person in people):
            break
        eye = eye + 0.1 * back
    return np.asarray(eye)


def _width(people: list[Subject]) -> float:
    return float(np.ptp(np.concatenate([person.points[:, 0] for person in people])))


def _centre(people: list[Subject]) -> Floats:
    points = np.concatenate([person.points for person in people])
    return np.asarray((points.min(0) + points.max(0)) / 2)
