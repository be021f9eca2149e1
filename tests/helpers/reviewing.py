"""A small data set whose masks are suspect, and a desk for it, for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from figureground.annotation.desk import Desk
from figureground.annotation.tasks import suspect_tasks
from figureground.dataset.metadata import read_metadata
from figureground.dataset.suspects import Suspect, write_suspects
from figureground.importing.building import import_sources
from figureground.importing.sources import Source
from figureground.pictures import Picture
from figureground.runtime.segmenter import Segmenter
from helpers import drawing


def own(root: Path) -> Source:
    return Source(layout="folders", name="own", photos=root / "photos", masks=root / "masks")


def suspicious_project(root: Path, count: int = 3) -> Path:
    """A project whose data set has so many pairs, all of them suspect, the last one most; `root` has its source."""
    drawing.pairs(root / "in", count, height=120, width=90)
    import_sources([own(root / "in")], root / "data")
    suspects = [Suspect(row.name, row.source, 1.0, "hole", "3 % of the person") for row in read_metadata(root / "data")]
    write_suspects(root / "suspects.csv", suspects[::-1])
    return root


def desk_of(root: Path, model: Path, reviewer: str = "Ada") -> Desk:
    tasks = suspect_tasks(root / "data", root / "suspects.csv")
    return Desk(root / "corrections", tasks, Segmenter(model), reviewer)


def other_mask(mask: Picture) -> Picture:
    """A mask of the same size with person, void and background, unlike the one given."""
    other = np.zeros_like(mask)
    other[10:40, 5:50] = 255
    other[60:70] = 128
    return other
