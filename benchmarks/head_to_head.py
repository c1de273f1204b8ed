# SPDX-License-Identifier: GPL-3.0-or-later
"""One field at one resolution, in one process: the textbook way and ours in turns, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from benchmarks.field_input import FieldInput
from benchmarks.launches import Launches, count_launches
from benchmarks.machine import load_or_none, machine
from benchmarks.ours import ours
from benchmarks.stopwatch import Stopwatch, idle, seconds
from benchmarks.textbook import TEXTBOOK, Textbook, TextbookMesh, Way, dense_grid, marching_cubes_name, tuned
from benchmarks.turns import Contestant, peak_bytes, take_turns
from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.field_to_mesh import ExtractedMesh

CPU_WARM_UPS, GPU_WARM_UPS = 1, 3
SMALL_RESOLUTION = 32
"""For the textbook's warm-up: its chunks are as large as ever, there are few of them."""

Row = dict[str, Any]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Effort:
    """How often each way is timed, and by which clock.

    tuned: 0 leaves the tuned textbook out. one_thread: CPU seconds of one thread, for a machine that others use too.
    """

    textbook: int
    tuned: int
    ours: int
    one_thread: bool = False


def head_to_head(source: FieldInput, resolution: int, effort: Effort, tell: Tell) -> Row:
    """Time both ways on the field's device and count what they ask. Raises what `field_to_mesh` raises."""
    device, settings = source.field.device, SurfaceSettings(resolution, source.threshold)
    warm_up = _warm_up(source, settings)
    textbook, grid = Textbook(source.field), dense_grid(source.field.radius, resolution, device)

    def asked(way: Way) -> Callable[[Stopwatch], TextbookMesh]:
        return lambda stopwatch: textbook.mesh(grid, source.threshold, way, stopwatch)

    ways = [Contestant("textbook", asked(TEXTBOOK), effort.textbook)]
    if effort.tuned:
        tuned_way = tuned(textbook)
        ways.append(Contestant("textbook, tuned", asked(tuned_way), effort.tuned))
    ways.append(Contestant("ours", lambda stopwatch: ours(source.field, settings, stopwatch), effort.ours))
    load = load_or_none()
    take_turns(ways, device, effort.one_thread, lambda text: tell(f"{source.name} at {resolution}: {text}"))
    return {
        "field": source.name,
        "resolution": resolution,
        "threshold": source.threshold,
        **times_of(ways),
        "tuned_chunk_points": tuned_way.chunk_points if effort.tuned else None,
        "marching_cubes": marching_cubes_name(device),
        **_counts(textbook, source, settings),
        "warm_up_s": round(warm_up, 4),
        "clock": _clock(device, effort),
        "load_before": load,
        "machine": machine(device),
        **peak_bytes(ways, device),
    }


def _warm_up(source: FieldInput, settings: SurfaceSettings) -> float:
    """Seconds of our very first run, which pays for what torch makes once; both ways are warm afterwards."""
    device = source.field.device
    first = seconds(device, lambda: ours(source.field, settings, idle()))
    for _ in range((GPU_WARM_UPS if device.type == "cuda" else CPU_WARM_UPS) - 1):
        ours(source.field, settings, idle())
    small = dense_grid(source.field.radius, SMALL_RESOLUTION, device)
    Textbook(source.field).density(small.view(-1, 3), TEXTBOOK)
    return first


def times_of(ways: Sequence[Contestant]) -> Row:
    """Medians, ratios (above 1: ours is faster), every run, and the stages."""
    by_name = {way.name: way for way in ways}
    textbook, own, tuned_way = by_name["textbook"], by_name["ours"], by_name.get("textbook, tuned")
    return {
        "textbook_s": round(textbook.median, 5),
        "textbook_tuned_s": round(tuned_way.median, 5) if tuned_way else None,
        "ours_s": round(own.median, 5),
        "speedup": round(textbook.median / own.median, 2),
        "speedup_tuned": round(tuned_way.median / own.median, 2) if tuned_way else None,
        "p90_s": {way.name: round(way.p90, 5) for way in ways},
        "runs_s": {way.name: [round(run, 5) for run in way.whole] for way in ways},
        "stages_s": {way.name: way.stage_medians() for way in ways},
    }


def _counts(textbook: Textbook, source: FieldInput, settings: SurfaceSettings) -> Row:
    """What our way asks and makes, and what the textbook's chunks come to: the same on every machine."""
    made: list[ExtractedMesh] = []
    launches = count_field_launches(source.field, lambda: made.append(ours(source.field, settings, idle())))
    counts, dense = made[0].counts, settings.resolution**3
    chunk = torch.zeros(TEXTBOOK.chunk_points, 3, device=source.field.device)
    each = count_field_launches(source.field, lambda: textbook.density(chunk, TEXTBOOK))
    chunks = -(-dense // TEXTBOOK.chunk_points) + -(-counts.vertices // TEXTBOOK.chunk_points)
    return {
        "queries": counts.queries,
        "lattice_queries": counts.nodes,
        "secant_queries": counts.vertices,
        "colour_queries": counts.vertices,
        "textbook_queries": dense,
        "fraction_of_dense": round(counts.nodes / dense, 5),
        "launches": launches.kernels,
        "textbook_launches": chunks * each.kernels,
        "vertices": len(made[0].mesh.vertices),
        "triangles": len(made[0].mesh.triangles),
    }


def count_field_launches(field: TriplaneField, work: Callable[[], object]) -> Launches:
    """What `work` asks of torch and of the field's decoder."""
    linears = [layer for layer in field.decoder.layers if isinstance(layer, torch.nn.Linear)]
    return count_launches(work, linears[0].out_features, len(linears) - 2)


def _clock(device: torch.device, effort: Effort) -> str:
    if device.type == "cuda":
        return "CUDA events, median"
    return "CPU seconds of one thread, median" if effort.one_thread else "wall seconds, median"
