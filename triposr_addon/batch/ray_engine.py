# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a library on Ray: pictures are loaded and cut out ahead of the network, which actors hold, each its own, and,
where that is on a card, finished behind it.

Every picture is worked on at least once, and again where a process or node is lost; since making is idempotent, there
is one result and one record of each (docs/decisions/ray_data.md).
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from triposr_addon.batch.engine import ON_A_CARD
from triposr_addon.batch.item import Item
from triposr_addon.batch.item_records import keep_died
from triposr_addon.batch.local_engine import groups
from triposr_addon.batch.overseer import Overseer
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.ray_actors import (
    PARCEL,
    FinishingActor,
    MakingActor,
    MeshingActor,
    Parcel,
    PreparingActor,
    packed,
)
from triposr_addon.batch.ray_cluster import LOG_NAME, Shares, cluster, inspect, shares
from triposr_addon.batch.ray_errand import Errand, errand_for
from triposr_addon.batch.ray_gathering import Gathering, group_limit
from triposr_addon.catalogue_file import Record

MOST_BLOCKS = 50_000
"""In which the parcels lie: what is lost with a node is done again by the block."""
ROUNDS = 3
"""What comes back from none is given out again, in the last one alone: a picture that ends its process ends others'."""
RETRIES = {"max_restarts": -1, "max_task_retries": 10}
"""Of an actor, as often as nodes are lost; of what it had in hand: one each two seconds, and Ray gives a lost node up
after some 15. What is left then is for the next round."""


@dataclass(frozen=True)
class RayWishes:
    """address: `local`, `auto` or HOST:PORT. lanes: threads of a process that holds a model; None to choose."""

    address: str
    lanes: int | None = None


def make_on_ray(
    plan: BatchPlan,
    items: Sequence[Item],
    overseer: Overseer,
    wishes: RayWishes,
    at_once: int | None = None,
) -> None:
    """at_once: None for what the engines of one machine take. The overseer is told in this thread.

    Raises TargetFailure, ModelFailure, DeviceUnavailable, OutOfMemory, RayFailure.
    """
    if not items:
        return
    with cluster(wishes.address, plan.target / LOG_NAME) as ray, errand_for(plan, items[0].picture) as errand:
        inspect(ray, errand)
        given = shares(ray.nodes(), plan.device, wishes.lanes)
        errand = replace(errand, plan=replace(plan, device=given.device))
        together = at_once or (ON_A_CARD if given.has_cards else 1)
        gathering = Gathering(errand, {item.id for item in items}, overseer, group_limit(together))
        for number in range(ROUNDS):
            parcels = parcels_of(items, gathering.missing, together, is_last=number == ROUNDS - 1)
            if parcels and not gathering.is_ending:
                gathering.gather(_records(errand, given, parcels, is_last=number == ROUNDS - 1))
    if gathering.failure:
        raise gathering.failure
    if not gathering.is_ending:
        for item in items:
            if item.id in gathering.missing:
                overseer.told(_died(plan, item))


def parcels_of(items: Iterable[Item], missing: set[str], at_once: int, *, is_last: bool = False) -> list[Parcel]:
    """The groups that any engine would form, of which something is missing; in the last round what is missing alone."""
    if is_last:
        return [Parcel((item,)) for item in items if item.id in missing]
    return [Parcel(group) for group in groups(items, at_once) if any(item.id in missing for item in group)]


def _records(errand: Errand, given: Shares, parcels: Sequence[Parcel], *, is_last: bool) -> Any:
    """Ray's dataset of parcels with records; nothing is done before it is read."""
    data = importlib.import_module("ray.data")
    _set_up(data.DataContext.get_current())
    lanes = 1 if is_last else given.lanes
    beside = data.ActorPoolStrategy(min_size=1, initial_size=1)
    warm = data.ActorPoolStrategy(
        min_size=1,
        initial_size=max(min(given.actors, len(parcels)), 1),
        max_tasks_in_flight_per_actor=1 if is_last else 2 * lanes,
        max_concurrent_calls_per_actor=lanes,
        enable_true_multi_threading=True,
    )
    rows = [{PARCEL: packed(parcel)} for parcel in parcels]
    common: dict[str, Any] = {"batch_size": 1, "fn_constructor_args": (errand,), **RETRIES}
    source = data.from_items(rows, override_num_blocks=min(len(rows), MOST_BLOCKS))
    with warnings.catch_warnings():
        # Retries have no other way in yet in the Ray that the lock pins; from 2.64 on this one will be gone.
        warnings.filterwarnings("ignore", "`ray_remote_args` is deprecated")
        prepared = source.map_batches(PreparingActor, compute=beside, **common, **given.preparing)
        if not given.has_cards:
            return prepared.map_batches(MakingActor, compute=warm, **common, **given.making)
        meshed = prepared.map_batches(MeshingActor, compute=warm, **common, **given.making)
        return meshed.map_batches(FinishingActor, compute=beside, **common, **given.preparing)


def _set_up(context: Any) -> None:
    """Ray Data's own words are ours to say; what it gives up is given out again, see ROUNDS."""
    context.enable_progress_bars = context.enable_operator_progress_bars = False
    context.print_on_execution_start = False
    context.max_errored_blocks = -1
    context.max_consecutive_actor_init_deaths = 100


def _died(plan: BatchPlan, item: Item) -> Record:
    """Keep the record of a picture of which nothing came back. Raises TargetFailure."""
    sentence = "The processes that worked on it ended, again and again: see ray.log. Give the same command again."
    return keep_died(plan, item, sentence)
