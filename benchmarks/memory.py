# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory: what the released model takes of a graphics card by each path, and of the computer's own.

usage: python benchmarks/memory.py --field FILE [--field FILE ...] --json OUT
           [--resolution N ...] [--device count|cuda] [--model FOLDER ...] [--photo PHOTO]

count (the default) needs no card: sizes follow from the network and the field, and a model of PyTorch's allocator says
what it would reserve. cuda measures the same on the card that is there. With --model the computer's memory is measured
too: for each of them a worker of its own reconstructs the photo and extracts the first field. Exit code 2: the input
can't be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.command import BAD_INPUT, add_field, add_json, add_resolution, write_document
from benchmarks.counted_memory import asking, count
from benchmarks.field_input import FieldInput, read_field
from benchmarks.host_memory import WorkerFailedHere, watch_one_photo
from benchmarks.machine import machine
from benchmarks.measured_memory import measure
from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.failures import WorkerFailure
from triposr_addon.worker.memory_plan import LARGEST_CHUNK_POINTS, SMALLEST_CHUNK_POINTS, PathName

PHOTO = Path(__file__).parents[1] / "docs" / "images" / "demo_photo.png"
PATHS: dict[PathName, int] = {
    "resident": LARGEST_CHUNK_POINTS,
    "offloaded": SMALLEST_CHUNK_POINTS,
    "streamed": SMALLEST_CHUNK_POINTS,
}
"""The paths, and how many points at once the field is asked on each."""
COUNTED_TYPE = torch.bfloat16
MB = 1_000_000
COLUMNS = ["field", "resolution", "path", "network MB", "extraction MB", "reserved MB", "smallest MB"]
HOST_COLUMNS = ["model", "field", "resolution", "stage", "resident MB", "own MB"]
NOTE = """\
Graphics memory of the released model in half precision. network, extraction: the most that tensors take while the one
and then the other runs. reserved: what PyTorch's allocator takes from the card for both; smallest: what it can do with.
Not in it: the driver's context (some 300 to 500 MB) and what single kernels take for themselves."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        fields = [read_field(path, torch.device("cpu")) for path in options.field]
        write_document(document(options, fields), options.json)
    except WorkerFailure as failure:
        print(failure.sentence, file=sys.stderr)
        return BAD_INPUT
    except WorkerFailedHere as failure:
        print(failure, file=sys.stderr)
        return BAD_INPUT
    return 0


def document(options: argparse.Namespace, fields: Sequence[FieldInput]) -> dict[str, object]:
    """The JSON: a table for the card, and one for the computer where models were given."""
    device = torch.device("cuda", 0) if options.device == "cuda" else None
    resolutions = options.resolution or [256, 512]
    rows = [_told(row) for row in _card_rows(fields, resolutions, device)]
    host_rows = [_told(row) for row in _host_rows(options.model, options.photo, fields[0], resolutions)]
    at_256 = [row for row in rows if row[1:3] == [256, "resident"]]
    return {
        "benchmark": "memory",
        "title": "Memory of the graphics card, " + ("measured" if device else "counted"),
        "note": NOTE,
        "machine": machine(device),
        "columns": COLUMNS,
        "rows": rows,
        "peak_256_mb": max((max(row[3], row[4]) for row in at_256), default=None),
        "reserved_256_mb": max((row[5] for row in at_256), default=None),
        "host_columns": HOST_COLUMNS,
        "host_rows": host_rows,
    }


def _card_rows(
    fields: Sequence[FieldInput], resolutions: Sequence[int], device: torch.device | None
) -> Iterator[list[Any]]:
    for given in fields:
        for resolution in resolutions:
            settings = SurfaceSettings(resolution, given.threshold)
            for path, chunk_points in PATHS.items():
                field = asking(given.field, chunk_points)
                made = measure(path, device, field, settings) if device else count(path, COUNTED_TYPE, field, settings)
                peaks = made.network_peak, made.extraction_peak, made.reserved, made.smallest_budget
                yield [given.name, resolution, path, *(_megabytes(peak) for peak in peaks)]


def _host_rows(
    models: Sequence[Path], photo: Path, given: FieldInput, resolutions: Sequence[int]
) -> Iterator[list[Any]]:
    for model in models:
        for resolution in resolutions:
            settings = SurfaceSettings(resolution, given.threshold)
            for peak in watch_one_photo(photo, model, given.field, settings):
                sizes = _megabytes(peak.resident), _megabytes(peak.own)
                yield [model.name, given.name, resolution, peak.stage, *sizes]


def _megabytes(count: int | None) -> int | None:
    return None if count is None else round(count / MB)


def _told(row: list[Any]) -> list[Any]:
    print(*row, sep="\t", flush=True)
    return row


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add_field(parser)
    add_resolution(parser, required=False)
    add_json(parser)
    parser.add_argument("--device", choices=["count", "cuda"], default="count", help="count, or measure on a card")
    parser.add_argument("--model", type=Path, action="append", default=[], metavar="FOLDER", help="checkpoint folder")
    parser.add_argument("--photo", type=Path, default=PHOTO, help="the picture for --model")
    return parser


if __name__ == "__main__":
    sys.exit(main())
