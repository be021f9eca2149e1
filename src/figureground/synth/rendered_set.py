"""Many pictures as a data set of the project: processes, going on after an interruption, metadata and credits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2

import figureground.synth
from figureground.errors import FiguregroundError, system_reason
from figureground.files import fingerprint, source_fingerprint, write_bytes, write_json, write_table
from figureground.pictures import encode_jpeg, encode_png
from figureground.processes import as_completed, environment, worthwhile
from figureground.synth.ingredients import Ingredients
from figureground.synth.picture import Picture, make_picture
from figureground.synth.rendering.setup import prepare

SOURCE = "rendered"
LICENCE = "CC0-1.0"
QUALITY = 88  # of the photos' JPEG: about 20 kB at 320 px
PARTS = ("images", "coverage", "held")
COLUMNS = ("name", "source", "group", "licence", "width", "height", "seed")
_LIBRARIES = ("mitsuba", "drjit", "pyoidn", "numpy")
# Processes share the work, not threads.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ADVICE = "whole pictures are kept, the same command with fewer --processes goes on"


class WritingError(FiguregroundError):
    """The set could not be written as asked; pictures that are whole are kept."""


def render_set(
    folder: Path, count: int, seed: int, ingredients: Ingredients, *, size: int = 320, processes: int | None = None
) -> int:
    """Render pictures 0 to `count` - 1 of the set `seed` into a data set that the pipeline reads.

    Written are images/rendered/NNNNN.jpg, coverage/rendered/NNNNN.png (0..255, the exact share of each pixel that is
    person), held/rendered/NNNNN.png (255 at held things; only of pictures that show some), metadata.csv and CREDITS.md.
    Pictures that are whole are kept, so that an interrupted rendering goes on, and a larger `count` adds to it. What is
    not whole never has a final name. On one machine equal arguments give equal bytes, whatever the number of processes.

    Returns:
        How many pictures were rendered now.
    Raises:
        WritingError: The folder holds other things, or the disk is full.
        WorkerKilled: A worker process was ended from outside.
        FiguregroundError: As `make_picture`.
    """
    prepare()
    notes = _notes(folder)
    _check(folder, notes, count, {"seed": seed, "size": size, "made by": _maker()})
    missing = [number for number in range(count) if not _is_whole(folder, notes, number)]
    try:
        _render(folder, notes, missing, seed, ingredients, size=size, processes=processes)
        _finish(folder, notes, count, seed)
    except OSError as error:
        raise WritingError(
            f"{folder}: {system_reason(error)}; whole pictures are kept, the same command goes on"
        ) from None
    return len(missing)


def _notes(folder: Path) -> Path:
    """What is known of each picture lies beside the set until it is complete, ignored by git and DVC."""
    place = folder.resolve()
    return place.parent / ".figureground" / "render" / place.name


def _maker() -> str:
    """Changes with the code and the libraries on which the bytes depend."""
    return fingerprint(source_fingerprint(figureground.synth), [cv2.__version__, *map(version, _LIBRARIES)])


def _check(folder: Path, notes: Path, count: int, settings: Mapping[str, Any]) -> None:
    begun = notes / "settings.json"
    if any(folder.glob("*")) and not begun.exists():
        raise WritingError(f"{folder}: not empty; name a new folder")
    if begun.exists() and (folder / "images").is_dir():
        different = [key for key, value in json.loads(begun.read_text()).items() if settings[key] != value]
        if different:
            changed = "another version" if different == ["made by"] else f"another {different[0]}"
            raise WritingError(f"{folder}: begun with {changed}; name a new folder, or remove this one")
        there = len(list((folder / "images" / SOURCE).glob("[0-9]*.jpg")))
        beyond = [path for path in (folder / "images" / SOURCE).glob("[0-9]*.jpg") if int(path.stem) >= count]
        if beyond:
            raise WritingError(f"{folder}: holds {there} pictures, more than {count}; name a new folder")
    elif begun.exists():  # of a set that has been removed
        for note in notes.glob("*.json"):
            note.unlink()
    for part in PARTS:
        (folder / part / SOURCE).mkdir(parents=True, exist_ok=True)
        for draft in (folder / part / SOURCE).glob(".*"):  # of a process that was killed
            draft.unlink()
    write_json(begun, settings)


def _files(folder: Path, number: int) -> tuple[Path, Path, Path]:
    """Of the photo, its coverage, and what is held in it."""
    name = f"{SOURCE}/{number:05d}"
    return folder / f"images/{name}.jpg", folder / f"coverage/{name}.png", folder / f"held/{name}.png"


def _is_whole(folder: Path, notes: Path, number: int) -> bool:
    note = notes / f"{number:05d}.json"
    return note.exists() and all((folder / file).exists() for file in json.loads(note.read_text())["files"])


def _render(
    folder: Path,
    notes: Path,
    numbers: Sequence[int],
    seed: int,
    ingredients: Ingredients,
    *,
    size: int,
    processes: int | None,
) -> None:
    from tqdm import tqdm

    if not numbers:
        return
    work = partial(_write_picture, folder, notes, seed, ingredients, size)
    with environment(_ONE_THREAD):
        done = as_completed(work, numbers, worthwhile(len(numbers), processes), advice=ADVICE)
        for _ in tqdm(done, "render", len(numbers), unit="picture", disable=None):
            pass


def _write_picture(folder: Path, notes: Path, seed: int, ingredients: Ingredients, size: int, number: int) -> None:
    """The note comes last: where it is, the pictures that it names are whole."""
    prepare()
    picture = make_picture(seed, number, ingredients, size=size)
    photo, coverage, held = _files(folder, number)
    files = {photo: encode_jpeg(picture.photo, QUALITY), coverage: encode_png(picture.coverage)}
    if picture.held.any():
        files[held] = encode_png(picture.held)
    else:
        held.unlink(missing_ok=True)  # of a set that was removed in part
    for file, content in files.items():
        write_bytes(file, content)
    listed = {"files": [file.relative_to(folder).as_posix() for file in files]}
    write_json(notes / f"{number:05d}.json", _row(picture, seed, number) | listed)


def _row(picture: Picture, seed: int, number: int) -> dict[str, Any]:
    name = f"{SOURCE}/{number:05d}"
    height, width = picture.coverage.shape
    return {
        "name": name,
        "source": SOURCE,
        "group": name,
        "licence": LICENCE,
        "width": width,
        "height": height,
        "seed": seed,
        **picture.facts,
        "credits": list(picture.credits),
    }


def _finish(folder: Path, notes: Path, count: int, seed: int) -> None:
    """metadata.csv and CREDITS.md from the notes, in the pictures' order."""
    rows = [json.loads((notes / f"{number:05d}.json").read_text()) for number in range(count)]
    credits = Counter(line for row in rows for line in row["credits"])
    facts = sorted({name for row in rows for name in row} - set(COLUMNS) - {"credits", "files"})
    table = (row | {"credits": " | ".join(row["credits"])} for row in rows)
    write_table(
        folder / "metadata.csv",
        (*COLUMNS, *facts, "credits"),
        ({name: row.get(name) for name in (*COLUMNS, *facts, "credits")} for row in table),
    )
    write_bytes(folder / "CREDITS.md", _credits(credits, count, seed).encode())


def _credits(credits: Mapping[str, int], count: int, seed: int) -> str:
    lines = [
        "# Credits",
        "",
        f"{count} rendered pictures of people who do not exist, and of places without people, made with "
        f"`figureground synth render --count {count} --seed {seed}`.",
        f"Pictures, masks and tables are dedicated to the public domain ({LICENCE}). What they are made from:",
        "",
        *(f"- {line} ({number} picture{'s' if number > 1 else ''})" for line, number in sorted(credits.items())),
        "",
        "Rendered with Mitsuba 3 (BSD-3-Clause) and Intel Open Image Denoise (Apache-2.0).",
    ]
    return "\n".join(lines) + "\n"
