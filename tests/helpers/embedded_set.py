"""The data set that comes with the project, and whatever else DVC keeps in storage/."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from ruamel.yaml import YAML

from helpers.places import ROOT

STORE = ROOT / "storage/files/md5"


@dataclass(frozen=True)
class EmbeddedSet:
    """What data.dvc names: path in data/ -> MD5."""

    files: dict[str, str]

    def content(self, path: str) -> bytes:
        return stored(self.files[path]).read_bytes()

    def picture(self, path: str) -> np.ndarray:
        """As it was written: colours in OpenCV's order."""
        picture = cv2.imdecode(np.frombuffer(self.content(path), np.uint8), cv2.IMREAD_UNCHANGED)
        assert picture is not None, f"{path} is no picture"
        return np.asarray(picture)

    def rows(self) -> list[dict[str, str]]:
        """Of metadata.csv."""
        return list(csv.DictReader(io.StringIO(self.content("metadata.csv").decode())))


def embedded_set() -> EmbeddedSet:
    """Skips the test where data.dvc names no set or one that is not in storage/."""
    pointer = ROOT / "data.dvc"
    if not pointer.is_file():
        pytest.skip("data.dvc is not there")
    (out,) = YAML(typ="safe").load(pointer)["outs"]
    if not (listing := stored(out["md5"])).is_file():
        pytest.skip("data.dvc names a data set of the user's own")
    return EmbeddedSet({entry["relpath"]: entry["md5"] for entry in json.loads(listing.read_bytes())})


def stored(md5: str) -> Path:
    """Where DVC keeps the file of this MD5."""
    return STORE / md5[:2] / md5[2:]


def stored_start(name: str, folder: Path) -> Path:
    """A copy, in `folder`, of the initial weights of that name."""
    (out,) = YAML(typ="safe").load(ROOT / f"weights/{name}.dvc")["outs"]
    return Path(shutil.copyfile(stored(out["md5"]), folder / name))
