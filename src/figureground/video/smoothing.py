"""Steadies the mask of a video without lagging behind: the past counts where it is seen to be still true.

A recursive average along the motion. The last frame's answer is carried to where the optical flow (Kroeger et al. 2016,
"Fast Optical Flow using Dense Inverse Search") says that its pixels went, and is averaged with the new one; the weight
of the past falls to nothing where the carried photo does not look like the new one: uncovered background, a cut, a
movement too fast for the flow. There the new answer stands alone, so that nothing trails behind.
benchmarks/smoothing.py measures both sides, flicker and lag.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import Picture, Probability

Floats = NDArray[np.float32]

MEMORY = 0.8  # weight of the past where it is certainly still true: an average over about five frames
TOLERANCE = 5.0  # of 255: difference of colour at which the past counts e times less
_LEAST_SIDE = 32  # pixels: in less the optical flow finds nothing, and OpenCV's fails
_WINDOW = 7  # pixels: colours are compared by their averages, which noise hardly changes


class Smoother:
    """Takes the frames of one video in their order; another video needs another smoother.

    Not thread-safe.
    """

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._grey: Picture | None = None
        self._colours: Floats | None = None
        self._probability: Probability | None = None

    def steady(self, photo: Picture, probability: Probability) -> Probability:
        """The new frame's probability map, averaged with the past where that still holds.

        Args:
            photo: uint8 hxwx3 RGB, the frame at the size of the map.
            probability: float32 hxw in 0..1. A size that differs from the last frame's begins anew.
        Returns:
            float32 hxw in 0..1, the caller's own.
        """
        grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
        colours = _averaged(photo)
        steadied = probability.copy()
        if self._grey is not None and self._grey.shape == grey.shape:
            places = _places(self._motion(grey, self._grey))
            carried_colours, carried = _carried(self._colours, places), _carried(self._probability, places)
            weight = _weight(colours, carried_colours)
            steadied += weight * (carried - probability)
        self._grey, self._colours, self._probability = grey, colours, steadied
        return steadied.copy()

    def _motion(self, grey: Picture, last: Picture) -> Floats:
        """How far each pixel has moved since the last frame, float32 hxwx2; not at all in the tiniest frames."""
        if min(grey.shape) < _LEAST_SIDE:
            return np.zeros((*grey.shape, 2), np.float32)
        return np.asarray(self._flow.calc(grey, last, None), np.float32)


def _averaged(photo: Picture) -> Floats:
    window = (_WINDOW, _WINDOW)
    return np.asarray(cv2.blur(photo, window, borderType=cv2.BORDER_REFLECT), np.float32)


def _places(flow: Floats) -> Floats:
    """Where in the last frame each pixel of the new one was: (x, y) from the flow's (dx, dy)."""
    height, width = flow.shape[:2]
    places: Floats = flow.copy()
    places[..., 0] += np.arange(width, dtype=np.float32)
    places[..., 1] += np.arange(height, dtype=np.float32)[:, np.newaxis]
    return places


def _carried(values: Floats | None, places: Floats) -> Floats:
    return np.asarray(cv2.remap(values, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _weight(colours: Floats, carried: Floats) -> Floats:
    """How much the past counts, float32 hxw in 0..MEMORY: all of it where the colours agree."""
    red, green, blue = cv2.split(cv2.absdiff(colours, carried))  # the maximum over a short last axis is slow
    difference = np.maximum(np.maximum(red, green), blue)
    return np.asarray(MEMORY * np.exp(-np.square(difference / TOLERANCE)), np.float32)
