# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a mesh's vertices lie from the surface, along their lattice edges: the reference's way and ours.

usage: python benchmarks/vertex_error.py --field F.npz [--field ...] [--resolution 128 --resolution 256] --json OUT

The truth is where the field itself crosses the threshold, found by halving each edge. Exit code 2: the input can't be
used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from triposr_addon.worker.idle_threads import let_idle_threads_sleep

    let_idle_threads_sleep()  # as the worker does, before torch is there

import torch
from torch import Tensor

from benchmarks.command import BAD_INPUT, add_field, add_json, add_resolution, write_document
from benchmarks.field_input import FieldInput, read_field
from benchmarks.head_to_head import Row
from benchmarks.lattice_edges import AskedField, density_shares, edges_of, log_density_shares, true_shares
from benchmarks.machine import machine
from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.failures import WorkerFailure
from triposr_addon.worker.surface import extract_surface

RESOLUTIONS = [128, 256]
THOUSANDTHS = 1e3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    rows = []
    try:
        for path in options.field:
            source = read_field(path, torch.device("cpu"))
            for resolution in options.resolution or RESOLUTIONS:
                rows.append(vertex_errors(source, resolution))
                print(_line(rows[-1]), flush=True)
        write_document({"benchmark": "vertex_error", "machine": machine(), "rows": rows}, options.json)
    except WorkerFailure as failure:
        print(failure.sentence, file=sys.stderr)
        return BAD_INPUT
    return 0


@torch.no_grad()
def vertex_errors(source: FieldInput, resolution: int) -> Row:
    """Errors by way: mean and 95th percentile, in thousandths of a scene unit and in voxels."""
    settings = SurfaceSettings(resolution, source.threshold)
    surface = extract_surface(source.field, settings, lambda _share: None)
    asked = AskedField(source.field, source.threshold)
    edges = edges_of(surface, resolution, asked)
    truth = true_shares(edges, asked)
    ways = {
        "density": density_shares(edges, source.threshold),
        "log-density": log_density_shares(edges),
        "ours": edges.shares,
    }
    step = 2.0 * source.field.radius / (resolution - 1)
    return {
        "field": source.name,
        "resolution": resolution,
        "vertices": len(truth),
        "errors": {name: _statistics((shares - truth).abs(), step) for name, shares in ways.items()},
    }


def _statistics(voxels: Tensor, step: float) -> dict[str, float]:
    """Of distances in voxels."""
    measures: dict[str, Callable[[Tensor], Tensor]] = {"mean": Tensor.mean, "p95": lambda values: values.quantile(0.95)}
    figures = {name: float(measure(voxels)) for name, measure in measures.items()}
    in_units = {f"{name}_thousandths": round(value * step * THOUSANDTHS, 4) for name, value in figures.items()}
    return in_units | {f"{name}_voxels": round(value, 5) for name, value in figures.items()}


def _line(row: Row) -> str:
    errors = (f"{way} {found['mean_thousandths']:.3f}" for way, found in row["errors"].items())
    return f"{row['field']} at {row['resolution']}, mean in thousandths of a scene unit: {', '.join(errors)}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_field(parser)
    add_resolution(parser, required=False)
    add_json(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
