# SPDX-License-Identifier: GPL-3.0-or-later
"""The textbook way makes the same surface as ours, so that both are paid for the same work."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402 - after the check that torch is there

from benchmarks.field_input import FieldInput, read_field  # noqa: E402
from benchmarks.lattice_edges import AskedField, density_shares, edges_of  # noqa: E402
from benchmarks.stopwatch import idle  # noqa: E402
from benchmarks.textbook import TEXTBOOK, Textbook, TextbookMesh, Way, dense_grid  # noqa: E402
from tests.worker.solids import ball  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker.surface import Surface, extract_surface  # noqa: E402

pytestmark = pytest.mark.torch

CPU = torch.device("cpu")
RESOLUTION = 96
VOXELS = 5e-3
"""Allowed between our vertices, put where the density is interpolated, and the textbook's."""
BALL = FieldInput("ball", ball(0.5), 25.0)


def textbook_mesh(source: FieldInput, way: Way = TEXTBOOK) -> TextbookMesh:
    return Textbook(source.field).mesh(dense_grid(source.field.radius, RESOLUTION, CPU), source.threshold, way, idle())


def our_surface(source: FieldInput) -> Surface:
    return extract_surface(source.field, SurfaceSettings(RESOLUTION, source.threshold), lambda _share: None)


def in_density(surface: Surface, source: FieldInput) -> Tensor:
    """The surface's vertices [V, 3] moved along their edges to where the density is interpolated."""
    edges = edges_of(surface, RESOLUTION, AskedField(source.field, source.threshold))
    assert len(edges.kept) > 0.999 * len(surface.vertices)
    return edges.positions(density_shares(edges, source.threshold))


@pytest.mark.parity
@pytest.mark.parametrize("name", ["chair", "torus", "nerf_chair", "thin"])
def test_both_ways_make_the_same_surface(fitted: Path, name: str) -> None:
    source = read_field(fitted / f"{name}.npz", CPU)
    theirs, ours = textbook_mesh(source), our_surface(source)
    assert len(theirs.triangles) == pytest.approx(len(ours.triangles), rel=0.02)  # ambiguous cells are cut otherwise
    step = 2 * source.field.radius / (RESOLUTION - 1)
    distances = nearest(in_density(ours, source), torch.from_numpy(theirs.vertices).double()) / step
    assert distances.max() < VOXELS


def nearest(points: Tensor, others: Tensor) -> Tensor:
    """From each of points [N, 3] to the nearest of others [M, 3]."""
    parts = [torch.cdist(part, others, compute_mode="donot_use_mm_for_euclid_dist") for part in points.split(1000)]
    distances: Tensor = torch.cat([part.amin(dim=1) for part in parts])
    return distances


def test_a_ball_has_its_size_and_colours() -> None:
    mesh = textbook_mesh(BALL)
    vertices = torch.from_numpy(mesh.vertices)
    assert (vertices.norm(dim=1) - 0.5).abs().max() < 0.3 * 2 * 0.87 / RESOLUTION
    assert torch.allclose(torch.from_numpy(mesh.colours), BALL.field.colour(vertices), atol=1e-5)


def test_its_triangles_face_outwards() -> None:
    mesh = textbook_mesh(BALL)
    first, second, third = torch.from_numpy(mesh.vertices).double()[torch.from_numpy(mesh.triangles).long()].unbind(1)
    assert (first * torch.linalg.cross(second, third)).sum() / 6 == pytest.approx(4 / 3 * torch.pi * 0.5**3, rel=0.02)


def test_leaving_out_the_nodes_colours_changes_nothing() -> None:
    whole, tuned = textbook_mesh(BALL), textbook_mesh(BALL, Way("tuned", 4096, node_colours=False))
    assert whole.triangles.shape == tuned.triangles.shape
    assert abs(whole.vertices - tuned.vertices).max() < 1e-5
    assert abs(whole.colours - tuned.colours).max() < 1e-5
