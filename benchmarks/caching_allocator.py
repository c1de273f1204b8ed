# SPDX-License-Identifier: GPL-3.0-or-later
"""What a graphics card's memory would hold for a sequence of births and deaths of tensors.

PyTorch's CUDA allocator takes whole segments from the driver and cuts them into blocks; what it takes, not what
tensors use, is what a card must have. This follows its published rules (c10/cuda/CUDACachingAllocator.cpp, defaults):
sizes rounded up to 512 bytes, segments of 2 MiB for up to 1 MiB, of 20 MiB below 10 MiB, of whole 2 MiB above; best
fit; blocks split where enough is left, merged with free neighbours; wholly free segments given back before giving up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

MIB = 1 << 20
SMALLEST_BLOCK = 512
LARGEST_SMALL = MIB
SMALL_SEGMENT, MIDDLE_SEGMENT, ROUNDED_SEGMENT = 2 * MIB, 20 * MIB, 2 * MIB
SMALLEST_OWN_SEGMENT = 10 * MIB

Event = tuple[int, int]
"""A storage's number and its bytes: positive when it is born, negative when it dies."""
GIVE_BACK: Event = (0, 0)
"""Stands for torch.cuda.empty_cache()."""


class BudgetTooSmall(Exception):
    """The budget has no room for a segment that is needed."""


@dataclass(eq=False)
class Block:
    """A piece of a segment, in the segment's order between `before` and `after`."""

    size: int
    small: bool
    free: bool = True
    before: Block | None = None
    after: Block | None = None


@dataclass
class CachingAllocator:
    """`reserved` is what it holds of the card now, `peak` the most that it held."""

    budget: int | None = None
    reserved: int = 0
    peak: int = 0
    _free: list[Block] = field(default_factory=list)
    _used: dict[int, Block] = field(default_factory=dict)

    def follow(self, events: Iterable[Event]) -> CachingAllocator:
        """Do what `events` say. Raises BudgetTooSmall."""
        for number, size in events:
            if size > 0:
                self._allocate(number, size)
            elif size < 0:
                self._release(self._used.pop(number))
            elif (number, size) == GIVE_BACK:
                self._give_back()
        return self

    def _allocate(self, number: int, size: int) -> None:
        size = _rounded(size, SMALLEST_BLOCK)
        small = size <= LARGEST_SMALL
        fitting = [block for block in self._free if block.small == small and block.size >= size]
        block = min(fitting, key=lambda block: block.size) if fitting else self._segment(size, small=small)
        self._free.remove(block)
        self._split(block, size)
        block.free = False
        self._used[number] = block

    def _segment(self, size: int, *, small: bool) -> Block:
        whole = _segment_size(size)
        if self.budget is not None and self.reserved + whole > self.budget:
            self._give_back()
        if self.budget is not None and self.reserved + whole > self.budget:
            raise BudgetTooSmall
        self.reserved += whole
        self.peak = max(self.peak, self.reserved)
        block = Block(whole, small)
        self._free.append(block)
        return block

    def _split(self, block: Block, size: int) -> None:
        left = block.size - size
        if left < SMALLEST_BLOCK if block.small else left <= LARGEST_SMALL:
            return
        rest = Block(left, block.small, before=block, after=block.after)
        if block.after:
            block.after.before = rest
        block.after, block.size = rest, size
        self._free.append(rest)

    def _release(self, block: Block) -> None:
        block.free = True
        self._free.append(block)
        for first in (block, block.before):
            if first and first.free and first.after and first.after.free:
                self._merge(first, first.after)

    def _merge(self, first: Block, second: Block) -> None:
        self._free.remove(second)
        first.size += second.size
        first.after = second.after
        if second.after:
            second.after.before = first

    def _give_back(self) -> None:
        whole = [block for block in self._free if not block.before and not block.after]
        self.reserved -= sum(block.size for block in whole)
        self._free = [block for block in self._free if block.before or block.after]


def smallest_budget(events: list[Event]) -> int:
    """The least memory, in whole MiB, in which the allocator can do what `events` say."""
    least, enough = 0, CachingAllocator().follow(events).peak // MIB
    while enough - least > 1:
        middle = (least + enough) // 2
        try:
            CachingAllocator(budget=middle * MIB).follow(events)
            enough = middle
        except BudgetTooSmall:
            least = middle
    return enough * MIB


def _segment_size(size: int) -> int:
    if size <= LARGEST_SMALL:
        return SMALL_SEGMENT
    return MIDDLE_SEGMENT if size < SMALLEST_OWN_SEGMENT else _rounded(size, ROUNDED_SEGMENT)


def _rounded(size: int, step: int) -> int:
    return -(-size // step) * step
