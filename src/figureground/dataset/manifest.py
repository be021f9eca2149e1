"""The audit's manifest: the pairs that are used, one row each, and how a person fills each photo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError
from figureground.files import read_table, write_table
from figureground.pictures import PERSON

FRAMINGS = ("close", "half", "full", "far", "nobody")

FAR_HEIGHT = 0.5  # of the photo's height: a person who is not cut by the frame and no taller than this is far away
STANDING = 2.2  # height over width: a person cut by the lower edge yet this slender is shown (nearly) in full
CLOSE_SHARE = 0.38  # of the photo: who is cut by the lower edge and covers this much is close
EDGE = 0.015  # of the photo's height: a person who ends this near to the lower edge is cut by it


class ManifestError(FiguregroundError):
    """A manifest that cannot be used. The message names the file, what is wrong and what to do."""


@dataclass(frozen=True)
class Pair:
    """A photo and its mask that passed the audit. Sizes in pixels; the shares are of the whole photo, 0..1."""

    name: str
    source: str
    group: str
    licence: str
    width: int
    height: int
    framing: str
    person_share: float
    void_share: float


MANIFEST_COLUMNS = tuple(field.name for field in fields(Pair))


def write_manifest(path: Path, pairs: Iterable[Pair]) -> None:
    write_table(path, MANIFEST_COLUMNS, (asdict(pair) for pair in pairs))


def read_manifest(path: Path) -> list[Pair]:
    """The pairs of a manifest, in its order.

    Raises:
        ManifestError: The file is missing or is no manifest.
    """
    try:
        return [_pair(row) for row in read_table(path)]
    except FileNotFoundError:
        raise ManifestError(f"{path}: not found; run the audit stage first (`dvc repro audit`)") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ManifestError(f"{path}: not a manifest ({error!r}); run the audit stage again") from None


def _pair(row: dict[str, str]) -> Pair:
    return Pair(
        name=row["name"],
        source=row["source"],
        group=row["group"],
        licence=row["licence"],
        width=int(row["width"]),
        height=int(row["height"]),
        framing=row["framing"],
        person_share=float(row["person_share"]),
        void_share=float(row["void_share"]),
    )


def framing(mask: NDArray[np.uint8]) -> str:
    """How a person fills the photo, from the mask alone; the largest connected piece of person decides.

    `nobody`: no pixel is person. `far`: ends above the lower edge and is at most half as tall as the photo.
    `full`: ends above the lower edge (feet are seen), or is cut by it but slender as a standing person.
    `close`: cut by the lower edge and covers 38 % of the photo or more. `half`: what is left.

    Args:
        mask: uint8 HxW, 255 person; void counts as background here.
    """
    person = (mask == PERSON).astype(np.uint8)
    if not person.any():
        return "nobody"
    _, _, pieces, _ = cv2.connectedComponentsWithStats(person, connectivity=8)
    _, top, width, height, area = max(pieces[1:].tolist(), key=lambda piece: piece[cv2.CC_STAT_AREA])
    rows, columns = mask.shape
    if top + height < rows * (1 - EDGE):
        return "far" if height <= FAR_HEIGHT * rows else "full"
    if height >= STANDING * width:
        return "full"
    return "close" if area >= CLOSE_SHARE * rows * columns else "half"
