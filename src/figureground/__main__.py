"""The command `figureground`, also as `python -m figureground`."""

from __future__ import annotations

import sys


def main() -> None:
    try:
        from figureground.cli import main as command
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    command()


if __name__ == "__main__":
    main()
