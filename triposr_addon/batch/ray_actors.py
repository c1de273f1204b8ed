# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages as Ray's actors: each holds what it needs, warm, and answers parcels with parcels.

A parcel is what goes through the network together, pickled: Ray carries it as bytes.
"""

from __future__ import annotations

import os
import pickle
import platform
import queue
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from triposr_addon.batch.finishing import Finishing
from triposr_addon.batch.item import Item
from triposr_addon.batch.making import Making
from triposr_addon.batch.prepared import Meshed, Prepared
from triposr_addon.batch.preparing import Preparing
from triposr_addon.batch.ray_errand import Errand
from triposr_addon.batch.ray_failures import NodeUnfit
from triposr_addon.batch.spans import Span
from triposr_addon.catalogue_file import Record
from triposr_addon.worker.failures import DeviceUnavailable, WorkerFailure

PARCEL = "parcel"
"""The one column of the rows."""

Batch = dict[str, Any]
"""By Ray's own definition: a column's name to an object array [rows] of bytes."""


Entry = Item | Prepared | Meshed | Record


@dataclass(frozen=True)
class Parcel:
    """Items, what became of them so far. Without entries: the run is to end. failure: why; it is not the items'.

    spans: when which step was done, since the last stage.
    """

    entries: Sequence[Entry] = ()
    failure: WorkerFailure | None = None
    spans: tuple[Span, ...] = ()


class _Actor:
    """A stage and how it answers. What is wrong with this node is an answer, too: Ray would only begin it again."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._failure: WorkerFailure | None = None
        self._spans: queue.SimpleQueue[Span] = queue.SimpleQueue()
        self._lane = f"{platform.node()} {os.getpid()}"
        try:
            errand.check()
            self._set_up(errand)
        except WorkerFailure as failure:
            self._failure = _of_this_node(failure)

    def __call__(self, batch: Batch) -> Batch:
        told = np.empty(len(batch[PARCEL]), object)
        told[:] = [packed(self._answered(unpacked(data))) for data in batch[PARCEL]]
        return {PARCEL: told}

    def _answered(self, parcel: Parcel) -> Parcel:
        if parcel.failure or not parcel.entries:
            return Parcel(failure=parcel.failure)
        name = f"{type(self).__name__} {_id(parcel.entries[0])}"
        if not self._is_due(parcel):
            self._errand.let_go(name)
            return Parcel()
        if self._failure:
            return Parcel(failure=self._failure)
        with self._errand.held(name):
            if not self._is_due(parcel):  # who ended the run meanwhile may not have seen it in hand
                return Parcel()
            try:
                return replace(self._answer(parcel), spans=(*parcel.spans, *self._heard()))
            except DeviceUnavailable as failure:
                _begin_again()
                return Parcel(failure=_of_this_node(failure))
            except WorkerFailure as failure:
                return Parcel(failure=_of_this_node(failure))

    def _is_due(self, _parcel: Parcel) -> bool:
        return self._errand.is_wanted()

    def _heard(self) -> Iterator[Span]:
        with suppress(queue.Empty):
            while True:
                yield replace(self._spans.get_nowait(), lane=self._lane)

    def _set_up(self, errand: Errand) -> None:
        raise NotImplementedError

    def _answer(self, parcel: Parcel) -> Parcel:
        raise NotImplementedError


class PreparingActor(_Actor):
    """Loads, cuts out and frames, ahead of the network: parcels of items to such of prepared pictures and records."""

    def _set_up(self, errand: Errand) -> None:
        self._preparing = Preparing(errand.plan_here(), self._spans.put)

    def _answer(self, parcel: Parcel) -> Parcel:
        return Parcel([self._preparing(item) for item in parcel.entries if isinstance(item, Item)])


class MakingActor(_Actor):
    """Holds one warm model: parcels of prepared pictures to parcels of records."""

    def _set_up(self, errand: Errand) -> None:
        self._making = Making(errand.plan_here(), self._spans.put)

    def _answer(self, parcel: Parcel) -> Parcel:
        return Parcel(self._making(_prepared(parcel)))


class MeshingActor(MakingActor):
    """The same without what needs no card: to parcels of meshes and records. Several threads call it: one is in the
    network, others extract.
    """

    def _answer(self, parcel: Parcel) -> Parcel:
        return Parcel(self._making.meshes(_prepared(parcel)))


class FinishingActor(_Actor):
    """Holds meshes against their pictures and writes them, behind the network: parcels of meshes to such of records."""

    def _set_up(self, errand: Errand) -> None:
        self._finishing = Finishing(errand.plan_here(), self._spans.put)

    def _is_due(self, parcel: Parcel) -> bool:
        """Meshes were in hand when the run was ended: they are finished."""
        return super()._is_due(parcel) or any(isinstance(one, Meshed) for one in parcel.entries)

    def _answer(self, parcel: Parcel) -> Parcel:
        return Parcel([self._finishing(one) if isinstance(one, Meshed) else one for one in parcel.entries])


def _begin_again() -> None:
    """End this process, where it is an actor's first: Ray begins another one, which does again what this had in hand.

    A card may serve another process when it no longer serves this one; what fails a second time is told.
    """
    ray = sys.modules.get("ray")  # not where a test, or another program, calls an actor itself
    if ray is None or not ray.is_initialized() or ray.get_runtime_context().get_actor_id() is None:
        return
    if not ray.get_runtime_context().was_current_actor_reconstructed:
        os._exit(1)


def _of_this_node(failure: WorkerFailure) -> WorkerFailure:
    """The same, with the node's name: who reads it sits at another one."""
    if isinstance(failure, NodeUnfit):  # says it already
        return failure
    return type(failure)(f"On the node {platform.node()}: {failure.sentence}", failure.details)


def _id(entry: Entry) -> str:
    return entry.id if isinstance(entry, Item | Record) else entry.item.id


def _prepared(parcel: Parcel) -> list[Prepared | Record]:
    return [one for one in parcel.entries if isinstance(one, Prepared | Record)]


def packed(parcel: Parcel) -> bytes:
    """For Ray's tables."""
    return pickle.dumps(parcel, protocol=5)


def unpacked(data: bytes) -> Parcel:
    """The parcel again. Only this run's own processes wrote it, in a cluster that trusts them."""
    parcel: Parcel = pickle.loads(data)  # noqa: S301  # see above
    return parcel
