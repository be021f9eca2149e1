"""How many hands are found, and how far from where they hold: rendered people, whose hands are known.

    python benchmarks/hands.py FOLDER --assets ASSETS [--people 100] [--first 20] [--seed 11] [--size 640]

FOLDER takes the pictures, as a data set that benchmarks/held.py reads too, and a JSON file of the hands of each; what
is there already is not rendered again. A hand is in sight if at least half of its joints lie in the picture, and
neither another part of the body nor a thing hides them. One is found if the place where `Hand.grip` says that a thing
is held lies no further from the hollow of the rendered hand than the hand is long; each found hand counts for one.
Distances are in lengths of the rendered hand. False alarms are found hands that are near none, in sight or not.
Thresholds were chosen on the first twenty people, so these do not count. Milliseconds are of the processor, for one
core.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from figureground.files import write_bytes, write_json
from figureground.hands.finding import HandFinder
from figureground.hands.hand import Hand
from figureground.hands.putting import InHand
from figureground.pictures import encode_jpeg, encode_png, read_coverage, read_mask, read_photo
from figureground.runtime.held_things import NothingHeldError
from figureground.runtime.processor import described
from figureground.runtime.segmenter import Segmenter
from figureground.synth.figures.person import Person, make_person
from figureground.synth.geometry.rotations import rotation
from figureground.synth.geometry.vectors import UP
from figureground.synth.ingredients import Ingredients, ingredients_of
from figureground.synth.materials.material import Part
from figureground.synth.rendering.lens import photograph
from figureground.synth.rendering.scene import Camera, Scene
from figureground.synth.rendering.setup import prepare
from figureground.synth.scenes.camera import Subject, frame
from figureground.synth.scenes.peopled import build_scenery
from figureground.synth.things.attachment import hand
from figureground.synth.things.held import hold

Floats = NDArray[np.float64]
SHOTS = {"half": "half", "full": "full", "webcam": "half"}  # and what of people is meant to be seen
POSTURES = ("standing", "standing", "seated", "walking")
JOINTS = tuple(f"finger{finger}-{bone}" for finger in range(1, 6) for bone in (1, 2, 3))
LAST_BONE = 0.024  # metres from the middle finger's last joint to its tip
IN_SIGHT = 0.5  # of the joints
SKIN = 0.05  # metres: what lies so near before a joint is the hand itself


def render(folder: Path, number: int, seed: int, ingredients: Ingredients, size: int) -> None:
    """One picture with its hands, held things and coverage, of people drawn from (seed, number) alone."""
    rng = np.random.default_rng((seed, number))
    shot, posture = list(SHOTS)[number % len(SHOTS)], str(rng.choice(POSTURES))
    person = make_person(rng, ingredients.body, ingredients.assets, posture=posture, framing=SHOTS[shot])
    scenery = build_scenery(rng, ingredients.lights, framing=shot, people=1, seats=int(person.posture == "seated"))
    things, names = hold(rng, person) if rng.random() < 0.5 else ((), ())
    seated = person.posture == "seated"
    spot = next((each for each in scenery.spots if bool(each.height) == seated), scenery.spots[0])
    axes = rotation(UP, spot.yaw if seated else float(rng.normal(0, 0.5)))
    origin = np.array([spot.x, max(spot.height - person.seat_height, 0.0) if seated else 0.0, spot.z])
    moved = [part.transformed(axes, origin) for part in (*person.parts, *things)]
    joints = {name: axes @ place + origin for name, place in person.joints.items()}
    shape = (size, round(0.75 * size)) if rng.random() < 0.6 else (round(0.75 * size), size)
    placed = Person(tuple(moved[: len(person.parts)]), joints, person.frames, person.posture)
    camera = frame(rng, shot, [Subject.of(placed)], shape, 5.0)
    parts = [*scenery.parts, *moved]
    scene = Scene(
        parts, [-1] * len(scenery.parts) + [0] * len(moved), scenery.light, scenery.light_turn, scenery.backdrop
    )
    view = scene.look(camera, shape)
    light = scene.shoot(camera, view, seed=number)
    photo, coverage, held, _ = photograph(light, view.coverage, view.held, rng)
    for part, file in (("images", encode_jpeg(photo)), ("coverage", encode_png(coverage)), ("held", encode_png(held))):
        (folder / part).mkdir(parents=True, exist_ok=True)
        write_bytes(folder / part / f"{number:03d}.{'jpg' if part == 'images' else 'png'}", file)
    hands = [_known(placed, side, camera, shape, parts) for side in "LR"]
    write_json(known_file(folder, number), {"shot": shot, "holds": "+".join(names), "hands": hands})


def known_file(folder: Path, number: int) -> Path:
    """Where the hands of a picture stand; written last, so that what has one is whole."""
    return folder / f"{number:03d}.json"


def _known(person: Person, side: str, camera: Camera, size: tuple[int, int], parts: Sequence[Part]) -> dict[str, Any]:
    """What the rendered hand is: side, grip as (row, column), length in pixels, share of the joints in sight."""
    joints = np.array([person.joints[f"{name}.{side}"] for name in JOINTS])
    places = projected(joints, camera, size)
    inside = np.all((places >= 0) & (places < size), axis=1)
    seen = [bool(inside[k]) and _in_sight(camera.eye, joints[k], parts) for k in range(0, len(joints), 2)]
    chain = np.array([person.joints[f"{name}.{side}"] for name in ("wrist", "finger3-1", "finger3-2", "finger3-3")])
    metres = float(np.linalg.norm(np.diff(chain, axis=0), axis=1).sum()) + LAST_BONE
    grip = hand(person, side).middle
    row, column = projected(grip[np.newaxis], camera, size)[0].tolist()
    return {
        "side": {"L": "left", "R": "right"}[side], "grip": [row, column],
        "length": metres * pixels_a_metre(grip, camera, size), "in_sight": float(np.mean(seen)),
    }  # fmt: skip


def axes_of(camera: Camera) -> Floats:
    """Rows: right, up and forward of the camera, as `rendering.scene` turns it."""
    forward = (camera.aim - camera.eye) / np.linalg.norm(camera.aim - camera.eye)
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    roll = np.radians(camera.roll)
    up = np.cross(right, forward)
    return np.stack([right * np.cos(roll) - up * np.sin(roll), up * np.cos(roll) + right * np.sin(roll), forward])


def pixels_a_metre(point: Floats, camera: Camera, size: tuple[int, int]) -> float:
    depth = float(axes_of(camera)[2] @ (point - camera.eye))
    return max(size) / 2 / float(np.tan(np.radians(camera.fov) / 2)) / depth


def projected(points: Floats, camera: Camera, size: tuple[int, int]) -> Floats:
    """(row, column) of each of N points."""
    x, y, depth = axes_of(camera) @ (points - camera.eye).T
    focal = max(size) / 2 / np.tan(np.radians(camera.fov) / 2)
    return np.stack([size[0] / 2 - focal * y / depth, size[1] / 2 + focal * x / depth], axis=1)


def _in_sight(eye: Floats, point: Floats, parts: Sequence[Part]) -> bool:
    """Whether no triangle lies between the eye and the point's own skin (Möller & Trumbore 1997)."""
    way = point - eye
    end = 1 - SKIN / float(np.linalg.norm(way))
    return not any(_hit(eye, way, part.vertices[part.faces], end) for part in parts if part.opacity is None)


def _hit(eye: Floats, way: Floats, triangles: Floats, end: float) -> bool:
    first = triangles[:, 0]
    one, two = triangles[:, 1] - first, triangles[:, 2] - first
    across = np.cross(way, two)
    determinant = np.einsum("nk,nk->n", one, across)
    safe = np.where(np.abs(determinant) < 1e-12, np.inf, determinant)
    offset = eye - first
    u = np.einsum("nk,nk->n", offset, across) / safe
    other = np.cross(offset, one)
    v, t = other @ way / safe, np.einsum("nk,nk->n", two, other) / safe
    return bool(((u >= 0) & (v >= 0) & (u + v <= 1) & (t > 0.01) & (t < end)).any())


@dataclass(frozen=True)
class Match:
    """A rendered hand in sight, and the one found: distance in its lengths, length by its own, whether the side is."""

    shot: str
    holds: bool
    distance: float | None
    ratio: float = 1.0
    right: bool = False


def matched(known: dict[str, Any], found: list[Hand]) -> tuple[list[Match], int]:
    """A match for each hand of a picture that is in sight, nearest first, and the number of false alarms."""
    pairs = sorted(
        (float(np.hypot(*np.subtract(hand.grip, true["grip"]))) / true["length"], number, index)
        for number, true in enumerate(known["hands"])
        for index, hand in enumerate(found)
    )
    of: dict[int, tuple[float, Hand]] = {}
    taken: set[int] = set()
    for distance, number, index in pairs:
        if distance <= 1 and number not in of and index not in taken:
            of[number] = distance, found[index]
            taken.add(index)
    matches = []
    for number, true in enumerate(known["hands"]):
        if true["in_sight"] >= IN_SIGHT and number in of:
            distance, hand = of[number]
            told = hand.side == true["side"]
            matches.append(Match(known["shot"], bool(known["holds"]), distance, hand.length / true["length"], told))
        elif true["in_sight"] >= IN_SIGHT:
            matches.append(Match(known["shot"], bool(known["holds"]), None))
    return matches, len(found) - len(taken)


def row(name: str, matches: Sequence[Match]) -> str:
    found = [match for match in matches if match.distance is not None]
    if not found:
        return f"| {name} | {len(matches)} | 0 | | | | |"
    middle, far = np.percentile([match.distance for match in found if match.distance is not None], [50, 90])
    sides = sum(match.right for match in found) / len(found)
    shown = f"{len(found) / len(matches):.0%} | {middle:.2f} | {far:.2f} | {np.median([m.ratio for m in found]):.2f}"
    return f"| {name} | {len(matches)} | {shown} | {sides:.0%} |"


def measure(folder: Path, numbers: Sequence[int]) -> None:
    finder = HandFinder()
    matches: list[Match] = []
    alarms, milliseconds = [], []
    for number in numbers:
        photo = read_photo(folder / f"images/{number:03d}.jpg")
        person = read_coverage(folder / f"coverage/{number:03d}.png")
        begun = time.process_time()
        found = finder.find(photo, person)
        milliseconds.append(1000 * (time.process_time() - begun))
        own, wrong = matched(json.loads(known_file(folder, number).read_text(encoding="utf-8")), found)
        matches += own
        alarms.append(wrong)
    print(described())
    print("| | hands in sight | found | distance, median | 90 % within | length | side right |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(row("all", matches))
    for shot in SHOTS:
        print(row(shot, [match for match in matches if match.shot == shot]))
    print(row("of who holds something", [match for match in matches if match.holds]))
    print(f"{len(numbers)} people, {sum(alarms)} false alarms in {sum(map(bool, alarms))} pictures")
    print(f"{np.median(milliseconds):.0f} ms a picture, {np.percentile(milliseconds, 90):.0f} at most in nine of ten")


def measure_places(folder: Path, numbers: Sequence[int], model: str) -> None:
    """Where `InHand` puts a thing, with the masks of a model: right is at a rendered hand, or on what is truly held."""
    thing, segmenter = InHand("mug"), Segmenter(model)
    counts: Counter[str] = Counter()
    for number in numbers:
        photo = read_photo(folder / f"images/{number:03d}.jpg")
        held = segmenter.held(photo) if segmenter.tells_held else None
        known = json.loads(known_file(folder, number).read_text(encoding="utf-8"))
        try:
            place, _, old = thing.place(photo, segmenter.mask(photo), held)
        except NothingHeldError:
            visible = any(true["in_sight"] >= IN_SIGHT for true in known["hands"])
            counts["no place, though a hand is in sight" if visible else "no place, no hand in sight"] += 1
            continue
        truly = read_mask(folder / f"held/{number:03d}.png") > 127
        at_hand = any(
            np.hypot(place.row - true["grip"][0], place.column - true["grip"][1]) <= true["length"]
            for true in known["hands"]
        )
        on_held = old is not None and np.count_nonzero(old & truly) > np.count_nonzero(old) / 2
        counts[
            "right" if at_hand or on_held else "wrong, by the held mask" if old is not None else "wrong, by a hand"
        ] += 1
    print(f"a thing put in with {model}:", ", ".join(f"{count} {name}" for name, count in counts.most_common()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--assets", type=Path, help="folder with makehuman/ and hdri/, see docs/synth.md")
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--first", type=int, default=20, help="number of the first person that counts")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--size", type=int, default=640, help="pixels of the pictures' longer side")
    parser.add_argument("--model", default="fast", help="whose masks say where people are and what they hold")
    arguments = parser.parse_args()
    numbers = range(arguments.first, arguments.first + arguments.people)
    missing = [number for number in numbers if not known_file(arguments.folder, number).exists()]
    if missing:
        prepare()
        ingredients = ingredients_of(arguments.assets)
        for number in tqdm(missing, unit="picture", disable=None):
            render(arguments.folder, number, arguments.seed, ingredients, arguments.size)
    measure(arguments.folder, numbers)
    measure_places(arguments.folder, numbers, arguments.model)


if __name__ == "__main__":
    main()
