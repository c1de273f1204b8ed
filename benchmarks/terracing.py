# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the steps that interpolating the density leaves on a surface, beside ours, under raking light.

usage: python benchmarks/terracing.py --field F.npz [--field ...] --picture OUT.png

The same field, the same triangles; only the vertices' places on their lattice edges differ. Exit code 2: the input
can't be used.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.command import BAD_INPUT, add_field
from benchmarks.field_input import FieldInput, read_field
from benchmarks.flat_render import View, render
from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.failures import WorkerFailure
from triposr_addon.worker.surface import extract_surface

RESOLUTIONS = (128, 256)
PIXELS = 360
BAR = 28
GAP = 6
PAPER, INK = (255, 255, 255), (40, 40, 40)

WHOLE = View(azimuth=20, elevation=30, centre=(0.0, 0.0, 0.0), width=1.9)
DETAILS = {
    "torus": View(azimuth=0, elevation=35, centre=(0.4, 0.1, 0.05), width=0.6),
    "nerf_chair": View(azimuth=35, elevation=25, centre=(0.0, 0.0, 0.3), width=0.7),
    "thin": View(azimuth=20, elevation=10, centre=(0.4, 0.0, -0.3), width=0.7),
}
"""Where to look closely at the fitted fields, by name."""

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Pair:
    """Two pictures of one field at one resolution: vertices by the reference's interpolation, and ours."""

    resolution: int
    density: Picture
    ours: Picture


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        sources = [read_field(path, torch.device("cpu")) for path in options.field]
        rows = [[picture_pair(source, resolution) for source in sources] for resolution in RESOLUTIONS]
    except WorkerFailure as failure:
        print(failure.sentence, file=sys.stderr)
        return BAD_INPUT
    sheet(rows).save(options.picture, optimize=True)
    return 0


@torch.no_grad()
def picture_pair(source: FieldInput, resolution: int) -> Pair:
    """Render one surface twice."""
    pictures = []
    for interpolation in ("density", "secant"):
        settings = SurfaceSettings(resolution, source.threshold, interpolation=interpolation)
        surface = extract_surface(source.field, settings, lambda _share: None)
        view = DETAILS.get(source.name, WHOLE)
        pictures.append(render(surface.vertices.numpy(), surface.triangles.numpy(), view, PIXELS))
    return Pair(resolution, *pictures)


def sheet(rows: Sequence[Sequence[Pair]]) -> Image.Image:
    """Pairs side by side, a row for each resolution, each picture under its caption."""
    width = 2 * len(rows[0]) * (PIXELS + GAP) - GAP
    paper = Image.new("RGB", (width, len(rows) * (PIXELS + BAR + GAP) - GAP), PAPER)
    for row, column in itertools.product(range(len(rows)), range(2 * len(rows[0]))):
        pair = rows[row][column // 2]
        picture, how = (pair.ours, "ours") if column % 2 else (pair.density, "density interpolated")
        left, top = column * (PIXELS + GAP), row * (PIXELS + BAR + GAP)
        _caption(paper, (left + 4, top + 3), f"at {pair.resolution}: {how}")
        paper.paste(Image.fromarray(picture), (left, top + BAR))
    return paper


def _caption(paper: Image.Image, corner: tuple[int, int], text: str) -> None:
    font: Any = ImageFont.load_default(20)
    ImageDraw.Draw(paper).text(corner, text, fill=INK, font=font)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_field(parser)
    parser.add_argument("--picture", type=Path, required=True, metavar="OUT", help="a .png")
    return parser


if __name__ == "__main__":
    sys.exit(main())
