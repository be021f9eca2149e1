"""Where requests are worked on: the models, a bounded number of threads, and a bounded number of places to wait in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from figureground.runtime.packaged import PACKAGED, base_name, model_content
from figureground.runtime.processor import Precision
from figureground.runtime.segmenter import Segmenter
from figureground.web.limits import Limits, RequestError

Result = TypeVar("Result")

IN_BROWSERS: Precision = "int8"  # in WebAssembly 1.4 to 1.6 times as quick as float16, whatever the processor


@dataclass(frozen=True)
class Model:
    """A model that the page and requests may name, its file's bytes for browsers, and the size that it sees."""

    name: str
    content: bytes
    segmenter: Segmenter


def load_models(model: str | Path) -> dict[str, Model]:
    """The models on offer, by name, the one asked for first: the packaged ones, and a file's as "own".

    Raises:
        SegmenterError: The file is no model, or the installation lacks its own.
    """
    first = base_name(model) or "own"
    sources: dict[str, str | Path] = {first: model, **{name: name for name in PACKAGED if name != first}}
    return {
        name: Model(name, model_content(source, preferred=IN_BROWSERS)[1], Segmenter(source))
        for name, source in sources.items()
    }


class Workshop:
    """Runs work in threads, so that the server goes on answering, and never more of it than there is room for.

    Args:
        models: By name; the first one is used where a request names none.
        threads: Photos worked on at once.
    """

    def __init__(self, models: Mapping[str, Model], limits: Limits, threads: int) -> None:
        self.models = models
        self.limits = limits
        self._free = threading.BoundedSemaphore(limits.places)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="cut")

    @contextmanager
    def place(self) -> Iterator[Slot]:
        """A place for one request. A thread cannot be stopped, so work that came too late keeps its place to its end.

        Raises:
            RequestError: All places are taken, 503.
        """
        if not self._free.acquire(blocking=False):
            again = {"Retry-After": str(self.limits.retry_seconds), "Connection": "close"}
            raise RequestError(503, "too many photos at once; try again in a moment", again)
        place = Slot(self._threads, self.limits.work_seconds)
        try:
            yield place
        finally:
            if place.work is None:
                self._free.release()
            else:
                place.work.add_done_callback(lambda _: self._free.release())


class Slot:
    """Where one request's work is done."""

    def __init__(self, threads: ThreadPoolExecutor, seconds: float) -> None:
        self.work: Future[Any] | None = None
        self._threads, self._seconds = threads, seconds

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of work that is done in a thread.

        Raises:
            RequestError: It takes too long, 504.
        """
        self.work = future = self._threads.submit(work)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), self._seconds)
        except TimeoutError:
            raise RequestError(504, f"this took longer than {self._seconds:g} seconds") from None
