"""What all errors have in common that their reader, not a programmer, can mend."""


class FiguregroundError(ValueError):
    """One line: what is wrong, where, and what to do. Commands and stages print it and exit with status 1.

    An error that holds several findings is given them as arguments, and has a line for each.
    """

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))
