# SPDX-License-Identifier: GPL-3.0-or-later
"""The count of live bytes: what is born, shared, dropped, and refused."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from benchmarks.live_bytes import LiveBytes  # noqa: E402 - after the check that torch is there

pytestmark = pytest.mark.torch

MILLION_FLOATS = 4_000_000


def test_a_storage_counts_from_its_birth_to_its_death_however_many_look_at_it() -> None:
    with LiveBytes() as count:
        numbers = torch.ones(1000, 1000)
        turned = numbers.T
        assert count.live == MILLION_FLOATS
        sums = numbers + turned
        assert count.live == 2 * MILLION_FLOATS
        del numbers
        assert count.live == 2 * MILLION_FLOATS  # `turned` still looks at it
        del turned
        assert (count.live, count.peak) == (MILLION_FLOATS, 2 * MILLION_FLOATS)
        sums.add_(1)
        assert count.peak == 2 * MILLION_FLOATS
        count.start_stage()
        assert count.peak == MILLION_FLOATS


def test_what_was_there_before_counts_only_when_it_is_held() -> None:
    before = torch.ones(1000, 1000)
    with LiveBytes() as count:
        before.view(-1).add_(1)
        assert count.live == 0
        count.hold([before, before.T])
        assert count.live == MILLION_FLOATS


def test_tensors_without_memory_count_as_if_they_had_it() -> None:
    with LiveBytes() as count, torch.device("meta"):
        product = torch.empty(3000, 1000, dtype=torch.half) @ torch.empty(1000, 2000, dtype=torch.half)
        assert count.peak == 2 * (3_000_000 + 2_000_000 + 6_000_000)
        assert count.live == 2 * product.numel()


def test_what_would_exceed_the_limit_is_refused_as_a_device_refuses_it() -> None:
    with LiveBytes(limit=MILLION_FLOATS) as count:
        kept = torch.ones(999, 1000)
        with pytest.raises(torch.OutOfMemoryError, match="out of memory"):
            torch.ones(1000, 1000)
        assert count.live == 4 * kept.numel()
        del kept
        assert len(torch.ones(1000, 1000)) == 1000


def test_births_and_deaths_are_told_in_order() -> None:
    events: list[tuple[int, int]] = []
    with LiveBytes(told=lambda *event: events.append(event)):
        first = torch.ones(10)
        second = torch.ones(20)
        del first
        del second
    assert [size for _number, size in events] == [40, 80, -40, -80]
    assert events[0][0] == events[2][0] != events[1][0] == events[3][0]
