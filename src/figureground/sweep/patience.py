"""A database that goes away for a while is waited for, in one line."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from figureground.errors import FiguregroundError, first_line

_log = logging.getLogger(__name__)
_Connected = TypeVar("_Connected")

_LONGEST = 600.0  # seconds without an answer; a server that is updated, or a network that is mended, is back by then
_BETWEEN_TRIES = 2.0  # seconds


class DatabaseGoneError(FiguregroundError):
    """A database that does not come back, or went away in the middle of a statement; one line: which, what to do."""


class Patience:
    """Waits for a database; shared by all threads that use it, so that one of them says so.

    Args:
        place: What the lines call the database.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._away_since: float | None = None
        self._lock = threading.Lock()

    def until_it_answers(self, connect: Callable[[], _Connected]) -> _Connected:
        """What `connect` gives, tried again while it raises.

        Raises:
            DatabaseGoneError: It has done so for too long.
        """
        while True:
            try:
                connected = connect()
            except Exception as error:  # drivers share no base class
                self._away(error)
                time.sleep(_BETWEEN_TRIES)
            else:
                self._back()
                return connected

    def watch(self, engine: Engine) -> None:
        """From now on connections of this engine are waited for; one that breaks in a statement is one line."""

        @event.listens_for(engine, "do_connect")
        def connect(dialect: Any, record: Any, arguments: Any, options: Any) -> Any:
            return self.until_it_answers(lambda: dialect.connect(*arguments, **options))

        @event.listens_for(engine, "handle_error")
        def explain(context: ExceptionContext) -> None:
            if context.is_disconnect and not context.is_pre_ping:
                reason = first_line(context.original_exception)
                raise DatabaseGoneError(f"{self._place}: went away in the middle of a statement ({reason})")

    def _away(self, error: Exception) -> None:
        with self._lock:
            now = time.monotonic()
            if self._away_since is None:
                self._away_since = now
                reason = first_line(error)
                _log.warning("%s: does not answer (%s); waiting up to %.0f s", self._place, reason, _LONGEST)
            elif now - self._away_since > _LONGEST:
                raise DatabaseGoneError(
                    f"{self._place}: has not answered for {(now - self._away_since) / 60.0:.0f} minutes; what is "
                    "finished is kept, so mend the database and give the same command again"
                ) from None

    def _back(self) -> None:
        with self._lock:
            if self._away_since is not None:
                _log.warning("%s: answers again", self._place)
                self._away_since = None
