"""What of a mask can be judged: not where a thing is held."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from figureground.files import write_bytes
from figureground.pictures import encode_png
from figureground.review.masks import judged_mask


def write(path: Path, mask: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, encode_png(mask))


def test_what_is_held_is_not_judged_unless_the_mask_calls_it_person(tmp_path: Path) -> None:
    mask = np.array([[255, 255, 0, 0, 128]], np.uint8)
    write(tmp_path / "masks/own/1.png", mask)
    assert judged_mask(tmp_path, "own/1").tolist() == mask.tolist()
    write(tmp_path / "held/own/1.png", np.array([[255, 0, 255, 128, 0]], np.uint8))
    assert judged_mask(tmp_path, "own/1").tolist() == [[255, 255, 128, 0, 128]]
