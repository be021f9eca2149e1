"""The data set on disk: `images/<source>/<stem>`, `masks/<source>/<stem>.png` and `metadata.csv`.

A source whose masks are known more finely than yes and no has `coverage/<source>/<stem>.png` in place of masks/: the
share of each pixel that is person, 0..255. Where a source tells held things from the rest of the background,
`held/<source>/<stem>.png` has 255 at theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from figureground.errors import FiguregroundError
from figureground.files import read_table, write_table
from figureground.pictures import Picture, read_coverage, read_mask

METADATA_COLUMNS = ("name", "source", "group", "licence", "width", "height")
_NOBODY = "nobody"  # a column that sets may lack; "yes" where a source says that its photos show nobody
_REVIEWED = "reviewed"  # another one
PHOTO_SUFFIXES = (".jpg", ".png")  # of what an import writes; it reads more


class MetadataError(FiguregroundError):
    """metadata.csv, or a file that it names, is missing or damaged. The message says where and what to do."""


@dataclass(frozen=True)
class Row:
    """One pair of `metadata.csv`. `name` is source/stem; width and height are the photo's in pixels.

    `nobody`: the source says so of all its photos, and nobody has drawn masks for them.
    `reviewed`: empty where nobody has looked at this mask; else what came of it (`right`, `model` or `mended`, see
    `judgments`), or `drawn`, where the source says that a person has looked at all its masks.
    """

    name: str
    source: str
    group: str
    licence: str
    width: int
    height: int
    nobody: bool = False
    reviewed: str = ""


def read_metadata(data: Path) -> list[Row]:
    """Rows of `metadata.csv` in the folder `data`, in the file's order.

    Raises:
        MetadataError: The file is missing, lacks a column, names a pair twice, or holds a size that is not a number.
    """
    path = data / "metadata.csv"
    try:
        table = read_table(path)
    except FileNotFoundError:
        raise MetadataError(f"{path}: not found; import photos first (figureground data import)") from None
    except UnicodeDecodeError:
        raise MetadataError(f"{path}: not UTF-8; save it as UTF-8 or import again") from None
    rows = [_row(path, line, cells) for line, cells in enumerate(table, start=2)]
    seen: set[str] = set()
    for row in rows:
        if row.name in seen:
            raise MetadataError(f"{path}: {row.name} stands there twice; remove one row or import again")
        seen.add(row.name)
    return rows


def write_metadata(data: Path, rows: Iterable[Row]) -> None:
    """`metadata.csv` in the folder `data`, sorted by name so that equal sets give equal bytes."""
    ordered = sorted(rows, key=lambda row: row.name)
    cells = (asdict(row) | {_NOBODY: "yes" if row.nobody else ""} for row in ordered)
    write_table(data / "metadata.csv", (*METADATA_COLUMNS, _NOBODY, _REVIEWED), cells)


def photo_path(data: Path, name: str) -> Path:
    """Where the photo of a pair lies.

    Raises:
        MetadataError: There is neither a JPEG nor a PNG of that name.
    """
    for suffix in PHOTO_SUFFIXES:
        path = data / "images" / f"{name}{suffix}"
        if path.is_file():
            return path
    raise MetadataError(f"{data / 'images' / name}: no .jpg or .png; fetch the data (dvc pull) or import again")


def mask_path(data: Path, name: str) -> Path:
    """Where the mask of a pair lies; the file need not exist."""
    return data / "masks" / f"{name}.png"


def held_path(data: Path, name: str) -> Path:
    """Where the mask of what the people of a pair hold lies; most pairs have none."""
    return data / "held" / f"{name}.png"


def coverage_path(data: Path, name: str) -> Path:
    """Where the coverage of a pair lies that has one instead of a mask; the file need not exist."""
    return data / "coverage" / f"{name}.png"


def pair_mask(data: Path, name: str) -> Picture:
    """The mask of a pair: uint8 HxW of 0, 128 and 255. Where there is only coverage, person is from one half on.

    Raises:
        PictureError: There is neither, or it cannot be used.
    """
    if not mask_path(data, name).is_file() and coverage_path(data, name).is_file():
        return read_coverage(coverage_path(data, name))
    return read_mask(mask_path(data, name))


def pair_held(data: Path, name: str) -> Picture | None:
    """The mask of what the people of a pair hold: uint8 HxW of 0, 255, and 128 where nobody has said. None where there
    is none.

    Raises:
        PictureError: It cannot be used.
    """
    path = held_path(data, name)
    return read_mask(path) if path.is_file() else None


def _row(path: Path, line: int, cells: dict[str, str]) -> Row:
    missing = [column for column in METADATA_COLUMNS if cells.get(column) is None]
    if missing:
        raise MetadataError(
            f"{path}: line {line}: no {', '.join(missing)}; the columns are {', '.join(METADATA_COLUMNS)}"
        )
    text = {column: cells[column] for column in METADATA_COLUMNS[:4]}
    try:
        size = int(cells["width"]), int(cells["height"])
    except ValueError:
        shown = f"{cells['width']} x {cells['height']}"
        raise MetadataError(f"{path}: line {line}: size {shown} is not a number of pixels; import again") from None
    return Row(
        **text, width=size[0], height=size[1], nobody=cells.get(_NOBODY) == "yes", reviewed=cells.get(_REVIEWED) or ""
    )
