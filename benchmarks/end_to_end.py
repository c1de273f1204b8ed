# SPDX-License-Identifier: GPL-3.0-or-later
"""From a photo that is cut out already to a coloured mesh: the textbook way beside ours, in turns.

usage: python benchmarks/end_to_end.py --checkpoint FOLDER [--field F.npz ...] [--resolution 256] --json OUT

The textbook way: our network in float32, nothing kept between photos, then benchmarks/textbook.py. Ours: what the
worker does. A synthetic checkpoint's own field is noise without a body, cut here at a density that 3 in 1000 of its
points exceed; so with --field the forward pass of each run is followed by the extraction of that field instead.

Exit code 2: the input can't be used.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from triposr_addon.worker.idle_threads import let_idle_threads_sleep

    let_idle_threads_sleep()  # as the worker does, before torch is there

import torch
from PIL import Image
from torch import Tensor

from benchmarks.command import BAD_INPUT, add_json, write_document
from benchmarks.field_input import FieldInput, read_field
from benchmarks.head_to_head import Row, times_of
from benchmarks.machine import machine
from benchmarks.ours import told_steps
from benchmarks.stopwatch import Stopwatch, idle
from benchmarks.textbook import TEXTBOOK, Textbook, TextbookMesh, dense_grid
from benchmarks.turns import Contestant, peak_bytes, take_turns
from triposr_addon.protocol import PhotoSettings, SurfaceSettings
from triposr_addon.worker.background import cut_out
from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_checkpoint
from triposr_addon.worker.device import choose_device
from triposr_addon.worker.failures import WorkerFailure
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.field_to_mesh import ExtractedMesh, field_to_mesh
from triposr_addon.worker.framing import composite_on_grey, frame_subject
from triposr_addon.worker.image_to_field import image_to_field
from triposr_addon.worker.photo import load_photo

PHOTO = Path(__file__).resolve().parents[1] / "docs" / "images" / "demo_photo.png"
SETTINGS = PhotoSettings(background="alpha")
CPU_RUNS, GPU_RUNS = 2, 20
SOLID_SHARE = 0.003
"""Of the box: what a synthetic checkpoint's threshold leaves inside. The surface then has about as many triangles as an
object's; cut at a tenth of the box it has millions."""


@dataclass(frozen=True)
class Race:
    """What both ways share.

    behind: the field to extract after the forward pass; None: the pass's own. grid: the textbook's, made beforehand.
    """

    photo: Path
    full: LoadedCheckpoint
    usual: LoadedCheckpoint
    resolution: int
    threshold: float
    behind: FieldInput | None
    grid: Tensor

    @property
    def device(self) -> torch.device:
        return next(self.full.reconstructor.parameters()).device

    @torch.no_grad()
    def textbook(self, stopwatch: Stopwatch) -> TextbookMesh:
        """Frame, forward in float32, dense extraction."""
        stopwatch.enter("frame")
        framed = frame_subject(load_photo(self.photo), SETTINGS.foreground_ratio)
        picture = composite_on_grey(framed, self.full.config.image_size).to(self.device)
        stopwatch.enter("forward")
        self.full.reconstructor.forget()
        scene_code = self.full.reconstructor(picture.permute(2, 0, 1)[None])[0]
        numbers = self.full.config.field
        field = TriplaneField(scene_code, self.full.reconstructor.decoder, numbers.radius, numbers.density_bias)
        return Textbook(self._behind(field)).mesh(self.grid, self.threshold, TEXTBOOK, stopwatch)

    def ours(self, stopwatch: Stopwatch) -> ExtractedMesh:
        """What the worker does with a photo."""
        steps = told_steps(stopwatch)
        field = image_to_field(self.photo, self.usual, SETTINGS, None, steps).field
        return field_to_mesh(
            self._behind(field), SurfaceSettings(self.resolution, self.threshold), steps, stopwatch.enter
        )

    def _behind(self, field: TriplaneField) -> TriplaneField:
        return self.behind.field if self.behind else field


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        device = choose_device(options.device)
        sources = [read_field(path, device) for path in options.field]
        full, usual = (load_checkpoint(options.checkpoint, device, precision) for precision in ("full", "auto"))
        with tempfile.TemporaryDirectory() as folder:
            photo = _cut_photo(options.photo, Path(folder) / "cut_out.png")
            grid = dense_grid(full.config.field.radius, options.resolution, device)
            race = Race(photo, full, usual, options.resolution, 0.0, None, grid)
            race = dataclasses.replace(race, threshold=_threshold(race))
            races = [_before(race, each) for each in sources]
            rows = [_row(entry) for entry in (*races, race)]
        write_document({"benchmark": "end_to_end", "machine": machine(device), "rows": rows}, options.json)
    except WorkerFailure as failure:
        print(failure.sentence, file=sys.stderr)
        return BAD_INPUT
    return 0


def _row(race: Race) -> Row:
    surface_of = race.behind.name if race.behind else race.full.name
    made = race.ours(idle())  # warms both up: they share torch and most of the network's code
    runs = GPU_RUNS if race.device.type == "cuda" else CPU_RUNS if race.behind else 1
    ways = [Contestant("textbook", race.textbook, runs), Contestant("ours", race.ours, runs)]
    take_turns(ways, race.device, False, lambda text: print(f"{surface_of}: {text}", flush=True))
    return {
        "surface_of": surface_of,
        "resolution": race.resolution,
        "threshold": race.threshold,
        "precision": str(race.usual.network_type).removeprefix("torch."),
        **times_of(ways),
        "vertices": len(made.mesh.vertices),
        "triangles": len(made.mesh.triangles),
        **peak_bytes(ways, race.device),
    }


def _before(race: Race, behind: FieldInput) -> Race:
    """The same race with another field behind the forward pass."""
    grid = dense_grid(behind.field.radius, race.resolution, race.device)
    return dataclasses.replace(race, threshold=behind.threshold, behind=behind, grid=grid)


def _threshold(race: Race) -> float:
    """The density that SOLID_SHARE of the box exceeds in the checkpoint's own field."""
    field = image_to_field(race.photo, race.usual, SETTINGS, None, told_steps(idle())).field
    return float(field.density(dense_grid(field.radius, 64, field.device).view(-1, 3)).quantile(1.0 - SOLID_SHARE))


def _cut_photo(photo: Path, where: Path) -> Path:
    """Write the photo's cut-out: both ways begin with it."""
    Image.fromarray(cut_out(load_photo(photo), "auto", None).picture).save(where)
    return where


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--photo", type=Path, default=PHOTO, help="with alpha, or before a plain backdrop")
    parser.add_argument("--field", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    add_json(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
