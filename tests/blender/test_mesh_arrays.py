# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh file is believed only after it was checked: Blender's own arrays check nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.bpy


def write(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def test_a_written_mesh_is_read_back(room: Callable[[str], Any], cube: Any, tmp_path: Path) -> None:
    read = room("blender.mesh_arrays").read_mesh_file(write(tmp_path / "mesh.npz", **dataclasses.asdict(cube)))
    for field in dataclasses.fields(cube):
        np.testing.assert_array_equal(getattr(read, field.name), getattr(cube, field.name))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"vertices": np.zeros((0, 3), np.float32)}, "the mesh is empty"),
        ({"triangles": np.zeros((0, 3), np.int32)}, "the mesh is empty"),
        ({"triangles": np.array([[0, 1, 8]], np.int32)}, "outside 0..7"),
        ({"triangles": np.array([[0, 1, -1]], np.int32)}, "outside 0..7"),
        ({"triangles": np.array([[0, 1, 2]], np.int64)}, "not int32"),
        ({"triangles": np.array([0, 1, 2], np.int32)}, "not int32"),
        ({"vertices": np.full((8, 3), np.nan, np.float32)}, "not a finite number"),
        ({"vertices": np.zeros((8, 3), np.float32)}, "no height"),
        ({"colours": np.full((8, 3), np.inf, np.float32)}, "not a finite number"),
        ({"colours": np.full((8, 3), 1.5, np.float32)}, "outside 0..1"),
        ({"colours": np.zeros((7, 3), np.float32)}, "7 colours for 8 vertices"),
        ({"colours": np.array([{"a": 1}], object)}, "colours is no array"),
    ],
)
def test_a_spoilt_mesh_is_refused_with_its_reason(
    room: Callable[[str], Any], cube: Any, tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    path = write(tmp_path / "mesh.npz", **(dataclasses.asdict(cube) | change))
    with pytest.raises(room("host.failures").ResultUnreadable, match=reason):
        room("blender.mesh_arrays").read_mesh_file(path)


@pytest.mark.parametrize("content", [b"", b"not a mesh at all", b"PK\x03\x04 cut off"])
def test_a_file_that_holds_no_arrays_is_refused(room: Callable[[str], Any], tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mesh.npz"
    path.write_bytes(content)
    with pytest.raises(room("host.failures").ResultUnreadable, match=r"mesh\.npz"):
        room("blender.mesh_arrays").read_mesh_file(path)


def test_a_missing_array_is_named(room: Callable[[str], Any], cube: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "mesh.npz", vertices=cube.vertices, triangles=cube.triangles)
    with pytest.raises(room("host.failures").ResultUnreadable, match="colours"):
        room("blender.mesh_arrays").read_mesh_file(path)


def test_a_file_that_is_gone_is_refused(room: Callable[[str], Any], tmp_path: Path) -> None:
    with pytest.raises(room("host.failures").ResultUnreadable, match="No such file"):
        room("blender.mesh_arrays").read_mesh_file(tmp_path / "mesh.npz")
