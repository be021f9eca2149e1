"""From measures to a ranking: how much likelier a mask is one with a fault than a right one.

What a model's answer looks like beside a right mask differs from set to set: crowds, small people and loosely drawn
outlines are no faults. So the set itself is the yardstick: faults are planted into its masks, and a classifier learns
to tell them, by kind, from the masks as they are. Of these a few are wrong, which moves it little, but for one fault
that many sets are full of: bystanders whom nobody drew. So masks that surely lack somebody are not taken for right, and
are suspect whatever the classifier says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from figureground.dataset.opinions import Opinion, decode_probability
from figureground.dataset.suspects import Suspect
from figureground.pictures import decode_mask
from figureground.processes import in_order, worthwhile
from figureground.review.measures import Measures, measure
from figureground.review.planting import KINDS, plant
from figureground.review.reasons import reason

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

FAULTS_A_MASK = 2  # planted, each into a copy of its own
PRIOR = 0.02  # of masks that are wrong, by which scores are probabilities; in other sets they are in order all the same
WORTH_A_LOOK = 0.2  # score from which a mask is; of sets without a known fault one to four in a hundred are
SOMEBODY = 0.02  # of the people's area: so much person apart from others, as surely as all models see it, is somebody
LACKING = 0.5  # how likely such a mask is wrong; statues and dummies look like somebody, too
MASKS_A_PROCESS = 200  # fewer are measured sooner than another process has started
RIGHT = -1  # class of the masks as they are

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]


@dataclass(frozen=True)
class _Measured:
    """A mask as it is, and its copies with faults: kinds (places in KINDS) and vectors."""

    own: Measures
    kinds: list[int]
    faulty: list[Floats]


def rank(opinions: Sequence[Opinion], folds: Sequence[Numbers], seed: int) -> list[Suspect]:
    """All pairs, the most suspect first; kind and reason only where a mask is worth a look.

    Args:
        folds: Places of each fold's pairs: whose mask is judged, the classifier has not seen.
    """
    measured = _measure_all(opinions, seed)
    chances = _chances(measured, [opinion.pair.source for opinion in opinions], folds, seed)
    suspects = [
        _suspect(opinion, each.own, chance) for opinion, each, chance in zip(opinions, measured, chances, strict=True)
    ]
    return sorted(suspects, key=lambda suspect: (-suspect.score, suspect.name))


def _measure_all(opinions: Sequence[Opinion], seed: int) -> list[_Measured]:
    others = np.random.default_rng(seed).permutation(len(opinions))
    tasks = [
        (opinion, opinions[other].mask_png, seed + place)
        for place, (opinion, other) in enumerate(zip(opinions, others, strict=True))
    ]
    processes = worthwhile(len(tasks), least=MASKS_A_PROCESS)
    return list(in_order(_measured, tasks, processes, advice="close other programs and run again"))


def _measured(task: tuple[Opinion, bytes, int]) -> _Measured:
    opinion, other_png, seed = task
    mask, other, probability = opinion.mask, decode_mask(other_png), opinion.probability
    others = [decode_probability(png) for png in opinion.others_png]
    generator = np.random.default_rng(seed)
    kinds: list[int] = []
    faulty: list[Floats] = []
    for kind in generator.permutation(len(KINDS)).tolist():
        changed = plant(KINDS[kind], mask, other, generator) if len(kinds) < FAULTS_A_MASK else None
        if changed is not None:
            kinds.append(kind)
            faulty.append(measure(changed, probability, others).vector())
    return _Measured(measure(mask, probability, others), kinds, faulty)


def _chances(measured: Sequence[_Measured], sources: Sequence[str], folds: Sequence[Numbers], seed: int) -> Floats:
    """Probability of each kind of fault, float64 (N, kinds)."""
    from threadpoolctl import threadpool_limits

    own = np.stack([each.own.vector() for each in measured])
    usual = _usual(own, sources)
    owners = np.repeat(np.arange(len(measured)), [len(each.kinds) for each in measured])
    faulty = np.array([vector for each in measured for vector in each.faulty]).reshape(len(owners), own.shape[1])
    kinds = np.array([kind for each in measured for kind in each.kinds], np.intp)
    plain, changed = _beside(own, usual), _beside(faulty, usual[owners])
    chances = np.zeros((len(measured), len(KINDS)))
    lacking = _lacking([each.own for each in measured], sources)
    for number, fold in enumerate(folds):
        learned = np.setdiff1d(np.flatnonzero(~lacking), fold)
        planted = np.isin(owners, learned)
        if not planted.any():
            continue
        classifier = _classifier(seed + number)
        classes = np.concatenate([np.full(len(learned), RIGHT), kinds[planted]])
        with threadpool_limits(1, "openmp"):  # threads that wait for one another spin: minutes, on a busy machine
            classifier.fit(np.concatenate([plain[learned], changed[planted]]), classes)
        shares = np.bincount(classes + 1, minlength=len(KINDS) + 1)
        odds = classifier.predict_proba(plain[fold]) * _reweighted(shares)[classifier.classes_ + 1]
        columns = classifier.classes_ != RIGHT
        chances[np.ix_(fold, classifier.classes_[columns])] = odds[:, columns] / odds.sum(axis=1, keepdims=True)
    chances[lacking] *= 1 - LACKING
    chances[lacking, KINDS.index("person missing")] += LACKING
    return chances


def _lacking(own: Sequence[Measures], sources: Sequence[str]) -> NDArray[np.bool_]:
    """Masks that surely lack somebody, bool (N,).

    None are in a source without people, where models see only what looks like them, and none at all where most masks of
    the set are so: that is the set's own way.
    """
    peopled = {source for source, each in zip(sources, own, strict=True) if each.person_share > 0}
    somebody = np.array([each.agreed.people * each.agreed.missed_certainty >= SOMEBODY for each in own])
    lacking: NDArray[np.bool_] = somebody & [source in peopled for source in sources]
    return lacking if lacking.mean() < 0.5 else np.zeros_like(lacking)


def _usual(own: Floats, sources: Sequence[str]) -> Floats:
    """For each pair the medians of its source, float64 like `own`: every source has a way of its own to draw."""
    names = np.array(sources)
    usual = np.empty_like(own)
    for source in set(sources):
        usual[names == source] = np.median(own[names == source], axis=0)
    return usual


def _beside(vectors: Floats, usual: Floats) -> Floats:
    return np.concatenate([vectors, vectors - usual], axis=1)


def _classifier(seed: int) -> HistGradientBoostingClassifier:
    from sklearn.ensemble import HistGradientBoostingClassifier  # takes seconds to import

    return HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=15, l2_regularization=1.0, random_state=seed)


def _reweighted(shares: Numbers) -> Floats:
    """What the odds of each class, right first, are multiplied by, where planted faults were more than faults are."""
    faults = max(1, int(np.count_nonzero(shares[1:])))
    prior = np.array([1 - PRIOR, *(PRIOR / faults for _ in shares[1:])])
    return prior / np.maximum(shares, 1)


def _suspect(opinion: Opinion, own: Measures, chances: Floats) -> Suspect:
    score = min(1.0, float(chances.sum()))
    kind = KINDS[int(chances.argmax())] if score >= WORTH_A_LOOK else ""
    return Suspect(opinion.pair.name, opinion.pair.source, score, kind, reason(kind, own) if kind else "")
