"""Several processes that train one network together, and what each of them reads.

Slot j of every batch is filled from the j-th of as many equal parts of the pairs as a batch has slots, and each process
fills neighbouring slots. So a process reads a stretch of the shards that stays the same in all epochs, and what a step
sees does not depend on how many processes there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from figureground.augment.shards import Index, Shard


@dataclass(frozen=True)
class Team:
    """The processes of one training; as it is by default, one alone.

    Attributes:
        member: This process, 0 to `size` - 1; the first one writes what is kept.
        size: How many there are; a divisor of the batch size.
        from_first: Gives each process the bytes that the first one has. All have to call it.
        auto_precision: Keras dtype policy that `train.precision` `auto` means on the team's devices.
        scope: Context in which Keras makes variables that all processes share: each of them has to do the same in it.
    """

    member: int = 0
    size: int = 1
    from_first: Callable[[bytes], bytes] = bytes
    auto_precision: str = "float32"
    scope: Callable[[], AbstractContextManager[Any]] = nullcontext

    @property
    def is_first(self) -> bool:
        return self.member == 0

    def part(self, pairs: int) -> range:
        """Of as many pairs in order those that this process reads, where no batches are to be filled."""
        return equal_part(pairs, self.size, self.member)

    def slots(self, pairs: int, batch_size: int) -> list[range]:
        """The pairs that fill each of this process's slots of the batches."""
        own = batch_size // self.size
        return [equal_part(pairs, batch_size, own * self.member + slot) for slot in range(own)]

    def shards(self, index: Index, batch_size: int) -> Iterator[Shard]:
        """What this process reads, of all epochs."""
        slots = self.slots(index.train_pairs, batch_size)
        stretch = range(slots[0].start, slots[-1].stop)
        for variant in index.train:
            yield from holding(variant, stretch)[0]
        yield from holding(index.val, self.part(index.val_pairs))[0]


ALONE = Team()


def equal_part(pairs: int, parts: int, number: int) -> range:
    """Part `number` (from 0) of `pairs` in order; the parts' sizes differ by one at most."""
    return range(number * pairs // parts, (number + 1) * pairs // parts)


def holding(shards: Sequence[Shard], pairs: range) -> tuple[list[Shard], int]:
    """The shards, of all of a pass in order, that hold these pairs; and how many others the first of them begins with.

    Example:
        >>> halves = [Shard("a", records=4, bytes=0, sha256=""), Shard("b", records=4, bytes=0, sha256="")]
        >>> [shard.file for shard in holding(halves, range(1, 3))[0]], holding(halves, range(5, 8))[1]
        (['a'], 1)
    """
    found = list[Shard]()
    begins = skipped = 0
    for shard in shards:
        ends = begins + shard.records
        if max(begins, pairs.start) < min(ends, pairs.stop):
            skipped = skipped if found else pairs.start - begins
            found.append(shard)
        begins = ends
    return found, skipped
