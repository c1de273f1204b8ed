# SPDX-License-Identifier: GPL-3.0-or-later
"""Lays a photo over a texture, where it saw the surface: not what something hides, and less the more it turns away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from triposr_addon.worker.asset.atlas import Atlas
from triposr_addon.worker.asset.colour_bake import TEXELS_AT_ONCE, Layout
from triposr_addon.worker.asset.normal_bake import normals_in_field
from triposr_addon.worker.asset.photo_view import DEPTH_SIDE, PhotoView
from triposr_addon.worker.asset.picture_fill import Picture
from triposr_addon.worker.asset.texel_places import TexelPlaces
from triposr_addon.worker.asset.texture_figures import looked_up
from triposr_addon.worker.asset.unwrapped import Indices, Unwrapped
from triposr_addon.worker.axes import oriented
from triposr_addon.worker.glb import linear_from_srgb
from triposr_addon.worker.mesh_file import Floats, Mesh
from triposr_addon.worker.review_camera import camera_axes, pixels

FACING, TURNED_AWAY = 50.0, 75.0
"""Degrees between the normal and the way to the camera: up to the first the photo counts in full, beyond the second
not at all."""
DEPTH_TOLERANCE = 0.008
"""In field units: what is no farther behind the nearest surface is that surface."""
LEAST_TEXELS = 200
"""So many must be seen well, for the field's colours to be matched with the photo's."""
LARGEST_GAIN = 1.6


def project(
    view: PhotoView, meshes: Sequence[Unwrapped], atlas: Atlas, layout: Layout, picture: Picture
) -> tuple[Picture, float]:
    """The picture [side, side, 3] with the photo over it, and the photo's share of the covered texels, 0..1.

    The field's colours are matched with the photo's, by a gain for each channel, so that no border shows.
    """
    texels = np.flatnonzero(layout.owner >= 0)
    triangles = layout.owner[texels]
    weights, places = _seen(view, meshes, atlas, texels, triangles)
    field = _linear(picture.reshape(-1, 3)[texels])
    photo = _linear(looked_up(view.colours, places))
    field = np.minimum(field * _gains(photo, field, weights), 1.0)
    blended = field + weights[:, None] * (photo - field)
    whole = picture.reshape(-1, 3).copy()
    whole[texels] = np.rint(_encoded(blended) * 255.0).astype(np.uint8)
    share = float(weights[layout.covered[texels]].mean())
    return whole.reshape(picture.shape), share


def plain_mesh(mesh: Unwrapped) -> Mesh:
    """The mesh in field units, for drawing; black."""
    vertices = mesh.in_field
    return Mesh(vertices, mesh.triangles, np.zeros_like(vertices))


def _seen(
    view: PhotoView,
    meshes: Sequence[Unwrapped],
    atlas: Atlas,
    texels: np.ndarray[tuple[int], np.dtype[np.int64]],
    triangles: Indices,
) -> tuple[Floats, Floats]:
    """How much the photo counts at each texel [N], and where that is in the photo [N, 2], in its pixels."""
    buffers = [view.depths_and_trust(plain_mesh(mesh)) for mesh in meshes]
    depths, trust = (np.stack(arrays) for arrays in zip(*buffers, strict=True))
    normals = np.concatenate([normals_in_field(mesh) for mesh in meshes])
    toward = camera_axes(view.camera.elevation, view.camera.azimuth)[2] * np.float32(view.camera.distance)
    maps = TexelPlaces(atlas, torch.device("cpu"))
    counted, places = np.empty(len(texels), np.float32), np.empty((len(texels), 2), np.float32)
    for start in range(0, len(texels), TEXELS_AT_ONCE):
        some = slice(start, start + TEXELS_AT_ONCE)
        owners = torch.from_numpy(triangles[some]).long()
        weights = maps.weights(torch.from_numpy(texels[some]), owners)
        points = oriented(maps.points(weights, owners)).numpy()
        facing = _facing(np.einsum("nk,nkc->nc", weights.numpy(), normals[triangles[some]]), toward - points)
        at, depth = pixels(points, view.camera, DEPTH_SIDE)
        column, row = np.clip(at.astype(np.int64), 0, DEPTH_SIDE - 1).T
        mesh = atlas.meshes[triangles[some]]
        visible = depth < depths[mesh, row, column] + DEPTH_TOLERANCE
        counted[some] = facing * visible * _between(trust, mesh, at)
        places[some] = at * np.float32(len(view.colours) / DEPTH_SIDE)
    return counted, places


def _between(trust: Floats, mesh: Indices, at: Floats) -> Floats:
    """Trust [M, D, D] of each texel's mesh at places [N, 2], between pixels; 0 outside the photo."""
    inside = ((at >= 0.0) & (at <= DEPTH_SIDE)).all(axis=1)
    found = np.zeros(len(at), np.float32)
    for number in range(len(trust)):
        mine = inside & (mesh == number)
        found[mine] = looked_up(trust[number][..., None], at[mine])[:, 0]
    return found


def _facing(normals: Floats, towards: Floats) -> Floats:
    """1 for what faces the camera, smoothly down to 0 for what turns away [N]."""
    lengths = np.linalg.norm(normals, axis=1) * np.linalg.norm(towards, axis=1)
    cosines = (normals * towards).sum(axis=1) / np.maximum(lengths, 1e-12)
    least, full = np.cos(np.radians([TURNED_AWAY, FACING]))
    share = np.clip((cosines - least) / (full - least), 0.0, 1.0)
    smooth: Floats = (share * share * (3.0 - 2.0 * share)).astype(np.float32)
    return smooth


def _gains(photo: Floats, field: Floats, weights: Floats) -> Floats:
    """By what the field's linear colours are to be multiplied to be as bright as the photo's where both are known."""
    sure = weights > 0.5
    if np.count_nonzero(sure) < LEAST_TEXELS:
        return np.ones(3, np.float32)
    gains: Floats = photo[sure].mean(axis=0) / np.maximum(field[sure].mean(axis=0), 1e-4)
    return np.clip(gains, 1.0 / LARGEST_GAIN, LARGEST_GAIN)


def _linear(encoded: Floats | Picture) -> Floats:
    """Linear 0..1, from sRGB-encoded 0..255."""
    return linear_from_srgb(encoded.astype(np.float32) / np.float32(255.0))


def _encoded(linear: Floats) -> Floats:
    share = np.clip(linear, 0.0, 1.0)
    encoded: Floats = np.where(share <= 0.0031308, share * 12.92, 1.055 * share ** (1 / 2.4) - 0.055)
    return encoded
