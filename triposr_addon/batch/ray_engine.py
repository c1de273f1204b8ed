# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a library on Ray: pictures are loaded and cut out ahead of the network, which actors hold, each its own.

Every picture is worked on at least once, and again where a process or node is lost; since making is idempotent, there
is one result and one record of each (docs/decisions/ray_data.md).
"""

from __future__ import annotations

import importlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from triposr_addon.batch.item import Item
from triposr_addon.batch.local_engine import groups
from triposr_addon.batch.overseer import Told
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.ray_actors import PARCEL, MakingActor, Parcel, PreparingActor, packed, unpacked
from triposr_addon.batch.ray_cluster import LOG_NAME, Shares, cluster, inspect, shares
from triposr_addon.batch.ray_errand import Errand, errand_for
from triposr_addon.batch.ray_failures import ClusterFailed
from triposr_addon.batch.target_failures import TargetFailure
from triposr_addon.catalogue_file import Record

MOST_BLOCKS = 50_000
"""In which the groups lie: what is lost with a node is done again by the block."""
LOOK_AGAIN_S = 0.2
ENDING_LIMIT_S = 60.0
"""For what is in work when the run is to end."""


@dataclass(frozen=True)
class RayWishes:
    """address: `local`, `auto` or HOST:PORT. lanes: threads of a process that holds a model; None to choose."""

    address: str
    lanes: int | None = None


def make_on_ray(
    plan: BatchPlan,
    items: Sequence[Item],
    told: Told,
    wishes: RayWishes,
    at_once: int = 1,
    tick: Callable[[], None] = lambda: None,
) -> None:
    """`told` hears of each record, `tick` is called meanwhile, both in this thread.

    Raises TargetFailure, RayFailure; KeyboardInterrupt once all that was in work is finished.
    """
    if not items:
        return
    with (
        cluster(wishes.address, plan.target / LOG_NAME) as ray,
        errand_for(plan, items[0].picture) as errand,
    ):
        inspect(ray, errand)
        given = shares(ray.nodes(), plan.device, wishes.lanes)
        errand = replace(errand, plan=replace(plan, device=given.device))
        Gathering(errand, told, tick).gather(_records(ray, errand, given, items, at_once), items)


def _records(ray: Any, errand: Errand, given: Shares, items: Sequence[Item], at_once: int) -> Any:
    """Ray's dataset of parcels with records; nothing is done before it is read."""
    data = importlib.import_module("ray.data")
    context = data.DataContext.get_current()
    context.enable_progress_bars = context.enable_operator_progress_bars = False
    context.print_on_execution_start = False
    parcels = [{PARCEL: packed(Parcel(group))} for group in groups(items, at_once)]
    ahead = data.ActorPoolStrategy(min_size=1, initial_size=1)
    warm = data.ActorPoolStrategy(
        min_size=1,
        initial_size=max(given.actors, 1),
        max_tasks_in_flight_per_actor=2 * given.lanes,
        max_concurrent_calls_per_actor=given.lanes,
        enable_true_multi_threading=True,
    )
    return (
        data.from_items(parcels, override_num_blocks=min(len(parcels), MOST_BLOCKS))
        .map_batches(PreparingActor, batch_size=1, compute=ahead, fn_constructor_args=(errand,), **given.preparing)
        .map_batches(MakingActor, batch_size=1, compute=warm, fn_constructor_args=(errand,), **given.making)
    )


class Gathering:
    """Reads the records as they come, in a thread of its own, so that this one can tell, and be interrupted."""

    def __init__(self, errand: Errand, told: Told, tick: Callable[[], None]) -> None:
        self._errand = errand
        self._told = told
        self._tick = tick
        self._came: queue.Queue[Parcel | Exception | None] = queue.Queue()
        self._failure: TargetFailure | None = None

    def gather(self, dataset: Any, items: Iterable[Item]) -> None:
        """Until all records are there. Raises as `make_on_ray`."""
        missing = {item.id for item in items}
        threading.Thread(target=self._read, args=(dataset,), daemon=True).start()
        try:
            self._take(missing, None)
        except KeyboardInterrupt:
            self._end(missing)
            raise
        if self._failure:
            raise self._failure
        if missing:
            raise ClusterFailed(f"Ray ended without a word of {len(missing)} pictures. Give the same command again.")

    def _take(self, missing: set[str], until: float | None) -> None:
        """until: the monotonic clock's, None for as long as it takes."""
        while until is None or time.monotonic() < until:
            self._tick()
            try:
                parcel = self._came.get(timeout=LOOK_AGAIN_S)
            except queue.Empty:
                continue
            if parcel is None:
                return
            if isinstance(parcel, Exception):
                raise _named(parcel) from parcel
            if parcel.failure and not self._failure:
                self._failure = parcel.failure
                self._errand.mark.unlink(missing_ok=True)
                until = time.monotonic() + ENDING_LIMIT_S
            for record in parcel.entries:
                if isinstance(record, Record) and record.id in missing:
                    missing.remove(record.id)
                    self._told(record)

    def _end(self, missing: set[str]) -> None:
        """Let the actors finish what they have in hand and begin nothing more."""
        self._errand.mark.unlink(missing_ok=True)
        self._take(missing, time.monotonic() + ENDING_LIMIT_S)

    def _read(self, dataset: Any) -> None:
        try:
            for row in dataset.iter_rows():
                self._came.put(unpacked(row[PARCEL]))
        except Exception as error:  # noqa: BLE001  # told in the other thread
            self._came.put(error)
        else:
            self._came.put(None)


def _named(error: Exception) -> Exception:
    """A known failure that an actor began with, or Ray's own."""
    cause: BaseException | None = error
    while cause is not None:
        inner = getattr(cause, "cause", None) or cause.__cause__
        if isinstance(inner, BaseException) and inner is not cause:
            cause = inner
            continue
        break
    known = [one for one in (cause, error) if hasattr(one, "sentence")]
    if known and isinstance(known[0], Exception):
        return known[0]
    return ClusterFailed(
        "Ray gave up. What is made is kept; look into ray.log in the target, then give the same command again.",
        str(error),
    )
