# SPDX-License-Identifier: GPL-3.0-or-later
"""From free bytes to a plan: a table, and what must hold whatever the numbers are."""

from __future__ import annotations

import itertools

import pytest

torch = pytest.importorskip("torch")

from triposr_addon.protocol import SurfaceSettings  # noqa: E402 - after the check that torch is there
from triposr_addon.worker.memory_needs import SMALL_SURFACE_BYTES, NetworkNeeds, extraction_bytes  # noqa: E402
from triposr_addon.worker.memory_plan import (  # noqa: E402
    HOME_CHUNK_POINTS,
    LARGEST_CHUNK_POINTS,
    SMALLEST_CHUNK_POINTS,
    MemoryPlan,
    plan_extraction,
    plan_reconstruction,
)
from triposr_addon.worker.weight_placement import HOME  # noqa: E402

pytestmark = pytest.mark.torch

CARD = torch.device("cuda", 0)
MB = 1_000_000
NEEDS = NetworkNeeds(weights=850 * MB, streamed_weights=40 * MB, activations=170 * MB)
"""About those of the released model in half precision."""


def ways(plans: list[MemoryPlan]) -> list[str]:
    return [plan.path if plan.device == CARD else "processor" for plan in plans]


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        (8000 * MB, ["resident", "offloaded", "streamed", "processor"]),
        (1370 * MB, ["offloaded", "streamed", "processor"]),
        (1000 * MB, ["streamed", "processor"]),
        (400 * MB, ["streamed", "processor"]),
        (200 * MB, ["processor"]),
        (0, ["processor"]),
        (None, ["resident", "offloaded", "streamed", "processor"]),
    ],
)
def test_the_networks_plans(free: int | None, expected: list[str]) -> None:
    assert ways(plan_reconstruction(NEEDS, free, CARD)) == expected


@pytest.mark.parametrize(
    ("resolution", "free", "network", "expected"),
    [
        (256, 8000 * MB, 850 * MB, ["resident", "resident", "offloaded", "processor"]),
        (256, 8000 * MB, 0, ["resident", "resident", "processor"]),
        (512, 500 * MB, 850 * MB, ["offloaded", "offloaded", "processor"]),
        (512, 600 * MB, 0, ["resident", "resident", "processor"]),
        (512, 500 * MB, 0, ["processor"]),
        (256, None, 850 * MB, ["resident", "resident", "offloaded", "processor"]),
    ],
)
def test_the_extractions_plans(resolution: int, free: int | None, network: int, expected: list[str]) -> None:
    plans = plan_extraction(SurfaceSettings(resolution), 64, free, network, CARD)
    assert ways(plans) == expected
    assert all(later.chunk_points <= former.chunk_points for former, later in itertools.pairwise(plans))


def test_a_chunk_fills_the_room_that_there_is() -> None:
    def chunk(free: int | None) -> int:
        return plan_extraction(SurfaceSettings(256), 64, free, 0, CARD)[0].chunk_points

    assert chunk(None) == chunk(8000 * MB) == LARGEST_CHUNK_POINTS
    least = next(
        free
        for free in range(0, 8000 * MB, MB)
        if plan_extraction(SurfaceSettings(256), 64, free, 0, CARD)[0].device == CARD
    )
    assert chunk(least) == SMALLEST_CHUNK_POINTS
    assert extraction_bytes(SurfaceSettings(256), SMALLEST_CHUNK_POINTS, 64, SMALL_SURFACE_BYTES) < least


def test_more_memory_never_gives_a_lower_path() -> None:
    order = ["resident", "offloaded", "streamed", "processor"]
    ranks = [order.index(ways(plan_reconstruction(NEEDS, free, CARD))[0]) for free in range(0, 4000 * MB, 10 * MB)]
    assert ranks == sorted(ranks, reverse=True)
    assert set(ranks) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("free", "pictures", "groups"),
    [
        (None, 8, [8, 4, 2, 1, 1, 1, 1]),
        (8000 * MB, 6, [6, 3, 2, 1, 1, 1, 1]),
        (2000 * MB, 8, [4, 2, 1, 1, 1, 1]),
        (1370 * MB, 8, [1, 1, 1]),
        (200 * MB, 8, [1]),
    ],
)
def test_as_many_pictures_together_as_there_is_room_for(free: int | None, pictures: int, groups: list[int]) -> None:
    plans = plan_reconstruction(NEEDS, free, CARD, pictures)
    assert [plan.pictures for plan in plans] == groups
    assert ways(plans)[-1] == "processor"
    assert not any(plan.told for plan in plans if plan.pictures > 1)


def test_at_home_too() -> None:
    groups = [plan.pictures for plan in plan_reconstruction(NEEDS, 2000 * MB, HOME, 8)]
    assert groups == [4, 2, 1]
    assert [plan.pictures for plan in plan_reconstruction(NEEDS, 100 * MB, HOME, 8)] == [1]


def test_the_artist_is_told_what_was_chosen_and_why() -> None:
    streamed, processor = plan_reconstruction(NEEDS, 700 * MB, CARD)
    assert (streamed.sentence, streamed.told) == ("Low-memory path: 0.7 GB of graphics memory are free.", True)
    assert processor.sentence.startswith("The processor does this: 0.7 GB of graphics memory are free")
    assert processor.told
    assert not plan_reconstruction(NEEDS, 8000 * MB, CARD)[0].told
    assert "an unknown amount" in plan_reconstruction(NEEDS, None, CARD)[0].sentence


def test_the_processor_has_no_path_but_its_own() -> None:
    (plan,) = plan_reconstruction(NEEDS, 8000 * MB, HOME)
    assert (plan.path, plan.device, plan.told) == ("resident", HOME, False)
    (short,) = plan_reconstruction(NEEDS, 300 * MB, HOME)
    assert short.told
    assert short.sentence == ("Memory is short: 0.3 GB are free, and this takes about 1.0 GB. Close other programs.")
    first, half, alone = plan_extraction(SurfaceSettings(256), 64, 8000 * MB, 850 * MB, HOME)
    assert (first.chunk_points, half.chunk_points) == (HOME_CHUNK_POINTS, HOME_CHUNK_POINTS // 2)
    assert (alone.path, alone.chunk_points, alone.device) == ("offloaded", HOME_CHUNK_POINTS // 2, HOME)
