# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of items: what all have in common, those of failures, and which failures are worth another try."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from triposr_addon.batch.item import Item, Listing, Refusal
from triposr_addon.batch.picture_state import PictureState, state_for
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.target import Target
from triposr_addon.catalogue_file import FAILED, MADE, Record
from triposr_addon.folder_log import LONGEST_TEXT
from triposr_addon.protocol import ErrorReport
from triposr_addon.worker.device import is_out_of_memory
from triposr_addon.worker.failures import MaskUnreadable, OutOfMemory, WorkerFailure
from triposr_addon.worker.unforeseen import INTERNAL, unforeseen_report

LANE_DIED = "LANE_DIED"
"""The code of a picture at which the process that worked on it was killed."""
PASSING = ("OUT_OF_MEMORY", "OUTPUT_UNWRITABLE", LANE_DIED, "DEVICE_", "REMBG_", "MODEL_", INTERNAL)
"""Beginnings of the codes of failures that are not the picture's: the same command tries such items again."""


def bare_record(item: Item, plan: BatchPlan, state: PictureState, status: str) -> Record:
    """A record that says what was to be made of what, and nothing yet of how that went."""
    return Record(
        item.id,
        item.told,
        status,
        model=plan.model_name,
        model_sha256=plan.model_sha256,
        settings=plan.settings(item),
        fingerprint=plan.fingerprint(item, state.mask_sha256),
        picture_sha256=state.sha256,
        picture_bytes=state.bytes,
        picture_modified=state.modified,
        at=now(),
    )


def failed_record(
    item: Item, plan: BatchPlan, state: PictureState, report: ErrorReport, seconds: Mapping[str, float]
) -> Record:
    """The record of an item that could not be made."""
    bare = bare_record(item, plan, state, FAILED)
    return replace(bare, code=report.code, sentence=report.sentence[:LONGEST_TEXT], seconds=dict(seconds))


def keep_died(plan: BatchPlan, item: Item, sentence: str) -> Record:
    """Keep the record of a picture whose process ended. Raises TargetFailure."""
    report = ErrorReport(LANE_DIED, sentence)
    return keep_failed(Target(plan.target), failed_record(item, plan, state_for(item), report, {}))


def keep_failed(target: Target, record: Record) -> Record:
    """Keep the record of a failure; returns it, or that of an attempt which has made the same meanwhile.

    A mesh of other settings, or of the picture as it was, gives way to it. It stays where the failure says nothing of
    the picture, or the picture could not be seen: then the failure is told, and the next run tries again.
    Raises TargetFailure.
    """
    there = target.record_or_none(record.id)
    if there and there.status == MADE and not _tells_of_the_picture(record) and target.is_whole(there):
        is_of_the_same = (there.fingerprint, there.picture_sha256) == (record.fingerprint, record.picture_sha256)
        return there if is_of_the_same else record
    return target.keep(record, {})


def _tells_of_the_picture(record: Record) -> bool:
    seen = record.picture_sha256 and record.code != MaskUnreadable.code
    return bool(seen) and is_lasting(record)


def refused_record(refusal: Refusal) -> Record:
    """The record of an entry of the source that is no item."""
    report = refusal.report
    return Record(refusal.id, refusal.told, FAILED, report.code, report.sentence[:LONGEST_TEXT], at=now())


def no_longer_refused(listing: Listing) -> Callable[[Record], bool]:
    """Whether a record tells of an entry that was refused, and that the source says no more."""
    refused = {refusal.id for refusal in listing.refusals}
    return lambda record: record.status == FAILED and not record.fingerprint and record.id not in refused


def is_lasting(record: Record) -> bool:
    """Whether the failure would come again with the same picture and the same settings."""
    return not record.code.startswith(PASSING)


def report_of(error: Exception) -> ErrorReport:
    """How a failure is told: by its own code, or as one that nobody foresaw."""
    if isinstance(error, WorkerFailure):
        return error.report()
    unforeseen = unforeseen_report(error)
    if is_out_of_memory(error):
        sentence = "The computer's memory is too small for this. Close other programs, or take fewer lanes."
        return ErrorReport(OutOfMemory.code, sentence, unforeseen.details)
    return unforeseen


def now() -> str:
    """ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
