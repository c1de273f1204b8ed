# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m training`: builds the preview model from nothing, or one step of that. See training/README.md."""

import argparse
import sys
from pathlib import Path

from training.evaluate import write_evaluation
from training.export import export
from training.processes import make_samples, train
from training.schedule import SCHEDULE
from training.sheets import held_out_sheet, photo_sheet
from training.trainer import Run, set_memory_settings

ROOT = Path(__file__).resolve().parent.parent
PREVIEW = ROOT / "triposr_addon" / "worker" / "checkpoints" / "preview"
HELD_OUT_SHEET = ROOT / "docs" / "images" / "preview_model_heldout.png"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("step", choices=["all", "samples", "train", "export", "evaluate", "sheet"])
    parser.add_argument("photos", nargs="*", type=Path, help="photos for `sheet`; none: the held-out objects")
    parser.add_argument("--samples", type=Path, default=ROOT / "build/training/samples", help="folder of shards")
    parser.add_argument("--output", type=Path, default=ROOT / "build/training/run", help="weights, logs, scores")
    parser.add_argument("--checkpoint", type=Path, default=PREVIEW, help="folder to export to, score or picture")
    parser.add_argument("--schedule", type=Path, default=SCHEDULE)
    parser.add_argument("--shards", type=int, default=74, help="256 samples each")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--objects", type=int, default=100, help="held-out objects to score")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def main(arguments: list[str]) -> None:
    """Runs the asked-for step; `all` makes samples, trains, exports and scores."""
    options = _parser().parse_args(arguments)
    everything = options.step == "all"
    set_memory_settings()
    run = Run(options.samples, options.output, options.seed, options.processes)
    if everything or options.step == "samples":
        make_samples(options.samples, options.shards, options.processes)
    if everything or options.step == "train":
        train(run, options.schedule)
    if everything or options.step == "export":
        print(export(options.output / "best.safetensors", options.checkpoint))
    if everything or options.step == "evaluate":
        output, cache = options.output / "scores.json", options.output / "truth"
        write_evaluation(options.checkpoint, output, options.objects, cache, options.processes)
    if options.step == "sheet":
        _sheet(options)


def _sheet(options: argparse.Namespace) -> None:
    if options.photos:
        photo_sheet(options.checkpoint, options.photos, options.output / "photos.png")
    else:
        held_out_sheet(options.checkpoint, HELD_OUT_SHEET)


if __name__ == "__main__":
    main(sys.argv[1:])
