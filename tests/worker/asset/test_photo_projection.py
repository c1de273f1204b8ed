# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo of a ball in known colours, projected onto its texture from a known camera."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
from tests.worker.asset.laid_out import ball_in_six_charts  # noqa: E402 - after the check that torch is there
from tests.worker.solids import ball  # noqa: E402
from triposr_addon.protocol import Frame, PhotoCamera, TextureSettings  # noqa: E402
from triposr_addon.worker.asset.atlas import Atlas, atlas_of  # noqa: E402
from triposr_addon.worker.asset.photo_projection import plain_mesh, project  # noqa: E402
from triposr_addon.worker.asset.photo_view import PhotoView, check_fit, load_view  # noqa: E402
from triposr_addon.worker.asset.texel_places import TexelPlaces  # noqa: E402
from triposr_addon.worker.asset.texture import texture_of, with_photo  # noqa: E402
from triposr_addon.worker.asset.texture_failures import PhotoDoesNotFit  # noqa: E402
from triposr_addon.worker.asset.unwrapped import Unwrapped  # noqa: E402
from triposr_addon.worker.axes import oriented  # noqa: E402
from triposr_addon.worker.mesh_file import Floats  # noqa: E402
from triposr_addon.worker.review_drawing import cover  # noqa: E402

pytestmark = pytest.mark.torch
CAMERA = PhotoCamera(1.9, 15.0, 25.0, 40.0, 0.01, -0.02)
PHOTO_SIDE, MARGIN, SIDE = 400, 30, 256


def painted(points: Floats) -> Floats:
    """Wide stripes, 0..255, at points in Blender's axes."""
    colours: Floats = (127.5 + 90.0 * np.sin(points * np.array([9.0, 11.0, 13.0], np.float32))).astype(np.float32)
    return colours


def photo_of(mesh: Unwrapped, path: Path) -> PhotoView:
    """The square with a margin around it, as an upright photo has it."""
    plain = plain_mesh(mesh)
    found = cover(plain, CAMERA, PHOTO_SIDE)
    points = np.einsum("nkc,nk->nc", plain.vertices[plain.triangles[found.triangles]], found.weights)
    square = np.zeros((PHOTO_SIDE**2, 4), np.uint8)
    square[found.pixels, :3], square[found.pixels, 3] = np.rint(painted(points)), 255
    whole = np.zeros((PHOTO_SIDE + 2 * MARGIN, PHOTO_SIDE + MARGIN, 4), np.uint8)
    whole[MARGIN:-MARGIN, MARGIN:] = square.reshape(PHOTO_SIDE, PHOTO_SIDE, 4)
    Image.fromarray(whole).save(path)
    return load_view(path, Frame(MARGIN, MARGIN, PHOTO_SIDE, *whole.shape[1::-1]), CAMERA)


def texel_points(atlas: Atlas, texels: np.ndarray[tuple[int], np.dtype[np.int64]], owner: object) -> Floats:
    triangles = torch.from_numpy(owner[texels]).long()  # type: ignore[index]  # an array
    places = TexelPlaces(atlas, torch.device("cpu"))
    points: Floats = oriented(places.points(places.weights(torch.from_numpy(texels), triangles), triangles)).numpy()
    return points


def test_what_the_photo_saw_is_the_photo_and_the_rest_the_field(tmp_path: Path) -> None:
    mesh = ball_in_six_charts(cuts=16)
    view, atlas = photo_of(mesh, tmp_path / "photo.png"), atlas_of([mesh], SIDE)
    assert check_fit(view, plain_mesh(mesh)) > 0.98
    bare = texture_of(ball(), atlas, TextureSettings(SIDE, 4), lambda _share: None)
    made = with_photo(bare, view, [mesh], atlas)
    texels = np.flatnonzero(bare.layout.covered)
    points = texel_points(atlas, texels, bare.layout.owner)
    towards = oriented(torch.tensor([[0.0, 0.0, 0.0]])).numpy() + np.array(
        [np.cos(0.2618) * np.sin(0.4363), -np.cos(0.2618) * np.cos(0.4363), np.sin(0.2618)]
    )
    cosines = (points * towards).sum(axis=1) / np.linalg.norm(points, axis=1)
    seen, colours = cosines > 0.87, made.picture.reshape(-1, 3)[texels].astype(np.float32)
    assert np.percentile(np.abs(colours - painted(points))[seen], 99) < 6.0
    behind = cosines < 0.2
    before = bare.picture.reshape(-1, 3)[texels].astype(np.float32)
    assert np.corrcoef(colours[behind].ravel(), before[behind].ravel())[0, 1] > 0.98
    assert 0.1 < made.from_photo < 0.4
    assert made.likeness == bare.likeness


def test_what_something_hides_is_not_painted(tmp_path: Path) -> None:
    """A second ball behind the first one, of the same mesh: the photo shows the first alone."""
    mesh = ball_in_six_charts(cuts=12, radius=0.3)
    away = np.array([-np.sin(0.4363), np.cos(0.4363), -np.tan(0.2618)], np.float32) * np.float32(0.8)
    both = dataclasses.replace(
        mesh,
        vertices=np.concatenate([mesh.vertices, mesh.vertices * np.float32(0.5) + away]),
        triangles=np.concatenate([mesh.triangles, mesh.triangles + np.int32(len(mesh.vertices))]),
        uvs=np.concatenate([mesh.uvs * np.array([0.5, 1.0], np.float32), mesh.uvs * np.array([0.5, 1.0], np.float32)])
        + np.repeat(np.array([[[0.0, 0.0]], [[0.5, 0.0]]], np.float32), len(mesh.triangles), axis=0),
        normals=np.concatenate([mesh.normals] * 2),
        tangents=np.concatenate([mesh.tangents] * 2),
    )
    view, atlas = photo_of(both, tmp_path / "photo.png"), atlas_of([both], SIDE)
    bare = texture_of(ball(), atlas, TextureSettings(SIDE, 4), lambda _share: None)
    picture, _ = project(view, [both], atlas, bare.layout, np.full_like(bare.picture, 7))
    hidden = (bare.layout.owner >= len(mesh.triangles)) & bare.layout.covered
    assert len(np.unique(picture.reshape(-1, 3)[hidden], axis=0)) == 1
    assert len(np.unique(picture.reshape(-1, 3)[bare.layout.covered & ~hidden], axis=0)) > 100


def test_a_photo_of_something_else_is_refused(tmp_path: Path) -> None:
    view = photo_of(ball_in_six_charts(radius=0.5), tmp_path / "photo.png")
    with pytest.raises(PhotoDoesNotFit, match="overlap by"):
        check_fit(view, plain_mesh(ball_in_six_charts(radius=0.4)))
