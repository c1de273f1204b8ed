# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of the batch command, step by step: look, make what is missing, write the catalogue, tell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

from triposr_addon.batch.catalogue import CatalogueWritten, no_record, write_catalogue
from triposr_addon.batch.engine import make
from triposr_addon.batch.folder_names import ITEMS_FOLDER
from triposr_addon.batch.item import Item, Listing
from triposr_addon.batch.item_records import keep_failed, no_longer_refused, refused_record
from triposr_addon.batch.overseer import Interruption, Overseer
from triposr_addon.batch.parquet_catalogue import check_pyarrow, renew_parquet, write_parquet
from triposr_addon.batch.plan import BatchPlan
from triposr_addon.batch.progress import LibraryProgress, Looking, counted_pictures
from triposr_addon.batch.ray_engine import RayWishes, make_on_ray
from triposr_addon.batch.source import read_listing
from triposr_addon.batch.spans import nobody
from triposr_addon.batch.target import Target
from triposr_addon.batch.target_failures import TargetFailure, TargetMissing
from triposr_addon.batch.timeline import Timeline
from triposr_addon.batch.to_do import ToDo, to_do
from triposr_addon.shell_options import photo_settings, surface_settings
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER, load_on_host
from triposr_addon.worker.device import choose_device
from triposr_addon.worker.failures import OutputUnwritable, WorkerFailure
from triposr_addon.worker.precision import Precision, network_type
from triposr_addon.worker.rembg_model import installed_model
from triposr_addon.worker.setting_limits import check_photo_settings, check_surface_settings

MOST_NAMED = 20
"""Of the pictures that failed before."""
MOST_DETAILS = 2000
"""Of what Ray said last, in characters."""


def run(options: argparse.Namespace) -> int:
    """Make a library; returns the exit code.

    Raises SettingsInvalid, RembgFailure, SourceFailure, ModelFailure, DeviceUnavailable before any work; TargetFailure;
    KeyboardInterrupt, with all that was begun finished and the catalogue written.
    """
    _check_settings(options)
    if options.catalogue == "parquet":
        check_pyarrow()
    target = Target(options.output.absolute())
    listing = _listing(options, target.root)
    plan = _checked_plan(options, target.root)
    target.prepare()
    looking = Looking(sys.stderr, len(listing.items))
    wanted = to_do(listing, plan, target, retry_failed=options.retry_failed, verify=options.verify, looked=looking.at)
    _tell_before(listing, wanted)
    progress = LibraryProgress(sys.stderr, len(listing.items), wanted.there + len(wanted.failed))
    try:
        _keep_refusals(listing, target, progress)
        whole = _make(options, plan, wanted.items, progress)
    finally:
        progress.clear()
        _tell_after(listing, wanted, progress)
        _finish(options, target, listing)
    return 0 if whole and not progress.failed and not wanted.failed else 1


def merge(options: argparse.Namespace) -> int:
    """Write the catalogue of a target, and tell what is missing of its files and of the source; returns the exit code.

    Raises TargetMissing, TargetFailure, SourceFailure.
    """
    if options.catalogue == "parquet":
        check_pyarrow()
    target = Target(options.merge.absolute())
    if not (target.root / ITEMS_FOLDER).is_dir():
        raise TargetMissing(f"{target.root} holds no library. Give the folder that was the TARGET of a run.")
    listing = _listing(options, target.root) if options.source else None
    written = _catalogue(options, target, listing)
    missing = [*written.gone, *(_missing(listing, written.ids) if listing else ())]
    for item_id in missing[:MOST_NAMED]:
        print(f"missing: {item_id}", file=sys.stderr)
    told = f"; {len(missing)} are missing" if missing else ""
    made = written.made - len(written.gone)
    print(f"{made} meshes and {written.failed} failures in the catalogue{told}", file=sys.stderr)
    print(written.path)
    return 1 if missing or written.failed else 0


def _listing(options: argparse.Namespace, target: Path) -> Listing:
    """What the source holds, of this shard. Raises SourceFailure."""
    listing = read_listing(options.source, photo_settings(options), surface_settings(options), target)
    shard = options.shard
    return replace(
        listing,
        items=tuple(item for item in listing.items if shard.takes(item.id)),
        refusals=tuple(refusal for refusal in listing.refusals if shard.takes(refusal.id)),
    )


def _check_settings(options: argparse.Namespace) -> None:
    """What no picture could be made with is refused at once. Raises SettingsInvalid, RembgFailure."""
    check_photo_settings(photo_settings(options))
    check_surface_settings(surface_settings(options))
    if options.background == "rembg" or options.rembg_model:
        installed_model(options.rembg_home, options.rembg_model)


def _checked_plan(options: argparse.Namespace, target: Path) -> BatchPlan:
    """Find out before the work whether there is a model. Raises ModelFailure, DeviceUnavailable."""
    folder: Path = (options.model or PREVIEW_FOLDER).absolute()
    # With Ray each node looks for a device of its own.
    kind = network_type(choose_device("cpu" if options.ray else options.device), cast("Precision", options.precision))
    checkpoint = load_on_host(folder, kind)
    return BatchPlan(
        target,
        folder,
        checkpoint.name,
        checkpoint.sha256,
        options.format,
        keeps_field=not options.no_field,
        reviews=not options.no_review,
        device=options.device,
        precision=options.precision,
        rembg_home=options.rembg_home.absolute(),
    )


def _make(options: argparse.Namespace, plan: BatchPlan, items: Sequence[Item], progress: LibraryProgress) -> bool:
    """Whether it went on to the end.

    Raises TargetFailure; other WorkerFailures where nothing was made.
    """
    timeline = Timeline()
    with Interruption().heard() as interruption:
        hear = timeline.hear if options.timeline else nobody
        overseer = Overseer(progress.told, hear, partial(_tick, progress, interruption), interruption.stops)
        try:
            _make_by_engine(options, plan, items, overseer)
        except TargetFailure:
            raise
        except WorkerFailure as failure:
            if not progress.made and not progress.failed:
                raise
            progress.say(f"error: {failure.sentence} [{failure.code}]\n  {failure.details[-MOST_DETAILS:]}")
            return False
        finally:
            if options.timeline:
                _draw(timeline, options.timeline, progress)
    if interruption.stops():
        raise KeyboardInterrupt
    return True


def _draw(timeline: Timeline, path: Path, progress: LibraryProgress) -> None:
    """A picture that can't be written spoils no library."""
    try:
        timeline.draw(path)
    except OutputUnwritable as failure:
        progress.say(f"warning: {failure.sentence} [{failure.code}]")


def _make_by_engine(options: argparse.Namespace, plan: BatchPlan, items: Sequence[Item], overseer: Overseer) -> None:
    if options.ray:
        make_on_ray(plan, items, overseer, RayWishes(options.ray, options.lanes), options.batch)
    else:
        make(plan, items, overseer, options.lanes, options.batch)


def _tick(progress: LibraryProgress, interruption: Interruption) -> None:
    if interruption.is_news():
        progress.say("What is begun will be finished. CTRL-C again stops at once.")
    progress.tick()


def _keep_refusals(listing: Listing, target: Target, progress: LibraryProgress) -> None:
    """A record of each entry that is no item. Raises TargetFailure."""
    for refusal in listing.refusals:
        record = refused_record(refusal)
        there = target.record_or_none(record.id)
        if there is None or (there.code, there.sentence) != (record.code, record.sentence):
            keep_failed(target, record)
        progress.refused(record)


def _missing(listing: Listing, there: Collection[str]) -> list[str]:
    ids = [item.id for item in listing.items] + [refusal.id for refusal in listing.refusals]
    return [item_id for item_id in ids if item_id not in there]


def _finish(options: argparse.Namespace, target: Target, listing: Listing) -> None:
    if options.shard.count > 1:
        table = " --catalogue parquet" if options.catalogue == "parquet" else ""
        print(f"Shard {options.shard} is over. When all are: batch --merge {target.root}{table}", file=sys.stderr)
        return
    print(_catalogue(options, target, listing).path)


def _catalogue(options: argparse.Namespace, target: Target, listing: Listing | None) -> CatalogueWritten:
    """Write it, in the forms that are wished. What `listing` refuses no more is forgotten."""
    outdated = no_longer_refused(listing) if listing else no_record
    written = write_catalogue(target, outdated, looks_at_files=options.merge is not None)
    if options.catalogue == "parquet":
        write_parquet(written.path)
    elif warning := renew_parquet(written.path):
        print(f"warning: {warning}", file=sys.stderr)
    return written


def _tell_before(listing: Listing, wanted: ToDo) -> None:
    for warning in listing.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if not listing.items:
        return
    there = f", {wanted.there:,} are there" if wanted.there else ""
    print(f"{counted_pictures(len(listing.items))}{there}, {len(wanted.items):,} to make", file=sys.stderr)


def _tell_after(listing: Listing, wanted: ToDo, progress: LibraryProgress) -> None:
    for item_id, code in wanted.failed[:MOST_NAMED]:
        print(f"failed before: {item_id} [{code}]", file=sys.stderr)
    if wanted.failed:
        print(f"{len(wanted.failed):,} failed before and are as they were: --retry-failed tries again", file=sys.stderr)
    there, failed = wanted.there + progress.made, progress.failed + len(wanted.failed)
    left = len(wanted.items) - progress.done
    total = len(listing.items) + len(listing.refusals)
    told = f"{there:,} of {total:,} meshes are there, {failed:,} failed"
    print(f"{told}, {left:,} are not made yet" if left else told, file=sys.stderr)
