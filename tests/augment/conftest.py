"""A drawn data set: people are ellipses of their own colour, each photo has its own background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from figureground.dataset.manifest import Pair
from figureground.params import AugmentParams, TransformSwitches
from figureground.pictures import PERSON, VOID, encode_jpeg, encode_png

SWITCHES = {name: True for name in TransformSwitches.model_fields}


@pytest.fixture
def augment_params() -> Callable[..., AugmentParams]:
    """AugmentParams with all switches on; keywords change fields, `transforms` some switches."""

    def build(**changes: object) -> AugmentParams:
        values: dict[str, object] = {
            "variants": 3,
            "strength": 1.0,
            "background_share": 0.3,
            "second_person_share": 0.3,
            "source_weights": {},
            "photo_format": "jpeg",
            "shard_pairs": 4,
            "engine": "local",
            "store": None,
            "examples_on_sheet": 6,
        }
        switches = {**SWITCHES, **changes.pop("transforms", {})}  # type: ignore[dict-item]
        return AugmentParams.model_validate({**values, **changes, "transforms": switches})

    return build


@pytest.fixture
def draw_data() -> Callable[[Path, int], list[Pair]]:
    """Write `count` pairs of 96 x 72 pixels below a folder and give their manifest; every fifth shows nobody."""

    def draw(data: Path, count: int, height: int = 96, width: int = 72) -> list[Pair]:
        rng = np.random.default_rng(3)
        pairs = []
        for number in range(count):
            name = f"gezeichnet ä/{number:03d}"
            mask = np.zeros((height, width), np.uint8)
            if number % 5:
                centre = int(width * rng.uniform(0.3, 0.7)), int(height * 0.65)
                cv2.ellipse(mask, centre, (width // 6, height // 3), 0, 0, 360, PERSON, -1)
                mask[: height // 16, : width // 8] = VOID
            grid = rng.integers(0, 256, (12, 9, 3), dtype=np.uint8)
            photo = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
            photo[mask == PERSON] = rng.integers(0, 256, 3)
            for folder, suffix, content in (("images", "jpg", encode_jpeg(photo)), ("masks", "png", encode_png(mask))):
                path = data / folder / f"{name}.{suffix}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            shares = [float(np.mean(mask == value)) for value in (PERSON, VOID)]
            framing = "full" if number % 5 else "nobody"
            pairs.append(Pair(name, "gezeichnet ä", name, "CC0", width, height, framing, *shares))
        return pairs

    return draw
