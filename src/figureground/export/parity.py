"""Whether an exported model says what the Keras model says, photo by photo."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from figureground.errors import FiguregroundError
from figureground.files import write_table

log = logging.getLogger(__name__)

Predict = Callable[[NDArray[np.uint8]], NDArray[np.float32]]  # a photo to probabilities HxWx1 of person or HxWx2, held
COLUMNS = ("name", "precision", "person_iou", "held_iou", "mean_absolute_difference", "max_absolute_difference")
LEAST_UNION = 0.01  # share of a photo


class ExportError(FiguregroundError):
    """An export that must not be used. One line: which precision, how far off, and what to do."""


@dataclass(frozen=True)
class PhotoParity:
    """How one exported model and the Keras model agree on one photo; differences are of probabilities, 0..1.

    `held_iou` is not-a-number where the model does not tell what is held.
    """

    name: str
    precision: str
    person_iou: float
    held_iou: float
    mean_absolute_difference: float
    max_absolute_difference: float


def compare(
    reference: Predict, exported: Mapping[str, Predict], photos: Iterable[tuple[str, NDArray[np.uint8]]]
) -> list[PhotoParity]:
    """PhotoParity of each exported precision with `reference` on each of the named photos (uint8 HxWx3 RGB).

    Raises:
        ExportError: There are no photos.
    """
    agreements: list[PhotoParity] = []
    with_person = 0
    for name, photo in photos:
        expected = reference(photo)
        with_person += bool((expected[..., 0] >= 0.5).any())
        agreements += [_agreement(name, precision, expected, predict(photo)) for precision, predict in exported.items()]
    if not agreements:
        raise ExportError("export: no photos to compare the exported models on; give at least one")
    if not with_person:
        log.warning("export: the model finds no person on any of the parity photos, so that agreement shows little")
    return agreements


def summary(agreements: Sequence[PhotoParity], precision: str) -> dict[str, float]:
    """Agreement of one precision over the photos; `max_absolute_difference` is the largest of any pixel."""
    ours = [agreement for agreement in agreements if agreement.precision == precision]
    ious = [agreement.person_iou for agreement in ours]
    return {
        "mean_person_iou": float(np.mean(ious)),
        "min_person_iou": float(min(ious)),
        "mean_held_iou": float(np.mean([agreement.held_iou for agreement in ours])),
        "mean_absolute_difference": float(np.mean([agreement.mean_absolute_difference for agreement in ours])),
        "max_absolute_difference": max(agreement.max_absolute_difference for agreement in ours),
    }


def check(
    agreements: Sequence[PhotoParity], min_person_iou: Mapping[str, float], max_difference: Mapping[str, float]
) -> None:
    """The gate: each precision's mean person IoU, and largest difference of probability, within their thresholds.

    Raises:
        ExportError: Names the precision, its value, the threshold and the worst photo.
    """
    for precision, least in min_person_iou.items():
        mean = summary(agreements, precision)["mean_person_iou"]
        worst = min((a for a in agreements if a.precision == precision), key=lambda a: a.person_iou)
        if mean < least:
            raise ExportError(
                f"export: {precision} masks agree with Keras at a person IoU of {mean:.4f}, below {least}; "
                f"worst photo {worst.name} ({worst.person_iou:.4f}); see parity.csv"
            )
    for precision, most in max_difference.items():
        for agreement in agreements:
            if agreement.precision == precision and not agreement.max_absolute_difference <= most:  # not-a-number, too
                raise ExportError(
                    f"export: {precision} probabilities differ from Keras by up to "
                    f"{agreement.max_absolute_difference:.2g} on photo {agreement.name}, above {most}; see parity.csv: "
                    "the conversion is wrong"
                )


def write_agreements(path: Path, agreements: Sequence[PhotoParity]) -> None:
    write_table(path, COLUMNS, [asdict(agreement) for agreement in agreements])


def mask_iou(ours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> float:
    """Intersection over union of two bool masks of one shape, that is 1 less the differing share of the union.

    A union below a hundredth of the photo counts as a hundredth: else a single pixel of one mask, where the other is
    empty, would be full disagreement, and a few photos with nobody would decide the mean. 1 where both are empty.
    """
    union = max(float(np.count_nonzero(ours | theirs)), LEAST_UNION * ours.size)
    return 1.0 - np.count_nonzero(ours ^ theirs) / union


def _agreement(name: str, precision: str, expected: NDArray[np.float32], actual: NDArray[np.float32]) -> PhotoParity:
    difference = np.abs(expected - actual)
    ious = [mask_iou(expected[..., n] >= 0.5, actual[..., n] >= 0.5) for n in range(expected.shape[2])]
    person_iou, held_iou = ious if len(ious) == 2 else (*ious, float("nan"))
    return PhotoParity(name, precision, person_iou, held_iou, float(difference.mean()), float(difference.max()))
