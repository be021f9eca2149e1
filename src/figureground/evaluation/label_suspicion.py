"""Which labels to doubt: pairs whose mask a confident model contradicts over large areas.

Confident learning (Northcutt, Jiang & Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels"):
a label is doubted where the model is surer of the other class than it is on average where that class is labelled. Here
each pixel has a label, so thin disagreement along outlines, which every drawn mask has, is left out, and what stays is
weighed against the person's size. A mask that fits much better once it is moved is named as shifted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from figureground.dataset.manifest import Pair
from figureground.pictures import PERSON, VOID, decode_mask, encode_png, resize_mask

SIDE = 256  # pixels of the longer edge; finer errors of a mask are not what is looked for
MIN_AREA = 0.002  # of the photo: a smaller region of disagreement is left out
MIN_SURE = 0.25  # of a region's pixels; where the model is sure of fewer, it may be the one that is wrong
THINNEST = 0.02  # of the longer edge: narrower strips of disagreement are left out
DAMPING = 0.05  # of the photo, added to the person's area: a speck on a photo with nobody is not a wrong label
MAX_SHIFT = 0.15  # of each edge
MIN_SHIFT = 0.0075  # of the diagonal: boundary F's tolerance, below which no outline is wrong
MIN_GAIN = 0.05  # of IoU by moving the mask, from which it counts as shifted
MIN_FIT = 0.6  # IoU that a moved or inverted mask must reach, else it is wrong in another way
MIN_SCORE = 0.02  # below, a label is not worth a look

Bools = NDArray[np.bool_]
Mask = NDArray[np.uint8]
Probability = NDArray[np.float32]

SUSPECT_COLUMNS = (
    "name", "source", "framing", "score", "reason", "iou", "missed_share", "extra_share", "shift_down", "shift_right",
)  # fmt: skip


@dataclass(frozen=True)
class Opinion:
    """What the model says of one pair, kept small: label and probability (in 255ths) as PNG of at most 256 pixels."""

    pair: Pair
    mask_png: bytes
    probability_png: bytes

    @property
    def mask(self) -> Mask:
        """uint8 HxW, 255 person, 0 background, 128 void."""
        return decode_mask(self.mask_png)

    @property
    def probability(self) -> Probability:
        """float32 HxW in 0..1, in steps of 1/255."""
        return decode_mask(self.probability_png).astype(np.float32) / np.float32(255)


@dataclass(frozen=True)
class DoubtedLabel:
    """A pair whose label is in doubt.

    Attributes:
        score: 0 (no doubt) upwards: confident disagreement over the area of the person, plus the gain of a shift.
        reason: `missed person`, `extra person`, `inverted`, `shifted` or `empty`: what seems wrong with the label.
        iou: Of label and prediction at the small size; nan where neither has a person.
        missed_share, extra_share: Of the photo's judged pixels, in regions the label seems to miss or to have too much.
        shift_down, shift_right: By how much of the photo's height and width the label should move; 0 unless shifted.
    """

    pair: Pair
    score: float
    reason: str
    iou: float
    missed_share: float
    extra_share: float
    shift_down: float = 0.0
    shift_right: float = 0.0

    def row(self) -> dict[str, str | float]:
        """Row of `label_suspects.csv` (SUSPECT_COLUMNS)."""
        names = {"name": self.pair.name, "source": self.pair.source, "framing": self.pair.framing}
        return names | {key: value for key, value in vars(self).items() if key != "pair"}


def opinion(pair: Pair, mask: Mask, probability: Probability) -> Opinion:
    """Keep what `suspects` and the sheets need of a scored pair; mask and probability have the photo's size."""
    scale = min(1.0, SIDE / max(mask.shape))
    height, width = (max(1, round(edge * scale)) for edge in mask.shape)
    small = cv2.resize(probability, (width, height), interpolation=cv2.INTER_AREA)
    levels = np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8)
    return Opinion(pair, encode_png(resize_mask(mask, height, width)), encode_png(levels))


def suspects(opinions: Sequence[Opinion]) -> list[DoubtedLabel]:
    """Pairs with a doubtful label, the most doubtful first."""
    person_sure, background_sure = class_confidence(opinions)
    judged = (judge(each, person_sure, background_sure) for each in opinions)
    return sorted((each for each in judged if each.score >= MIN_SCORE), key=lambda each: (-each.score, each.pair.name))


def class_confidence(opinions: Sequence[Opinion]) -> tuple[float, float]:
    """Mean probability of person where person is labelled, and of background where background is.

    These are confident learning's thresholds t_j (equation 2), never below one half, which decides the class.
    """
    sums, pixels = np.zeros(2), np.zeros(2)
    for each in opinions:
        mask, probability = each.mask, each.probability
        for index, (label, confidence) in enumerate(((PERSON, probability), (0, 1 - probability))):
            labelled = mask == label
            sums[index] += confidence[labelled].sum(dtype=np.float64)
            pixels[index] += np.count_nonzero(labelled)
    means = np.maximum(sums / np.maximum(pixels, 1), 0.5)
    return float(means[0]), float(means[1])


def judge(opinion: Opinion, person_sure: float, background_sure: float) -> DoubtedLabel:
    """How doubtful one label is.

    Args:
        person_sure, background_sure: Probability of a class from which the model counts as sure of it.
    """
    mask, probability = opinion.mask, opinion.probability
    label, predicted, judged = mask == PERSON, probability >= 0.5, mask != VOID
    sure = np.where(predicted, probability >= person_sure, 1 - probability >= background_sure)
    missed = _large_regions(judged & ~label & predicted, sure)
    extra = _large_regions(label & ~predicted, sure)
    certainty = np.abs(2 * probability - 1)[(missed | extra) & sure].sum(dtype=np.float64)
    pixels = max(1, int(np.count_nonzero(judged)))
    person_area = np.count_nonzero((label | predicted) & judged)
    doubt = float(certainty / (person_area + DAMPING * mask.size))
    shift, gain = _best_shift(label, predicted & judged)
    shifted = gain >= MIN_GAIN and np.hypot(*shift) > MIN_SHIFT * np.hypot(*mask.shape)
    return DoubtedLabel(
        opinion.pair,
        score=doubt + (gain if shifted else 0.0),
        reason=_reason(label, predicted & judged, judged, missed, extra, shifted),
        iou=_iou(label, predicted & judged),
        missed_share=np.count_nonzero(missed) / pixels,
        extra_share=np.count_nonzero(extra) / pixels,
        shift_down=shift[0] / mask.shape[0] if shifted else 0.0,
        shift_right=shift[1] / mask.shape[1] if shifted else 0.0,
    )


def _reason(label: Bools, predicted: Bools, judged: Bools, missed: Bools, extra: Bools, shifted: bool) -> str:
    if not label.any():
        return "empty"
    inverted = judged & ~label
    if _iou(inverted, predicted) >= MIN_FIT and _iou(inverted, predicted) > 2 * _iou(label, predicted):
        return "inverted"
    if shifted:
        return "shifted"
    return "missed person" if np.count_nonzero(missed) >= np.count_nonzero(extra) else "extra person"


def _large_regions(disagreement: Bools, sure: Bools) -> Bools:
    """Regions of disagreement that are neither thin nor small, and where the model is sure of a good part."""
    width = max(3, round(THINNEST * max(disagreement.shape))) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    # OpenCV's default border makes a strip along the frame no thinner than it looks.
    thick = cv2.morphologyEx(disagreement.astype(np.uint8), cv2.MORPH_OPEN, disc)
    number, regions = cv2.connectedComponents(thick, connectivity=8)
    areas = np.bincount(regions.ravel(), minlength=number)
    sure_areas = np.bincount(regions.ravel(), weights=sure.ravel(), minlength=number)
    large = (areas >= MIN_AREA * disagreement.size) & (sure_areas >= MIN_SURE * areas)
    large[0] = False  # region 0 is where label and prediction agree
    kept: Bools = large[regions]
    return kept


def _best_shift(label: Bools, predicted: Bools) -> tuple[tuple[int, int], float]:
    """(down, right) in pixels by which the label fits the prediction best, and the IoU it gains; no gain without a fit.

    The overlap of all shifts at once is the cross-correlation, through the Fourier transform.
    """
    if not label.any() or not predicted.any():
        return (0, 0), 0.0
    height, width = label.shape
    size = (cv2.getOptimalDFTSize(2 * height), cv2.getOptimalDFTSize(2 * width))
    spectrum = np.conj(np.fft.rfft2(label, size)) * np.fft.rfft2(predicted, size)
    overlap = np.fft.fftshift(np.fft.irfft2(spectrum, size))
    middle, most = (size[0] // 2, size[1] // 2), (int(MAX_SHIFT * height), int(MAX_SHIFT * width))
    near = overlap[middle[0] - most[0] : middle[0] + most[0] + 1, middle[1] - most[1] : middle[1] + most[1] + 1]
    row, column = np.unravel_index(int(near.argmax()), near.shape)
    shift = int(row) - most[0], int(column) - most[1]
    moved = _moved(label, *shift)
    fit = _iou(moved, predicted)
    return shift, fit - _iou(label, predicted) if fit >= MIN_FIT else 0.0


def _moved(label: Bools, down: int, right: int) -> Bools:
    """The label moved within its frame; past the frame all goes on as it is at its edge."""
    height, width = label.shape
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return label[rows[:, None], columns]


def _iou(first: Bools, second: Bools) -> float:
    union = np.count_nonzero(first | second)
    return np.count_nonzero(first & second) / union if union else float("nan")
