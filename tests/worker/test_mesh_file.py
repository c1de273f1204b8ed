# SPDX-License-Identifier: GPL-3.0-or-later
"""Mesh files, read back by an independent reader."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

trimesh = pytest.importorskip("trimesh")

from triposr_addon.worker import failures  # noqa: E402 - after the check that the worker's packages are there
from triposr_addon.worker.glb import linear_from_srgb, vertex_normals  # noqa: E402
from triposr_addon.worker.mesh_file import Mesh, save_mesh  # noqa: E402

pytestmark = pytest.mark.torch

FRONT, RIGHT, UP = (0.0, -1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
"""In Blender's axes."""


def tetrahedron() -> Mesh:
    """Corners: the middle, one to the front, one to the right, one up; faces outwards."""
    return Mesh(
        vertices=np.array([(0, 0, 0), FRONT, RIGHT, UP], np.float32),
        triangles=np.array([(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)], np.int32),
        colours=np.array([(0, 0, 0), (1, 0, 0), (0.5, 0.5, 0.5), (0.02, 0.04, 1)], np.float32),
    )


def test_the_made_up_mesh_faces_outwards() -> None:
    mesh = tetrahedron()
    assert trimesh.Trimesh(mesh.vertices, mesh.triangles, process=False).volume > 0


def test_npz_is_the_mesh_itself(tmp_path: Path) -> None:
    save_mesh(tetrahedron(), tmp_path / "mesh.npz")
    with np.load(tmp_path / "mesh.npz", allow_pickle=False) as arrays:
        assert sorted(arrays) == ["colours", "triangles", "vertices"]
        assert (arrays["vertices"].dtype, arrays["triangles"].dtype) == (np.float32, np.int32)
        assert np.array_equal(arrays["vertices"], tetrahedron().vertices)
        assert np.array_equal(arrays["triangles"], tetrahedron().triangles)
        assert np.array_equal(arrays["colours"], tetrahedron().colours)


@pytest.mark.parametrize("suffix", [".glb", ".obj"])
def test_formats_with_y_up_face_positive_z(suffix: str, tmp_path: Path) -> None:
    save_mesh(tetrahedron(), tmp_path / f"mesh{suffix}")
    read = trimesh.load(tmp_path / f"mesh{suffix}", force="mesh", process=False)
    assert np.allclose(read.vertices, [(0, 0, 0), (0, 0, 1), (1, 0, 0), (0, 1, 0)])
    assert np.array_equal(read.faces, tetrahedron().triangles)
    assert read.volume > 0


def test_ply_keeps_blenders_axes(tmp_path: Path) -> None:
    save_mesh(tetrahedron(), tmp_path / "mesh.ply")
    read = trimesh.load(tmp_path / "mesh.ply", process=False)
    assert np.allclose(read.vertices, tetrahedron().vertices)
    assert np.array_equal(read.faces, tetrahedron().triangles)
    assert np.abs(read.visual.vertex_colors[:, :3] / 255 - tetrahedron().colours).max() < 0.003


def test_obj_colours_are_srgb(tmp_path: Path) -> None:
    save_mesh(tetrahedron(), tmp_path / "mesh.obj")
    rows = [line.split()[1:] for line in (tmp_path / "mesh.obj").read_text().splitlines() if line.startswith("v ")]
    assert np.allclose(
        np.array(rows, np.float32)[:, 3:], tetrahedron().colours, atol=0.5 / 255 + 1e-6
    )  # trimesh keeps colours as bytes


def test_glb_colours_are_linear_and_fine_enough_for_the_dark(tmp_path: Path) -> None:
    shades = np.linspace(0, 1, 256, dtype=np.float32)
    colours = np.stack([shades] * 3, axis=1)
    triangles = np.array([(i, i + 1, i + 2) for i in range(254)], np.int32)
    vertices = np.random.default_rng(2).random((256, 3)).astype(np.float32)
    save_mesh(Mesh(vertices, triangles, colours), tmp_path / "mesh.glb")
    document, binary = read_glb(tmp_path / "mesh.glb")
    (primitive,) = document["meshes"][0]["primitives"]
    accessor = document["accessors"][primitive["attributes"]["COLOR_0"]]
    view = document["bufferViews"][accessor["bufferView"]]
    stored = np.frombuffer(binary, "<u2", 4 * accessor["count"], view["byteOffset"]).reshape(-1, 4) / 65535
    assert accessor["normalized"] is True
    assert (stored[:, 3] == 1).all()
    assert len(np.unique(stored[:, 0])) == 256  # 8 linear bits would leave 184 of the 256 shades
    back = np.where(stored <= 0.0031308, stored * 12.92, 1.055 * stored ** (1 / 2.4) - 0.055)
    assert np.abs(back[:, :3] - colours).max() < 2e-4


def read_glb(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    assert size % 4 == 0
    binary_size, binary_kind = struct.unpack_from("<I4s", data, 20 + size)
    assert binary_kind == b"BIN\0"
    assert 28 + size + binary_size == len(data)
    return json.loads(data[20 : 20 + size]), data[28 + size :]


def test_srgb_decoding_at_known_points() -> None:
    values = linear_from_srgb(np.array([0.0, 0.04045, 0.5, 1.0], np.float32))
    assert values == pytest.approx([0.0, 0.0031308, 0.2140411, 1.0], rel=1e-3)


def test_normals_are_unit_and_point_outwards() -> None:
    ball = trimesh.creation.icosphere(subdivisions=2)
    normals = vertex_normals(ball.vertices.astype(np.float32), ball.faces.astype(np.int32))
    assert np.allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
    assert (np.sum(normals * ball.vertices, axis=1) > 0.99).all()


def test_a_vertex_whose_triangles_cancel_out_has_a_normal() -> None:
    flat = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0)], np.float32)
    normals = vertex_normals(flat, np.array([(0, 1, 2), (0, 2, 1)], np.int32))
    assert np.allclose(np.linalg.norm(normals, axis=1), 1)


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(failures.SettingsInvalid, match="glb"):
        save_mesh(tetrahedron(), tmp_path / "mesh.fbx")
    assert not list(tmp_path.iterdir())


def test_upper_case_suffixes_are_the_same(tmp_path: Path) -> None:
    save_mesh(tetrahedron(), tmp_path / "MESH.GLB")
    assert (tmp_path / "MESH.GLB").read_bytes()[:4] == b"glTF"
