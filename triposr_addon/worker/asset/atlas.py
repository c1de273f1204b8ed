# SPDX-License-Identifier: GPL-3.0-or-later
"""The triangles of one or more meshes that share a picture, laid out in its texels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from triposr_addon.worker.asset.unwrapped import Doubles, Indices, Unwrapped
from triposr_addon.worker.mesh_file import Floats
from triposr_addon.worker.parts import part_labels


@dataclass(frozen=True)
class Atlas:
    """Vertices [V, 3] in field units and triangles [F, 3] of all meshes; the mesh of each triangle [F].

    corners: where each triangle's corners lie in the picture [F, 3, 2], in texels from its upper left corner.
    side: of the picture, in texels.
    """

    vertices: Floats
    triangles: Indices
    corners: Floats
    meshes: Indices
    side: int


@dataclass(frozen=True)
class Seams:
    """Edges whose two sides lie in different places of the picture: their ends on one side and on the other,
    each [E, 2, 2] in texels, in the same order."""

    one: Floats
    other: Floats


def atlas_of(meshes: Sequence[Unwrapped], side: int) -> Atlas:
    """Put the meshes together."""
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    triangles = [mesh.triangles + start for mesh, start in zip(meshes, starts, strict=False)]
    uvs = np.concatenate([mesh.uvs for mesh in meshes])
    corners = np.stack([uvs[..., 0], 1.0 - uvs[..., 1]], axis=-1) * np.float32(side)
    numbers = np.repeat(np.arange(len(meshes)), [len(mesh.triangles) for mesh in meshes])
    return Atlas(
        np.concatenate([mesh.in_field for mesh in meshes]),
        np.concatenate(triangles).astype(np.int32),
        corners.astype(np.float32),
        numbers.astype(np.int32),
        side,
    )


def chart_labels(atlas: Atlas) -> npt.NDArray[np.int64]:
    """The number of each triangle's chart [F], from 0 up: triangles that hang together in the picture."""
    rows = np.concatenate([atlas.triangles.reshape(-1, 1), np.rint(atlas.corners.reshape(-1, 2) * 64.0)], axis=1)
    _, places = np.unique(rows.astype(np.int64), axis=0, return_inverse=True)
    welded = places.reshape(-1, 3)
    labels = part_labels(torch.from_numpy(welded), int(welded.max()) + 1).numpy()
    return np.unique(labels[welded[:, 0]], return_inverse=True)[1].reshape(-1)


def chart_areas(atlas: Atlas, labels: npt.NDArray[np.int64]) -> Doubles:
    """Of each chart, in texels."""
    a, b = (atlas.corners[:, corner] - atlas.corners[:, 0] for corner in (1, 2))
    areas = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2.0
    summed: Doubles = np.bincount(labels, areas).astype(np.float64)
    return summed


def seams_of(atlas: Atlas, least_texels: float = 0.05) -> Seams:
    """least_texels: sides that are closer than this are one."""
    ends = atlas.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    places = atlas.corners[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2, 2)
    turned = ends[:, 0] > ends[:, 1]
    ends[turned], places[turned] = ends[turned][:, ::-1], places[turned][:, ::-1]
    keys = ends[:, 0].astype(np.int64) * len(atlas.vertices) + ends[:, 1]
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    first = np.flatnonzero(sorted_keys[1:] == sorted_keys[:-1])
    one, other = places[order[first]], places[order[first + 1]]
    apart = np.abs(one - other).max(axis=(1, 2)) > least_texels
    return Seams(one[apart], other[apart])
