# SPDX-License-Identifier: GPL-3.0-or-later
"""Textures of fields whose colours are known."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
from benchmarks.patterned_field import patterned  # noqa: E402 - after the check that torch is there
from tests.worker.asset.laid_out import ball_in_six_charts, saved  # noqa: E402
from tests.worker.conversation import Conversation  # noqa: E402
from tests.worker.solids import COLOUR_STEEPNESS, ball  # noqa: E402
from triposr_addon.protocol import BakeTexture, ErrorReport, TextureBaked, TextureSettings  # noqa: E402
from triposr_addon.worker import failures  # noqa: E402
from triposr_addon.worker.asset.atlas import Atlas, atlas_of  # noqa: E402
from triposr_addon.worker.asset.texture import Texture, texture_of  # noqa: E402
from triposr_addon.worker.asset.texture_failures import UvsOutside  # noqa: E402
from triposr_addon.worker.asset.texture_figures import likeness, seam_steps  # noqa: E402
from triposr_addon.worker.asset.unwrapped import load_unwrapped  # noqa: E402
from triposr_addon.worker.field import TriplaneField  # noqa: E402
from triposr_addon.worker.mesh_file import Floats  # noqa: E402
from triposr_addon.worker.review_failures import MeshFileMissing, MeshFileUnreadable  # noqa: E402

pytestmark = pytest.mark.torch


def textured(field: TriplaneField, atlas: Atlas, *, symmetry: bool = False) -> Texture:
    settings = TextureSettings(atlas.side, 4, symmetry)
    return texture_of(field, atlas, settings, lambda _share: None)


def ball_colours(points: Floats) -> Floats:
    """At points in Blender's axes, 0..255."""
    x, y, z = points.T.astype(np.float64)
    steep = COLOUR_STEEPNESS * np.stack([-y, x, z], axis=1)
    return np.asarray(255.0 / (1.0 + np.exp(-steep)), np.float32)


def test_each_texel_of_a_chart_has_the_colour_of_its_own_point() -> None:
    mesh = ball_in_six_charts(cuts=16)
    atlas = atlas_of([mesh], 128)
    made = textured(ball(), atlas)
    texels = np.flatnonzero(made.layout.covered)
    triangles = made.layout.owner[texels]
    corners, points = atlas.corners[triangles].astype(np.float64), atlas.vertices[atlas.triangles[triangles]]
    middle = np.stack([texels % 128 + 0.5, texels // 128 + 0.5], axis=1)
    edges = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=2)
    one, two = np.linalg.solve(edges, (middle - corners[:, 0])[..., None])[..., 0].T
    weights = np.stack([1 - one - two, one, two], axis=1)
    expected = ball_colours(np.einsum("nk,nkc->nc", weights, points).astype(np.float32))
    assert np.abs(made.picture.reshape(-1, 3)[texels] - expected).max() < 0.75


def test_a_plain_and_a_finely_striped_field_are_met() -> None:
    atlas = atlas_of([ball_in_six_charts(cuts=12)], 640)
    plain, striped = textured(ball(), atlas), textured(patterned(ball()), atlas)
    assert plain.likeness > 55.0
    assert striped.likeness > 45.0
    for made in (plain, striped):
        assert made.seams[1] < 4.0


def test_without_a_gutter_the_seams_show() -> None:
    """The figures can see what they are there for."""
    atlas = atlas_of([ball_in_six_charts(cuts=12)], 256)
    field = patterned(ball())
    bare = texture_of(field, atlas, TextureSettings(256, 0), lambda _share: None)
    assert bare.seams[1] > 3.0 * textured(field, atlas).seams[1]
    assert likeness(field, atlas, np.roll(bare.picture, 2, axis=0)) < 30.0
    assert seam_steps(atlas, np.full((256, 256, 3), 7, np.uint8)) == (0.0, 0.0)


def test_two_meshes_share_a_picture_and_each_has_its_own_place_in_the_field() -> None:
    whole = ball_in_six_charts(radius=0.5, cuts=12)
    halves = [
        dataclasses.replace(whole, uvs=whole.uvs * np.array([0.5, 1.0], np.float32)),
        dataclasses.replace(
            whole,
            vertices=whole.vertices * np.float32(2.0),
            to_field=np.diag([0.5, 0.5, 0.5, 1.0]),
            uvs=whole.uvs * np.array([0.5, 1.0], np.float32) + np.array([0.5, 0.0], np.float32),
        ),
    ]
    atlas = atlas_of(halves, 256)
    made = textured(ball(), atlas)
    assert np.array_equal(made.picture[:, :128], made.picture[:, 128:])
    assert made.likeness > 50.0


def test_a_symmetric_texture_has_no_sides() -> None:
    mesh = ball_in_six_charts(cuts=12)
    lopsided = dataclasses.replace(ball(), symmetric=True)
    atlas = atlas_of([mesh], 256)
    made = textured(ball(), atlas, symmetry=True)
    assert likeness(lopsided, atlas, made.picture) > 50.0
    assert likeness(ball(), atlas, made.picture) < 20.0


def test_files_that_are_no_mesh_are_named(tmp_path: Path) -> None:
    with pytest.raises(MeshFileMissing):
        load_unwrapped(tmp_path / "none.npz")
    mesh = ball_in_six_charts(cuts=2)
    broken = {
        "beyond": dataclasses.replace(mesh, triangles=mesh.triangles + np.int32(9)),
        "flat": dataclasses.replace(mesh, to_field=np.diag([1.0, 1.0, 0.0, 1.0])),
        "double": dataclasses.replace(mesh, vertices=mesh.vertices.astype(np.float64)),
        "empty": dataclasses.replace(mesh, triangles=mesh.triangles[:0], uvs=mesh.uvs[:0]),
    }
    for name, other in broken.items():
        with pytest.raises(MeshFileUnreadable):
            load_unwrapped(saved(other, tmp_path / f"{name}.npz"))
    outside = dataclasses.replace(mesh, uvs=mesh.uvs + np.float32(0.5))
    with pytest.raises(UvsOutside):
        load_unwrapped(saved(outside, tmp_path / "outside.npz"))
    (tmp_path / "junk.npz").write_bytes(b"PK\x03\x04 junk")
    with pytest.raises(MeshFileUnreadable):
        load_unwrapped(tmp_path / "junk.npz")


def test_a_cancelled_bake_stops() -> None:
    asked: list[float] = []

    def advance(share: float) -> None:
        asked.append(share)
        if len(asked) > 3:
            raise failures.Cancelled

    with pytest.raises(failures.Cancelled):
        texture_of(ball(), atlas_of([ball_in_six_charts()], 512), TextureSettings(512), advance)
    assert asked == sorted(asked)


def test_the_worker_writes_a_picture(worker: Conversation, ball_file: Path, tmp_path: Path) -> None:
    mesh, colour = saved(ball_in_six_charts(cuts=12), tmp_path / "mesh.npz"), tmp_path / "colour.png"
    request = BakeTexture("job", str(ball_file), [str(mesh)], str(colour), TextureSettings(256, 4))
    answer = worker.ask(request)
    assert isinstance(answer, TextureBaked)
    assert answer.likeness > 50.0
    assert answer.charts == 6
    assert 0.8 < answer.covered < 1.0
    assert list(answer.seconds) == ["bake texture"]
    with Image.open(colour) as picture:
        assert (picture.size, picture.mode) == ((256, 256), "RGB")
    for code, wrong in {
        "SETTINGS_INVALID": dataclasses.replace(request, settings=TextureSettings(9)),
        "MESH_FILE_MISSING": dataclasses.replace(request, mesh_paths=[str(tmp_path / "none.npz")]),
        "FIELD_FILE_MISSING": dataclasses.replace(request, field_path="none"),
        "OUTPUT_UNWRITABLE": dataclasses.replace(request, colour_path=str(tmp_path / "nowhere" / "x.png")),
    }.items():
        report = worker.ask(wrong)
        assert isinstance(report, ErrorReport)
        assert report.code == code
