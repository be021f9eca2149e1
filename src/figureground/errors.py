"""What all errors have in common that their reader, not a programmer, can mend."""


class FiguregroundError(ValueError):
    """One line: what is wrong, where, and what to do. Commands and stages print it and exit with status 1."""
