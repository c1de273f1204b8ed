# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a library is still to be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from triposr_addon.batch.item import Item, Listing
from triposr_addon.batch.item_records import is_lasting
from triposr_addon.batch.picture_state import PictureState, is_of_picture
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.target import Target
from triposr_addon.catalogue_file import MADE, Record


@dataclass(frozen=True)
class ToDo:
    """items: to be made, in the source's order. there: how many are made already. failed: ids and codes of those that
    failed before, in a way that would come again."""

    items: tuple[Item, ...]
    there: int
    failed: tuple[tuple[str, str], ...]


def to_do(
    listing: Listing,
    plan: BatchPlan,
    target: Target,
    *,
    retry_failed: bool = False,
    verify: bool = False,
    looked: Callable[[int], None] = lambda _count: None,
) -> ToDo:
    """Hold the listing against the records. `looked` hears how many items were looked at.

    verify: what a file holds counts as well, not only its size. Raises TargetFailure, where it does.
    """
    items, there, failed = [], 0, []
    for number, item in enumerate(listing.items):
        looked(number)
        record = target.record_or_none(item.id)
        if record is None or not _stands(record, item, plan, target):
            items.append(item)
        elif verify and not target.is_as_written(record):
            target.forget(record)  # whoever is to make it would take it for what is there
            items.append(item)
        elif record.status == MADE:
            there += 1
        elif retry_failed or not is_lasting(record):
            items.append(item)
        else:
            failed.append((item.id, record.code))
    return ToDo(tuple(items), there, tuple(failed))


def kept_or_none(target: Target, plan: BatchPlan, item: Item, state: PictureState) -> Record | None:
    """The record of an item that is made already, of the picture as it is and as it is wanted now."""
    record = target.record_or_none(item.id)
    if record is None or record.status != MADE or record.picture_sha256 != state.sha256:
        return None
    wanted = plan.fingerprint(item, state.mask_sha256)
    return record if record.fingerprint == wanted and target.is_whole(record) else None


def _stands(record: Record, item: Item, plan: BatchPlan, target: Target) -> bool:
    """Whether the record tells of this picture with these settings, and its files are there."""
    return (
        record.fingerprint == plan.fingerprint(item)
        and is_of_picture(record, Path(item.picture))
        and target.is_whole(record)
    )
