# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of items: what all have in common, those of failures, and which failures are worth another try."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from triposr_addon.batch.item import Item, Listing, Refusal
from triposr_addon.batch.picture_state import PictureState, picture_state
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.target import Target
from triposr_addon.catalogue_file import FAILED, Record
from triposr_addon.folder_log import LONGEST_TEXT
from triposr_addon.protocol import ErrorReport
from triposr_addon.worker.device import is_out_of_memory
from triposr_addon.worker.failures import OutOfMemory, WorkerFailure
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
        fingerprint=plan.fingerprint(item),
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
    report, state = ErrorReport(LANE_DIED, sentence), picture_state(Path(item.picture))
    return Target(plan.target).keep(failed_record(item, plan, state, report, {}), {})


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
