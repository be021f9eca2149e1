"""What holds for a whole source is said once, not once for each of its pairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from figureground.audit.findings import Suspicion

COMMON = 0.1  # of a source's pairs: what so many do is the source's way
SEVERAL = 6  # pairs; fewer are looked at one by one, however small their source
STRONG = 0.5  # score from which a pair is listed for what is common in its source, too


@dataclass(frozen=True)
class CommonFinding:
    """A kind of suspicion that `pairs` of the `used` pairs of a source share; a row of `sources.csv`."""

    source: str
    finding: str
    pairs: int
    used: int

    def __str__(self) -> str:
        return f"{self.source}: {self.pairs} of {self.used} pairs: {self.finding}"


def take_common(
    suspicions: Mapping[str, Sequence[Suspicion]], sources: Mapping[str, str]
) -> tuple[dict[str, list[Suspicion]], list[CommonFinding]]:
    """Part what single pairs are suspected of from what is common in their source.

    Args:
        suspicions: By the name of each used pair.
        sources: Source of each of these names.
    Returns:
        The suspicions by name that are left, and the common ones by source and kind.
    """
    used = Counter(sources[name] for name in suspicions)
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, reasons in suspicions.items():
        for reason in reasons:
            found[sources[name], reason.kind].add(name)
    common = [
        CommonFinding(source, kind, len(names), used[source])
        for (source, kind), names in sorted(found.items())
        if len(names) >= max(SEVERAL, COMMON * used[source])
    ]
    ways = {(item.source, item.finding) for item in common}
    left = {
        name: [reason for reason in reasons if reason.score >= STRONG or (sources[name], reason.kind) not in ways]
        for name, reasons in suspicions.items()
    }
    return left, common
