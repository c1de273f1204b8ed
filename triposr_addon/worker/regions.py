# SPDX-License-Identifier: GPL-3.0-or-later
"""Connected regions of a mask, by whole runs of pixels at a time: numpy alone, no loop over pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]


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


def larger_regions(weights: npt.NDArray[np.int64], least_share: float) -> Mask:
    """The connected regions (4 neighbours) of positive weight that weigh `least_share` of the heaviest one or more."""
    labels = _labels(weights > 0)
    sums = np.bincount(labels.ravel(), weights.ravel())
    kept = (sums > 0) & (sums >= least_share * sums.max())
    return np.asarray(kept[labels])


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


def _runs(mask: Mask) -> npt.NDArray[np.int64]:
    """A number for each pixel: neighbours in a row share it if both are in the mask or both are not."""
    changes = np.ones(mask.shape, dtype=bool)
    changes[:, 1:] = mask[:, 1:] != mask[:, :-1]
    runs: npt.NDArray[np.int64] = np.cumsum(changes.ravel()) - 1
    return runs


def _fill_runs(reached: Mask, runs: npt.NDArray[np.int64]) -> Mask:
    touched = np.zeros(int(runs[-1]) + 1, dtype=bool)
    touched[runs[reached.ravel()]] = True
    return touched[runs].reshape(reached.shape)


def _highest_of_runs(labels: npt.NDArray[np.int64], runs: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    starts = np.flatnonzero(np.diff(runs, prepend=-1))
    highest = np.maximum.reduceat(labels.ravel(), starts)
    return highest[runs].reshape(labels.shape)
