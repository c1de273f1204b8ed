# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mesh remembers of its making, so that it can be made again in its own place: the record on the mesh.

It is kept on the mesh and not on the object: linked duplicates share a mesh, and numbers of vertices belong to it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..protocol import SurfaceSettings
from .mesh_arrays import Doubles, Indices

RECORD = "triposr_living"
ANCHORS = 16
LARGEST_MISFIT = 1e-4
"""Of the mesh's size. Applied transforms are exact to 1e-6; a stroke of a brush is far beyond."""


@dataclass(frozen=True)
class LivingRecord:
    """placement: [4, 4], from field units in Blender's axes to the mesh's coordinates, as they were at its making.

    settings: what the mesh was extracted with. preview: whether that was a preview. field: SHA-256 of the field file.
    """

    placement: Doubles
    settings: SurfaceSettings
    preview: bool
    field: str


def write_record(mesh: bpy.types.Mesh, record: LivingRecord) -> None:
    """Put the record on the mesh, with the places of a few of its vertices: see placement_now."""
    anchors = _spread_indices(len(mesh.vertices))
    mesh[RECORD] = {
        "placement": record.placement.ravel().tolist(),
        "settings": dataclasses.asdict(record.settings),
        "preview": record.preview,
        "field": record.field,
        "vertices": len(mesh.vertices),
        "anchors": anchors.tolist(),
        "anchor_places": _places(mesh, anchors).ravel().tolist(),
    }


def record_or_none(mesh: bpy.types.Mesh) -> LivingRecord | None:
    """The record of a mesh; None for one that TripoSR did not make, or whose record someone has broken."""
    stored = _stored(mesh)
    try:
        placement = np.array(stored["placement"], np.float64).reshape(4, 4)
        settings = _settings_from(stored["settings"])
        return LivingRecord(placement, settings, bool(stored["preview"]), str(stored["field"]))
    except (KeyError, TypeError, ValueError):
        return None


def placement_now(mesh: bpy.types.Mesh) -> Doubles:
    """From field units to the mesh's coordinates as they are now [4, 4]; the mesh must have a record.

    Apply Scale, Set Origin and the like move all vertices alike, without a word to us. A few remembered vertices
    tell by how much. Where they do not agree, the mesh was shaped by hand, and its record is the best that is known.
    """
    record, stored = record_or_none(mesh), _stored(mesh)
    assert record is not None, "only a mesh with a record has a placement"
    if stored["vertices"] != len(mesh.vertices):
        return record.placement
    before = np.array(stored["anchor_places"], np.float64).reshape(-1, 3)
    after = _places(mesh, np.array(stored["anchors"], np.int32))
    return _movement(before, after) @ record.placement


def moved(points: Doubles, matrix: Doubles) -> Doubles:
    """Points [N, 3] through a matrix [4, 4]."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def _movement(before: Doubles, after: Doubles) -> Doubles:
    """The affine map [4, 4] that takes `before` to `after` [n, 3], or the identity where there is none."""
    one = np.hstack([before, np.ones((len(before), 1))])
    solution, _, rank, _ = np.linalg.lstsq(one, after, rcond=None)
    size = float(np.ptp(after, axis=0).max())
    misfit = float(np.abs(one @ solution - after).max())
    if np.array_equal(before, after) or rank < 4 or misfit > LARGEST_MISFIT * size:
        return np.eye(4)
    return np.vstack([solution.T, [0.0, 0.0, 0.0, 1.0]])


def _spread_indices(count: int) -> Indices:
    return np.unique(np.linspace(0, count - 1, min(ANCHORS, count)).astype(np.int32))


def _places(mesh: bpy.types.Mesh, indices: Indices) -> Doubles:
    return np.array([mesh.vertices[int(index)].co[:] for index in indices], np.float64)


def _stored(mesh: bpy.types.Mesh) -> dict[str, Any]:
    group = mesh.get(RECORD)
    return group.to_dict() if hasattr(group, "to_dict") else {}


def _settings_from(stored: Mapping[str, Any]) -> SurfaceSettings:
    """Settings of another version of the extension: what it did not know is at its default."""
    known = dataclasses.asdict(SurfaceSettings())
    return SurfaceSettings(**{name: type(known[name])(value) for name, value in stored.items() if name in known})
