"""`suspects.csv`: pairs whose mask may be wrong, the most suspect first, as stages `audit` and `review` write it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from figureground.errors import FiguregroundError
from figureground.files import read_table, write_table


class SuspectsError(FiguregroundError):
    """A list of suspects that cannot be used. The message names the file, what is wrong and what to do."""


@dataclass(frozen=True)
class Suspect:
    """A pair whose mask may be wrong.

    Attributes:
        name: source/stem.
        source: The set that the pair came from.
        score: 0 (nothing speaks against the mask) upwards; scores of one list can be compared.
        kind: What seems wrong, in a few words that are the same for all such pairs; empty where nothing does.
        reason: A sentence about this pair; empty where nothing speaks against its mask.
        mask: File of the model's mask of the photo (a PNG of the photo's size, 255 person, 0 background), relative to
            the folder of `suspects.csv`; empty where none is kept.
        rank: Place in the list, from 1.
    """

    name: str
    source: str
    score: float
    kind: str = ""
    reason: str = ""
    mask: str = ""
    rank: int = 0


SUSPECT_COLUMNS = tuple(sorted((field.name for field in fields(Suspect)), key=lambda name: name != "rank"))


def write_suspects(path: Path, suspects: Iterable[Suspect]) -> None:
    """Write them in their order, which gives the ranks."""
    ranked = (replace(suspect, rank=rank) for rank, suspect in enumerate(suspects, start=1))
    write_table(path, SUSPECT_COLUMNS, map(asdict, ranked))


def read_suspects(path: Path) -> list[Suspect]:
    """The suspects of a file, the most suspect first.

    Raises:
        SuspectsError: The file is missing or is no list of suspects.
    """
    try:
        return [_suspect(row) for row in read_table(path)]
    except FileNotFoundError:
        raise SuspectsError(f"{path}: not found; run the {path.parent.name} stage first") from None
    except (KeyError, TypeError, ValueError) as error:
        raise SuspectsError(f"{path}: not a list of suspects ({error!r}); run the stage again") from None


def _suspect(row: dict[str, str]) -> Suspect:
    words = {name: row[name] for name in ("name", "source", "kind", "reason", "mask")}
    return Suspect(**words, score=float(row["score"]), rank=int(row["rank"]))
