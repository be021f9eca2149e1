"""How far a mask's outline lies from the model's: all along by as much, or by a shift.

The signed distance from the mask's outline to the model's is, at a point with outward normal n, `width - shift . n` and
what is left: drawn too narrow or too wide by `width`, moved by `shift`. Fitted to all points at once, both come out
far finer than the model's cells, since a whole outline's errors average out.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.pictures import PERSON, VOID

REACH = 0.06  # of the longer edge: points farther from the model's outline belong to another error
FRAME = 0.02  # of the longer edge: so near to the frame every outline ends
LEAST_POINTS = 40  # fewer cannot be judged
ROUNDS = 8  # of the fit, in each of which points far from it count less

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Offset:
    """A mask's outline against the model's; lengths are shares of the longer edge, all zero where none can be told.

    Attributes:
        width: By how much the mask is drawn too narrow (above 0) or too wide (below).
        down, right: The shift of the mask.
        spread: Median distance that neither explains.
        distance: Mean distance of the outlines, without sign.
        gain: By how much the fit lessens the mean distance.
        far: Share of the outline that has none of the model's within reach.
    """

    width: float = 0.0
    down: float = 0.0
    right: float = 0.0
    spread: float = 0.0
    distance: float = 0.0
    gain: float = 0.0
    far: float = 0.0


def outline_offset(mask: NDArray[np.uint8], probability: NDArray[np.float32]) -> Offset:
    """The offset of a mask (uint8 HxW, 255 person, 128 void) from a probability (float32 HxW in 0..1)."""
    predicted = probability >= 0.5
    edge = max(mask.shape)
    rows, columns = _outline(mask)
    if len(rows) < LEAST_POINTS or np.count_nonzero(predicted) < LEAST_POINTS:
        return Offset()
    distance = (_signed_distance(predicted)[rows, columns] - 0.5).astype(np.float64)
    near = np.abs(distance) < REACH * edge
    far = 1.0 - float(near.mean())
    if np.count_nonzero(near) < LEAST_POINTS:
        return Offset(far=far, distance=REACH)
    normals = _normals(mask == PERSON)[rows[near], columns[near]]
    distance = distance[near]
    terms = np.column_stack([np.ones(len(distance)), -normals])
    fitted = _robust_fit(terms, distance)
    left = distance - terms @ fitted
    around = np.abs(distance - np.median(distance)).mean()
    return Offset(
        width=float(fitted[0] / edge),
        down=float(fitted[1] / edge),
        right=float(fitted[2] / edge),
        spread=float(np.median(np.abs(left)) / edge),
        distance=float(np.abs(distance).mean() / edge),
        gain=float((around - np.abs(left).mean()) / edge),
        far=far,
    )


def _outline(mask: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of person pixels beside background, away from frame and void."""
    person = (mask == PERSON).astype(np.uint8)
    inside = cv2.erode(person, np.ones((3, 3), np.uint8))
    void = cv2.dilate((mask == VOID).astype(np.uint8), np.ones((9, 9), np.uint8))
    edge = (person > inside) & (void == 0)
    rim = max(3, round(FRAME * max(mask.shape)))
    edge[:rim], edge[-rim:], edge[:, :rim], edge[:, -rim:] = False, False, False, False
    rows, columns = np.nonzero(edge)
    return rows, columns


def _signed_distance(person: NDArray[np.bool_]) -> NDArray[np.float32]:
    """To the outline, in pixels: above 0 within the person, below outside."""
    within, outside = (
        cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5) for part in (person, ~person)
    )
    return np.asarray(np.where(person, within - 0.5, 0.5 - outside), np.float32)


def _normals(person: NDArray[np.bool_]) -> Floats:
    """Unit vectors (down, right) out of the person, float64 HxWx2; meaningful along the outline only."""
    smooth = cv2.GaussianBlur(person.astype(np.float32), (0, 0), 3)
    slopes = np.stack([cv2.Sobel(smooth, cv2.CV_32F, 0, 1), cv2.Sobel(smooth, cv2.CV_32F, 1, 0)], axis=2)
    return np.asarray(-slopes / np.maximum(np.linalg.norm(slopes, axis=2, keepdims=True), 1e-6), np.float64)


def _robust_fit(terms: Floats, values: Floats) -> Floats:
    """Least squares in which outliers count less (Cauchy weights, Holland & Welsch 1977)."""
    weights = np.ones(len(values))
    for _ in range(ROUNDS):
        root = np.sqrt(weights)
        fitted = np.linalg.lstsq(terms * root[:, None], values * root, rcond=None)[0]
        left = values - terms @ fitted
        scale = 1.48 * np.median(np.abs(left)) + 0.3  # pixels, about what the outline is rounded by
        weights = 1 / (1 + (left / (2 * scale)) ** 2)
    return np.asarray(fitted)
