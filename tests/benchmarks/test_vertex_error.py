# SPDX-License-Identifier: GPL-3.0-or-later
"""How near vertices are: the truth that they are held against, and that ours are nearer than the reference's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from benchmarks.field_input import FieldInput, read_field  # noqa: E402 - after the check that torch is there
from benchmarks.lattice_edges import AskedField, edges_of, true_shares  # noqa: E402
from benchmarks.vertex_error import main, vertex_errors  # noqa: E402
from tests.worker.solids import ball, rod  # noqa: E402
from triposr_addon.protocol import SurfaceSettings  # noqa: E402
from triposr_addon.worker.surface import extract_surface  # noqa: E402

pytestmark = pytest.mark.torch


def test_the_truth_lies_where_the_field_crosses_the_threshold() -> None:
    source = FieldInput("ball", ball(0.5), 25.0)
    asked = AskedField(source.field, source.threshold)
    surface = extract_surface(source.field, SurfaceSettings(48), lambda _share: None)
    edges = edges_of(surface, 48, asked)
    assert len(edges.kept) == len(surface.vertices)
    assert torch.allclose(edges.positions(edges.shares), surface.vertices.double(), atol=1e-6)
    assert asked(edges.positions(true_shares(edges, asked))).abs().max() < 1e-3


def test_the_lid_beyond_the_box_is_left_out() -> None:
    source = FieldInput("rod", rod(0.4), 25.0)
    surface = extract_surface(source.field, SurfaceSettings(32), lambda _share: None)
    edges = edges_of(surface, 32, AskedField(source.field, 25.0))
    beyond = (surface.vertices.abs() > source.field.radius + 1e-6).any(dim=1)
    assert beyond.any()
    assert not beyond[edges.kept].any()
    assert len(edges.kept) == int((~beyond).sum())


@pytest.mark.parity
def test_our_vertices_are_several_times_nearer_than_the_references(fitted: Path) -> None:
    errors = vertex_errors(read_field(fitted / "nerf_chair.npz", torch.device("cpu")), 128)["errors"]
    assert errors["ours"]["mean_voxels"] < 0.04
    assert errors["density"]["mean_voxels"] > 6 * errors["ours"]["mean_voxels"]
    assert errors["log-density"]["mean_voxels"] > 2 * errors["ours"]["mean_voxels"]


def test_the_command_writes_a_row_for_each_resolution(ball_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    two = ["--resolution", "24", "--resolution", "32"]
    assert main(["--field", str(ball_file), *two, "--json", str(out)]) == 0
    rows = json.loads(out.read_text("utf-8"))["rows"]
    assert [row["resolution"] for row in rows] == [24, 32]
    assert all(row["errors"]["ours"]["mean_voxels"] < row["errors"]["density"]["mean_voxels"] for row in rows)


def test_a_missing_field_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--field", str(tmp_path / "absent.npz"), "--json", str(tmp_path / "out.json")]) == 2
    assert "does not exist" in capsys.readouterr().err
