"""What all errors have in common that their reader, not a programmer, can mend."""

import re

# `name:password@` of an address, and a password among its options, as databases' drivers take it.
_PASSWORDS = (re.compile(r"(://[^/@:\s]*:)\S*(?=@)"), re.compile(r"([?&]\w*passw\w*=)[^&\s]*", re.IGNORECASE))

_LONGEST = 200  # characters of a line of somebody else's error; ours are never cut, since they end with the remedy


class FiguregroundError(ValueError):
    """One line: what is wrong, where, and what to do. Commands and stages print it and exit with status 1.

    An error that holds several findings is given them as arguments, and has a line for each.
    """

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


def install_hint(extra: str) -> str:
    """What adds an optional part of the install; the package is not on an index, so only its clone has that."""
    return f"run pip install '.[{extra}]' in the folder of the clone"


def first_line(error: BaseException) -> str:
    """An error in one line, without the statements, stacks and passwords that errors of libraries carry along.

    Example:
        >>> first_line(OSError("no answer from https://me:secret@models.example\\n  at line 7"))
        'no answer from https://me:***@models.example'
    """
    line = without_passwords(next(iter(str(error).strip().splitlines()), type(error).__name__))
    whole = isinstance(error, FiguregroundError) or len(line) <= _LONGEST
    return line if whole else f"{line[: _LONGEST - 1]}…"


def system_reason(error: OSError) -> str:
    """What the system says is wrong, in lower case: "no such file or directory"."""
    return (error.strerror or str(error)).lower()


def without_passwords(text: str) -> str:
    """A text, or an address alone, with `***` for the passwords of the addresses in it.

    Example:
        >>> without_passwords("https://me:secret@models.example/runs: no answer")
        'https://me:***@models.example/runs: no answer'
    """
    for password in _PASSWORDS:
        text = password.sub(r"\1***", text)
    return text
