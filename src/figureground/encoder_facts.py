"""What the files of `models/encoders` say of their encoders, for those who must not wait until Keras is imported.

The constants are literals and are read off the source, as build tools read a version.
"""

from __future__ import annotations

import ast
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

ENCODER_ALONE = ".encoder.keras"  # what the names of files end in that hold a trained encoder without a decoder
_FOLDER = Path(__file__).parent / "models/encoders"


class EncoderFacts(NamedTuple):
    """Constants of an encoder's file, in lower case.

    Attributes:
        initial_weights: What `model.init` may name for this encoder alone: "imagenet", or the suffix of a published
            file, as ".tflite".
        corner_aligned: Whether the centre of a cell j of stride s lies on pixel s * j, so that photos of a multiple of
            the stride plus one begin and end with a cell (True unless the file says otherwise); else on s * j + 0.5.
        output_strides: That its deepest features can have.
        published: Name of the published file and where it is to be had, if its user has to bring it.
        sha256: Of that file.
    """

    initial_weights: tuple[str, ...]
    corner_aligned: bool = True
    output_strides: tuple[int, ...] = (8, 16, 32)
    published: str = ""
    sha256: str = ""

    def takes(self, init: str) -> bool:
        """Whether `init` names weights that were published for this encoder."""
        return any(init.endswith(kind) if kind.startswith(".") else init == kind for kind in self.initial_weights)


@cache
def encoder_names() -> tuple[str, ...]:
    """The names that `model.encoder` may have, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.py") if file.stem != "__init__"))


@cache
def encoder_facts(name: str) -> EncoderFacts:
    """The facts of one of `encoder_names`."""
    statements = ast.parse((_FOLDER / f"{name}.py").read_text(encoding="utf-8")).body
    constants = {
        target.id.lower(): ast.literal_eval(statement.value)
        for statement in statements
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and target.id.lower() in EncoderFacts._fields
    }
    return EncoderFacts(**constants)


def is_published(init: str) -> bool:
    """Whether `init` names weights that were published for some encoder."""
    return any(encoder_facts(name).takes(init) for name in encoder_names())


def origin(init: str) -> str:
    """Where the file that `init` names was published, with its SHA-256; empty where it was not, as far as is known."""
    taking = (facts for facts in map(encoder_facts, encoder_names()) if facts.published and facts.takes(init))
    return " or ".join(f"{facts.published}, SHA-256 {facts.sha256}" for facts in taking)


def mismatch(name: str, init: str) -> str | None:
    """What to say where `init` names weights of other encoders only; None where it does not, as far as can be told."""
    facts = encoder_facts(name)
    alone = init.endswith(ENCODER_ALONE)
    if (_encoder_in(init) in (name, None)) if alone else (not is_published(init) or facts.takes(init)):
        return None
    own = (f"its {kind} file" if kind.startswith(".") else kind for kind in facts.initial_weights)
    return f"init: {init} does not fit encoder {name}; give {', '.join(own)}, or none"


def _encoder_in(file: str) -> str | None:
    """The encoder that a Keras file holds alone; None where it is not there yet, or no such file."""
    try:
        with zipfile.ZipFile(file) as archive:
            return str(json.loads(archive.read("config.json"))["config"]["name"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
