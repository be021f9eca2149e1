"""split.csv: which side, training, validation or test, each pair is on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from figureground.errors import FiguregroundError
from figureground.files import read_table, write_table

SIDES = ("train", "val", "test")
SPLIT_COLUMNS = ("name", "side")
FEW_GROUPS = 30  # of a side: below, chance moves its mean score by more than models usually differ


class SplitError(FiguregroundError):
    """Pairs that cannot be split, or a split that is wrong. The message says what and what to do."""


def few_warning(side: str, groups: Sequence[str]) -> str | None:
    """What to say beside scores of a side whose photos are of too few groups; None where there are enough.

    Args:
        groups: Each photo's group.
    """
    photos, different = len(groups), len(set(groups))
    if different >= FEW_GROUPS:
        return None
    told = f"{photos} photo{'s' * (photos != 1)}"
    if different < photos:
        told += f" of {different} group{'s' * (different != 1)}"
    return f"{side}: only {told}, so its scores are mostly chance; they begin to tell something at {FEW_GROUPS} groups"


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
