"""How often each photo is shown: sources count by weight, not by how many photos they happen to bring."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence


def showings(names: Sequence[str], weights: Mapping[str, float], passes: int) -> dict[str, tuple[int, ...]]:
    """How often each training photo is shown in each pass over the training split.

    A source of n photos and weight w is shown round(n * w) times a pass, spread evenly: with weight 0.5 each photo
    comes in every second pass, with 1.5 once and twice by turns. That every pass is exactly as long follows from
    Hermite's identity, sum over i of floor(x + i / n) = floor(n * x).

    Args:
        names: Of the training photos, source/stem, in the order in which they are shown.
        weights: By source; a source that is not named weighs 1.
    Returns:
        By name, `passes` numbers; `names` in the same order.
    """
    by_source: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_source[source_of(name)].append(name)
    counts: dict[str, tuple[int, ...]] = {}
    for source, members in by_source.items():
        shown = round(len(members) * weights.get(source, 1.0))
        for place, name in enumerate(members):
            # floor(shown * p / n + place / n) in whole numbers
            until = [(shown * number + place) // len(members) for number in range(passes + 1)]
            counts[name] = tuple(later - sooner for sooner, later in itertools.pairwise(until))
    return {name: counts[name] for name in names}


def source_of(name: str) -> str:
    """First part of a pair's name."""
    return name.split("/", 1)[0]


def unknown_sources(weights: Mapping[str, float], names: Sequence[str]) -> list[str]:
    """Sources that are weighted and that no photo comes from."""
    return sorted(weights.keys() - {source_of(name) for name in names})
