"""The split into training, validation and test photos.

A photo's side depends on its group and the seed alone: the group's name is hashed to a number in 0..1, and fixed
ranges of that number are the sides. So photos that come later never move older ones, which would leak what a model
has trained on into its test. The price is that shares vary by chance, as with coin tosses: every source and framing
gets its share of each side in expectation, and the realised shares are in `sides.csv`. A quota for each stratum, as
scikit-learn's StratifiedGroupKFold has it, keeps shares exact and moves old photos; any rule under which nothing
ever moves must judge each group by itself. scikit-learn gives the hash (MurmurHash3, the same on all machines).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from figureground.dataset.manifest import Pair
from figureground.dataset.sides import SIDES, SplitError
from figureground.dataset.suspects import Suspect
from figureground.files import read_text
from figureground.params import SplitParams

log = logging.getLogger(__name__)

SIDE_COLUMNS = ("side", "source", "framing", "photos", "groups", "share")
FEWEST_GROUPS = 6  # fewer cannot fill three sides sensibly


def split(
    pairs: Sequence[Pair], params: SplitParams, seed: int, test_names: frozenset[str] | None = None
) -> dict[str, str]:
    """Side (`train`, `val` or `test`) of each pair, in the order of `pairs`.

    Args:
        pairs: Of the manifest; a group stays together.
        seed: Another seed gives another split.
        test_names: If given, exactly these are the test split; source/* names all of a source. Pairs of their groups
            that are not named are left out of the answer: in training they would leak, in the test they would change
            a list meant for comparison.
    Raises:
        SplitError: Fewer than six groups while a side stays empty, none of the listed names is among the pairs, or a
            group would be on two sides. Listed names that are missing are only warned of.
    """
    position = {group: _position(group, seed) for group in {pair.group for pair in pairs}}
    held = _held_groups(pairs, test_names)
    free = {group: place for group, place in position.items() if group not in held}
    sides = {group: _side(place, params, test_names is None) for group, place in free.items()}
    _fill_empty_sides(sides, free, ("val", "test", "train") if test_names is None else ("val", "train"))
    answer = {}
    for pair in pairs:
        if pair.group not in held:
            answer[pair.name] = sides[pair.group]
        elif test_names is not None and _is_named(pair, test_names):
            answer[pair.name] = "test"
    check_groups(pairs, answer)
    return answer


def most_suspect(suspects: Sequence[Suspect], sides: Mapping[str, str], share: float) -> set[str]:
    """Of the training photos' names those that are among the most suspect `share` of all pairs.

    Validation and test keep theirs: without them, scores of trainings with and without could not be compared.

    Args:
        suspects: The most suspect first.
    """
    return {each.name for each in suspects[: round(share * len(suspects))] if sides.get(each.name) == "train"}


def check_groups(pairs: Sequence[Pair], sides: Mapping[str, str]) -> None:
    """Assert that no group is on two sides.

    Raises:
        SplitError: One is; the message names it with two of its pairs.
    """
    seen: dict[str, str] = {}
    for pair in pairs:
        if pair.name not in sides:
            continue
        other = seen.setdefault(pair.group, pair.name)
        if sides[other] != sides[pair.name]:
            raise SplitError(
                f"group {pair.group} is on two sides: {other} in {sides[other]}, {pair.name} in {sides[pair.name]}"
            )


def read_test_names(path: Path) -> frozenset[str]:
    """Names (source/stem or source/*), one a line; empty lines, those that start with #, and what follows a tab, are
    skipped.

    Raises:
        SplitError: The file is missing, is no text or names nothing.
    """
    try:
        lines = [line.split("\t")[0].strip() for line in read_text(path).splitlines()]
    except FileNotFoundError:
        raise SplitError(f"{path}: not found; split.test_names must be a file of names or null") from None
    except UnicodeDecodeError:
        raise SplitError(f"{path}: neither UTF-8 nor UTF-16; save it as UTF-8") from None
    names = frozenset(line for line in lines if line and not line.startswith("#"))
    if not names:
        raise SplitError(f"{path}: no names; write one source/stem or source/* a line, or set split.test_names to null")
    return names


def side_rows(pairs: Sequence[Pair], sides: Mapping[str, str]) -> list[dict[str, str | int | float]]:
    """Rows of `sides.csv` (SIDE_COLUMNS): each side's photos, groups and share, in all and of each source and framing.

    Source and framing are empty in the rows of all. The shares are of the pairs that are on a side.
    """
    strata: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.name in sides:
            strata["", ""].append(pair)
            strata[pair.source, pair.framing].append(pair)
    rows: list[dict[str, str | int | float]] = []
    for (source, framing), members in sorted(strata.items()):
        for side in SIDES:
            there = [pair for pair in members if sides[pair.name] == side]
            counted = {"photos": len(there), "groups": len({pair.group for pair in there})}
            share = len(there) / len(members)
            rows.append({"side": side, "source": source, "framing": framing, **counted, "share": share})
    return rows


def _position(group: str, seed: int) -> float:
    """Where in 0..1 a group stands, evenly spread and for ever the same."""
    from sklearn.utils import murmurhash3_32  # takes seconds to import

    return float(murmurhash3_32(f"{seed}/{group}", seed=seed % 2**32, positive=True)) / 2**32


def _side(place: float, params: SplitParams, draws_test: bool) -> str:
    if place < params.test_share:
        return "test" if draws_test else "train"
    return "val" if place < params.test_share + params.val_share else "train"


def _held_groups(pairs: Sequence[Pair], test_names: frozenset[str] | None) -> set[str]:
    """Groups that the fixed list touches."""
    if test_names is None:
        return set()
    held = {pair.group for pair in pairs if _is_named(pair, test_names)}
    missing = sorted(test_names - {name for pair in pairs for name in _names_of(pair)})
    if not held:
        raise SplitError(f"none of {len(test_names)} test names (such as {missing[0]}) is in the manifest")
    if missing:
        log.warning("%d test names are not in the manifest, such as %s", len(missing), missing[0])
    return held


def _is_named(pair: Pair, names: frozenset[str]) -> bool:
    return not names.isdisjoint(_names_of(pair))


def _names_of(pair: Pair) -> tuple[str, str]:
    """By which a list can name it: alone, and with all of its source."""
    return pair.name, f"{pair.source}/*"


def _fill_empty_sides(sides: dict[str, str], place: Mapping[str, float], wanted: Sequence[str]) -> None:
    """In tiny sets chance may leave a side empty; it gets the group that stands nearest to 0 of the largest side."""
    for side in wanted:
        if side in sides.values():
            continue
        if len(sides) < FEWEST_GROUPS:
            raise SplitError(
                f"{len(sides)} groups of photos leave {side} empty; at least {FEWEST_GROUPS} are needed, "
                "where a group is a person, a shoot, a video or a set of look-alikes"
            )
        largest = max(SIDES, key=list(sides.values()).count)
        nearest = min((group for group in sides if sides[group] == largest), key=lambda group: place[group])
        sides[nearest] = side
