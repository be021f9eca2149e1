"""What a command says that cannot do its work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from figureground.cli.lines import shown
from figureground.errors import FiguregroundError, install_hint

_EXTRAS = {"av": "video", "fsspec": "cluster", "ray": "cluster"}  # by the package that is missing


@contextmanager
def one_line_errors(extra: str = "train") -> Iterator[None]:
    """Ends the command in one line and with status 1 where a user's error or a missing package comes up.

    Args:
        extra: The optional part of the install that has what the body imports; some packages have one of their own.
    Raises:
        click.ClickException: With that line.
    """
    try:
        yield
    except FiguregroundError as error:
        raise click.ClickException("\n".join(shown(str(finding)) for finding in error.args)) from None
    except OSError as error:
        raise click.ClickException(shown(str(error))) from None
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(error.name or "", extra)
        raise click.ClickException(f"this needs the package {error.name}; {install_hint(extra)}") from None
