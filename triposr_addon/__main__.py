# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m triposr_addon photo.png -o mesh.glb`: the worker's own steps without Blender.

Written paths go to standard output, everything else to standard error. Exit code 0: every mesh was written;
1: one or more failed; 2: the command line makes no sense; 130: interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from triposr_addon.batch.command import is_asked_for
from triposr_addon.batch.command import main as batch_main
from triposr_addon.photo_files import photos_in
from triposr_addon.protocol import ErrorReport
from triposr_addon.shell_options import FIELD_SUFFIX, photo_settings, surface_settings
from triposr_addon.shell_options import parser as shell_parser
from triposr_addon.worker.failure_lines import tell_failure
from triposr_addon.worker.failures import OutputUnwritable, PhotoMissing, WorkerFailure
from triposr_addon.worker.idle_threads import let_idle_threads_sleep
from triposr_addon.worker.progress_line import ProgressLine
from triposr_addon.worker.steps import Steps
from triposr_addon.worker.unforeseen import unforeseen_report

if TYPE_CHECKING:
    from triposr_addon.worker.field import TriplaneField
    from triposr_addon.worker.field_to_mesh import ExtractedMesh
    from triposr_addon.worker.memory_ladder import Outcome
    from triposr_addon.worker.shell_record import ShellRecord
    from triposr_addon.worker.workbench import Workbench

# Imports of torch and of what needs it stand inside the functions: --help is there at once.

INTERRUPTED = 130


@dataclass(frozen=True)
class Order:
    """One source (a photo or a field file) and the mesh file to make of it."""

    source: Path
    mesh: Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:] if arguments is None else arguments
    if is_asked_for(arguments):
        let_idle_threads_sleep()
        return batch_main(arguments[1:])
    parser = shell_parser()
    options = parser.parse_args(arguments)
    if bool(options.photos) == bool(options.from_field):
        parser.error("give photos, or --from-field FILE, and not both")
    if options.from_field and (options.log or options.sheet):
        parser.error("--log and --sheet are about photos")
    if options.mask and (len(options.photos) != 1 or options.photos[0].is_dir()):
        parser.error("--mask belongs to one photo: give just that one")
    let_idle_threads_sleep()
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    try:
        return _made_all(options, plan(options))
    except WorkerFailure as failure:
        tell_failure(sys.stderr, failure.report())
        return 1


def _made_all(options: argparse.Namespace, orders: Sequence[Order]) -> int:
    """The exit code. Raises WorkerFailure where that concerns all of them."""
    failures = {}
    with contextlib.ExitStack() as stack:
        record = _record_or_none(options, orders)
        if record:
            stack.callback(record.close)
        make = _field_maker(options) if options.from_field else _photo_maker(options, record)
        for order in orders:
            if report := _made(order, make):
                failures[order.source.name] = report.code
                if record:
                    record.failed(order.source, report)
        for page in record.draw() if record else ():
            print(page)
    if len(orders) > 1:
        print(f"{len(orders) - len(failures)} of {len(orders)} meshes written", file=sys.stderr)
        for name, code in failures.items():
            print(f"  failed: {name} [{code}]", file=sys.stderr)
    return 1 if failures else 0


def _record_or_none(options: argparse.Namespace, orders: Sequence[Order]) -> ShellRecord | None:
    if not options.log and not options.sheet:
        return None
    from triposr_addon.worker.shell_record import ShellRecord

    settings = {"photo": asdict(photo_settings(options)), "surface": asdict(surface_settings(options))}
    return ShellRecord([order.source for order in orders], settings, options.log, options.sheet)


def _made(order: Order, make: Callable[[Order, Steps], None]) -> ErrorReport | None:
    """Fill one order; its failure is printed and returned, so that the next can go on."""
    line = ProgressLine(sys.stderr, order.source.name)
    try:
        with contextlib.ExitStack() as stack:
            stack.callback(line.finish)
            make(order, Steps(line.tell, lambda: False))
    except WorkerFailure as failure:
        report = failure.report()
    except Exception as error:  # noqa: BLE001  # the next photo may do better
        report = unforeseen_report(error)
    else:
        print(order.mesh)
        return None
    tell_failure(sys.stderr, report, order.source.name)
    return report


# --- what to make ----------------------------------------------------------------------------------------------------


def plan(options: argparse.Namespace) -> list[Order]:
    """The orders of a command line; output folders are made. Raises PhotoMissing, OutputUnwritable, SettingsInvalid."""
    output: Path = options.output
    sources = [options.from_field] if options.from_field else _photos(options.photos)
    many = len(sources) > 1 or any(photo.is_dir() for photo in options.photos)
    if many or output.is_dir() or not output.suffix:
        orders = [Order(source, output / name) for source, name in _mesh_names(sources, options.format)]
    else:
        orders = [Order(sources[0], output)]
    _check_output(orders[0].mesh, is_folder=orders[0].mesh != output)
    return orders


def _photos(given: Sequence[Path]) -> list[Path]:
    photos: list[Path] = []
    for path in given:
        found = photos_in(path) if path.is_dir() else [path]
        if not found:
            raise PhotoMissing(f"The folder {path} holds no photos. Choose another folder.")
        photos += found
    return list(dict.fromkeys(photos))


def _mesh_names(sources: Sequence[Path], suffix: str) -> list[tuple[Path, str]]:
    """A mesh name for each source, from its stem; from its whole name where stems agree (mug.png and mug.jpg)."""
    stems = [
        source.name.removesuffix(FIELD_SUFFIX) if FIELD_SUFFIX in source.name else source.stem for source in sources
    ]
    counts = Counter(stem.lower() for stem in stems)
    names = (stem if counts[stem.lower()] == 1 else source.name for source, stem in zip(sources, stems, strict=True))
    return [(source, f"{name}.{suffix}") for source, name in zip(sources, names, strict=True)]


def _check_output(mesh: Path, *, is_folder: bool) -> None:
    """Find out before the work, not after it."""
    from triposr_addon.worker.mesh_file import check_suffix

    check_suffix(mesh)
    folder = mesh.parent
    try:
        if is_folder:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputUnwritable(f"The folder {folder} can't be made. Choose another output.", repr(error)) from error
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise OutputUnwritable(f"The folder {folder} does not exist or may not be written to. Choose another output.")


# --- how to make it --------------------------------------------------------------------------------------------------


def _photo_maker(options: argparse.Namespace, record: ShellRecord | None) -> Callable[[Order, Steps], None]:
    """Loads the model at once, and returns what makes one photo's mesh with it."""
    bench = _bench(options)
    folder = _loaded(bench, options)
    settings = photo_settings(options)

    def make(order: Order, steps: Steps) -> None:
        outcome = bench.reconstruct(order.source, bench.model(folder), settings, options.rembg_home, steps)
        _print_warnings(order, outcome.warnings)
        extracted = _save(bench, outcome.made.field, order, options, steps)
        if options.save_field:
            outcome.made.field.save(order.mesh.with_suffix(FIELD_SUFFIX))
        if record:
            record.made(order.source, order.mesh, outcome, extracted, steps)

    return make


def _bench(options: argparse.Namespace) -> Workbench:
    from triposr_addon.worker.device import choose_device
    from triposr_addon.worker.precision import network_type
    from triposr_addon.worker.workbench import Workbench

    return Workbench(choose_device(options.device), type_for=partial(network_type, precision=options.precision))


def _loaded(bench: Workbench, options: argparse.Namespace) -> Path:
    line = ProgressLine(sys.stderr, "model")
    with contextlib.ExitStack() as stack:
        stack.callback(line.finish)
        with Steps(line.tell, lambda: False).step("load model"):
            from triposr_addon.worker.checkpoint import PREVIEW_FOLDER

            folder: Path = options.model or PREVIEW_FOLDER
            bench.model(folder)
    return folder


def _field_maker(options: argparse.Namespace) -> Callable[[Order, Steps], None]:
    from triposr_addon.worker.field import load_field
    from triposr_addon.worker.weight_placement import HOME

    bench = _bench(options)

    def make(order: Order, steps: Steps) -> None:
        _save(bench, load_field(order.source, HOME), order, options, steps)

    return make


def _save(
    bench: Workbench, field: TriplaneField, order: Order, options: argparse.Namespace, steps: Steps
) -> Outcome[ExtractedMesh]:
    from triposr_addon.worker.mesh_file import save_mesh

    outcome = bench.extract(field, surface_settings(options), steps)
    _print_warnings(order, outcome.warnings)
    save_mesh(outcome.made.mesh, order.mesh)
    return outcome


def _print_warnings(order: Order, warnings: Sequence[str]) -> None:
    for warning in warnings:
        print(f"warning: {order.source.name}: {warning}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
