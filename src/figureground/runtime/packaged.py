"""The models that come with the package: found by name, checked against their SHA-256 before use."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final, get_args

from figureground.errors import FiguregroundError, system_reason
from figureground.files import bytes_sha256
from figureground.runtime.processor import Precision, best_precision

MODELS: Final = Path(__file__).with_name("models")
PACKAGED: Final = ("accurate", "fast", "open")  # what the user gets, not how it is built
PRECISIONS: Final[tuple[Precision, ...]] = get_args(Precision)
_NAME: Final = re.compile(f"({'|'.join(PACKAGED)})(?:-({'|'.join(PRECISIONS)}))?")


class SegmenterError(FiguregroundError):
    """A model file that cannot be used. The message names the file, what is wrong and what to do."""


def base_name(model: str | Path) -> str | None:
    """The packaged model that `model` names, with or without a precision; None where it is a path."""
    named = _NAME.fullmatch(model) if isinstance(model, str) else None
    return named[1] if named else None


def model_content(model: str | Path, folder: Path = MODELS, preferred: Precision | None = None) -> tuple[Path, bytes]:
    """Path and bytes of a packaged model by its name, or of a file by its path.

    Args:
        model: "accurate", "fast" or "open", in the file that is quickest on this processor; or with the precision
            named, such as "fast-float16"; or a path.
        preferred: Of a packaged model's files, instead of the quickest one here.
    Raises:
        SegmenterError: No such file, a packaged model that this installation lacks, or one whose bytes have changed.
    """
    if isinstance(model, str) and (named := _NAME.fullmatch(model)):
        return packaged_content(_file_of(named[1], named[2], folder, preferred or best_precision()), folder)
    path = Path(model)
    try:
        return path, path.read_bytes()
    except OSError as error:
        raise SegmenterError(
            f"{path}: cannot be read ({system_reason(error)}); give {', '.join(PACKAGED)} or the path of a .tflite file"
        ) from None


def _file_of(name: str, precision: str | None, folder: Path, preferred: Precision) -> str:
    """Of a model's files the one of this precision; where any will do, the preferred one if there is one."""
    if precision is None:
        listed = _hashes(folder)
        order = sorted(PRECISIONS, key=lambda each: each != preferred)
        precision = next((each for each in order if f"{name}-{each}.tflite" in listed), preferred)
    return f"{name}-{precision}.tflite"


def packaged_content(name: str, folder: Path = MODELS) -> tuple[Path, bytes]:
    """Path and bytes of the packaged file `name`.

    Raises:
        SegmenterError: The installation lacks it, or its bytes are not those that `hashes.json` beside it lists.
    """
    path = folder / name
    try:
        expected = _hashes(folder)[name]
        content = path.read_bytes()
    except (OSError, KeyError):
        raise SegmenterError(
            f"{path}: this installation has no such model; install figureground again or give a .tflite file"
        ) from None
    if bytes_sha256(content) != expected:
        raise SegmenterError(
            f"{path}: not the file that was packaged (its SHA-256 differs); install figureground again"
        )
    return path, content


def _hashes(folder: Path) -> dict[str, str]:
    """SHA-256 by the file's name; empty where the list is missing or broken."""
    try:
        listed: dict[str, str] = json.loads((folder / "hashes.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return listed
