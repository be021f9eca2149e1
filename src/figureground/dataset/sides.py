"""split.csv: which side, training, validation or test, each pair is on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from figureground.errors import FiguregroundError
from figureground.files import read_table, write_table

SIDES = ("train", "val", "test")
SPLIT_COLUMNS = ("name", "side")


class SplitError(FiguregroundError):
    """Pairs that cannot be split, or a split that is wrong. The message says what and what to do."""


def write_split(path: Path, sides: Mapping[str, str]) -> None:
    write_table(path, SPLIT_COLUMNS, ({"name": name, "side": side} for name, side in sides.items()))


def read_split(path: Path) -> dict[str, str]:
    """Side of each pair's name; a pair that is left out has none.

    Raises:
        SplitError: The file is missing or is no split.
    """
    try:
        sides = {row["name"]: row["side"] for row in read_table(path)}
    except FileNotFoundError:
        raise SplitError(f"{path}: not found; run the split stage first (`dvc repro split`)") from None
    except KeyError as error:
        raise SplitError(f"{path}: no column {error}; run the split stage again") from None
    for name, side in sides.items():
        if side not in SIDES:
            raise SplitError(f"{path}: {name} is in {side!r}, which is none of {', '.join(SIDES)}")
    return sides
