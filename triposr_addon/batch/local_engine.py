# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a library on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from triposr_addon.batch.item import Item
from triposr_addon.batch.making import Making
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.preparing import Preparing
from triposr_addon.batch.spans import Hear, nobody
from triposr_addon.catalogue_file import Record

Told = Callable[[Record], None]


def make_in_turn(plan: BatchPlan, items: Iterable[Item], told: Told, at_once: int = 1, hear: Hear = nobody) -> None:
    """One group after the other, in this thread. `told` hears of each record that is kept.

    Raises TargetFailure, ModelFailure, DeviceUnavailable, OutOfMemory: the last three before anything is made.
    """
    preparing, making = Preparing(plan, hear), Making(plan, hear)
    for group in groups(items, at_once):
        for record in making([preparing(item) for item in group]):
            told(record)


def groups(items: Iterable[Item], at_once: int) -> Iterator[Sequence[Item]]:
    """What goes through the network together: as the source's order has it, whatever engine does it."""
    left = iter(items)
    while group := tuple(islice(left, at_once)):
        yield group
