# SPDX-License-Identifier: GPL-3.0-or-later
"""A normal map from the field's surface onto a coarser mesh, in the mesh's tangent space.

The field is asked at up to LARGEST_ASKED texels on a side: its surface has no more detail than that. The frames of the
tangent space are those of the picture's own texels, as MikkTSpace's users interpolate them: normal and tangent between
the corners, neither made a unit, and the bitangent from both.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from triposr_addon.protocol import TextureSettings
from triposr_addon.worker.asset.atlas import Atlas, atlas_of
from triposr_addon.worker.asset.colour_bake import TEXELS_AT_ONCE, Layout, laid_out
from triposr_addon.worker.asset.field_surface import FieldSurface
from triposr_addon.worker.asset.picture_fill import Picture
from triposr_addon.worker.asset.texel_places import TexelPlaces
from triposr_addon.worker.asset.unwrapped import Unwrapped
from triposr_addon.worker.axes import from_blender, oriented
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.mesh_file import Floats
from triposr_addon.worker.steps import Advance

LARGEST_ASKED = 512
FLAT = np.array([128, 128, 255], np.uint8)
"""Of a texel where the mesh's own normal is right."""


def bake_normals(
    field: TriplaneField,
    meshes: Sequence[Unwrapped],
    atlas: Atlas,
    layout: Layout,
    settings: TextureSettings,
    advance: Advance,
) -> Picture:
    """The map [side, side, 3]; its green points up the picture, or down with `green_down`.

    atlas: of the meshes. layout: of the picture itself. Raises OutOfMemory, Cancelled.
    """
    asked = _asked(field, meshes, settings, lambda share: advance(0.8 * share))
    return _in_frames(atlas, meshes, layout, asked, settings)


def _asked(field: TriplaneField, meshes: Sequence[Unwrapped], settings: TextureSettings, advance: Advance) -> Tensor:
    """Normals in Blender's axes, field space [4, S, S]; the fourth is 1 where there is one, else all are 0."""
    atlas = atlas_of(meshes, min(settings.side, LARGEST_ASKED))
    layout, places = laid_out(atlas, settings.padding), TexelPlaces(atlas, field.device)
    corner_normals = torch.from_numpy(np.concatenate([normals_in_field(mesh) for mesh in meshes])).to(field.device)
    texels, done = np.flatnonzero(layout.owner >= 0), 0
    surface = FieldSurface(
        field, settings.threshold, settings.density_blur, lambda: advance(done / max(1, len(texels)))
    )
    found = torch.zeros(atlas.side**2, 4)
    for start in range(0, len(texels), TEXELS_AT_ONCE):
        done, some = start, texels[start : start + TEXELS_AT_ONCE]
        triangles = torch.from_numpy(layout.owner[some]).long().to(field.device)
        weights = places.weights(torch.from_numpy(some).to(field.device), triangles)
        along = functional.normalize(torch.einsum("nk,nkc->nc", weights, corner_normals[triangles]), dim=1)
        normals = surface.normals(places.points(weights, triangles), from_blender(along))
        found[torch.from_numpy(some), :3], found[torch.from_numpy(some), 3] = oriented(normals).cpu(), 1.0
    return found.T.reshape(4, atlas.side, atlas.side)


def normals_in_field(mesh: Unwrapped) -> Floats:
    """The corners' normals [F, 3, 3] in field space, Blender's axes; of any length."""
    turned: Floats = (mesh.normals @ np.linalg.inv(mesh.to_field[:3, :3])).astype(np.float32)
    return turned


def _in_frames(
    atlas: Atlas, meshes: Sequence[Unwrapped], layout: Layout, asked: Tensor, settings: TextureSettings
) -> Picture:
    """The map from normals in field space, texel by texel."""
    places = TexelPlaces(atlas, torch.device("cpu"))
    normals = torch.from_numpy(np.concatenate([mesh.normals for mesh in meshes]))
    tangents = torch.from_numpy(np.concatenate([mesh.tangents for mesh in meshes]))
    to_mesh = torch.from_numpy(np.stack([mesh.to_field[:3, :3] for mesh in meshes])).float()
    owner = torch.from_numpy(layout.owner).long()
    numbers = torch.from_numpy(atlas.meshes).long()
    picture = np.tile(FLAT, (atlas.side**2, 1))
    texels = np.flatnonzero(layout.owner >= 0)
    for start in range(0, len(texels), TEXELS_AT_ONCE):
        some = torch.from_numpy(texels[start : start + TEXELS_AT_ONCE])
        triangles = owner[some]
        weights = places.weights(some, triangles)
        seen = _between(asked, some, atlas.side)
        detailed = torch.einsum("nf,nfm->nm", seen, to_mesh[numbers[triangles]])
        normal, tangent = (torch.einsum("nk,nkc->nc", weights, values[triangles]) for values in (normals, tangents))
        values = _in_frame(detailed, normal, tangent)
        if settings.green_down:
            values[:, 1] *= -1.0
        picture[some.numpy()] = (values * 127.5 + 127.5).round_().clamp_(0, 255).to(torch.uint8).numpy()
    return picture.reshape(atlas.side, atlas.side, 3)


def _between(asked: Tensor, texels: Tensor, side: int) -> Tensor:
    """Normals [N, 3] at the middles of texels of a picture of `side`, between those that were asked for."""
    across_down = torch.stack([texels % side, texels.div(side, rounding_mode="floor")], dim=1)
    places = (across_down.float() + 0.5) * (2.0 / side) - 1.0
    found = functional.grid_sample(asked[None], places[None, None], align_corners=False, padding_mode="border")
    return found[0, :3, 0].T


def _in_frame(detailed: Tensor, normal: Tensor, tangent: Tensor) -> Tensor:
    """Unit vectors [N, 3] in the frames of tangents [N, 4] and normals; (0, 0, 1) where there is no frame."""
    along, sign = tangent[:, :3], torch.sign(tangent[:, 3:])
    across = sign * torch.linalg.cross(normal, along)
    sides = (torch.linalg.cross(across, normal), torch.linalg.cross(normal, along), torch.linalg.cross(along, across))
    whole = (along * sides[0]).sum(dim=1, keepdim=True)
    values = torch.stack([(detailed * side).sum(dim=1) for side in sides], dim=1) * torch.sign(whole)
    values = functional.normalize(values, dim=1)
    flat = (whole.abs() < 1e-9).squeeze(1) | (values[:, 2] <= 0.0) | (detailed.square().sum(dim=1) < 1e-12)
    values[flat] = values.new_tensor([0.0, 0.0, 1.0])
    return values
