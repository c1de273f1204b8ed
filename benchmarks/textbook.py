# SPDX-License-Identifier: GPL-3.0-or-later
"""The textbook way from a field to a coloured mesh, to measure ours against.

Written from the description of TripoSR's public code: the points of a dense grid are asked in chunks; each plane is
sampled bilinearly, the decoder runs in float32 for density and colour; the chunks' outputs are collected and joined;
the density is cut at the threshold by dense marching cubes; the vertices are asked for their colours.

It is not made slower than it need be: the grid is made once and kept, in field units; raw outputs, which the public
code collects as well, are dropped; marching cubes is scikit-image's, more than twice as fast as PyMCubes, or on a
graphics card, and where scikit-image is not installed, our own. The tuned way asks the nodes for their density alone
and takes the chunk that suits the machine best.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.stopwatch import Stopwatch, seconds
from triposr_addon.worker.crossed_cells import cells_of_grid
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.marching_cubes import triangulate

CHUNK_POINTS = 8192
CHUNKS_TO_TRY = {"cpu": (2048, 4096, 8192, 16384, 32768), "cuda": (1 << 16, 1 << 18, 1 << 20)}
POINTS_TO_TRY = {"cpu": 1 << 16, "cuda": 1 << 22}
AXES = ((0, 1), (0, 2), (1, 2))
"""What the planes look at: (across, down)."""

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Way:
    """How the nodes are asked: so many points at once, with their colours or without."""

    name: str
    chunk_points: int
    node_colours: bool


TEXTBOOK = Way("textbook", CHUNK_POINTS, node_colours=True)


@dataclass(frozen=True)
class TextbookMesh:
    """vertices: [V, 3] in field units. triangles: [F, 3]. colours: [V, 3] in 0..1."""

    vertices: Floats
    triangles: NDArray[np.integer[Any]]
    colours: Floats


class Textbook:
    """A field asked the textbook way."""

    def __init__(self, field: TriplaneField) -> None:
        self.field = field
        linears = [layer for layer in field.decoder.layers if isinstance(layer, nn.Linear)]
        activated = [(linear, nn.SiLU(inplace=True)) for linear in linears[:-1]]
        self.hidden = nn.Sequential(*itertools.chain.from_iterable(activated))
        self.head = (linears[-1].weight, linears[-1].bias)

    @torch.no_grad()
    def mesh(self, grid: Tensor, threshold: float, way: Way, stopwatch: Stopwatch) -> TextbookMesh:
        """The coloured surface on a grid [R, R, R, 3]. Stages told: query, marching cubes, colours."""
        stopwatch.enter("query")
        density = self.density(grid.view(-1, 3), way).view(grid.shape[:3])
        stopwatch.enter("marching cubes")
        lattice_vertices, triangles = _marching_cubes(density - threshold)
        vertices = lattice_vertices * (2.0 * self.field.radius / (len(density) - 1)) - self.field.radius
        stopwatch.enter("colours")
        colours = torch.cat([self._decoded(chunk, 4)[1] for chunk in vertices.split(way.chunk_points)])
        return TextbookMesh(vertices.cpu().numpy(), triangles.cpu().numpy(), colours.cpu().numpy())

    @torch.no_grad()
    def density(self, points: Tensor, way: Way) -> Tensor:
        """Density [N] at points [N, 3]; where the way asks for colours they are made and joined too, and dropped."""
        outputs = 4 if way.node_colours else 1
        chunks = [self._decoded(chunk, outputs) for chunk in points.split(way.chunk_points)]
        density, _colour = (torch.cat(parts) for parts in zip(*chunks, strict=True))
        return density.squeeze(1)

    @torch.no_grad()
    def raw_density(self, points: Tensor) -> Tensor:
        """The density's logarithm before the bias [N] at points [N, 3], asked plainly."""
        return self.density(points, Way("plain", CHUNK_POINTS, node_colours=False)).log() - self.field.density_bias

    def _decoded(self, points: Tensor, outputs: int) -> tuple[Tensor, Tensor]:
        """Density [N, 1] and colour [N, outputs - 1]."""
        weight, bias = self.head
        hidden = self.hidden(self._features(points))
        raw_density, raw_colour = functional.linear(hidden, weight[:outputs], bias[:outputs]).split([1, outputs - 1], 1)
        return torch.exp(raw_density + self.field.density_bias), torch.sigmoid(raw_colour)

    def _features(self, points: Tensor) -> Tensor:
        unit = points / self.field.radius
        across_down = torch.stack([unit[:, axes] for axes in AXES]).unsqueeze(1)
        sampled = functional.grid_sample(self.field.planes, across_down, mode="bilinear", align_corners=False)
        return sampled.squeeze(2).permute(2, 0, 1).flatten(1)


def dense_grid(radius: float, resolution: int, device: torch.device) -> Tensor:
    """The nodes [R, R, R, 3] of a lattice, indexed by x, y, z, from -radius to +radius in field units."""
    places = torch.linspace(-radius, radius, resolution, device=device)
    return torch.stack(torch.meshgrid(places, places, places, indexing="ij"), dim=-1)


def tuned(textbook: Textbook) -> Way:
    """The way without colours of the nodes, in the chunks that are the fastest on this machine."""
    kind = textbook.field.device.type
    points = (torch.rand(POINTS_TO_TRY[kind], 3, device=textbook.field.device) - 0.5) * textbook.field.radius
    ways = [Way("textbook, tuned", chunk, node_colours=False) for chunk in CHUNKS_TO_TRY[kind]]

    def cost(way: Way) -> float:
        return min(seconds(textbook.field.device, lambda: textbook.density(points, way)) for _ in range(3))

    return min(ways, key=cost)


def marching_cubes_name(device: torch.device) -> str:
    """Whose marching cubes the textbook way takes."""
    if _takes_our_cubes(device):
        return "our own, dense"
    return f"scikit-image {importlib.metadata.version('scikit-image')}"


def _takes_our_cubes(device: torch.device) -> bool:
    """On a graphics card, and where the tests' packages are not installed; they are no slower than scikit-image's."""
    return device.type == "cuda" or importlib.util.find_spec("skimage") is None


def _marching_cubes(values: Tensor) -> tuple[Tensor, Tensor]:
    """Vertices [V, 3] in lattice steps and triangles [F, 3] of a grid of density minus threshold."""
    if _takes_our_cubes(values.device):
        mesh = triangulate(cells_of_grid(values))
        return mesh.vertices(mesh.linear_shares()).float(), mesh.triangles
    from skimage import measure

    found = measure.marching_cubes(values.numpy(), 0.0, gradient_direction="ascent")  # type: ignore[no-untyped-call]
    vertices, triangles = (torch.from_numpy(np.ascontiguousarray(part)) for part in found[:2])
    return vertices, triangles
