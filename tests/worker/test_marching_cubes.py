# SPDX-License-Identifier: GPL-3.0-or-later
"""The table against its definition, all 256 cases; the surface against PyMCubes and against itself."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402 - after the check that torch is there

from tests.worker.fitted_fields import NAMES, fitted_field  # noqa: E402
from tests.worker.fitted_fields import THRESHOLD as FITTED_THRESHOLD  # noqa: E402
from tests.worker.manifold import is_closed  # noqa: E402
from triposr_addon.worker.bricks import Points  # noqa: E402
from triposr_addon.worker.crossed_cells import CORNERS, CrossedCells, cells_of_grid, padded  # noqa: E402
from triposr_addon.worker.marching_cubes import (  # noqa: E402
    EDGES,
    Triangulation,
    case_loops,
    case_triangles,
    has_no_border,
    triangulate,
)
from triposr_addon.worker.plane_maps import PlaneMaps  # noqa: E402

pytestmark = pytest.mark.torch

CASES = range(256)


def is_inside(case: int, corner: int) -> bool:
    return bool(case >> corner & 1)


def crossed_edges(case: int) -> set[int]:
    return {number for number, (a, b) in enumerate(EDGES) if is_inside(case, a) != is_inside(case, b)}


def sides(case: int) -> Counter[tuple[int, int]]:
    """The directed sides of a case's triangles."""
    return Counter((triangle[i], triangle[(i + 1) % 3]) for triangle in case_triangles()[case] for i in range(3))


def free_sides(case: int) -> set[tuple[int, int]]:
    """The sides that have a triangle on one side only."""
    all_sides = sides(case)
    return {(a, b) for a, b in all_sides if (b, a) not in all_sides}


def corners_of_face(axis: int, upper: int) -> list[int]:
    return [corner for corner in range(8) if corner >> axis & 1 == upper]


def on_face(edge: int, axis: int, upper: int) -> bool:
    return all(corner >> axis & 1 == upper for corner in EDGES[edge])


def opposite(edge: int, axis: int) -> int:
    """The same edge of the neighbour cell across that axis."""
    a, b = (corner ^ 1 << axis for corner in EDGES[edge])
    return EDGES.index((a, b))


@pytest.mark.parametrize("case", CASES)
def test_each_crossed_edge_has_one_vertex_and_no_other_has(case: int) -> None:
    loops = case_loops(case)
    assert Counter(edge for loop in loops for edge in loop) == Counter(crossed_edges(case))
    assert {edge for triangle in case_triangles()[case] for edge in triangle} == crossed_edges(case)


@pytest.mark.parametrize("case", CASES)
def test_triangles_fill_the_loops_and_agree_on_their_sides(case: int) -> None:
    assert all(count == 1 for count in sides(case).values())  # no side twice in one direction
    borders = {(loop[i], loop[(i + 1) % len(loop)]) for loop in case_loops(case) for i in range(len(loop))}
    assert free_sides(case) == borders
    assert len(case_triangles()[case]) == sum(len(loop) - 2 for loop in case_loops(case))


@pytest.mark.parametrize("case", CASES)
def test_no_triangle_side_inside_a_face(case: int) -> None:
    """A side in a face that is not the surface's border could meet the neighbour's, and have four triangles."""
    inner = {pair for pair in sides(case) if (pair[1], pair[0]) in sides(case)}
    for (first, second), axis, upper in itertools.product(inner, range(3), (0, 1)):
        assert not (on_face(first, axis, upper) and on_face(second, axis, upper))


@pytest.mark.parametrize("axis", range(3))
def test_neighbours_meet_on_their_common_face(axis: int) -> None:
    """For all pairs of cases whose common face has the same corners: the borders there are each other's reverse."""
    borders: dict[int, dict[tuple[bool, ...], set[frozenset[tuple[int, int]]]]] = {0: {}, 1: {}}
    for case, upper in itertools.product(CASES, (0, 1)):
        corners = tuple(is_inside(case, corner) for corner in corners_of_face(axis, upper))
        here = {pair for pair in free_sides(case) if all(on_face(edge, axis, upper) for edge in pair)}
        if upper:  # as the neighbour sees it
            here = {(opposite(b, axis), opposite(a, axis)) for a, b in here}
        borders[upper].setdefault(corners, set()).add(frozenset(here))
    assert len(borders[0]) == 16
    for corners, seen in borders[0].items():
        assert len(seen) == 1, "the border depends on more than the face's corners"
        assert seen == borders[1][corners]


@pytest.mark.parametrize("corner", range(8))
def test_a_single_inside_corner_is_seen_from_outside(corner: int) -> None:
    (triangle,) = case_triangles()[1 << corner]
    a, b, c = (np.mean([CORNERS[end] for end in EDGES[edge]], axis=0) for edge in triangle)
    assert np.dot(np.cross(b - a, c - a), np.array([0.5] * 3) - CORNERS[corner]) > 0


def test_a_complement_has_the_reverse_surface_where_no_face_is_ambiguous() -> None:
    for case in CASES:
        if free_sides(case) == {(b, a) for a, b in free_sides(255 - case)}:
            assert len(case_triangles()[case]) == len(case_triangles()[255 - case])
    assert case_triangles()[0] == case_triangles()[255] == ()


def noise(side: int, seed: int) -> Tensor:
    """A grid with every case in it, ambiguous faces included."""
    return Tensor(np.random.default_rng(seed).normal(size=(side, side, side)).astype(np.float32))


def closed(grid: Tensor) -> Triangulation:
    """The grid's surface with a layer of outside around it."""
    return triangulate(cells_of_grid(padded(grid)))


def smooth(side: int) -> Tensor:
    places = np.linspace(-1, 1, side)
    x, y, z = np.meshgrid(places, places, places, indexing="ij")
    gyroid = np.sin(5 * x) * np.cos(5 * y) + np.sin(5 * y) * np.cos(5 * z) + np.sin(5 * z) * np.cos(5 * x)
    return Tensor(gyroid.astype(np.float32))


@pytest.mark.parametrize("seed", range(4))
def test_the_surface_of_noise_is_closed(seed: int) -> None:
    mesh = closed(noise(14, seed))
    assert is_closed(mesh.triangles)
    assert len(mesh.triangles) > 3000


@pytest.mark.parametrize("grid", [noise(16, 7), smooth(24)], ids=["noise", "smooth"])
def test_the_surface_is_that_of_pymcubes(grid: Tensor) -> None:
    assert_as_pymcubes(grid)


@pytest.mark.parity
@pytest.mark.parametrize("name", NAMES)
def test_a_fitted_fields_surface_is_that_of_pymcubes(name: str, facts: Path) -> None:
    field = fitted_field(facts, name)
    grid = PlaneMaps(field, 56).lattice(torch.arange(56)) - field.raw_threshold(FITTED_THRESHOLD)
    assert_as_pymcubes(grid)


def assert_as_pymcubes(grid: Tensor) -> None:
    """As many vertices and triangles as an independent implementation, and each vertex within 0.001 of one of its."""
    mcubes = pytest.importorskip("mcubes")
    mesh = triangulate(cells_of_grid(grid))
    vertices, triangles = mcubes.marching_cubes(grid.numpy().astype(np.float64), 0.0)
    assert mesh.triangles.shape == triangles.shape
    ours, theirs = mesh.vertices(mesh.linear_shares()), torch.from_numpy(vertices).float()
    assert ours.shape == theirs.shape
    distances = torch.cdist(ours, theirs, compute_mode="donot_use_mm_for_euclid_dist")
    assert max(distances.amin(dim=0).max(), distances.amin(dim=1).max()) < 1e-3


def test_vertices_never_coincide_even_where_nodes_lie_on_the_surface() -> None:
    grid = noise(10, 3)
    grid[grid.abs() < 0.5] = 0.0
    mesh = closed(grid)
    vertices = mesh.vertices(mesh.linear_shares())
    assert len(vertices.unique(dim=0)) == len(vertices)
    assert is_closed(mesh.triangles)


def test_the_order_of_the_cells_does_not_matter() -> None:
    crossed = cells_of_grid(padded(noise(9, 5)))
    order = torch.randperm(len(crossed.cells), generator=torch.Generator().manual_seed(2))
    mixed = triangulate(CrossedCells(crossed.cells.at(order), crossed.values[:, order]))
    straight = triangulate(crossed)
    assert torch.equal(mixed.triangles, straight.triangles)
    assert torch.equal(mixed.starts, straight.starts)
    assert torch.equal(mixed.lower_values, straight.lower_values)


def test_no_cells_have_no_surface() -> None:
    nowhere = torch.empty(0, dtype=torch.int32)
    mesh = triangulate(CrossedCells(Points(nowhere, nowhere, nowhere), torch.empty(8, 0)))
    assert mesh.triangles.shape == (0, 3)
    assert len(mesh.starts) == 0


@pytest.mark.parametrize("check", [is_closed, has_no_border])
def test_what_is_closed(check: Callable[[Tensor], bool]) -> None:
    triangles = closed(noise(12, 1)).triangles
    turned = triangles.clone()
    turned[0] = turned[0].flip(0)
    assert check(triangles)
    assert not check(turned)
    assert not check(triangles[1:])
    assert not check(triangles[:0])
    assert not check(triangles.flip(0)[:-1])
