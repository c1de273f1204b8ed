# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions of a mask, connected and grown, by whole runs of pixels at a time: numpy alone, no loop over pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Values = TypeVar("Values", npt.NDArray[np.float32], npt.NDArray[np.bool_])


@dataclass(frozen=True)
class _Runs:
    """Neighbours in a row that are all in a mask or all outside, of all rows one after the other."""

    starts: npt.NDArray[np.intp]
    lengths: npt.NDArray[np.intp]


def flood(seeds: Mask, passable: Mask) -> Mask:
    """The passable pixels [H, W] that a path of passable pixels (4 neighbours) joins to a seed."""
    reached = seeds & passable
    row_runs, column_runs = _runs(passable), _runs(passable.T)
    while True:
        count = int(reached.sum())
        reached = _fill_runs(reached, row_runs) & passable
        reached = (_fill_runs(reached.T, column_runs) & passable.T).T
        if int(reached.sum()) == count:
            return reached


def highest_near(plane: Values, reach: int) -> Values:
    """The highest value of `plane` [H, W] within `reach` pixels in both directions; of a mask: the mask, grown.

    Beyond the edge everything goes on as at the edge. Whole shifted planes are compared, which takes a tenth of the
    time of a window over each pixel.
    """
    padded = np.pad(plane, reach, mode="edge")
    height, width = plane.shape
    tall = padded[:height].copy()
    for shift in range(1, 2 * reach + 1):
        np.maximum(tall, padded[shift : shift + height], out=tall)
    highest = tall[:, :width].copy()
    for shift in range(1, 2 * reach + 1):
        np.maximum(highest, tall[:, shift : shift + width], out=highest)
    return highest


def larger_regions(weights: npt.NDArray[np.int64], least_share: float) -> Mask:
    """The connected regions (4 neighbours) of positive weight that weigh `least_share` of the heaviest one or more."""
    labels = _labels(weights > 0)
    sums = np.bincount(labels.ravel(), weights.ravel())
    kept = (sums > 0) & (sums >= least_share * sums.max())
    return np.asarray(kept[labels])


def region_weights(weights: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """What each connected region (4 neighbours) of positive weight weighs, the heaviest first."""
    sums = np.bincount(_labels(weights > 0).ravel(), weights.ravel())
    return np.sort(sums[sums > 0]).astype(np.float64)[::-1]


def in_blocks(mask: Mask, most: int) -> tuple[npt.NDArray[np.int64], int]:
    """How many pixels of `mask` [H, W] lie in each square block, with at most `most` blocks along a side.

    Also a block's side in pixels. Blocks at the right and lower edge may reach beyond the mask.
    """
    height, width = mask.shape
    block = max(1, -(-max(height, width) // most))
    padded = np.pad(mask, ((0, -height % block), (0, -width % block)))
    blocks = padded.reshape(padded.shape[0] // block, block, padded.shape[1] // block, block)
    return np.asarray(blocks.sum(axis=(1, 3)), dtype=np.int64), block


def over_blocks(blocks: Mask, block: int, shape: tuple[int, ...]) -> Mask:
    """The pixels [H, W] of `shape` that lie in the chosen blocks."""
    return np.kron(blocks, np.ones((block, block), dtype=bool))[: shape[0], : shape[1]]


def _labels(mask: Mask) -> npt.NDArray[np.int64]:
    """One positive number for each region, 0 outside."""
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    row_runs, column_runs = _runs(mask), _runs(mask.T)
    while True:
        spread = _highest_of_runs(labels, row_runs)
        spread = _highest_of_runs(np.ascontiguousarray(spread.T), column_runs).T
        spread = np.where(mask, spread, 0)
        if np.array_equal(spread, labels):
            return labels
        labels = spread


def _runs(mask: Mask) -> _Runs:
    changes = np.ones(mask.shape, dtype=bool)
    np.not_equal(mask[:, 1:], mask[:, :-1], out=changes[:, 1:])
    starts = np.flatnonzero(changes)
    return _Runs(starts, np.diff(starts, append=mask.size))


def _fill_runs(reached: Mask, runs: _Runs) -> Mask:
    touched = np.logical_or.reduceat(reached.ravel(), runs.starts)
    return np.repeat(touched, runs.lengths).reshape(reached.shape)


def _highest_of_runs(labels: npt.NDArray[np.int64], runs: _Runs) -> npt.NDArray[np.int64]:
    highest = np.maximum.reduceat(labels.ravel(), runs.starts)
    return np.repeat(highest, runs.lengths).reshape(labels.shape)
