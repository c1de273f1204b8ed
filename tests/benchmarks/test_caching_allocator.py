# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of the graphics card's allocator, on sequences whose outcome its published rules give."""

from __future__ import annotations

import pytest

from benchmarks.caching_allocator import GIVE_BACK, MIB, BudgetTooSmall, CachingAllocator, Event, smallest_budget


@pytest.mark.parametrize(
    ("sizes", "reserved"),
    [
        ([1], 2),
        ([MIB], 2),
        ([MIB, MIB], 2),
        ([MIB, MIB, 1], 4),
        ([MIB + 1], 20),
        ([9 * MIB, 9 * MIB], 20),
        ([9 * MIB, 9 * MIB, 9 * MIB], 40),
        ([10 * MIB], 10),
        ([10 * MIB + 1], 12),
        ([40 * MIB, 100], 42),
    ],
)
def test_segments(sizes: list[int], reserved: int) -> None:
    events = list(enumerate(sizes))
    assert CachingAllocator().follow(events).reserved == reserved * MIB


def test_freed_memory_is_used_again() -> None:
    events: list[Event] = [(1, 30 * MIB), (1, -30 * MIB), (2, 30 * MIB)]
    assert CachingAllocator().follow(events).reserved == 30 * MIB


def test_free_neighbours_become_one_block() -> None:
    halves: list[Event] = [(0, 40 * MIB), (0, -40 * MIB), (1, 20 * MIB), (2, 20 * MIB), (1, -20 * MIB), (2, -20 * MIB)]
    assert CachingAllocator().follow([*halves, (3, 40 * MIB)]).reserved == 40 * MIB


def test_a_hole_too_small_is_no_use() -> None:
    events: list[Event] = [(0, 40 * MIB), (0, -40 * MIB), (1, 20 * MIB), (2, 20 * MIB), (1, -20 * MIB)]
    assert CachingAllocator().follow([*events, (3, 30 * MIB)]).reserved == 70 * MIB


def test_segments_that_nobody_uses_are_given_back_before_it_gives_up() -> None:
    events: list[Event] = [(1, 30 * MIB), (1, -30 * MIB), (2, 50 * MIB)]
    assert CachingAllocator().follow(events).peak == 80 * MIB
    assert CachingAllocator(budget=50 * MIB).follow(events).peak == 50 * MIB
    assert smallest_budget(events) == 50 * MIB
    assert CachingAllocator().follow([*events[:2], GIVE_BACK, *events[2:]]).peak == 50 * MIB
    with pytest.raises(BudgetTooSmall):
        CachingAllocator(budget=49 * MIB).follow(events)
