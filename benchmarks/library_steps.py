# SPDX-License-Identifier: GPL-3.0-or-later
"""What each step of one picture takes: CPU seconds, and the bytes of what it leaves.

usage: python benchmarks/library_steps.py --field F.npz [...] [--checkpoint FOLDER] [--rembg-home FOLDER] --json OUT

benchmarks/scale.py reckons with these figures. Of a checkpoint of the released size the forward pass alone is run;
--rembg-home names a folder with a background model. Exit code 2: the input can't be used.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from PIL import Image
from torch import Tensor

from benchmarks.command import BAD_INPUT, add_field, add_json, write_document
from benchmarks.field_input import FieldInput, read_field
from benchmarks.library_files import file_figures
from benchmarks.library_pictures import write_photo
from benchmarks.machine import load_or_none, machine
from benchmarks.ours import told_steps
from benchmarks.stopwatch import idle
from triposr_addon.background_models import best_installed_or_none
from triposr_addon.protocol import PhotoCamera, PhotoSettings, Review, SurfaceSettings
from triposr_addon.worker.background import CutOut
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER, load_checkpoint
from triposr_addon.worker.failures import WorkerFailure
from triposr_addon.worker.field_to_mesh import ExtractedMesh, field_to_mesh
from triposr_addon.worker.forward_pass import run_network
from triposr_addon.worker.framing import composite_on_grey
from triposr_addon.worker.mesh_file import Mesh, save_mesh
from triposr_addon.worker.photo import RgbaPicture, load_photo
from triposr_addon.worker.precision import half_type_or_none
from triposr_addon.worker.review import make_review
from triposr_addon.worker.review_drawing import draw
from triposr_addon.worker.subject import find_subject, framed
from triposr_addon.worker.weight_placement import HOME

MEGAPIXELS = (1, 4, 12)
RESOLUTIONS = (128, 256)
RUNS = 3
LONG_S = 8.0
CLOCK = f"CPU seconds of the process, one thread, median of {RUNS}; what takes over {LONG_S:.0f} s once"

FOREGROUND_RATIO = 0.85
PICTURE_SIDE = 512
FIELD_NAME = "field.triplane.safetensors"
CAMERA = PhotoCamera(1.9, elevation=10.0, azimuth=20.0)

Figures = dict[str, float]
Work = Callable[[], object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    load_before = load_or_none()
    try:
        fields = [read_field(path, HOME) for path in options.field]
        with tempfile.TemporaryDirectory() as folder:
            before = _before(options)
            seconds, sizes = measured(fields, options, Path(folder))
            files = before.get("files") or file_figures(Path(folder) / "files", options.items, options.records)
    except WorkerFailure as failure:
        print(failure.sentence, file=sys.stderr)
        return BAD_INPUT
    found = {"seconds": before.get("seconds", {}) | seconds, "bytes": before.get("bytes", {}) | sizes, "files": files}
    if options.only:
        again = {"of": options.only, "load_before": load_before, "load": load_or_none()}
        write_document({**before, **found, "again": again}, options.json)
        return 0
    document = {"benchmark": "library_steps", "machine": machine(), "load_before": load_before, "clock": CLOCK}
    write_document({**document, **found}, options.json)
    return 0


def _before(options: argparse.Namespace) -> dict[str, Any]:
    """The figures that stay, where only some are measured again."""
    if not options.only:
        return {}
    before: dict[str, Any] = json.loads(options.json.read_text(encoding="utf-8"))
    return before


def measured(fields: Sequence[FieldInput], options: argparse.Namespace, folder: Path) -> tuple[Figures, Figures]:
    """Seconds by step and its condition, bytes by file."""
    seconds, sizes = Figures(), Figures()
    for name, work in _works(fields, options, folder, sizes):
        if options.only and not name.startswith(tuple(options.only)):
            continue
        seconds[name] = round(median_seconds(work), 4)
        print(f"{name}: {seconds[name]:.3f} s", flush=True)
    return seconds, sizes


def median_seconds(work: Work) -> float:
    """The median of RUNS, or one where that takes long, after one that is not counted: of this process's CPU time."""
    runs = RUNS if _cpu_seconds(work) < LONG_S else 1
    return statistics.median(_cpu_seconds(work) for _ in range(runs))


def _cpu_seconds(work: Work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _works(
    fields: Sequence[FieldInput], options: argparse.Namespace, folder: Path, sizes: Figures
) -> Iterator[tuple[str, Work]]:
    """What is timed, by its name; bytes are noted meanwhile."""
    for megapixels in MEGAPIXELS:
        yield from _preparing(megapixels, folder, options.rembg_home, sizes)
    yield from _forward(PREVIEW_FOLDER, "built-in")
    if options.checkpoint:
        yield from _forward(options.checkpoint, "full")
    for resolution in RESOLUTIONS:
        for source in fields:
            yield from _making(source, resolution, folder, sizes)


def _preparing(megapixels: int, folder: Path, rembg_home: Path | None, sizes: Figures) -> Iterator[tuple[str, Work]]:
    """Load, cut out by each method, frame."""
    size = f"{megapixels} MP"
    for kind, with_alpha in (("PNG with alpha", True), ("JPEG", False)):
        path = write_photo(folder, megapixels, with_alpha=with_alpha)
        sizes[f"photo {size} {kind}"] = path.stat().st_size
        yield f"load {size} {kind}", partial(load_photo, path)
    photo = load_photo(write_photo(folder, megapixels, with_alpha=False))
    for method in ("flat", "rembg") if best_installed_or_none(rembg_home) else ("flat",):
        yield f"cut out {size} {method}", partial(_cut, photo, PhotoSettings(background=method), rembg_home)
    cut_already = load_photo(write_photo(folder, megapixels, with_alpha=True))
    yield f"cut out {size} alpha", partial(_cut, cut_already, PhotoSettings(background="alpha"), None)
    cut = find_subject(cut_already, PhotoSettings(background="alpha"), None)
    sizes[f"framed {size}"] = framed(cut, FOREGROUND_RATIO)[0].nbytes
    yield f"frame {size}", partial(_framed_picture, cut)


def _cut(photo: RgbaPicture, settings: PhotoSettings, rembg_home: Path | None) -> CutOut:
    photo[0, 0, 0] ^= 1  # the last photo's mask is kept
    return find_subject(photo, settings, rembg_home)


def _framed_picture(cut: CutOut) -> Tensor:
    return composite_on_grey(framed(cut, FOREGROUND_RATIO)[0], PICTURE_SIDE)


def _forward(folder: Path, name: str) -> Iterator[tuple[str, Work]]:
    """The network, in float32 and in the processor's half precision where it has one."""
    for precision in ("full", "half") if half_type_or_none(HOME) else ("full",):
        loaded = load_checkpoint(folder, HOME, precision)
        pictures = torch.rand(1, loaded.config.image_size, loaded.config.image_size, 3)
        kind = str(loaded.network_type).removeprefix("torch.")
        yield f"forward {name} {kind}", partial(run_network, loaded.reconstructor, pictures, lambda _fraction: None)


def _making(source: FieldInput, resolution: int, folder: Path, sizes: Figures) -> Iterator[tuple[str, Work]]:
    """From a fitted field to its files."""
    extract = partial(_extracted, source, resolution)
    yield f"extract and colour {resolution} {source.name}", extract
    mesh = extract().mesh
    files = {name: folder / f"{source.name}_{name}" for name in ("mesh.npz", "mesh.glb", FIELD_NAME, "cut_out.png")}
    drawing = folder / f"{source.name}_drawing.png"
    save_mesh(mesh, files["mesh.npz"])
    _draw_cut_out(mesh, files["cut_out.png"])
    request = Review("", str(files["mesh.npz"]), str(files["cut_out.png"]), str(drawing))
    yield f"review {resolution} {source.name}", partial(_review, request)
    yield f"write mesh {resolution} {source.name}", partial(save_mesh, mesh, files["mesh.glb"])
    yield f"write field {resolution} {source.name}", partial(source.field.save, files[FIELD_NAME])
    sizes[f"mesh {resolution} {source.name}"] = files["mesh.glb"].stat().st_size
    sizes[f"field {source.name}"] = files[FIELD_NAME].stat().st_size
    sizes[f"thumbnail {resolution} {source.name}"] = drawing.stat().st_size
    sizes[f"triangles {resolution} {source.name}"] = len(mesh.triangles)


def _extracted(source: FieldInput, resolution: int) -> ExtractedMesh:
    return field_to_mesh(source.field, SurfaceSettings(resolution, source.threshold), told_steps(idle()))


def _review(request: Review) -> None:
    make_review(request, told_steps(idle()))


def _draw_cut_out(mesh: Mesh, path: Path) -> None:
    Image.fromarray(draw(mesh, CAMERA, PICTURE_SIDE)).save(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_field(parser)
    parser.add_argument("--checkpoint", type=Path, metavar="FOLDER", help="of the released size")
    parser.add_argument("--rembg-home", type=Path, metavar="FOLDER", help="where a background model lies")
    parser.add_argument("--items", type=int, default=2000, help="folders to write and read")
    parser.add_argument("--records", type=int, default=100_000, help="lines of the catalogue to write and read")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="STEP",
        help="measure just this one again; the others of --json stay",
    )
    add_json(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
