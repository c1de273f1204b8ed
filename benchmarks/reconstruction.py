# SPDX-License-Identifier: GPL-3.0-or-later
"""The forward pass: float32 the textbook way beside the worker's default precision, in one process and in turns.

usage: python benchmarks/reconstruction.py --checkpoint FOLDER | --synthetic full|tiny  --json OUT

The textbook way is the reference's: float32, the encoder's attention unfused, nothing kept between pictures. The JSON
has `textbook_s`, `ours_s`, `speedup` (textbook over ours), `stages`, how far the scene code is off, and `meshes`: what
half precision changes in the built-in model's meshes of real pictures. Exit code 2: the input can't be used.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.command import BAD_INPUT, add_json, write_document
from benchmarks.half_precision import MeshError, log_density_error, mean_error, mesh_errors, relative_error
from benchmarks.machine import machine
from benchmarks.stopwatch import Stopwatch, idle
from benchmarks.turns import Contestant, peak_bytes, take_turns
from triposr_addon.protocol import PhotoSettings
from triposr_addon.worker.background import cut_out
from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_checkpoint
from triposr_addon.worker.device import choose_device
from triposr_addon.worker.failures import WorkerFailure
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.framing import composite_on_grey, frame_subject
from triposr_addon.worker.model.image_encoder import SelfAttention
from triposr_addon.worker.photo import load_photo

CHECKOUT = Path(__file__).resolve().parents[1]
FACTS = CHECKOUT.parent / "shared"
PICTURE = CHECKOUT / "docs" / "images" / "demo_photo.png"
RUNS, GPU_RUNS = 3, 20
WARM_UPS, GPU_WARM_UPS = 1, 3
STAGES = {"image_tokenizer": "image encoder", "tokenizer": "transformer", "post_processor": "upsampler"}
"""Which part of the network, on being entered, begins which stage."""
MAKING_LIMIT_S = 600

Document = dict[str, object]


@dataclass(frozen=True)
class Ways:
    """One checkpoint loaded twice: as the textbook runs it and as the worker does."""

    textbook: LoadedCheckpoint
    ours: LoadedCheckpoint

    @property
    def type_name(self) -> str:
        """What ours computes in."""
        return str(self.ours.network_type).removeprefix("torch.")


@dataclass(frozen=True)
class Errors:
    """How far the default precision is off: the scene code, the field, and meshes by the built-in model."""

    scene_code: float
    log_density: float
    meshes: list[MeshError]

    def document(self) -> Document:
        """For the JSON."""
        return {
            "scene_code_error": self.scene_code,
            "log_density_error": self.log_density,
            "meshes": [asdict(mesh) for mesh in self.meshes],
            "meshes_mean": asdict(mean_error(self.meshes)),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.one_thread:
        torch.set_num_threads(1)
    try:
        device = choose_device(options.device)
        with checkpoint_folder(options) as folder:
            document = measured(folder, device, options.runs, one_thread=options.one_thread)
        write_document(document, options.json)
    except WorkerFailure as failure:
        print(failure.sentence, file=sys.stderr)
        return BAD_INPUT
    return 0


@contextlib.contextmanager
def checkpoint_folder(options: argparse.Namespace) -> Iterator[Path]:
    """The folder that was given, or one with a synthetic checkpoint that is gone afterwards."""
    if options.checkpoint:
        yield options.checkpoint
        return
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / f"synthetic_{options.synthetic}"
        maker = FACTS / "parity" / "synthetic_checkpoint.py"
        command = [sys.executable, str(maker), str(folder), "--size", options.synthetic]
        subprocess.run(command, check=True, timeout=MAKING_LIMIT_S)
        yield folder


@torch.no_grad()
def measured(folder: Path, device: torch.device, runs: int | None, *, one_thread: bool) -> Document:
    """All figures of one checkpoint. Raises WorkerFailures."""
    ways = load_ways(folder, device)
    picture = framed_picture(ways.ours.config.image_size).to(device)
    contestants = _contestants(ways, picture, runs or (GPU_RUNS if device.type == "cuda" else RUNS))
    for contestant in contestants * (GPU_WARM_UPS if device.type == "cuda" else WARM_UPS):
        contestant.work(idle())
    take_turns(contestants, device, one_thread, _tell)
    timed = _timed(contestants) | peak_bytes(contestants, device)
    errors = _errors(ways, picture, device)
    document: Document = {
        "benchmark": "reconstruction",
        "checkpoint": folder.name,
        "parameters": sum(parameter.numel() for parameter in ways.ours.reconstructor.parameters()),
        "precision": ways.type_name,
        "machine": machine(device),
        "device": str(device),
        "clock": _clock(device, one_thread=one_thread),
        "threads": torch.get_num_threads(),
    }
    return document | timed | errors.document() | _page(contestants, ways, errors)


def load_ways(folder: Path, device: torch.device) -> Ways:
    """The checkpoint in float32 with plain attention in its encoder, and as the worker loads it."""
    textbook, ours = load_checkpoint(folder, device, "full"), load_checkpoint(folder, device)
    for module in textbook.reconstructor.modules():
        if isinstance(module, SelfAttention):
            module.attend = plain_attention
    return Ways(textbook, ours)


def plain_attention(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Every score at once, as the reference's encoder does: [B, heads, N, d] -> [B, heads, N, d]."""
    scores = queries @ keys.transpose(-1, -2) * queries.shape[-1] ** -0.5
    return torch.softmax(scores, dim=-1) @ values


def framed_picture(size: int) -> Tensor:
    """The demonstration photo, cut out and framed as the worker does: [1, 3, S, S]."""
    cut = cut_out(load_photo(PICTURE), PhotoSettings().background, None)
    framed = frame_subject(cut.picture, PhotoSettings().foreground_ratio)
    return composite_on_grey(framed, size).permute(2, 0, 1)[None]


def run_in_stages(checkpoint: LoadedCheckpoint, picture: Tensor, stopwatch: Stopwatch) -> Tensor:
    """The scene code [1, 3, C, H, W]; each part of the network tells the stopwatch as it begins."""
    network = checkpoint.reconstructor
    with contextlib.ExitStack() as stack:
        for part, stage in STAGES.items():
            handle = network.get_submodule(part).register_forward_pre_hook(_entering(stopwatch, stage))
            stack.callback(handle.remove)
        scene_code: Tensor = network(picture)
    return scene_code


def _entering(stopwatch: Stopwatch, stage: str) -> Callable[[nn.Module, object], None]:
    return lambda _part, _inputs: stopwatch.enter(stage)


def _contestants(ways: Ways, picture: Tensor, times: int) -> list[Contestant]:
    def textbook(stopwatch: Stopwatch) -> Tensor:
        ways.textbook.reconstructor.forget()  # the reference keeps nothing between pictures
        return run_in_stages(ways.textbook, picture, stopwatch)

    def ours(stopwatch: Stopwatch) -> Tensor:
        return run_in_stages(ways.ours, picture, stopwatch)

    return [Contestant("textbook", textbook, times), Contestant("ours", ours, times)]


def _timed(contestants: Sequence[Contestant]) -> Document:
    textbook, ours = contestants
    return {
        "textbook_s": round(textbook.median, 5),
        "ours_s": round(ours.median, 5),
        "speedup": round(textbook.median / ours.median, 3),
        "p90_s": {one.name: round(one.p90, 5) for one in contestants},
        "runs_s": {one.name: [round(run, 5) for run in one.whole] for one in contestants},
        "stages": {one.name: one.stage_medians() for one in contestants},
    }


def _errors(ways: Ways, picture: Tensor, device: torch.device) -> Errors:
    expected, made = (_field(checkpoint, picture) for checkpoint in (ways.textbook, ways.ours))
    pictures = [PICTURE, *sorted((FACTS / "images").glob("*.png"))]
    return Errors(
        relative_error(made.planes, expected.planes),
        log_density_error(made, expected),
        mesh_errors(pictures, device),
    )


def _field(checkpoint: LoadedCheckpoint, picture: Tensor) -> TriplaneField:
    numbers, scene_code = checkpoint.config.field, checkpoint.reconstructor(picture)[0]
    return TriplaneField(scene_code, checkpoint.reconstructor.decoder, numbers.radius, numbers.density_bias)


def _clock(device: torch.device, *, one_thread: bool) -> str:
    if device.type == "cuda":
        return "GPU events"
    return "CPU seconds of one thread" if one_thread else "wall seconds"


def _page(contestants: Sequence[Contestant], ways: Ways, errors: Errors) -> Document:
    """The same as a table with its heading and remark, for whoever prints it."""
    textbook, ours = (one.stage_medians() | {"all": one.median} for one in contestants)
    rows = [[stage, *_compared(textbook[stage], ours[stage])] for stage in textbook]
    return {
        "title": "The forward pass",
        "columns": ["stage", "float32, textbook (s)", f"{ways.type_name}, ours (s)", "times as fast"],
        "rows": rows,
        "ratios": {
            f"{ways.type_name} against float32, the whole forward pass": round(textbook["all"] / ours["all"], 3)
        },
        "note": _note(errors),
    }


def _compared(textbook: float, ours: float) -> tuple[float, float, float | None]:
    """Both in seconds and the first over the second, which a clock can find to be nothing."""
    return round(textbook, 4), round(ours, 4), round(textbook / ours, 2) if ours else None


def _note(errors: Errors) -> str:
    mean = mean_error(errors.meshes)
    return (
        f"Against float32 the scene code is {errors.scene_code:.1e} off, relatively, and log-densities "
        f"{errors.log_density:.1e}. The built-in model's meshes of {len(errors.meshes)} pictures, in half precision "
        f"against float32, at 256 nodes a side: Chamfer distance {mean.chamfer_voxels:.2f} lattice steps, "
        f"F-score at half a step {mean.lowest_f_score:.4f} or better."
    )


def _tell(text: str) -> None:
    print(text, flush=True)


def _runs(text: str) -> int:
    if not 1 <= (runs := int(text)) <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 1000")
    return runs


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path, metavar="FOLDER", help="a model's folder")
    source.add_argument("--synthetic", choices=("full", "tiny"), help="make one: the released size is 1.7 GB")
    add_json(parser)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--runs", type=_runs, help="timed runs of each way; usually 3, 20 on a GPU")
    parser.add_argument(
        "--one-thread", action="store_true", help="CPU seconds of one thread, for a machine that others use too"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
