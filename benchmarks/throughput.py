# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures a second: the plain command's loop beside the batch engine, each a process of its own, in turns.

usage: python benchmarks/throughput.py [--pictures 48] [--resolution 128 --resolution 256] [--json OUT]

Both do the same with each picture: cut out, network, mesh, field, review, drawing, record. The pictures are the
training's held-out objects, every other one with alpha, the others before a backdrop. Seconds are wall time from start
to end of the process, the model's loading included. Exit code 2: one of the two failed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.command import BAD_INPUT, write_document
from benchmarks.library_pictures import SIDE, write_pictures
from benchmarks.machine import load_or_none, machine
from benchmarks.tables import machine_sentence
from benchmarks.turns import Contestant, order_of

CHECKOUT = Path(__file__).resolve().parents[1]
JSON = CHECKOUT / "benchmarks" / "results" / "throughput.json"
PLAIN, BATCH = "plain command", "batch"
ROUNDS = 2
RESOLUTIONS = (128, 256)
LIMIT_S = 1800
THREADS_VARIABLE = "OMP_NUM_THREADS"
NOTE = """\
{count} pictures, half of them with alpha; each way a process of its own, start and loading included, in turns, median
of {rounds}. Both make mesh, field, review, drawing and record. Meshes that are the same byte for byte: {same}."""

Row = dict[str, object]


class CommandFailed(Exception):
    """One of the two ended with an error."""


@dataclass(frozen=True)
class Run:
    """One process: wall and CPU seconds, the most memory that it held in bytes, and its meshes' hashes by picture."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    meshes: Mapping[str, str]


@dataclass
class Way:
    """A command that makes all meshes of a folder, and its runs."""

    name: str
    arguments: Sequence[str]
    runs: list[Run] = field(default_factory=list)

    def command(self, pictures: Path, out: Path, resolution: int) -> list[str]:
        """For a folder of its own."""
        lead = ["batch"] if self.name == BATCH else ["--log", str(out / "log.jsonl")]
        asked = [str(pictures), "-o", str(out), "--resolution", str(resolution), *self.arguments]
        return [sys.executable, "-m", "triposr_addon", *lead, *asked]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = parser().parse_args(arguments)
    began = load_or_none()
    try:
        with tempfile.TemporaryDirectory() as folder:
            pictures = Path(folder) / "pictures"
            pictures.mkdir()
            write_pictures(pictures, options.pictures, options.side)
            rows = [
                _row(pictures, Path(folder), resolution, options) for resolution in options.resolution or RESOLUTIONS
            ]
    except CommandFailed as failure:
        print(failure, file=sys.stderr)
        return BAD_INPUT
    document = {"benchmark": "throughput", "machine": machine(), "load_before": began, **told(rows)}
    document["note"] += f" On {machine_sentence(document)}, {began} before."
    write_document(document, options.json)
    return 0


def _row(pictures: Path, folder: Path, resolution: int, options: argparse.Namespace) -> Row:
    ways = [Way(PLAIN, ("--save-field",)), Way(BATCH, tuple(options.batch_option))]
    turns = [Contestant(way.name, lambda _stopwatch: None, options.rounds) for way in ways]
    for number, turn in enumerate(order_of(turns)):
        way = next(way for way in ways if way.name == turn.name)
        out = folder / f"out_{resolution}_{number}"
        way.runs.append(run(way.command(pictures, out, resolution), out))
        print(
            f"{resolution}: {way.name} {way.runs[-1].seconds:.1f} s, CPU {way.runs[-1].cpu_seconds:.1f} s", flush=True
        )
    return {"resolution": resolution, "pictures": options.pictures, **compared(ways, options.pictures)}


def run(command: Sequence[str], out: Path) -> Run:
    """Run it to its end. Raises CommandFailed."""
    out.mkdir()
    surroundings = {name: value for name, value in os.environ.items() if name != THREADS_VARIABLE}
    with tempfile.TemporaryFile() as told:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=CHECKOUT, env=surroundings, stdout=subprocess.DEVNULL, stderr=told)
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            told.seek(0)
            raise CommandFailed(f"{' '.join(command)}: {process.returncode}\n{told.read()[-2000:].decode()}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, dict(_meshes(out)))


def _meshes(out: Path) -> Iterator[tuple[str, str]]:
    """The hash of each mesh by its picture: out/NAME.glb, or .../NAME/mesh.glb."""
    for path in sorted(out.rglob("*.glb")):
        name = path.parent.name if path.stem == "mesh" else path.stem
        yield name, hashlib.sha256(path.read_bytes()).hexdigest()


def compared(ways: Sequence[Way], pictures: int) -> Row:
    """Medians of both, their ratio, and how many meshes are the same in both."""
    plain, batch = (statistics.median(run.seconds for run in way.runs) for way in ways)
    loose, made = (way.runs[0].meshes for way in ways)
    return {
        "plain_s": plain,
        "batch_s": batch,
        "plain_per_s": pictures / plain,
        "batch_per_s": pictures / batch,
        "speedup": plain / batch,
        "runs_s": {way.name: [run.seconds for run in way.runs] for way in ways},
        "cpu_s": {way.name: statistics.median(run.cpu_seconds for run in way.runs) for way in ways},
        "peak_mb": {way.name: max(run.peak_bytes for run in way.runs) / 1e6 for way in ways},
        "meshes": {way.name: len(way.runs[0].meshes) for way in ways},
        "same_meshes": sum(made.get(name) == found for name, found in loose.items()),
    }


def told(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """With the table that docs/benchmarks.md shows."""
    shown = []
    for row in rows:
        for way, key in ((PLAIN, "plain"), (BATCH, "batch")):
            busy = row["cpu_s"][way] / row[f"{key}_s"]
            figures = row[f"{key}_s"], row[f"{key}_per_s"], busy, row["peak_mb"][way]
            shown.append(
                [f"{way}, {row['resolution']}", *(f"{figure:.3g}" for figure in figures[:3]), round(figures[3])]
            )
    same = ", ".join(f"{row['same_meshes']} of {row['pictures']} at {row['resolution']}" for row in rows)
    return {
        "title": "Libraries: the plain command and the batch engine, built-in model",
        "ratios": {f"batch against plain command, {row['resolution']} nodes a side": row["speedup"] for row in rows},
        "columns": ["nodes a side", "wall s", "pictures a second", "cores busy", "largest process MB"],
        "rows": shown,
        "note": NOTE.format(count=rows[0]["pictures"], rounds=len(rows[0]["runs_s"][PLAIN]), same=same),
        "figures": list(rows),
    }


def parser() -> argparse.ArgumentParser:
    """Of the command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks throughput", description=__doc__)
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.add_argument("--pictures", type=int, default=48, metavar="N")
    command.add_argument("--side", type=int, default=SIDE, help="pixels of a picture")
    command.add_argument("--resolution", type=int, action="append", metavar="N", help="nodes a side; several times")
    command.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="runs of each")
    command.add_argument("--batch-option", action="append", default=[], metavar="OPTION", help="handed to batch")
    command.add_argument("--json", type=Path, default=JSON, metavar="OUT", help="where to write the figures")
    return command


if __name__ == "__main__":
    sys.exit(main())
