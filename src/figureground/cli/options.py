"""Arguments and options that several commands take."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from figureground.photos.streams import Stream
from figureground.stores import StorePath, is_address

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class FileOrStream(click.Path):
    """A path, or `-` for a stream; a file of that name is given as `./-`.

    Args:
        stores: Whether an address of an object store may be given as well.
    """

    def __init__(self, stream: Stream, *, stores: bool = False) -> None:
        super().__init__(allow_dash=True, path_type=Path)
        self._stream = stream
        self._stores = stores

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if self._stores and isinstance(value, str) and is_address(value):
            return StorePath(value.rstrip("/"))
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


def held_option(*others: str) -> Decorator:
    """What becomes of what people hold."""
    return click.option(
        "--held", type=click.Choice(["drop", "keep", *others]), default="drop", show_default=True,
        help="Leave out what people hold or carry, or keep it"
        + (", or replace it with the thing of --with" if "replace" in others else "")
        + ". For all but drop, take a --model that tells what is held.",
    )  # fmt: skip


def hand_options() -> Decorator:
    """How a thing is held, where what is found does not suit."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(_HAND_OPTIONS):
            command = option(command)
        return command

    return decorate


class WhichHand(click.ParamType[Any]):
    """left, right or a number from 1 on."""

    name = "left|right|1"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value in ("left", "right") or isinstance(value, int):
            return value
        if re.fullmatch(r"[1-9]\d?", value):
            return int(value)
        return self.fail(f"{value} is neither left, right nor a number from 1 to 99", param, ctx)


_HAND_OPTIONS = (
    click.option(
        "--hand", type=WhichHand(), metavar="left|right|1",
        help="Which hand: the person's own left or right one, or 1 for the leftmost in the photo. "
        "Without it: the place of what is held, else the likeliest hand.",
    ),
    click.option("--scale", type=click.FloatRange(0.05, 20), default=1.0, show_default=True, help="Larger or smaller."),
    click.option("--turn", type=float, default=0.0, show_default=True, help="Turn it further, in degrees, clockwise."),
    click.option("--text", default="", help="To write on it, if it is one that has a place for that, as the placard."),
)  # fmt: skip
