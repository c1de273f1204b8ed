# SPDX-License-Identifier: GPL-3.0-or-later
"""The two stages as Ray's actors: each holds what it needs, warm, and answers parcels with parcels.

A parcel is what goes through the network together, pickled: Ray carries it as bytes.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from triposr_addon.batch.item import Item
from triposr_addon.batch.making import Making
from triposr_addon.batch.prepared import Prepared
from triposr_addon.batch.preparing import Preparing
from triposr_addon.batch.ray_errand import Errand
from triposr_addon.batch.target_failures import TargetFailure
from triposr_addon.catalogue_file import Record

PARCEL = "parcel"
"""The one column of the rows."""

Batch = dict[str, Any]
"""By Ray's own definition: a column's name to an object array [rows] of bytes."""


@dataclass(frozen=True)
class Parcel:
    """Items, what became of them so far. Without entries: the run is to end. failure: why."""

    entries: Sequence[Item | Prepared | Record] = ()
    failure: TargetFailure | None = None


class PreparingActor:
    """Loads, cuts out and frames, ahead of the network."""

    def __init__(self, errand: Errand) -> None:
        """Raises NodeUnfit, ModelFailure."""
        errand.check()
        self._errand = errand
        self._preparing = Preparing(errand.plan_here())

    def __call__(self, batch: Batch) -> Batch:
        """Parcels of items to parcels of prepared pictures and records."""
        return _each(batch, self._errand, self._prepared)

    def _prepared(self, parcel: Parcel) -> Parcel:
        return Parcel([self._preparing(item) for item in parcel.entries if isinstance(item, Item)])


class MakingActor:
    """Holds one warm model. Several threads call it: one of them is in the network, others extract and write."""

    def __init__(self, errand: Errand) -> None:
        """Raises NodeUnfit, ModelFailure, DeviceUnavailable, OutOfMemory."""
        errand.check()
        self._errand = errand
        self._making = Making(errand.plan_here())

    def __call__(self, batch: Batch) -> Batch:
        """Parcels of prepared pictures to parcels of records."""
        return _each(batch, self._errand, self._made)

    def _made(self, parcel: Parcel) -> Parcel:
        return Parcel(self._making([one for one in parcel.entries if not isinstance(one, Item)]))


def packed(parcel: Parcel) -> bytes:
    """For Ray's tables."""
    return pickle.dumps(parcel, protocol=5)


def unpacked(data: bytes) -> Parcel:
    """The parcel again. Only this run's own processes wrote it, in a cluster that trusts them."""
    parcel: Parcel = pickle.loads(data)  # noqa: S301  # see above
    return parcel


def _each(batch: Batch, errand: Errand, answer: Callable[[Parcel], Parcel]) -> Batch:
    told = np.empty(len(batch[PARCEL]), object)
    told[:] = [packed(_answered(unpacked(data), errand, answer)) for data in batch[PARCEL]]
    return {PARCEL: told}


def _answered(parcel: Parcel, errand: Errand, answer: Callable[[Parcel], Parcel]) -> Parcel:
    if parcel.failure or not parcel.entries or not errand.is_wanted():
        return Parcel(failure=parcel.failure)
    try:
        return answer(parcel)
    except TargetFailure as failure:
        return Parcel(failure=failure)
