"""What a misspelt option may have been meant for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches

import click


@contextmanager
def better_suggestions() -> Iterator[None]:
    """An unknown option's error names those that it may be short for, which click's own likeness of letters misses.

    Raises:
        click.NoSuchOption: With that line.
    """
    try:
        yield
    except click.NoSuchOption as error:
        known = error.ctx.command.params if error.ctx else ()
        meant = suggestions(
            error.option_name, [name for option in known for name in (*option.opts, *option.secondary_opts)]
        )
        hint = f" Did you mean {' or '.join(meant)}?" if meant else ""
        raise click.NoSuchOption(
            error.option_name, f"No such option '{error.option_name}'.{hint}", ctx=error.ctx
        ) from None


def suggestions(option: str, known: Sequence[str]) -> list[str]:
    """Known long options that one abbreviates, else those that are spelt nearly like it.

    Example:
        >>> suggestions("--bg", ["--background", "--jobs", "-b"])
        ['--background']
    """
    long = [name for name in known if name.startswith("--")]
    return [name for name in long if _abbreviates(option, name)] or get_close_matches(option, long)


def _abbreviates(short: str, long: str) -> bool:
    """Whether the letters of one stand in the other in the same order, the first of all in front."""
    letters = iter(long.lstrip("-"))
    wanted = short.lstrip("-").lower()
    return wanted[:1] == long.lstrip("-")[:1] and all(letter in letters for letter in wanted)
