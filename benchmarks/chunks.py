# SPDX-License-Identifier: GPL-3.0-or-later
"""How many points a field is best asked at once on this machine's processor or graphics card.

usage: python benchmarks/chunks.py [--field FILE] [--device auto|cpu|cuda] --json OUT

The same lattice nodes are asked in chunks of every size, one size after another, round after round; medians. On a
processor the clock is one thread's processor time, so that other programs do not count; on a card it is a clock on the
wall, with the card waited for. The field defaults to one that is drawn, of the released shape: what it holds does not
matter here.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.command import BAD_INPUT, add_json, write_document
from benchmarks.counted_memory import RELEASED
from benchmarks.field_input import read_field
from benchmarks.machine import machine
from triposr_addon.worker.bricks import Points
from triposr_addon.worker.device import choose_device
from triposr_addon.worker.failures import WorkerFailure
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.model.decoder import FieldDecoder
from triposr_addon.worker.plane_maps import PlaneMaps

RESOLUTION = 256
AT_HOME = (tuple(1 << power for power in range(9, 17)), 1 << 17, 7)
ON_A_CARD = (tuple(1 << power for power in range(13, 21)), 1 << 20, 20)
"""Chunk sizes, nodes and rounds."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        device = choose_device(options.device)
        field = read_field(options.field, device).field if options.field else drawn_field().to(device)
        write_document(document(field, device), options.json)
    except WorkerFailure as failure:
        print(failure.sentence, file=sys.stderr)
        return BAD_INPUT
    return 0


def document(field: TriplaneField, device: torch.device) -> dict[str, object]:
    """The JSON: nanoseconds per point for each size."""
    at_home = device.type == "cpu"
    if at_home:
        torch.set_num_threads(1)
    nanoseconds = measured(field, *(AT_HOME if at_home else ON_A_CARD))
    best = min(nanoseconds, key=lambda size: nanoseconds[size])
    return {
        "benchmark": "chunks",
        "title": f"Points asked at once, {device}",
        "note": "Processor time of one thread." if at_home else "Wall-clock time.",
        "machine": machine(device),
        "columns": ["points at once", "ns a point", "of the best"],
        "rows": [[size, round(time, 1), round(time / nanoseconds[best], 2)] for size, time in nanoseconds.items()],
        "best": best,
    }


def measured(field: TriplaneField, sizes: Sequence[int], nodes: int, rounds: int) -> dict[int, float]:
    """Nanoseconds per point by chunk size: medians over rounds, in each of which all sizes take their turn."""
    device = field.device
    clock = time.thread_time_ns if device.type == "cpu" else time.perf_counter_ns
    asked = Points(*torch.randint(RESOLUTION, (3, nodes), device=device))
    maps = {size: PlaneMaps(dataclasses.replace(field, points_at_once=size), RESOLUTION) for size in sizes}
    runs: dict[int, list[int]] = {size: [] for size in sizes}
    for number in range(rounds + 1):
        for size in sizes if number % 2 else reversed(sizes):
            _wait_for(device)
            began = clock()
            maps[size].raw_density(asked)
            _wait_for(device)
            if number:  # the first round warms torch up
                runs[size].append(clock() - began)
    return {size: statistics.median(times) / nodes for size, times in runs.items()}


def drawn_field() -> TriplaneField:
    """A field of the released model's shape, drawn rather than reconstructed."""
    torch.manual_seed(0)
    side = 2 * RELEASED.triplane_tokens.plane_size
    planes = torch.randn(3, RELEASED.upsampler.out_channels, side, side)
    decoder = FieldDecoder(RELEASED.decoder).requires_grad_(requires_grad=False)
    return TriplaneField(planes, decoder, RELEASED.field.radius, RELEASED.field.density_bias)


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--field", type=Path, metavar="FILE", help=".npz or .triplane.safetensors")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N")
    add_json(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
