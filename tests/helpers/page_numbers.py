"""What the package's Python gives for drawn pictures, as a JSON file for the tests of the page's scripts."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.hands import finding, fingers, surroundings
from figureground.hands.crops import Crop
from figureground.hands.hand import Hand
from figureground.hands.lettering import in_lines
from figureground.hands.placing import Place, in_hand, instead_of
from figureground.hands.surroundings import Surroundings, fitted_into, measured
from figureground.hands.things import packaged_thing, packaged_things
from figureground.pictures import Picture, read_photo, resize_photo, resize_probability
from figureground.runtime.backgrounds import Background, blurred, composed, fitted
from figureground.runtime.bands import fitted_inside
from figureground.runtime.edges import WORKING_SIDE, refine
from figureground.runtime.held_things import with_held
from figureground.runtime.second_look import Region, groups, look_twice, squares
from helpers.drawing import person
from helpers.places import ROOT

NETWORK = (33, 25)  # height and width that the network of `_look` sees


def write_numbers(file: Path) -> None:
    """Arrays are written as their type, shape and bytes; everything else as JSON."""
    photo, mask = person(3, 180, 135)
    probability = np.asarray(np.float32(0.1) + np.float32(0.8 / 255) * resize_photo(mask, *NETWORK), np.float32)
    large, large_mask = person(4, 700, 525)
    numbers = {
        "photo": photo,
        "mask": _softened(mask),
        "probability": probability,
        "large": large,
        "resizing": _resizing(photo, mask, probability),
        "edges": _edges(photo, large, probability),
        "colours": _colours(photo, _softened(mask), large, _softened(large_mask)),
        "looks": _looks(),
        "held": _held(),
        "steadying": _steadying(),
        "composing": _composing(),
        "hands": _hands(),
        "light": _light(),
        "blurs": _blurs(),
        "lines": [
            {"text": text, "count": count, "lines": in_lines(text, count)}
            for text in ("free hugs for everybody", "  one \n two ", "word", "")
            for count in (1, 2, 3, 6)
        ],
    }
    file.write_text(json.dumps(numbers, default=_array), encoding="utf-8")


def _array(value: NDArray[Any] | Region) -> dict[str, Any]:
    if isinstance(value, Region):
        return {"top": value.top, "left": value.left, "bottom": value.bottom, "right": value.right}
    content = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return {"dtype": str(value.dtype), "shape": value.shape, "base64": content}


def _softened(mask: Picture) -> Picture:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 2), np.uint8)


def _resizing(photo: Picture, mask: Picture, probability: NDArray[np.float32]) -> dict[str, Any]:
    sizes = [(180, 135), (60, 45), (61, 47), (33, 300), (400, 31), (1, 1), (361, 270)]
    places = [(1, 1), (3, 5000), (5, 1024), (1024, 7), (513, 1026), (3000, 4000), (4032, 3024), (999, 17)]
    return {
        "fitted": [{"from": size, "side": 512, "to": fitted_inside(size, 512)} for size in places],
        "colours": [resize_photo(photo, *size) for size in sizes],
        "masks": [resize_photo(mask, *size) for size in sizes],
        "probabilities": [resize_probability(probability, *size) for size in sizes],
        "blurs": [
            {"radius": radius, "twice": border == cv2.BORDER_REFLECT, "to": _box(probability, radius, border)}
            for radius in (1, 4, 11)
            for border in (cv2.BORDER_REFLECT, cv2.BORDER_REFLECT_101)
        ],
    }


def _box(values: NDArray[np.float32], radius: int, border: int) -> NDArray[np.float32]:
    return np.asarray(cv2.blur(values, (2 * radius + 1, 2 * radius + 1), borderType=border), np.float32)


def _edges(photo: Picture, large: Picture, probability: NDArray[np.float32]) -> dict[str, Any]:
    everywhere, nowhere = (np.full(NETWORK, value, np.float32) for value in (0.99, 0.01))
    return {
        "own_size": refine(photo, probability),
        "enlarged": refine(photo, probability, 64 / WORKING_SIDE),
        "large": refine(large, probability),
        "everywhere": refine(photo, everywhere),
        "nowhere": refine(photo, nowhere),
    }


def _colours(photo: Picture, mask: Picture, large: Picture, large_mask: Picture) -> dict[str, Any]:
    return {
        "cutout": composed(photo, mask, Background()),
        "large_mask": large_mask,
        "large_cutout": composed(large, large_mask, Background()),
        "blurred": blurred(photo, mask),
    }


def _looks() -> dict[str, Any]:
    crowd = np.full((240, 300, 3), 30, np.uint8)
    for top, left, height, width in ((20, 10, 60, 30), (30, 50, 50, 25), (150, 240, 70, 40), (5, 290, 4, 4)):
        crowd[top : top + height, left : left + width] = 230
    panorama = np.full((90, 900, 3), 30, np.uint8)
    panorama[20:80, 200:240] = panorama[50:85, 840:890] = 230
    sizes = [(100, 100), (100, 201), (90, 900), (20, 1500), (700, 100), (3000, 4000), (1, 5)]
    seen = resize_photo(crowd, 120, 150)[..., 0] > 127
    return {
        "squares": [{"size": size, "boxes": squares(*size)} for size in sizes],
        "crowd": crowd,
        "panorama": panorama,
        "network": NETWORK,
        "seen": seen.astype(np.float32) - np.float32(0.5),
        "groups": [{"least": least, "boxes": groups(seen, (240, 300), least)} for least in (0, 20, 90, 400)],
        "crowd_logits": look_twice(crowd, _look, max(NETWORK))[..., 0],
        "panorama_logits": look_twice(panorama, _look, max(NETWORK))[..., 0],
    }


def _look(picture: Picture) -> NDArray[np.float32]:
    """As a network would answer that takes bright pixels for a person: float32 HxWx1."""
    return (resize_photo(picture, *NETWORK)[..., :1].astype(np.float32) - np.float32(127.5)) / np.float32(32)


def _held() -> list[dict[str, Any]]:
    """Logits of people and of held things, smooth and by chance, and what becomes of both together."""
    cases = []
    for size in ((120, 90), (50, 150), (1, 7)):
        chance = np.random.default_rng(sum(size)).normal(0, 12, (2, *size)).astype(np.float32)
        person, held = (np.asarray(cv2.GaussianBlur(values, (0, 0), 2), np.float32) for values in chance)
        person[: size[0] // 2] -= np.float32(5)  # things that nobody touches
        cases.append({"person": person, "held": held, "both": with_held(np.dstack([person, held]))})
    return cases


def _steadying() -> dict[str, Any]:
    before, values = np.random.default_rng(5).random((2, 500), dtype=np.float32)
    values[:250] = before[:250] + np.float32(0.02)
    change = values - before
    return {"before": before, "values": values, "steadied": before + change * np.minimum(1, 0.35 + 2 * np.abs(change))}


def _composing() -> list[dict[str, Any]]:
    """Where a picture of two coloured halves covers a canvas: the column at which the second half begins."""
    cases = []
    for canvas, picture in (((60, 80), (30, 90)), ((80, 60), (30, 90)), ((50, 200), (100, 100))):
        halves = np.zeros((*picture, 3), np.uint8)
        halves[:, picture[1] // 2 :] = 255
        covering = fitted(halves, canvas, "cover")[canvas[0] // 2, :, 0]
        cases.append({"canvas": canvas, "picture": picture, "middle": int(np.argmax(covering > 127))})
    return cases


def _hands() -> dict[str, Any]:
    """A photo's hand, all that the networks were shown and answered for it, and where things go in that photo."""
    photo = read_photo(ROOT / "tests/portrait.jpg")
    where = np.zeros(photo.shape[:2], np.uint8)
    where[150:, 70:160] = 255
    finder = finding.HandFinder()
    looks: list[dict[str, Any]] = []
    answers_of = finding._answers

    def noted(network: Any, shown: Picture) -> list[NDArray[np.float32]]:
        answers = answers_of(network, shown)
        looks.append({"palms": network is finder._palms, "seen": shown, "answers": answers})
        return answers

    with patch.object(finding, "_answers", noted):
        found = finder.find(photo, where)
    part = Region(150, 60, 330, 240)
    things = [packaged_thing(name) for name in packaged_things()]
    hands = [*found, *(_turned(found[0], degrees) for degrees in (40, 100, 200))]
    return {
        "photo": photo,
        "person": where,
        "looks": looks,
        "found": [_hand(hand) for hand in found],
        "turned": [_hand(hand) for hand in hands],
        "things": [{**asdict(thing), "picture": None, "size": thing.picture.shape[:2]} for thing in things],
        "in_hand": [[_place(in_hand(thing, hand)) for thing in things] for hand in hands],
        "old": [
            {"shape": shape, "places": [_place(instead_of(thing, shape > 127)) for thing in things]}
            for shape in _shapes()
        ],
        "part": part,
        "front": [fingers._shown(hand, part) for hand in hands],
        "alike": fingers._alike(np.ascontiguousarray(Region(150, 60, 240, 240).of(photo)), found[0], part),
    }


def _turned(hand: Hand, degrees: float) -> Hand:
    """The hand turned about its wrist, and the other side's."""
    turn = Crop(0, 0, 1, float(np.radians(degrees)))
    around = turn.to_photo(hand.landmarks - hand.landmarks[0] + np.float32(0.5), 1) + hand.landmarks[0]
    return Hand(hand.score, "right" if hand.side == "left" else "left", around, -3 * hand.depths, hand.length)


def _hand(hand: Hand) -> dict[str, Any]:
    return {**asdict(hand), "landmarks": hand.landmarks.tolist(), "depths": hand.depths.tolist()}


def _place(place: Place) -> dict[str, float]:
    return asdict(place)


def _shapes() -> list[Picture]:
    """Things that may be held: upright, lying, askew, and one without a direction."""
    shapes = []
    boxes = (((60, 90), (20, 70), 0), ((70, 60), (90, 16), 8), ((80, 70), (30, 80), 25), ((70, 70), (50, 50), 30))
    for middle, size, degrees in boxes:
        shape = np.zeros((150, 140), np.uint8)
        corners = cv2.boxPoints((middle[::-1], size, degrees))
        cv2.fillPoly(shape, [corners.round().astype(np.int32)], 255)
        shapes.append(shape)
    return shapes


def _blurs() -> list[dict[str, Any]]:
    """The same edges, more and more blurred, and one picture without any."""
    sharp = np.zeros((60, 70, 3), np.uint8)
    for row, column in ((5, 8), (30, 40), (40, 10)):
        sharp[row : row + 15, column : column + 18] = 230
    pictures = [sharp, *(np.asarray(cv2.GaussianBlur(sharp, (0, 0), much), np.uint8) for much in (0.8, 1.5, 3.0))]
    everywhere = np.ones(sharp.shape[:2], bool)
    grey = [(picture.astype(np.float32) @ surroundings.LUMINANCE).astype(np.float32) for picture in pictures]
    return [
        {"photo": picture, "blur": surroundings.blur_of(values, everywhere)}
        for picture, values in zip(pictures, grey, strict=True)
    ] + [{"photo": np.full((9, 9, 3), 90, np.uint8), "blur": 0.0}]


def _light() -> list[dict[str, Any]]:
    """What is measured of bright, dark, coloured and colourless parts, and a picture in that light."""
    cases = []
    picture = np.random.default_rng(2).integers(0, 256, (9, 8, 3), np.uint8)
    layer = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)]).astype(np.float32) / np.float32(255)
    for seed, tint in ((1, (1.0, 1.0, 1.0)), (2, (0.3, 0.25, 0.2)), (3, (0.6, 0.7, 1.0)), (4, None)):
        values = np.random.default_rng(seed).integers(30, 256, (40, 50, 3))
        photo = (values * tint if tint else values[..., :1].repeat(3, axis=2)).astype(np.uint8)
        told = measured(photo, np.zeros(photo.shape[:2], bool))
        lit = fitted_into(layer, Surroundings(told.light, told.black, 0.0, 0.0, told.coloured))[..., :3]
        cases.append({
            "photo": photo, "light": told.light, "black": told.black, "picture": picture,
            "lit": np.rint(lit * 255).astype(np.uint8),
        })  # fmt: skip
    return cases
