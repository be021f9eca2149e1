"""The models that come with the package: found by name, checked against their SHA-256 before use."""

from __future__ import annotations

import json
from pathlib import Path

from figureground.errors import FiguregroundError, system_reason
from figureground.files import bytes_sha256

MODELS = Path(__file__).with_name("models")
PACKAGED = ("accurate", "fast", "open")  # what the user gets, not how it is built


class SegmenterError(FiguregroundError):
    """A model file that cannot be used. The message names the file, what is wrong and what to do."""


def model_content(model: str | Path, folder: Path = MODELS) -> tuple[Path, bytes]:
    """Path and bytes of a packaged model by its name ("accurate", "fast" or "open"), or of a file by its path.

    Raises:
        SegmenterError: No such file, a packaged model that this installation lacks, or one whose bytes have changed.
    """
    if isinstance(model, str) and model in PACKAGED:
        return packaged_content(f"{model}.tflite", folder)
    path = Path(model)
    try:
        return path, path.read_bytes()
    except OSError as error:
        raise SegmenterError(
            f"{path}: cannot be read ({system_reason(error)}); give the path of a .tflite model"
        ) from None


def packaged_content(name: str, folder: Path = MODELS) -> tuple[Path, bytes]:
    """Path and bytes of the packaged file `name`.

    Raises:
        SegmenterError: The installation lacks it, or its bytes are not those that `hashes.json` beside it lists.
    """
    path = folder / name
    try:
        expected = json.loads((folder / "hashes.json").read_text(encoding="utf-8"))[name]
        content = path.read_bytes()
    except (OSError, ValueError, KeyError):
        raise SegmenterError(
            f"{path}: this installation has no such model; install figureground again or give a .tflite file"
        ) from None
    if bytes_sha256(content) != expected:
        raise SegmenterError(
            f"{path}: not the file that was packaged (its SHA-256 differs); install figureground again"
        )
    return path, content
