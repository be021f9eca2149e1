"""Arguments and options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from figureground.photos.streams import Stream

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class FileOrStream(click.Path):
    """A path, or `-` for a stream; a file of that name is given as `./-`."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(allow_dash=True, path_type=Path)
        self._stream = stream

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return self._stream if value == "-" else super().convert(value, param, ctx)


def model_option(default: str) -> Decorator:
    """Which model; shells complete it to a file."""
    return click.option(
        "-m", "--model", type=click.Path(), default=default, show_default=True, metavar="accurate|fast|open|FILE",
        help="Which model.",
    )  # fmt: skip


def background_option(default: str, help: str, metavar: str = "WHAT") -> Decorator:
    """What stands behind people, in words of `help`; shells complete it to a file."""
    return click.option(
        "-b", "--background", type=click.Path(), default=default, show_default=True, metavar=metavar, help=help
    )


def held_option() -> Decorator:
    """What becomes of what people hold."""
    return click.option(
        "--held", type=click.Choice(["drop", "keep"]), default="drop", show_default=True,
        help="Leave out what people hold or carry, or keep it; for keep, take a --model that tells what is held.",
    )  # fmt: skip
