"""Cutting people out of successive pictures: what a video file and a camera have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

import cv2

from figureground.network_input import network_input
from figureground.pictures import Picture, Probability, resize_photo
from figureground.processes import without_chatter
from figureground.runtime.backgrounds import Background, composed
from figureground.runtime.edges import refine
from figureground.runtime.held_things import Held, with_held
from figureground.runtime.second_look import Logits, look_steadily
from figureground.runtime.segmenter import Segmenter, shows_person, sigmoid
from figureground.video.smoothing import Smoother

DETAIL = 0.5  # of the working sizes for photos: a third of their time, and a moving edge is not looked at so closely


@dataclass(frozen=True)
class ModelView:
    """What the model says to a picture.

    Attributes:
        photo: uint8 HxWx3 RGB.
        small: The photo at the size of the probability.
        probability: float32 hxw in 0..1, of the photo's proportions.
    """

    photo: Picture
    small: Picture
    probability: Probability

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the photo."""
        return self.photo.shape[0], self.photo.shape[1]


class MovingCutter:
    """Cuts people out of the pictures of one video, in three steps of which the first and the last need no order.

    Args:
        model: As `Segmenter`.
        segmenters: Pictures that may be looked at in parallel.
        threads: CPU threads of the model for each.
        held: As `Segmenter.mask`.
    Raises:
        SegmenterError: As `Segmenter` and its `mask`.
    """

    def __init__(self, model: str | Path, segmenters: int = 1, threads: int = 1, held: Held = "drop") -> None:
        self._free: SimpleQueue[Segmenter] = SimpleQueue()
        for _ in range(segmenters):
            segmenter = Segmenter(model, threads)
            segmenter.check_held(held)
            self._free.put(segmenter)
        self._held = held
        self._smoother = Smoother()

    def look(self, photo: Picture) -> ModelView:
        """Ask the model; any thread may."""
        segmenter = self._free.get()
        try:
            logits = look_steadily(photo, lambda part: self._seen(segmenter, part), max(segmenter.input_size))
        finally:
            self._free.put(segmenter)
        sought = with_held(logits) if self._held == "keep" else logits[..., 0]
        return ModelView(photo, resize_photo(photo, *sought.shape), sigmoid(sought))

    def steady(self, look: ModelView) -> ModelView:
        """The look with its probability smoothed over time; for all pictures in their order, one at a time."""
        return replace(look, probability=self._smoother.steady(look.small, look.probability))

    def _seen(self, segmenter: Segmenter, photo: Picture) -> Logits:
        """What the model says to a photo of what is asked for, people first: float32 HxWxC, at the model's size."""
        logits = segmenter.logits(network_input(resize_photo(photo, *segmenter.input_size)))
        return logits if self._held == "keep" else logits[..., :1]


def prepared_cutter(model: str | Path, segmenters: int, threads: int = 1, held: Held = "drop") -> MovingCutter:
    """A cutter for a command: LiteRT's chatter muted, and OpenCV with as many threads as the model.

    Raises:
        SegmenterError: As `MovingCutter`.
    """
    cv2.setNumThreads(threads)  # segmenters that work in parallel share the cores already
    with without_chatter():
        return MovingCutter(model, segmenters, threads, held)


def drawn(look: ModelView, background: Background) -> tuple[Picture, bool]:
    """The photo before a background, as `composed` gives it, and whether it shows a person; any thread may."""
    mask = refine(look.photo, look.probability, DETAIL)
    return composed(look.photo, mask, background, detail=DETAIL), shows_person(mask)
