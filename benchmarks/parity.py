# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare a checkpoint's arrays with those that the reference implementation computed from it.

usage: python benchmarks/parity.py CHECKPOINT_DIR GOLDEN.npz

Prints the error of each array beside its tolerance; exits with 1 where one is above. A golden holds a framed picture
and what the reference made of it (docs/developing.md lists the arrays); one of the released weights is read alike.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from triposr_addon.worker.checkpoint import LoadedCheckpoint, load_checkpoint
from triposr_addon.worker.crossed_cells import cells_of_grid
from triposr_addon.worker.framing import composite_on_grey, frame_subject
from triposr_addon.worker.marching_cubes import triangulate
from triposr_addon.worker.model.decoder import sample_triplane
from triposr_addon.worker.model.volume_renderer import FieldQuery, Rays, orbit_rays, render_rays

Golden = Mapping[str, NDArray[Any]]

EXACT = 1e-4
"""Relative error allowed in float32 for tokens, scene code, log-density and colour."""
RENDERED = 1e-3
"""The same for volume-rendered views."""
FRAMED = 2 / 255
"""Mean absolute difference allowed for the framed picture: the reference drops the subject's last row and column."""
FACES = 1e-3
"""Relative difference in the number of faces: a node within float noise of the level flips a handful of them."""
MEASURED = 2e-3
"""Relative difference allowed for the area, and for bounds and centre, as shares of the box's side.

The reference's table splits polygons of more than three corners along other diagonals than ours.
"""
ENCLOSED = 1e-2
"""Difference allowed for the volume under the open surface, per unit of area: most of a synthetic checkpoint's cells
hold such a polygon, and the diagonals' small volumes all count."""
FOREGROUND_RATIO = 0.85
CAMERA_DISTANCE = 1.9
CAMERA_FOVY_DEG = 40.0
KEPT_SCENE_CODE_ROWS = 4


@dataclass(frozen=True)
class Comparison:
    """The error of one array and the most that it may be."""

    name: str
    error: float
    tolerance: float

    @property
    def passed(self) -> bool:
        """NaN does not pass."""
        return self.error <= self.tolerance

    def line(self) -> str:
        """For the terminal."""
        return f"{self.name:<16}{self.error:>12.3e}{self.tolerance:>12.1e}  {'ok' if self.passed else 'ABOVE'}"


def compare(checkpoint: LoadedCheckpoint, golden: Golden) -> Iterator[Comparison]:
    """Each array of `golden` against ours, in the order of the data flow."""
    network = checkpoint.reconstructor
    yield Comparison("preprocessed", _framing_error(golden), FRAMED)
    opaque = np.full_like(golden["preprocessed"][..., :1], 255)
    picture = np.concatenate([golden["preprocessed"], opaque], axis=2)
    images = composite_on_grey(picture, checkpoint.config.image_size).permute(2, 0, 1).unsqueeze(0)
    tokens = network.image_tokenizer(images)[0]
    stride = int(golden.get("image_tokens_stride", 1))
    yield Comparison("image_tokens", relative_error(tokens[::stride], golden["image_tokens"]), EXACT)
    scene_code = network(images)[0]
    yield Comparison("scene_code", _scene_code_error(scene_code, golden), EXACT)
    query = field_query(checkpoint, scene_code)
    density, colour = query(torch.from_numpy(golden["points"]))
    yield Comparison("log_density", relative_error(density.log(), np.log(golden["density"])), EXACT)
    yield Comparison("colour", relative_error(colour, golden["color"]), EXACT)
    yield Comparison("views", relative_error(_views(checkpoint, query, golden), golden["views"]), RENDERED)
    yield from _mesh_comparisons(*_dense_surface(checkpoint, scene_code, golden), golden)


def relative_error(out: Tensor, golden: NDArray[Any]) -> float:
    """norm(out - golden) / norm(golden), infinite where the shapes differ."""
    if out.shape != golden.shape:
        return float("inf")
    difference = out.numpy().astype(np.float64) - golden.astype(np.float64)
    return float(np.linalg.norm(difference) / np.linalg.norm(golden.astype(np.float64)))


def field_query(checkpoint: LoadedCheckpoint, scene_code: Tensor) -> FieldQuery:
    """Density and colour of a scene code [3, C, H, W], evaluated plainly: no maps, no chunks."""
    field = checkpoint.config.field

    def query(points: Tensor) -> tuple[Tensor, Tensor]:
        raw = checkpoint.reconstructor.decoder(sample_triplane(scene_code, points, field.radius))
        return torch.exp(raw[:, 0] + field.density_bias), torch.sigmoid(raw[:, 1:])

    return query


def _framing_error(golden: Golden) -> float:
    framed = composite_on_grey(frame_subject(golden["rgba"], FOREGROUND_RATIO), len(golden["preprocessed"]))
    return float(np.abs(framed.numpy() - golden["preprocessed"] / 255.0).mean())


def _dense_surface(checkpoint: LoadedCheckpoint, scene_code: Tensor, golden: Golden) -> tuple[Tensor, Tensor]:
    """Vertices and triangles in the reference's way: every node asked, densities interpolated, the box's faces open."""
    resolution, radius = int(golden["mesh_resolution"]), checkpoint.config.field.radius
    nodes = torch.linspace(-radius, radius, resolution)
    query = field_query(checkpoint, scene_code)
    slabs = [query(torch.cartesian_prod(node[None], nodes, nodes))[0] for node in nodes]
    grid = torch.cat(slabs).view(resolution, resolution, resolution) - float(golden["mesh_threshold"])
    mesh = triangulate(cells_of_grid(grid))
    return mesh.vertices(mesh.linear_shares()) * (2 * radius / (resolution - 1)) - radius, mesh.triangles


def _mesh_comparisons(vertices: Tensor, triangles: Tensor, golden: Golden) -> Iterator[Comparison]:
    corners = vertices[triangles].double()  # [F, 3, 3]
    normals = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
    area, volume = normals.norm(dim=1).sum(), (corners[:, 0] * normals).sum() / 3
    faces, golden_area, bounds = int(golden["mesh_faces"]), float(golden["mesh_area"]), golden["mesh_bounds"]
    side = float(np.max(bounds[1] - bounds[0]))
    box = torch.stack([vertices.amin(dim=0), vertices.amax(dim=0)])
    yield Comparison("mesh_faces", abs(len(corners) - faces) / faces, FACES)
    yield Comparison("mesh_area", abs(float(area) / golden_area - 1.0), MEASURED)
    yield Comparison("mesh_volume", abs(float(volume) - float(golden["mesh_volume"])) / golden_area, ENCLOSED)
    yield Comparison("mesh_bounds", float(np.abs(box.numpy() - bounds).max()) / side, MEASURED)
    centre = corners.mean(dim=(0, 1)).numpy()
    yield Comparison("mesh_centroid", float(np.abs(centre - golden["mesh_centroid"]).max()) / side, MEASURED)


def _scene_code_error(scene_code: Tensor, golden: Golden) -> float:
    if "scene_code" in golden:
        return relative_error(scene_code, golden["scene_code"])
    kept = scene_code[:, :, ::KEPT_SCENE_CODE_ROWS, ::KEPT_SCENE_CODE_ROWS]
    return relative_error(kept, golden["scene_code_every_4th"])


def _views(checkpoint: LoadedCheckpoint, query: FieldQuery, golden: Golden) -> Tensor:
    count, height, width = golden["views"].shape[:3]
    elevation, field = float(golden["view_elevation_deg"]), checkpoint.config.field
    views = []
    for index in range(count):
        rays = orbit_rays(360.0 * index / count, elevation, CAMERA_DISTANCE, CAMERA_FOVY_DEG, height, width)
        rays = _rays_of_three_views(rays) if count == 3 else rays
        views.append(render_rays(query, rays, field.radius, field.num_samples_per_ray)[0])
    return torch.stack(views)


def _rays_of_three_views(rays: Rays) -> Rays:
    """What the reference shoots when asked for exactly three views: the central ray, for each pixel.

    See docs/decisions/three_views_of_the_reference.md.
    """
    return Rays(rays.origins, -rays.origins / rays.origins.norm(dim=-1, keepdim=True))


def main() -> int:
    """Compare, print, and say with the exit status whether all is within tolerance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT_DIR")
    parser.add_argument("golden", type=Path, metavar="GOLDEN.npz")
    arguments = parser.parse_args()
    with np.load(arguments.golden, allow_pickle=False) as file:
        golden = dict(file)
    checkpoint = load_checkpoint(arguments.checkpoint, torch.device("cpu"), "full")
    print(f"{'array':<16}{'error':>12}{'tolerance':>12}")
    passed = True
    with torch.inference_mode():
        for comparison in compare(checkpoint, golden):
            print(comparison.line(), flush=True)
            passed &= comparison.passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
