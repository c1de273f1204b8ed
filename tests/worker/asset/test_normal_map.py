# SPDX-License-Identifier: GPL-3.0-or-later
"""Normal maps of a ball, whose normals are known, onto meshes that only come near it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from tests.worker.asset.laid_out import ball_in_six_charts  # noqa: E402 - after the check that torch is there
from tests.worker.solids import THRESHOLD, ball  # noqa: E402
from triposr_addon.protocol import TextureSettings  # noqa: E402
from triposr_addon.worker.asset.atlas import atlas_of  # noqa: E402
from triposr_addon.worker.asset.colour_bake import laid_out  # noqa: E402
from triposr_addon.worker.asset.field_surface import FieldSurface  # noqa: E402
from triposr_addon.worker.asset.normal_bake import bake_normals  # noqa: E402
from triposr_addon.worker.asset.unwrapped import Unwrapped  # noqa: E402
from triposr_addon.worker.mesh_file import Floats  # noqa: E402

pytestmark = pytest.mark.torch
SIDE = 192


def flat_shaded(mesh: Unwrapped) -> Unwrapped:
    """Each face with its own normal and a tangent along its u, as a renderer has it."""
    corners, uvs = mesh.vertices[mesh.triangles], mesh.uvs
    a, b = (corners[:, corner] - corners[:, 0] for corner in (1, 2))
    (au, av), (bu, bv) = (np.moveaxis(uvs[:, corner] - uvs[:, 0], -1, 0) for corner in (1, 2))
    normal = np.cross(a, b)
    normal *= np.sign((normal * corners.mean(axis=1)).sum(axis=1))[:, None] / np.linalg.norm(normal, axis=1)[:, None]
    along = (a * bv[:, None] - b * av[:, None]) / (au * bv - bu * av)[:, None]
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    up = (b * au[:, None] - a * bu[:, None]) / (au * bv - bu * av)[:, None]
    sign = np.sign((np.cross(normal, along) * up).sum(axis=1))[:, None]
    tangents = np.concatenate([along, sign], axis=1)
    return dataclasses.replace(
        mesh,
        normals=np.repeat(normal[:, None], 3, axis=1).astype(np.float32),
        tangents=np.repeat(tangents[:, None], 3, axis=1).astype(np.float32),
    )


def seen_normals(mesh: Unwrapped, settings: TextureSettings) -> tuple[Floats, Floats, Floats]:
    """What a renderer makes of the map at covered texels, the ball's true normals, and the mesh's own: each [N, 3]."""
    atlas = atlas_of([mesh], SIDE)
    layout = laid_out(atlas, 4)
    picture = bake_normals(ball(), [mesh], atlas, layout, settings, lambda _share: None)
    texels = np.flatnonzero(layout.covered)
    triangles = layout.owner[texels]
    values = picture.reshape(-1, 3)[texels] / 127.5 - 1.0
    normal, tangent = mesh.normals[triangles, 0], mesh.tangents[triangles, 0]
    across = tangent[:, 3:] * np.cross(normal, tangent[:, :3])
    seen = values[:, :1] * tangent[:, :3] + values[:, 1:2] * across + values[:, 2:] * normal
    edges = np.stack([atlas.corners[triangles, k] - atlas.corners[triangles, 0] for k in (1, 2)], axis=2)
    middle = np.stack([texels % SIDE + 0.5, texels // SIDE + 0.5], axis=1) - atlas.corners[triangles, 0]
    one, two = np.linalg.solve(edges.astype(np.float64), middle[..., None])[..., 0].T
    corners = mesh.vertices[mesh.triangles[triangles]]
    weights = np.stack([1 - one - two, one, two], axis=1)
    # The true normal where the mesh's own, from that point, meets the ball: near enough along the radius.
    points = np.einsum("nk,nkc->nc", weights, corners)
    way = (points * normal).sum(axis=1)
    points = points + normal * (-way + np.sqrt(way**2 - (points**2).sum(axis=1) + 0.25))[:, None]
    return (
        seen / np.linalg.norm(seen, axis=1, keepdims=True),
        points / np.linalg.norm(points, axis=1, keepdims=True),
        normal,
    )


def degrees_apart(one: Floats, other: Floats) -> Floats:
    apart: Floats = np.degrees(np.arccos(np.clip((one * other).sum(axis=1), -1.0, 1.0)))
    return apart


def test_a_coarse_ball_shaded_flat_looks_round() -> None:
    mesh = flat_shaded(ball_in_six_charts(cuts=8, gap=0.03))
    settings = TextureSettings(SIDE, 4, threshold=THRESHOLD)
    seen, true, bare = seen_normals(mesh, settings)
    apart = degrees_apart(seen, true)
    assert np.median(apart) < 1.2, "the planes' texels are facets of about a degree"
    assert np.percentile(apart, 95) < 2.5
    assert np.median(degrees_apart(bare, true)) > 4.0


def test_green_points_up_the_picture_unless_it_is_wished_down() -> None:
    mesh = flat_shaded(ball_in_six_charts(cuts=4, gap=0.03))
    atlas = atlas_of([mesh], SIDE)
    layout = laid_out(atlas, 4)
    up, down = (
        bake_normals(ball(), [mesh], atlas, layout, TextureSettings(SIDE, 4, green_down=down), lambda _share: None)
        for down in (False, True)
    )
    assert np.abs(up[..., 1].astype(int) + down[..., 1] - 255).max() <= 1
    assert np.array_equal(up[..., [0, 2]], down[..., [0, 2]])
    top = layout.owner.reshape(SIDE, SIDE) == 0
    assert top.any()


def test_the_way_to_the_surface_is_found_from_both_sides() -> None:
    surface = FieldSurface(ball(0.5), THRESHOLD, 0.0)
    towards = torch.nn.functional.normalize(torch.randn(500, 3, generator=torch.manual_seed(1)), dim=1)
    for distance in (0.48, 0.5, 0.52):
        ways = surface._way(distance * towards, towards)
        assert float((ways + distance - 0.5).abs().max()) < 1e-3
    assert float((surface.normals(0.49 * towards, towards) - towards).abs().max()) < 0.03
    assert float(surface._way(0.7 * towards, towards).abs().max()) == 0.0, "out of reach"
