"""How many faults the review finds that were put into right masks: 2 % of the pairs, eight kinds, an eighth each.

    python benchmarks/review.py [--data data] [--manifest results/audit/manifest.csv] [--sources ccp picsart coco]
        [--photos 500] [--judge folds] [--seed 1] [--out DIR]

Prints, for each kind, how many of the planted faults are within the first 5 % of the ranking, and where the median of
them stands; then the first pairs of the ranking that were not planted, which are the masks that may really be wrong.
The data set is copied with links and changed in the copy only. What the review knows of faults it learns from others
that it plants by the same rules (review/planting.py): see how much finer or coarser those of your own masks are.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from figureground.stages import runner

runner.prepare_tensorflow()

from figureground.dataset.manifest import Pair, read_manifest  # noqa: E402
from figureground.dataset.metadata import held_path, pair_mask, photo_path  # noqa: E402
from figureground.dataset.suspects import Suspect, read_suspects  # noqa: E402
from figureground.files import write_bytes  # noqa: E402
from figureground.params import ReviewParams  # noqa: E402
from figureground.pictures import encode_png  # noqa: E402
from figureground.review.planting import KINDS, plant  # noqa: E402
from figureground.review.review import review  # noqa: E402
from figureground.runtime.processor import described  # noqa: E402
from figureground.runtime.segmenter import Segmenter  # noqa: E402

PLANTED = 0.02  # of the pairs
LOOKED_AT = 0.05  # of the ranking
SHOWN = 20


def linked(pairs: Sequence[Pair], data: Path, copy: Path) -> None:
    """Photos and what is held as links, masks as files of their own."""
    for pair in pairs:
        photo = photo_path(data, pair.name)
        link = copy / "images" / f"{pair.name}{photo.suffix}"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(photo.resolve())
        write_bytes(copy / "masks" / f"{pair.name}.png", encode_png(pair_mask(data, pair.name)))
        if held_path(data, pair.name).is_file():
            held = held_path(copy, pair.name)
            held.parent.mkdir(parents=True, exist_ok=True)
            held.symlink_to(held_path(data, pair.name).resolve())


def spoil(pairs: Sequence[Pair], copy: Path, generator: np.random.Generator) -> dict[str, str]:
    """Put the faults into the copy's masks; kind by the pair's name."""
    planted: dict[str, str] = {}
    wanted = [KINDS[number % len(KINDS)] for number in range(round(PLANTED * len(pairs)))]
    order = iter(generator.permutation(len(pairs)).tolist())
    for kind in wanted:
        for place in order:
            pair = pairs[place]
            others = [other for other in pairs if other.source == pair.source and other.group != pair.group]
            other = others[int(generator.integers(len(others)))]
            mask = plant(kind, pair_mask(copy, pair.name), pair_mask(copy, other.name), generator)
            if mask is not None:
                write_bytes(copy / "masks" / f"{pair.name}.png", encode_png(mask))
                planted[pair.name] = kind
                break
    return planted


def report(suspects: Sequence[Suspect], planted: dict[str, str], seconds: float) -> None:
    first = round(LOOKED_AT * len(suspects))
    ranks = {each.name: each.rank for each in suspects}
    print(f"{len(suspects)} pairs, {len(planted)} of them spoilt, {seconds:.0f} s; {described()}")
    for kind in KINDS:
        places = [ranks[name] for name, of_kind in planted.items() if of_kind == kind]
        named = sum(each.kind == kind for each in suspects if planted.get(each.name) == kind)
        found = sum(place <= first for place in places)
        print(f"{kind:24} {found:3} of {len(places):3}  median place {np.median(places):6.0f}  called so {named}")
    found = sum(ranks[name] <= first for name in planted)
    print(f"{'all':24} {found:3} of {len(planted):3} = {found / len(planted):.0%} within the first {first}")
    own = [each for each in suspects if each.name not in planted]
    told = Counter(each.source for each in own if each.kind)
    print("not spoilt and worth a look:", ", ".join(f"{source} {count}" for source, count in sorted(told.items())))
    for each in own[:SHOWN]:
        print(f"{each.rank:5}  {each.score:.2f}  {each.name}  {each.kind}: {each.reason}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--manifest", type=Path, default=Path("results/audit/manifest.csv"))
    parser.add_argument("--sources", nargs="*", help="all if left out")
    parser.add_argument("--photos", type=int, help="of each source; all if left out")
    parser.add_argument("--judge", choices=("folds", "packaged"), default="folds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="keeps suspects.csv, suspects.jpg and masks/ there")
    given = parser.parse_args()
    generator = np.random.default_rng(given.seed)
    pairs = [pair for pair in read_manifest(given.manifest) if not given.sources or pair.source in given.sources]
    chosen: list[Pair] = []
    for source in sorted({pair.source for pair in pairs}):
        members = [pair for pair in pairs if pair.source == source]
        drawn = generator.permutation(len(members))[: given.photos]
        chosen += [members[place] for place in sorted(drawn.tolist())]
    with tempfile.TemporaryDirectory() as scratch:
        copy, work = Path(scratch) / "data", Path(scratch) / "work"
        work.mkdir()
        linked(chosen, given.data, copy)
        planted = spoil(chosen, copy, generator)
        out = given.out or Path(scratch) / "out"
        params = ReviewParams(judge=given.judge, folds=3, suspects_on_sheet=100, drop_share=0.0)
        predict = Segmenter().probability if given.judge == "packaged" else None
        begun = time.perf_counter()
        review(chosen, copy, params, seed=given.seed, work=work, out=out, predict=predict)
        report(read_suspects(out / "suspects.csv"), planted, time.perf_counter() - begun)


if __name__ == "__main__":
    main()
