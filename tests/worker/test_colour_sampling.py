# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours at points of one's own, where they are known; and files of points that are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

torch = pytest.importorskip("torch")
from tests.worker.solids import BOX, COLOUR_STEEPNESS, THRESHOLD, ball  # noqa: E402 - after the check that torch is there
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker import failures  # noqa: E402
from triposr_addon.worker.colour_sampling import load_points, sample_colours, save_colours  # noqa: E402
from triposr_addon.worker.field_to_mesh import field_to_mesh  # noqa: E402
from triposr_addon.worker.mesh_file import Floats  # noqa: E402
from triposr_addon.worker.steps import Steps  # noqa: E402

pytestmark = pytest.mark.torch


def sampled(points: Floats, *, symmetry: bool = False) -> Floats:
    return sample_colours(ball(), points, Steps(lambda *_: None, lambda: False), symmetry=symmetry)


def expected(x: Floats, y: Floats, z: Floats) -> npt.NDArray[np.float64]:
    """The ball's colour at raw (x, y, z)."""
    steep = COLOUR_STEEPNESS * np.stack([x, y, z], axis=1).astype(np.float64)
    return np.asarray(1.0 / (1.0 + np.exp(-steep)))


def points_inside(count: int = 5000) -> Floats:
    return np.random.default_rng(1).uniform(-0.8, 0.8, (count, 3)).astype(np.float32)


def test_points_come_in_blenders_axes() -> None:
    points = points_inside()
    x, y, z = points.T
    assert np.abs(sampled(points) - expected(-y, x, z)).max() < 1e-3


def test_a_symmetric_field_has_the_colour_of_both_sides() -> None:
    points = points_inside(100)
    _, y, z = points.T
    assert np.abs(sampled(points, symmetry=True) - expected(-y, np.zeros_like(y), z)).max() < 1e-3


def test_a_point_outside_has_the_colour_of_the_nearest_inside() -> None:
    outside = np.array([[5.0, 0.1, 0.2], [0.1, -9.0, 0.2], [3.0, 3.0, 3.0]], dtype=np.float32)
    assert np.array_equal(sampled(outside), sampled(outside.clip(-BOX, BOX)))


def test_a_meshs_own_vertices_have_its_own_colours() -> None:
    settings = SurfaceSettings(64, THRESHOLD, symmetry=True, smoothing=3)
    steps = Steps(lambda *_: None, lambda: False)
    mesh = field_to_mesh(ball(right=0.2), settings, steps).mesh
    again = sample_colours(ball(right=0.2), mesh.vertices, steps, symmetry=True)
    assert np.abs(again - mesh.colours).max() < 1e-5


def test_a_lid_has_the_colours_that_sampling_gives_it() -> None:
    """The ball reaches beyond the box, so a flat lid half a lattice step outside closes it on each side."""
    steps = Steps(lambda *_: None, lambda: False)
    field = ball(radius=BOX * 1.2)
    mesh = field_to_mesh(field, SurfaceSettings(16, THRESHOLD), steps).mesh
    on_lid = (np.abs(mesh.vertices) > BOX).any(axis=1)
    assert on_lid.mean() > 0.2
    assert np.abs(sample_colours(field, mesh.vertices, steps) - mesh.colours).max() < 1e-5
    moved = sample_colours(field, mesh.vertices.clip(-BOX, BOX), steps)
    assert np.abs(moved - mesh.colours).max() < 1e-5


def test_no_points_have_no_colours() -> None:
    assert sampled(np.empty((0, 3), dtype=np.float32)).shape == (0, 3)


def test_a_cancelled_job_stops() -> None:
    asked: list[float] = []
    steps = Steps(lambda _step, fraction, _detail: asked.append(fraction), lambda: len(asked) > 2)
    with pytest.raises(failures.Cancelled):
        sample_colours(ball(), points_inside(50_000), steps)


def test_files_there_and_back(tmp_path: Path) -> None:
    np.savez(tmp_path / "points.npz", points=points_inside(10))
    assert np.array_equal(load_points(tmp_path / "points.npz"), points_inside(10))
    save_colours(points_inside(10), tmp_path / "colours.npz")
    with np.load(tmp_path / "colours.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["colours"], points_inside(10))


def save_pickle(path: Path) -> None:
    np.savez(path, points=np.array([{"a": 1}], dtype=object))


BAD_FILES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("points"),
    "no zip": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)),
    "pickle": save_pickle,
    "other name": lambda path: np.savez(path, vertices=points_inside(3)),
    "double": lambda path: np.savez(path, points=points_inside(3).astype(np.float64)),
    "flat": lambda path: np.savez(path, points=points_inside(3).ravel()),
    "not finite": lambda path: np.savez(path, points=np.full((2, 3), np.nan, dtype=np.float32)),
}


@pytest.mark.parametrize("write", BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_without_points_is_named(tmp_path: Path, write: Callable[[Path], object]) -> None:
    write(tmp_path / "points.npz")
    with pytest.raises(failures.PointsFileUnreadable):
        load_points(tmp_path / "points.npz")


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "points.npz"
    np.savez(path, points=points_inside())
    path.write_bytes(path.read_bytes()[:-30_000])
    with pytest.raises(failures.PointsFileUnreadable):
        load_points(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(failures.PointsFileMissing):
        load_points(tmp_path / "points.npz")
