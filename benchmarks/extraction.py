# SPDX-License-Identifier: GPL-3.0-or-later
"""From a field to a coloured mesh: the textbook way beside ours, in one process and in turns.

usage: python benchmarks/extraction.py --field F.npz [--field ...] --resolution 256 [--resolution ...] --json OUT

A field is one of ours (*.triplane.safetensors) or an .npz (benchmarks/field_input.py lists its keys). One field at
one resolution gives one JSON object with `textbook_s`, `ours_s`, `speedup` (textbook over ours), `queries` and
`triangles`; several give an object whose `rows` are such objects. Exit code 2: the input can't be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from triposr_addon.worker.idle_threads import let_idle_threads_sleep

    let_idle_threads_sleep()  # as the worker does, before torch is there

import torch

from benchmarks.command import BAD_INPUT, add_field, add_json, add_resolution, write_document
from benchmarks.field_input import read_field
from benchmarks.head_to_head import Effort, Row, head_to_head
from triposr_addon.worker.device import choose_device
from triposr_addon.worker.failures import WorkerFailure

GPU_RUNS, GPU_SLOW_RUNS = 20, 3
QUICK, SLOW = 160, 384
"""Up to the first the textbook way takes a second or two on a CPU; above the second, minutes: it is run once, between
two of ours. On a graphics card it is run GPU_SLOW_RUNS times there, instead of GPU_RUNS."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        rows = _rows(options)
        write_document(_document(rows, options.device), options.json)
    except WorkerFailure as failure:
        print(failure.sentence, file=sys.stderr)
        return BAD_INPUT
    return 0


def effort_for(resolution: int, device: torch.device, repeats: int | None, one_thread: bool) -> Effort:
    """How often to run what: the textbook way less often where it is slow. `repeats` overrules."""
    if repeats is None and device.type == "cuda":
        dense = GPU_SLOW_RUNS if resolution > SLOW else GPU_RUNS
        return Effort(dense, dense, GPU_RUNS)
    if repeats is None and resolution > QUICK:
        once = resolution > SLOW
        return Effort(1 if once else 2, 0 if once else 1, 3, one_thread)
    times = repeats or 3
    return Effort(times, times, times, one_thread)


def _rows(options: argparse.Namespace) -> list[Row]:
    device = choose_device(options.device)
    if options.one_thread:
        torch.set_num_threads(1)
    rows = []
    for path in options.field:
        source = read_field(path, device)
        for resolution in options.resolution:
            effort = effort_for(resolution, device, options.repeats, options.one_thread)
            rows.append(head_to_head(source, resolution, effort, _tell))
            _tell(f"ours is {rows[-1]['speedup']} times as fast ({rows[-1]['clock']})")
    return rows


def _document(rows: list[Row], device: str) -> Row:
    head: Row = {"benchmark": "extraction", "device": device}
    return head | rows[0] if len(rows) == 1 else head | {"machine": rows[-1]["machine"], "rows": rows}


def _tell(text: str) -> None:
    print(text, flush=True)


def _repeats(text: str) -> int:
    if not 1 <= (repeats := int(text)) <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 1000")
    return repeats


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_field(parser)
    add_resolution(parser, required=True)
    add_json(parser)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument(
        "--repeats",
        type=_repeats,
        help="timed runs of each way; usually 3, fewer of the textbook's above 160, 20 on a GPU",
    )
    parser.add_argument(
        "--one-thread", action="store_true", help="CPU seconds of one thread, for a machine that others use too"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
