"""Whole pictures from interlaced ones, whose odd and even rows were taken one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
from av.filter import Graph


class Deinterlacer:
    """FFmpeg's bwdif, from the first interlaced picture on; whole pictures pass as they are, and none is added.

    Attributes:
        used: Whether there was an interlaced picture so far.
    """

    def __init__(self) -> None:
        self._graph: Any = None
        self._shape: object = None
        self.used = False

    def whole(self, frame: av.VideoFrame) -> Iterator[av.VideoFrame]:
        """The pictures that are ready after this one. Times are kept, in each picture's own `time_base`."""
        shape = (frame.width, frame.height, frame.format.name)
        if self._graph is not None and shape != self._shape:
            yield from self.rest()
        if self._graph is None and not frame.interlaced_frame:
            yield frame
            return
        if self._graph is None:
            self._graph, self._shape, self.used = _graph(frame), shape, True
        self._graph.push(frame)
        yield from self._ready()

    def rest(self) -> Iterator[av.VideoFrame]:
        """What is still inside, at the end."""
        if self._graph is not None:
            self._graph.push(None)
            yield from self._ready()
            self._graph = None

    def _ready(self) -> Iterator[av.VideoFrame]:
        while True:
            try:
                yield self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):  # wants more pictures, or has no more
                return


def _graph(frame: av.VideoFrame) -> Graph:
    graph = Graph()
    source, sink = graph.add_buffer(template=frame), graph.add("buffersink")
    graph.link_nodes(source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), sink).configure()
    return graph
