# SPDX-License-Identifier: GPL-3.0-or-later
"""Several pictures through the network together: seconds a picture by their number, in one process and in turns.

usage: python -m benchmarks batch [--checkpoint FOLDER | --synthetic full|tiny] [--device cpu|cuda] [--sizes 1,2,4]

Without a checkpoint a synthetic one of the released size is made and taken. The JSON has for each number: seconds and
pictures a second, how much quicker that is than one by one, on a known card the share of the floor (the matrix products
alone at the maker's peak rate), the memory that the pass took there, and whether each picture's scene code is what it
is alone, to the last bit. Exit code 2: the input can't be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.command import BAD_INPUT, write_document
from benchmarks.floors import card_or_none, forward_floor_s
from benchmarks.machine import machine
from benchmarks.reconstruction import checkpoint_folder, framed_picture
from benchmarks.stopwatch import Stopwatch, idle
from benchmarks.turns import Contestant, peak_bytes, take_turns
from triposr_addon.worker.best_batch import SIZES
from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_checkpoint
from triposr_addon.worker.device import choose_device
from triposr_addon.worker.failures import WorkerFailure

RESULTS = Path(__file__).resolve().parent / "results"
RUNS, GPU_RUNS = 3, 20
GPU_WARM_UPS = 3
RELEASED_PARAMETERS = 400_000_000
"""More than that: the released configuration, whose floating-point operations the floor counts."""
COLUMNS = ("together", "s a picture", "pictures a second", "against one by one", "share of the floor", "the same bits")

Document = dict[str, object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.one_thread:
        torch.set_num_threads(1)
    options.synthetic = options.synthetic or (None if options.checkpoint else "full")
    try:
        device = choose_device(options.device)
        with checkpoint_folder(options) as folder:
            checkpoint = load_checkpoint(folder, device, options.precision)
        document = measured(checkpoint, device, options.sizes, options.runs, one_thread=options.one_thread)
        write_document(
            document, options.json or RESULTS / ("batch_cuda.json" if device.type == "cuda" else "batch.json")
        )
    except WorkerFailure as failure:
        print(failure.sentence, file=sys.stderr)
        return BAD_INPUT
    return 0


@torch.no_grad()
def measured(
    checkpoint: LoadedCheckpoint, device: torch.device, sizes: Sequence[int], runs: int | None, *, one_thread: bool
) -> Document:
    """All figures of one checkpoint. Raises WorkerFailures."""
    pictures = different_pictures(checkpoint.config.image_size, max(sizes)).to(device)
    on_card = device.type == "cuda"
    contestants = [
        Contestant(str(size), partial(_run, checkpoint, pictures[:size]), runs or (GPU_RUNS if on_card else RUNS))
        for size in sizes
    ]
    for contestant in contestants * (GPU_WARM_UPS if on_card else 1):
        contestant.work(idle())
    take_turns(contestants, device, one_thread, partial(print, flush=True))
    parameters = sum(parameter.numel() for parameter in checkpoint.reconstructor.parameters())
    a_picture = {size: one.median / size for size, one in zip(sizes, contestants, strict=True)}
    floor = _floor_or_none(checkpoint, device, parameters)
    clock = _clock(device, one_thread=one_thread)
    same = {size: same_bits(checkpoint, pictures[:size]) for size in sizes}
    return (
        {
            "benchmark": "batch",
            "checkpoint": checkpoint.name,
            "parameters": parameters,
            "precision": str(checkpoint.network_type).removeprefix("torch."),
            "machine": machine(device),
            "device": str(device),
            "threads": torch.get_num_threads(),
            "clock": clock,
            "seconds_a_picture": {str(size): round(value, 5) for size, value in a_picture.items()},
            "runs_s": {one.name: [round(run, 5) for run in one.whole] for one in contestants},
            "floor_s": floor,
            "same_bits": {str(size): equal for size, equal in same.items()},
        }
        | peak_bytes(contestants, device)
        | _page(checkpoint, a_picture, floor, same, clock)
    )


def different_pictures(size: int, count: int) -> Tensor:
    """The demonstration photo, framed, each time moved a little further and darker: [count, 3, size, size]."""
    picture = framed_picture(size)
    return torch.cat([picture.roll(7 * number, 3) * (1.0 - 0.02 * number) for number in range(count)])


def same_bits(checkpoint: LoadedCheckpoint, pictures: Tensor) -> bool:
    """Whether the first and the last picture's scene codes are what they are alone."""
    together = checkpoint.reconstructor(pictures)
    return all(
        torch.equal(together[place], checkpoint.reconstructor(pictures[place][None])[0])
        for place in {0, len(pictures) - 1}
    )


def _run(checkpoint: LoadedCheckpoint, pictures: Tensor, _stopwatch: Stopwatch) -> Tensor:
    scene_codes: Tensor = checkpoint.reconstructor(pictures)
    return scene_codes


def _floor_or_none(checkpoint: LoadedCheckpoint, device: torch.device, parameters: int) -> float | None:
    """Seconds of one picture's matrix products at the card's peak rate; None where card or network are others."""
    card = card_or_none(torch.cuda.get_device_name(device)) if device.type == "cuda" else None
    if card is None or parameters < RELEASED_PARAMETERS:
        return None
    return forward_floor_s(card, half=checkpoint.network_type != torch.float32)


def _page(
    checkpoint: LoadedCheckpoint,
    a_picture: dict[int, float],
    floor: float | None,
    same: dict[int, bool],
    clock: str,
) -> Document:
    """The same as a table with its heading and remark, for whoever prints it."""
    alone = a_picture[min(a_picture)]
    rows = [
        [
            str(size),
            f"{seconds:.4f}",
            f"{1.0 / seconds:.2f}",
            f"{alone / seconds:.2f}\N{MULTIPLICATION SIGN}",
            f"{floor / seconds:.0%}" if floor else "-",
            "yes" if same[size] else "no",
        ]
        for size, seconds in a_picture.items()
    ]
    kind = str(checkpoint.network_type).removeprefix("torch.")
    note = (
        f"Model `{checkpoint.name}`, {kind}, {_threads()}, {clock}. "
        "The same bits: a picture's scene code is what it is alone."
    )
    return {"title": "Several pictures together", "columns": list(COLUMNS), "rows": rows, "note": note}


def _threads() -> str:
    threads = torch.get_num_threads()
    return f"{threads} thread{'s' if threads > 1 else ''}"


def _clock(device: torch.device, *, one_thread: bool) -> str:
    if device.type == "cuda":
        return "GPU events"
    return "CPU seconds of one thread" if one_thread else "wall seconds"


def _sizes(text: str) -> list[int]:
    sizes = sorted({int(part) for part in text.split(",")})
    if not all(1 <= size <= 64 for size in sizes):
        raise argparse.ArgumentTypeError(f"{text} is not a list of numbers from 1 to 64, such as 1,2,4")
    return sizes


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks batch", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--checkpoint", type=Path, metavar="FOLDER", help="a model's folder")
    source.add_argument("--synthetic", choices=("full", "tiny"), help="make one: the released size is 1.7 GB")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--sizes", type=_sizes, default=list(SIZES), metavar="1,2,4", help="how many together")
    parser.add_argument("--runs", type=int, help="timed runs of each number; usually 3, 20 on a card")
    parser.add_argument("--precision", default="auto", choices=("auto", "full", "half"), help="as the plain command's")
    parser.add_argument(
        "--one-thread", action="store_true", help="CPU seconds of one thread, for a machine that others use too"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="where to write the figures; else benchmarks/results")
    return parser


if __name__ == "__main__":
    sys.exit(main())
