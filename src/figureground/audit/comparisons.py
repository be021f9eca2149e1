"""What the audit finds only beside other pairs: empty and inverted masks in their source, copies, disagreeing masks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from figureground.audit.duplicates import Duplicate, find_duplicates
from figureground.audit.findings import Appearance, Fault, Suspicion, ramp
from figureground.params import AuditParams

USUAL_EMPTY_SHARE = 0.2  # of a source's masks; from here on empty masks are its photos of nobody, beyond suspicion
ENOUGH_MASKS = 20  # of a source, for their mean to speak for it
INVERTED_BORDER = 0.9  # share of person along the left, right and upper edge
IN_PIECES = 0.25  # second piece over the largest
RARE = 0.02  # of a source's masks: what so few do is suspect
NEAR_DUPLICATE_SCORE = 0.02  # a look-alike is worth a line in the report, but is no error


@dataclass(frozen=True)
class Candidate:
    """A pair without a fault of its own; `reviewed` as in `Row`."""

    name: str
    source: str
    appearance: Appearance
    reviewed: str = ""


@dataclass(frozen=True)
class ComparedPair:
    """Findings by name; `duplicates` hold indices into the candidates."""

    faults: dict[str, Fault] = field(default_factory=dict)
    suspicions: dict[str, list[Suspicion]] = field(default_factory=lambda: defaultdict(list))
    duplicates: list[Duplicate] = field(default_factory=list)


def compare(candidates: Sequence[Candidate], params: AuditParams) -> ComparedPair:
    """Compare pairs with their source and with each other; of equal pairs the first is kept."""
    found = ComparedPair()
    sources: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        sources[candidate.source].append(candidate)
    for members in sources.values():
        _judge_empty(members, params.min_empty_share, found)
        people = [member for member in members if member.appearance.person_share > 0]
        _judge_inverted(people, found)
        _judge_pieces(people, found)
    prints = [candidate.appearance.prints for candidate in candidates]
    found.duplicates.extend(find_duplicates(prints, params.near_duplicate_bits, params.near_duplicate_difference))
    _judge_duplicates(candidates, found)
    return found


def _judge_empty(members: Sequence[Candidate], min_share: float, found: ComparedPair) -> None:
    """An empty mask is right where nobody is there, and sources of such photos have many; a lone one was forgotten.

    Unless a person has looked at it.
    """
    empty = [member for member in members if member.appearance.person_share == 0]
    share = len(empty) / len(members)
    told = f"{len(empty)} of {len(members)} masks of this source are empty"
    for name in [member.name for member in empty if not member.reviewed]:
        if share < min_share:
            found.faults[name] = Fault("empty mask", f"{told}; audit.min_empty_share is {min_share:g}")
        elif share < USUAL_EMPTY_SHARE:
            score = 0.9 * ramp(USUAL_EMPTY_SHARE - share, 0, USUAL_EMPTY_SHARE)
            found.suspicions[name].append(Suspicion(score, "empty mask", told))


def _judge_inverted(people: Sequence[Candidate], found: ComparedPair) -> None:
    """Person around and background within. Certain only if the source's other masks say the opposite."""
    if not people:
        return
    masks = np.asarray(np.stack([member.appearance.prints.mask_thumb for member in people]) / 255, np.float32)
    fits = _inverse_fits(masks) if len(people) >= ENOUGH_MASKS else np.zeros(len(people), bool)
    for member, fit in zip(people, fits, strict=True):
        border, centre = member.appearance.border_share, member.appearance.centre_share
        told = f"person covers {border:.0%} of the border and {centre:.0%} of the centre"
        if fit and border >= INVERTED_BORDER and centre < 0.5:
            found.faults[member.name] = Fault("inverted mask", f"{told}, unlike in this source's other masks")
        elif score := ramp(border - centre, 0.2, 0.6):
            found.suspicions[member.name].append(
                Suspicion(score, "person around, background within", f"inverted? {told}")
            )


def _inverse_fits(masks: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether the source's mean mask makes a mask's inverse likelier than the mask, pixels taken as independent."""
    mean = masks.mean(axis=0).clip(0.02, 0.98)
    log_odds = np.log(mean / (1 - mean))
    return np.asarray(((2 * masks - 1) * log_odds).mean(axis=(1, 2)) < 0)


def _judge_pieces(people: Sequence[Candidate], found: ComparedPair) -> None:
    """A person torn in two, in a source where people come in one piece."""
    torn = [member for member in people if member.appearance.second_piece >= IN_PIECES]
    if len(people) < ENOUGH_MASKS or len(torn) > RARE * len(people):
        return
    for member in torn:
        score = 0.1 + 0.3 * member.appearance.second_piece  # often what they carry hides the middle
        found.suspicions[member.name].append(
            Suspicion(score, "person in pieces", "person in pieces, rare in this source")
        )


def _judge_duplicates(candidates: Sequence[Candidate], found: ComparedPair) -> None:
    for item in found.duplicates:
        first, second = candidates[item.first], candidates[item.second]
        if first.name in found.faults or second.name in found.faults:
            continue
        prints = first.appearance.prints, second.appearance.prints
        if item.exact and prints[0].mask_digest == prints[1].mask_digest:
            found.faults[second.name] = Fault("copy", f"photo and mask equal those of {first.name}")
            continue
        score = max(NEAR_DUPLICATE_SCORE, ramp(1 - item.agreement, 0.08, 0.4))
        kind = "mirror image" if item.mirrored else "same photo" if item.exact else "near-duplicate"
        for one, other in ((first, second), (second, first)):
            told = f"{kind} of {other.name}, masks agree at person IoU {item.agreement:.2f}"
            found.suspicions[one.name].append(Suspicion(score, "look-alike of another photo", told))
