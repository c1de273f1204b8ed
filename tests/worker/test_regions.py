# SPDX-License-Identifier: GPL-3.0-or-later
"""Connected regions against a plain search, pixel by pixel."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from triposr_addon.worker.regions import Mask, flood, highest_near, larger_regions

# numpy alone, but of the worker's environment
pytestmark = pytest.mark.torch


def searched(seeds: Mask, passable: Mask) -> Mask:
    """The same as `flood`, the slow and obvious way."""
    reached = seeds & passable
    waiting = deque(zip(*np.nonzero(reached), strict=True))
    while waiting:
        row, column = waiting.popleft()
        for there in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            inside = 0 <= there[0] < passable.shape[0] and 0 <= there[1] < passable.shape[1]
            if inside and passable[there] and not reached[there]:
                reached[there] = True
                waiting.append(there)
    return reached


@pytest.mark.parametrize("density", [0.45, 0.6, 0.75])
@pytest.mark.parametrize("seed", range(3))
def test_flood_reaches_what_a_search_reaches(density: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    passable = random.random((37, 52)) < density
    seeds = random.random(passable.shape) < 0.005
    assert np.array_equal(flood(seeds, passable), searched(seeds, passable))


def test_flood_follows_a_spiral() -> None:
    passable = np.ones((41, 41), dtype=bool)
    for ring in range(1, 20, 2):
        passable[ring, ring : 41 - ring] = passable[40 - ring, ring : 41 - ring] = False
        passable[ring : 41 - ring, ring] = passable[ring : 41 - ring, 40 - ring] = False
        passable[ring, ring + 1 if ring % 4 == 1 else 39 - ring] = True
    seeds = np.zeros_like(passable)
    seeds[0, 0] = True
    assert np.array_equal(flood(seeds, passable), searched(seeds, passable))


def test_flood_without_seeds_reaches_nothing() -> None:
    assert not flood(np.zeros((5, 5), dtype=bool), np.ones((5, 5), dtype=bool)).any()


def test_larger_regions_are_kept_by_weight() -> None:
    weights = np.zeros((20, 30), np.int64)
    weights[2:6, 2:6] = 10  # 160
    weights[10, 10:20] = 1  # 10
    weights[15, 25] = 1
    kept = larger_regions(weights, 0.05)
    assert kept[3, 3]
    assert kept[10, 15]
    assert not kept[15, 25]
    assert kept.sum() == 26


def test_regions_touching_at_corners_only_are_two() -> None:
    weights = np.zeros((4, 4), np.int64)
    weights[0, 0] = 1
    weights[1:, 1:] = 1
    assert not larger_regions(weights, 0.5)[0, 0]


@pytest.mark.parametrize("reach", [1, 2, 5])
def test_the_highest_value_near_by_is_that_of_a_window_over_each_pixel(reach: int) -> None:
    plane = np.random.default_rng(4).random((23, 31)).astype(np.float32)
    padded = np.pad(plane, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * reach + 1, 2 * reach + 1))
    assert np.array_equal(highest_near(plane, reach), windows.max(axis=(2, 3)))
    assert np.array_equal(highest_near(plane > 0.9, reach), (windows > 0.9).any(axis=(2, 3)))
