# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure everything and write docs/benchmarks.md: python -m benchmarks

Each benchmark is a process of its own and leaves its figures in benchmarks/results/. Over a quarter of an hour on two
quiet cores; --thorough adds every field at 512. One that fails is named and keeps its older figures out of the page.

    python -m benchmarks batch          several pictures through the network together, on a processor or a card
    python -m benchmarks throughput     libraries of pictures: the plain command beside the batch engine
    python -m benchmarks scale          what a million pictures take, from measured figures; writes docs/scale.md

are commands of their own, each with --help.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import PAGE, write_report

CHECKOUT = Path(__file__).resolve().parents[1]
RESULTS = CHECKOUT / "benchmarks" / "results"
FACTS = CHECKOUT.parent / "shared"
FIELDS = ("chair", "torus", "nerf_chair", "thin")
PICTURED = ("thin", "nerf_chair")
BLENDER_PYTHON_VARIABLE = "TRIPOSR_TEST_BLENDER_PYTHON"
LIMIT_S = 1800
COMMANDS = ("batch", "scale", "throughput")
"""Modules of their own, called by their names."""
SYNTHETIC_THRESHOLD = 2000.0
"""A density that 3 in 1000 points of the box exceed in the field of the synthetic checkpoint."""


@dataclass(frozen=True)
class Stage:
    """One process: benchmarks/`script`.py with `arguments`, whose figures go to results/`name`.json, or a picture."""

    name: str
    script: str
    arguments: Sequence[str]
    python: str = sys.executable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is the number of stages that failed, at most 1."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in COMMANDS:
        return int(importlib.import_module(f"benchmarks.{given[0]}").main(given[1:]))
    options = parser().parse_args(given)
    failed = [] if options.report else run_stages(options)
    write_report(options.results, options.checkout)
    print(f"written: {PAGE}")
    for name in failed:
        print(f"FAILED: {name}", file=sys.stderr)
    return 1 if failed else 0


def run_stages(options: argparse.Namespace) -> list[str]:
    """Run those asked for, one after another; the names of those that failed."""
    options.results.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = options.checkpoint or Path(folder)
        wanted = [stage for stage in stages(options, checkpoint) if not options.only or stage.name in options.only]
        if not options.checkpoint and any(str(checkpoint) in stage.arguments for stage in wanted):
            _make_checkpoint(checkpoint)
        return [stage.name for stage in wanted if not run(stage, options.results / f"{stage.name}.json")]


def stages(options: argparse.Namespace, checkpoint: Path) -> Iterator[Stage]:
    """All of them, on the CPU or on a graphics card."""
    fields = {name: str(options.fields / f"{name}.npz") for name in FIELDS}
    every = [part for path in fields.values() for part in ("--field", path)]
    whole_way = ["--checkpoint", str(checkpoint), "--field", fields["chair"]]
    if options.device == "cuda":
        card = ["--device", "cuda"]
        yield Stage("extraction_cuda", "extraction", [*every, *_resolutions(128, 256, 512), *card])
        yield Stage("end_to_end_cuda", "end_to_end", [*whole_way, *card])
        yield Stage("reconstruction_cuda", "reconstruction", ["--checkpoint", str(checkpoint), *card])
        yield Stage("batch_cuda", "batch", ["--checkpoint", str(checkpoint), *card])
        yield Stage("memory_cuda", "memory", ["--field", fields["chair"], "--field", fields["thin"], *card])
        yield Stage("chunks_cuda", "chunks", card)
        return
    yield Stage("extraction", "extraction", [*every, *_resolutions(128, 256)])
    fine = every if options.thorough else ["--field", fields["chair"]]
    yield Stage("extraction_512", "extraction", [*fine, *_resolutions(512)])
    yield Stage("vertex_error", "vertex_error", every)
    pictured = [part for name in PICTURED for part in ("--field", fields[name])]
    yield Stage("terracing", "terracing", [*pictured, "--picture", str(CHECKOUT / "docs" / "images" / "terracing.png")])
    yield Stage("end_to_end", "end_to_end", whole_way)
    yield Stage("reconstruction", "reconstruction", ["--checkpoint", str(checkpoint)])
    yield Stage("batch", "batch", ["--checkpoint", str(checkpoint), "--sizes", "1,2,4"])
    extremes = ["--field", fields["chair"], "--field", fields["thin"], "--model", str(checkpoint)]
    yield Stage("memory", "memory", extremes)
    yield Stage("chunks", "chunks", ["--device", "cpu"])
    yield Stage("throughput", "throughput", [])
    yield Stage("library_steps", "library_steps", [*every, "--checkpoint", str(checkpoint)])
    yield Stage("cold_start", "cold_start", ["--rounds", "3"])
    full_size = ["--model", str(checkpoint), "--rounds", "1", "--threshold", str(SYNTHETIC_THRESHOLD)]
    yield Stage("cold_start_full", "cold_start", full_size)
    yield from _blender_stages(options.blender_python)


def _blender_stages(pythons: Sequence[str]) -> Iterator[Stage]:
    """Into each Blender; from click to object in the first."""
    if pythons:
        named = [part for python in pythons for part in ("--blender", python)]
        yield Stage("into_blender", "into_blender", [*named, "--rounds", "5"])
        yield Stage("click_to_object", "click_to_object", ["--worker-python", sys.executable], pythons[0])


def _resolutions(*resolutions: int) -> list[str]:
    return [part for resolution in resolutions for part in ("--resolution", str(resolution))]


def run(stage: Stage, figures: Path) -> bool:
    """Whether it went well. Its figures of another time are gone in either case."""
    print(f"=== {stage.name}", flush=True)
    began = time.monotonic()
    figures.unlink(missing_ok=True)
    leaving = [] if "--picture" in stage.arguments else ["--json", str(figures)]
    command = [stage.python, str(CHECKOUT / "benchmarks" / f"{stage.script}.py"), *stage.arguments, *leaving]
    try:
        code = subprocess.run(command, cwd=CHECKOUT, timeout=LIMIT_S, check=False).returncode
    except subprocess.TimeoutExpired:
        code = -1
    print(f"    {time.monotonic() - began:.0f} s, {'done' if code == 0 else f'FAILED ({code})'}", flush=True)
    return code == 0


def _make_checkpoint(folder: Path) -> None:
    """A synthetic one of the released size: 1.7 GB, gone afterwards."""
    maker = FACTS / "parity" / "synthetic_checkpoint.py"
    print("=== a synthetic checkpoint of the released size", flush=True)
    subprocess.run([sys.executable, str(maker), str(folder), "--size", "full"], check=True, timeout=LIMIT_S)


def parser() -> argparse.ArgumentParser:
    """Of the command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.add_argument("--report", action="store_true", help="measure nothing, write the page from what is there")
    command.add_argument(
        "--only", action="append", metavar="NAME", help="just this benchmark; may be given several times"
    )
    command.add_argument("--thorough", action="store_true", help="every field at 512 too: ten minutes more")
    command.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    command.add_argument("--fields", type=Path, default=FACTS / "fields", help="a folder of fitted fields")
    command.add_argument("--results", type=Path, default=RESULTS, help="where the figures are kept")
    command.add_argument("--checkout", type=Path, default=CHECKOUT, help="where docs/ is written")
    command.add_argument("--checkpoint", type=Path, help="of the released size; without it a synthetic one is made")
    command.add_argument(
        "--blender-python",
        action="append",
        default=_blender_pythons(os.environ),
        metavar="PYTHON",
        help="one with Blender's module; may be given several times; without one Blender's part is left out",
    )
    return command


def _blender_pythons(environment: Mapping[str, str]) -> list[str]:
    return [environment[BLENDER_PYTHON_VARIABLE]] if environment.get(BLENDER_PYTHON_VARIABLE) else []


if __name__ == "__main__":
    sys.exit(main())
