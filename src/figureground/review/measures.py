"""What speaks against a mask, in numbers, from the mask beside the model's answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from figureground.pictures import PERSON, VOID
from figureground.review.offsets import Offset, outline_offset
from figureground.review.regions import Disagreement, disagreements

HOLE = 0.75  # of a region's surroundings that are person: it is a hole
ATTACHED = 0.15  # of them: it is a part of a person, with fewer somebody else


@dataclass(frozen=True)
class Regions:
    """What a mask misses and has too much. All shares are of people's area (`Disagreement.doubt`).

    Attributes:
        holes, parts, people: What the mask misses within its people, beside them and apart from them.
        things, things_apart: What it has too much, beside its people and apart from them.
        missed, extra: The largest region of each kind.
        missed_certainty, extra_certainty: How sure the model is of its surest region.
        enclosed: How much person surrounds the missed region that has most of it around.
    """

    holes: float
    parts: float
    people: float
    things: float
    things_apart: float
    missed: float
    extra: float
    missed_certainty: float
    extra_certainty: float
    enclosed: float


@dataclass(frozen=True)
class Measures:
    """What speaks against a mask.

    Attributes:
        regions: Where the model is against it.
        agreed: The same as far as all other models are, too; where a model errs alone, nothing is wrong with the mask.
        iou: Of mask and model.
        person_share, predicted_share: Of the photo, by mask and by model.
        surprise: Mean cross-entropy of the mask's pixels under the model, in nats.
        offset: Of the outlines.
    """

    regions: Regions
    agreed: Regions
    iou: float
    person_share: float
    predicted_share: float
    surprise: float
    offset: Offset

    def vector(self) -> NDArray[np.float64]:
        """The numbers by which faults are told from right masks, float64 (N,)."""
        shift = np.hypot(self.offset.down, self.offset.right)
        times = self.predicted_share / max(self.person_share, 1e-3)
        whole = (self.iou, self.person_share, self.predicted_share, self.surprise, times)
        parts = (astuple(self.regions), astuple(self.agreed), whole, astuple(self.offset))
        return np.array([*chain(*parts), shift, shift / (self.offset.spread + 0.002)])


def measure(
    mask: NDArray[np.uint8], probability: NDArray[np.float32], others: Sequence[NDArray[np.float32]] = ()
) -> Measures:
    """Compare a small mask (uint8 HxW, 255 person, 128 void) with what models say (float32 HxW in 0..1)."""
    label, judged = mask == PERSON, mask != VOID
    predicted = (probability >= 0.5) & judged
    union = np.count_nonzero(label | predicted)
    regions = _regions(mask, probability)
    return Measures(
        regions=regions,
        agreed=_regions(mask, _kindest(label, [probability, *others])) if others else regions,
        iou=np.count_nonzero(label & predicted) / union if union else 1.0,
        person_share=float(label.mean()),
        predicted_share=float(predicted.mean()),
        surprise=_surprise(label[judged], probability[judged]),
        offset=outline_offset(mask, probability),
    )


def _kindest(label: NDArray[np.bool_], answers: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Of these answers, pixel by pixel, the one that is nearest to the mask."""
    stacked = np.stack(answers)
    return np.asarray(np.where(label, stacked.max(axis=0), stacked.min(axis=0)), np.float32)


def _regions(mask: NDArray[np.uint8], probability: NDArray[np.float32]) -> Regions:
    found = disagreements(mask, probability)
    missed, extra = ([region for region in found if region.missed is kind] for kind in (True, False))
    return Regions(
        holes=_doubt(region for region in missed if region.enclosed > HOLE),
        parts=_doubt(region for region in missed if ATTACHED < region.enclosed <= HOLE),
        people=_doubt(region for region in missed if region.enclosed <= ATTACHED),
        things=_doubt(region for region in extra if region.enclosed > ATTACHED),
        things_apart=_doubt(region for region in extra if region.enclosed <= ATTACHED),
        missed=max((region.doubt for region in missed), default=0.0),
        extra=max((region.doubt for region in extra), default=0.0),
        missed_certainty=max((region.certainty for region in missed), default=0.0),
        extra_certainty=max((region.certainty for region in extra), default=0.0),
        enclosed=max((region.enclosed for region in missed), default=0.0),
    )


def _doubt(regions: Iterable[Disagreement]) -> float:
    return sum((region.doubt for region in regions), 0.0)


def _surprise(label: NDArray[np.bool_], probability: NDArray[np.float32]) -> float:
    if label.size == 0:
        return 0.0
    agreed = np.where(label, probability, 1 - probability).clip(0.004, 1.0)  # half of what is kept apart from 0
    return float(-np.log(agreed).mean(dtype=np.float64))
