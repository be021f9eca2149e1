"""Whether a new model is better than the one that users have, from both models' scores on the same test photos."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from figureground.scores import Bootstrap, paired_difference


@dataclass(frozen=True)
class PhotoScore:
    """Person IoU on one test photo (nan where nobody is in it) and the SHA-256 of the photo's file, "" if unknown."""

    person_iou: float
    sha256: str = ""


@dataclass(frozen=True)
class Comparison:
    """Differences are challenger minus champion in mean person IoU; None where nothing could be compared."""

    better: bool
    reason: str
    photos: int = 0
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def compare(
    challenger: Mapping[str, PhotoScore],
    champion: Mapping[str, PhotoScore],
    bootstrap: Bootstrap,
    called: str = "the champion",
) -> Comparison:
    """Whether the challenger is better than the champion on the photos that both were scored on.

    A photo is the same if it has the same name and, where both know it, the same content. So few photos that two equal
    models would differ one way on all of them more often than the confidence allows (a sign test) decide nothing: the
    bootstrap of a handful knows no doubt.

    Args:
        challenger, champion: Scores by photo name.
        bootstrap: Of the paired difference; the interval's lower bound must be above zero.
        called: What the reason calls the champion, or the model that stands in for one.
    """
    common = [name for name, score in challenger.items() if name in champion and _comparable(score, champion[name])]
    fewest = math.ceil(math.log2(2.0 / (1.0 - bootstrap.confidence)))
    if len(common) < fewest:
        return Comparison(False, f"{len(common)} test photos in common with {called}, {fewest} needed", len(common))
    ours, theirs = ([side[name].person_iou for name in common] for side in (challenger, champion))
    found = paired_difference(ours, theirs, bootstrap)
    better = found.low > 0.0
    verdict = "better than" if better else "not shown to be better than"
    figures = f"person IoU {found.value:+.4f} ({found.low:+.4f} to {found.high:+.4f}) on {len(common)} photos"
    return Comparison(better, f"{verdict} {called}: {figures}", len(common), found.value, found.low, found.high)


def _comparable(ours: PhotoScore, theirs: PhotoScore) -> bool:
    same = not ours.sha256 or not theirs.sha256 or ours.sha256 == theirs.sha256
    return same and not math.isnan(ours.person_iou) and not math.isnan(theirs.person_iou)
