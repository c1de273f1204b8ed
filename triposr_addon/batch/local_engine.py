# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a library in this process, one group after the other: what all other engines must come up to, bit for bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from triposr_addon.batch.item import Item
from triposr_addon.batch.making import Making
from triposr_addon.batch.overseer import Overseer
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.preparing import Preparing


def make_in_turn(plan: BatchPlan, items: Iterable[Item], overseer: Overseer, at_once: int = 1) -> None:
    """In this thread. Raises TargetFailure; ModelFailure, DeviceUnavailable, OutOfMemory before anything is made."""
    preparing, making = Preparing(plan, overseer.span), Making(plan, overseer.span)
    for group in groups(items, at_once):
        if overseer.stop():
            return
        for record in making([preparing(item) for item in group]):
            overseer.told(record)
        overseer.tick()


def groups(items: Iterable[Item], at_once: int) -> Iterator[tuple[Item, ...]]:
    """What goes through the network together: as the source's order has it, whatever engine does it."""
    left = iter(items)
    while group := tuple(islice(left, at_once)):
        yield group
