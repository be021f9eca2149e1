"""Turned squares of a photo, as the networks see them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import Picture, resize_photo

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Crop:
    """A square of a photo: its middle and side in pixels, and its turn in radians, clockwise; it may reach past it."""

    row: float
    column: float
    side: float
    turn: float = 0.0

    def of(self, photo: Picture, pixels: int) -> Picture:
        """What it shows: uint8 RGB, `pixels` a side, black where there is no photo."""
        reach = self.side * (abs(np.cos(self.turn)) + abs(np.sin(self.turn))) / 2 + 2
        top, left = max(0, int(self.row - reach)), max(0, int(self.column - reach))
        part = photo[top : max(0, int(self.row + reach) + 1), left : max(0, int(self.column + reach) + 1)]
        if part.size == 0:
            return np.zeros((pixels, pixels, 3), np.uint8)
        height, width = part.shape[:2]
        if (shrink := self.side / pixels) > 1:  # by area: bilinear sampling alone would skip pixels
            part = resize_photo(part, max(1, round(height / shrink)), max(1, round(width / shrink)))
        down, across = part.shape[0] / height, part.shape[1] / width
        corners = np.array([[0, 0], [0, pixels], [pixels, 0]], np.float32)
        places = (self.to_photo(corners, pixels) - [top, left]) * [down, across]
        # OpenCV counts (x, y), and from the middles of pixels.
        matrix = cv2.getAffineTransform(_centred(places), _centred(corners))
        return np.asarray(cv2.warpAffine(part, matrix, (pixels, pixels), flags=cv2.INTER_LINEAR), np.uint8)

    def to_photo(self, points: Floats, pixels: int) -> Floats:
        """Nx2 (row, column) in the photo of those in what `of` gives."""
        from_middle = (points - np.float32(pixels / 2)) * np.float32(self.side / pixels)
        return turned(from_middle, self.turn) + np.array([self.row, self.column], np.float32)

    def moved(self, towards_top: float, larger: float) -> Crop:
        """Moved by this share of its side towards its own top, and then so much larger about its middle."""
        step = towards_top * self.side
        row, column = self.row - step * np.cos(self.turn), self.column + step * np.sin(self.turn)
        return Crop(float(row), float(column), self.side * larger, self.turn)


def turned(points: Floats, turn: float) -> Floats:
    """Nx2 (row, column) turned about the origin, clockwise as one sees them, by radians."""
    cosine, sine = np.cos(turn), np.sin(turn)
    return np.asarray(points @ np.array([[cosine, -sine], [sine, cosine]]), np.float32)


def _centred(points: Floats) -> Floats:
    return np.ascontiguousarray(points[:, ::-1] - 0.5, np.float32)
