"""One thin module a DVC stage: read parameters, call the package that does the work, write and log what came of it."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

INTERRUPTED = "interrupted; the next run goes on from here"
_terminal = 2


def leave(number: int, frame: FrameType | None) -> None:
    """Ends the process on Ctrl-C while it imports: nothing has begun yet, and some libraries swallow exceptions."""
    os.write(_terminal, f"{INTERRUPTED}\n".encode())
    os._exit(130)


# `python -m figureground.stages.NAME` comes here first; for so long Python calls the program "-m".
if sys.argv[:1] == ["-m"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    _terminal = os.dup(2)  # which leads elsewhere while TensorFlow is imported
    signal.signal(signal.SIGINT, leave)
