"""What people have said of masks, one by one: `judgments.csv`, and the masks that they gave instead.

Such a folder is `corrections/` beside a data set, where names are those of its pairs, or belongs to photos for which
masks are drawn from nothing. `masks/<name>.png` and `held/<name>.png` in it are as those of a data set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from figureground.errors import FiguregroundError
from figureground.files import bytes_sha256, read_table, write_table
from figureground.pictures import Picture, read_photo

Decision = Literal["right", "model", "mended", "left-out"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
_JPEG = b"\xff\xd8"


class JudgmentError(FiguregroundError):
    """Judgments that cannot be read. The message names the file, what is wrong and what to do."""


@dataclass(frozen=True)
class Judgment:
    """What a person has said of one mask.

    Attributes:
        name: Of the pair, or of the photo.
        decision: The mask is `right`; the `model`'s is, which is in the folder; neither, and the folder has a `mended`
            one; or the photo shall be `left-out`.
        reviewer: Who said it.
        time: When, in UTC, as ISO 8601 writes it.
        reason: Why it was shown; empty for photos without masks.
        model: Whose mask was shown beside.
        photo_sha256, mask_sha256: Of the photo and of the mask that was judged, see `photo_digest` and `mask_digest`;
            the latter is empty where there was none. Where one of them is another now, nothing is said of it.
    """

    name: str
    decision: Decision
    reviewer: str
    time: str
    reason: str
    model: str
    photo_sha256: str
    mask_sha256: str

    @property
    def gives_mask(self) -> bool:
        return self.decision in ("model", "mended")


JUDGMENT_COLUMNS = tuple(field.name for field in fields(Judgment))


def judgments_path(folder: Path) -> Path:
    return folder / "judgments.csv"


def given_mask_path(folder: Path, name: str) -> Path:
    """Where the mask lies that a person gave; the file need not exist."""
    return folder / "masks" / f"{name}.png"


def given_held_path(folder: Path, name: str) -> Path:
    """Where the mask of held things lies that a person drew; most have none."""
    return folder / "held" / f"{name}.png"


def read_judgments(folder: Path) -> dict[str, Judgment]:
    """Judgments by name; none where there is no such folder.

    Raises:
        JudgmentError: The table is damaged, or DVC knows of the folder and has not fetched it.
    """
    path = judgments_path(folder)
    pointer = folder.with_name(f"{folder.name}.dvc")
    if pointer.is_file() and not folder.is_dir():
        raise JudgmentError(f"{folder}: not fetched yet; `dvc pull {pointer}` brings what was judged")
    try:
        rows = read_table(path)
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise JudgmentError(f"{path}: not UTF-8; save it as UTF-8") from None
    return {row.get("name") or "": _judgment(path, line, row) for line, row in enumerate(rows, start=2)}


def write_judgments(folder: Path, judgments: Mapping[str, Judgment]) -> None:
    """All of them, sorted by name, so that versions of the file can be compared."""
    ordered = sorted(judgments.values(), key=lambda judgment: judgment.name)
    write_table(judgments_path(folder), JUDGMENT_COLUMNS, map(asdict, ordered))


def photo_digest(content: bytes) -> str:
    """SHA-256 by which a photo is known again: of a JPEG's bytes, which an import copies, else of its pixels.

    Raises:
        PictureError: Neither.
    """
    if content.startswith(_JPEG):
        return bytes_sha256(content)
    return _pixels_digest(read_photo(content))


def mask_digest(mask: Picture) -> str:
    """SHA-256 of a mask's size and pixels."""
    return _pixels_digest(mask)


def _pixels_digest(picture: Picture) -> str:
    return bytes_sha256(f"{picture.shape} ".encode() + picture.tobytes())


def _judgment(path: Path, line: int, row: Mapping[str, str]) -> Judgment:
    cells = {column: row.get(column) for column in JUDGMENT_COLUMNS}
    missing = [column for column, cell in cells.items() if cell is None]
    if missing:
        raise JudgmentError(f"{path}: line {line}: no {', '.join(missing)}; restore the file from a copy")
    if cells["decision"] not in DECISIONS:
        raise JudgmentError(f"{path}: line {line}: decision {cells['decision']!r} is none of {', '.join(DECISIONS)}")
    return Judgment(**cells)  # type: ignore[arg-type]
