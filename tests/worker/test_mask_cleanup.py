# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks are cleaned up as the settings say, and not otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from triposr_addon.protocol import PhotoSettings
from triposr_addon.worker import failures
from triposr_addon.worker.mask_cleanup import Alpha, cleaned

pytestmark = pytest.mark.torch


def ring(side: int = 200, scale: int = 1) -> Alpha:
    """A disc with a round hole and soft edges, and a smaller disc beside it."""
    side *= scale
    rows, columns = np.mgrid[0:side, 0:side] / scale
    far = np.hypot(rows - 100, columns - 80)
    disc = np.clip(60.5 - far, 0, 1) * np.clip(far - 20.5, 0, 1)
    island = np.clip(20.5 - np.hypot(rows - 100, columns - 175), 0, 1)
    return np.asarray(np.rint(np.maximum(disc, island) * 255), dtype=np.uint8)


def test_without_a_wish_nothing_changes() -> None:
    assert np.array_equal(cleaned(ring(), PhotoSettings()), ring())


@pytest.mark.parametrize("threshold", [0.25, 0.5, 1.0])
def test_what_is_fainter_than_the_threshold_is_gone_and_the_rest_stays_soft(threshold: float) -> None:
    ramp = np.arange(256, dtype=np.uint8)[None].repeat(20, axis=0)
    after = cleaned(ramp, PhotoSettings(mask_threshold=threshold))
    assert np.array_equal(after, np.where(ramp >= 255 * threshold, ramp, 0))


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_out_of_range_is_named(threshold: float) -> None:
    with pytest.raises(failures.SettingsInvalid):
        cleaned(ring(), PhotoSettings(mask_threshold=threshold))


@pytest.mark.parametrize("scale", [1, 8])
def test_a_hole_is_filled_and_the_outline_stays(scale: int) -> None:
    before = ring(scale=scale)
    after = cleaned(before, PhotoSettings(fill_holes=True))
    rows, columns = np.mgrid[0 : 200 * scale, 0 : 200 * scale] / scale
    far = np.hypot(rows - 100, columns - 80)
    assert after[far < 40].min() == 255
    assert np.array_equal(after[far > 50], before[far > 50])


def test_a_bay_is_no_hole() -> None:
    before = ring()
    before[90:110, 80:] = 0
    after = cleaned(before, PhotoSettings(fill_holes=True))
    assert after[100, 80] == 0
    assert np.array_equal(after, before)


@pytest.mark.parametrize("scale", [1, 8])
def test_the_largest_part_is_kept_with_its_soft_edge(scale: int) -> None:
    before = ring(scale=scale)
    after = cleaned(before, PhotoSettings(largest_part=True))
    left = 150 * scale
    assert not after[:, left:].any()
    assert np.array_equal(after[:, :left], before[:, :left])


def test_nothing_has_no_largest_part() -> None:
    empty = np.zeros((50, 60), np.uint8)
    assert np.array_equal(cleaned(empty, PhotoSettings(largest_part=True, fill_holes=True)), empty)


def test_a_full_mask_stays_full() -> None:
    full = np.full((50, 60), 255, np.uint8)
    assert np.array_equal(cleaned(full, PhotoSettings(mask_threshold=0.5, fill_holes=True, largest_part=True)), full)
