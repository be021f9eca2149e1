"""What a command says: paths that any terminal shows, in lines that stay lines."""

from __future__ import annotations

import io
import os
import sys
import unicodedata

_BREAKS = {"Cc", "Zl", "Zp"}  # Unicode's control characters, and its separators of lines and paragraphs


def shown(text: str | os.PathLike[str]) -> str:
    r"""A path, or a line that holds one, as one line that can be printed.

    Names on disk may hold anything. Control characters, line breaks among them, become their escapes, and bytes that
    are not the file system's encoding the replacement character, as in click's own messages.

    Example:
        >>> shown("two\nlines.png")
        'two\\nlines.png'
    """
    return "".join(map(_readable, os.fspath(text)))


def _readable(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cs":  # a lone surrogate, by which Python stands for such a byte
        return "\N{REPLACEMENT CHARACTER}"
    return character.encode("unicode_escape").decode() if kind in _BREAKS else character


def spell_what_the_terminal_lacks() -> None:
    """Standard output prints escapes in place of what its encoding lacks, as standard error does by itself.

    A name in another script would otherwise end a command on a terminal that is not Unicode, its work done.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
