"""Scores of single photos, their table, and what they come to overall, by source and by framing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from figureground import scores
from figureground.dataset.manifest import FRAMINGS, Pair
from figureground.errors import FiguregroundError
from figureground.pictures import PERSON
from figureground.scores import Bootstrap, Counts, Interval

Photo = NDArray[np.uint8]
Mask = NDArray[np.uint8]
Predict = Callable[[NDArray[np.uint8]], NDArray[np.float32]]  # photo HxWx3 -> probability HxW at the photo's size

OURS, GRABCUT, NULL = "ours", "grabcut", "null"
NOTICEABLE = 0.01  # share of a photo with nobody that may be called person before it counts as a false alarm
MIN_PHOTOS = 10  # a source and a framing together are a slice of their own from this many photos on

PHOTO_COLUMNS = (
    "name", "source", "framing", "person_iou", "boundary_f", "false_area",
    "true_positive", "false_positive", "false_negative", "true_negative", "held_pixels", "held_called_person",
    "grabcut_person_iou", "null_person_iou", "photo_hash",
)  # fmt: skip
SLICE_COLUMNS = (
    "model", "by", "source", "framing", "photos", "people",
    "person_iou", "person_iou_low", "person_iou_high",
    "binary_iou", "binary_iou_low", "binary_iou_high",
    "boundary_f", "boundary_f_low", "boundary_f_high",
    "nobody", "false_area", "false_area_low", "false_area_high",
    "false_alarms", "false_alarms_low", "false_alarms_high",
    "holding", "held_called_person",
)  # fmt: skip
INTERVALS = ("person_iou", "binary_iou", "boundary_f", "false_area", "false_alarms")


class EvaluationError(FiguregroundError):
    """Test photos or predictions that cannot be scored."""


@dataclass(frozen=True)
class Score:
    """One prediction against its photo's mask. `boundary_f` is nan where the mask has no person, as person IoU is.

    Attributes:
        held_pixels: Pixels of things held or carried; 0 where nobody holds anything or the labels do not tell.
        held_called_person: How many of them the prediction calls person.
    """

    counts: Counts
    boundary_f: float
    held_pixels: int = 0
    held_called_person: int = 0

    @property
    def has_person(self) -> bool:
        return self.counts.true_positive + self.counts.false_negative > 0

    @property
    def person_iou(self) -> float:
        return scores.person_iou_of(self.counts)

    @property
    def false_area(self) -> float:
        return scores.false_area_of(self.counts)

    @property
    def quality(self) -> float:
        """Person IoU, or what is right of a photo with nobody: 0..1, to rank photos of both kinds."""
        return self.person_iou if self.has_person else 1.0 - self.false_area


@dataclass(frozen=True)
class ScoredPhoto:
    """A test pair with the scores of each model (`ours`, `null` and, unless it is switched off, `grabcut`)."""

    pair: Pair
    photo_hash: str  # SHA-256 of the photo's file, by which two evaluations know that they scored the same photo
    scores: Mapping[str, Score]


@dataclass(frozen=True)
class Slice:
    """One model on some of the photos.

    Person IoU and boundary F are over the photos with a person, false area and false alarms (share of photos with more
    than 1 % called person) over those with nobody, binary IoU over all if any has a person. `held_called_person` is the
    share of the pixels of held things that are called person, over the `holding` photos whose labels tell what is held.
    What cannot be told is nan.
    """

    model: str
    by: str
    source: str
    framing: str
    photos: int
    people: int
    person_iou: Interval
    binary_iou: Interval
    boundary_f: Interval
    nobody: int
    false_area: Interval
    false_alarms: Interval
    holding: int
    held_called_person: float


def score(prediction: NDArray[np.bool_], mask: Mask, held: Mask | None = None) -> Score:
    """Score of a prediction (bool HxW) for a mask (uint8 HxW: 255 person, 0 background, 128 void).

    Args:
        held: uint8 HxW, 255 at what people hold, where the labels tell.

    Raises:
        ValueError: The two do not fit together.
    """
    counts = scores.count(prediction, mask)
    has_person = counts.true_positive + counts.false_negative > 0
    boundary_f = scores.boundary_f(prediction, mask) if has_person else nan
    if held is None:
        return Score(counts, boundary_f)
    there = held == PERSON
    return Score(counts, boundary_f, int(there.sum()), int((there & prediction).sum()))


def decide(name: str, probability: NDArray[np.floating[Any]], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Prediction from a probability map: person from one half on.

    Raises:
        EvaluationError: The map is not of the photo's (height, width), or not all numbers.
    """
    if probability.shape != shape:
        raise EvaluationError(
            f"{name}: the prediction is {probability.shape}, the mask {shape}; predict at the photo's size"
        )
    if isnan(float(probability.sum())):
        raise EvaluationError(f"{name}: the model predicts not-a-number; it is broken, train it again")
    prediction: NDArray[np.bool_] = probability >= 0.5
    return prediction


def photo_row(photo: ScoredPhoto) -> dict[str, Any]:
    """Row of `photos.csv` (PHOTO_COLUMNS): our scores, and the baselines' person IoU."""
    ours, counts = photo.scores[OURS], photo.scores[OURS].counts
    baselines = {
        f"{name}_person_iou": photo.scores[name].person_iou for name in (GRABCUT, NULL) if name in photo.scores
    }
    return {
        "name": photo.pair.name,
        "source": photo.pair.source,
        "framing": photo.pair.framing,
        "person_iou": ours.person_iou,
        "boundary_f": ours.boundary_f,
        "false_area": ours.false_area,
        **vars(counts),
        "held_pixels": ours.held_pixels,
        "held_called_person": ours.held_called_person,
        "grabcut_person_iou": nan,
        **baselines,
        "photo_hash": photo.photo_hash,
    }


def slices(photos: Sequence[ScoredPhoto], bootstrap: Bootstrap) -> list[Slice]:
    """Each model overall, by source, by framing, and by both where at least ten photos share them."""
    found = []
    for model in photos[0].scores:
        for by, source, framing, part in _parts(photos):
            scored = [photo.scores[model] for photo in part]
            found.append(_summary(model, by, source, framing, scored, bootstrap))
    return found


def slice_row(part: Slice) -> dict[str, Any]:
    """Row of `slices.csv` (SLICE_COLUMNS)."""
    row = dict(vars(part))
    for name in INTERVALS:
        interval = row[name]
        row |= {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return row


def metrics(found: Sequence[Slice]) -> dict[str, float]:
    """The few numbers by which trainings are compared; `slices.csv` has all. What cannot be told is left out."""
    overall = {part.model: part for part in found if part.by == "overall"}
    ours = overall[OURS]
    values = {
        "person_iou": ours.person_iou.value,
        "person_iou_low": ours.person_iou.low,
        "person_iou_high": ours.person_iou.high,
        "boundary_f": ours.boundary_f.value,
        "binary_iou": ours.binary_iou.value,
        "false_alarms": ours.false_alarms.value,
        "held_called_person": ours.held_called_person,
        **{f"{model}_person_iou": overall[model].person_iou.value for model in (GRABCUT, NULL) if model in overall},
        "test_photos": ours.photos,
    }
    return {name: round(value, 6) for name, value in values.items() if not isnan(value)}


def _parts(photos: Sequence[ScoredPhoto]) -> Iterator[tuple[str, str, str, list[ScoredPhoto]]]:
    """(kind of slice, source, framing, photos); the framing column of a slice by source is empty and so on."""
    yield "overall", "", "", list(photos)
    sources = sorted({photo.pair.source for photo in photos})
    framings = [name for name in FRAMINGS if any(photo.pair.framing == name for photo in photos)]
    for source in sources:
        yield "source", source, "", [photo for photo in photos if photo.pair.source == source]
    for framing in framings:
        yield "framing", "", framing, [photo for photo in photos if photo.pair.framing == framing]
    for source in sources if len(sources) > 1 else ():
        for framing in framings:
            part = [photo for photo in photos if (photo.pair.source, photo.pair.framing) == (source, framing)]
            if len(part) >= MIN_PHOTOS:
                yield "source and framing", source, framing, part


def _summary(model: str, by: str, source: str, framing: str, scored: Sequence[Score], bootstrap: Bootstrap) -> Slice:
    people = [each for each in scored if each.has_person]
    nobody = [each for each in scored if not each.has_person]
    holding = [each for each in scored if each.held_pixels]
    held_pixels = sum(each.held_pixels for each in holding)
    false_areas = np.array([each.false_area for each in nobody])
    return Slice(
        model, by, source, framing,
        photos=len(scored),
        people=len(people),
        person_iou=scores.bootstrap_mean([each.person_iou for each in people], bootstrap),
        binary_iou=scores.bootstrap_binary_iou([each.counts for each in scored if people], bootstrap),
        boundary_f=scores.bootstrap_mean([each.boundary_f for each in people], bootstrap),
        nobody=len(nobody),
        false_area=scores.bootstrap_mean(false_areas, bootstrap),
        false_alarms=scores.bootstrap_mean(false_areas > NOTICEABLE, bootstrap),
        holding=len(holding),
        held_called_person=sum(each.held_called_person for each in holding) / held_pixels if holding else nan,
    )  # fmt: skip
