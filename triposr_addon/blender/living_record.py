# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mesh remembers of its making, so that it can be made again in its own place: the record on the mesh.

It is kept on the mesh and not on the object: linked duplicates share a mesh, and numbers of vertices belong to it.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import bpy
import numpy as np

from ..protocol import SurfaceSettings
from .mesh_arrays import Doubles, Indices
from .stored_groups import stored_group

RECORD = "triposr_living"
VERSION = 1
"""Of what is in it. Raise it when an older extension would misread the record; see is_of_a_newer_version."""
ANCHORS = 16
LARGEST_MISFIT = 1e-4
"""Of the mesh's size. Applied transforms are exact to 1e-6; a stroke of a brush is far beyond."""
LARGEST_SETTING = 1e6
LARGEST_PLACE = 1e9
SMALLEST_VOLUME = 1e-30
"""Of a field unit's cube in the mesh. Less is a placement that nothing can be told from."""
LONGEST_WORD = 128
LARGEST_ROUNDING = 2e-6
"""Of the largest coordinate, which single precision holds to 6e-8."""


@dataclass(frozen=True)
class LivingRecord:
    """placement: [4, 4], from field units in Blender's axes to the mesh's coordinates, as they were at its making.

    settings: what the mesh was extracted with. field: SHA-256 of the field file.
    """

    placement: Doubles
    settings: SurfaceSettings
    field: str


def write_record(mesh: bpy.types.Mesh, record: LivingRecord) -> None:
    """Put the record on the mesh, with what tells later how it was changed: see placement_now, is_shaped_by_hand."""
    mesh[RECORD] = {
        "version": VERSION,
        "placement": record.placement.ravel().tolist(),
        "settings": dataclasses.asdict(record.settings),
        "field": record.field,
        **marks_of(mesh),
        "triangles": len(mesh.polygons),
        "balance": _balance(_all_places(mesh)).tolist(),
    }


def marks_of(mesh: bpy.types.Mesh) -> dict[str, Any]:
    """What movement_since needs to know of the mesh as it is now: how many vertices, and where a few of them are."""
    anchors = _spread_indices(len(mesh.vertices))
    return {
        "vertices": len(mesh.vertices),
        "anchors": anchors.tolist(),
        "anchor_places": _places(mesh, anchors).ravel().tolist(),
    }


def record_or_none(mesh: bpy.types.Mesh) -> LivingRecord | None:
    """The record of a mesh; None for one that TripoSR did not make, or whose record someone has broken."""
    stored = _stored(mesh)
    if is_of_a_newer_version(mesh):
        return None
    try:
        placement = np.array(stored["placement"], np.float64).reshape(4, 4)
        settings = settings_from(stored["settings"])
        anchors = np.array(stored["anchors"], np.int32)
        places = np.array(stored["anchor_places"], np.float64).reshape(len(anchors), 3)
        balance = np.array(stored.get("balance", (0.0, 0.0, 0.0)), np.float64).reshape(3)
        if len(anchors) > ANCHORS or not 0 <= anchors.min() <= anchors.max() < stored["vertices"]:
            return None
        if not all(np.abs(numbers).max() <= LARGEST_PLACE for numbers in (placement, places, balance)):
            return None
        if not _is_affine(placement) or not isinstance(stored["field"], str) or len(stored["field"]) > LONGEST_WORD:
            return None
        return LivingRecord(placement, settings, stored["field"])
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return None


def _is_affine(placement: Doubles) -> bool:
    return bool(
        np.array_equal(placement[3], [0.0, 0.0, 0.0, 1.0]) and abs(np.linalg.det(placement[:3, :3])) > SMALLEST_VOLUME
    )


def is_of_a_newer_version(mesh: bpy.types.Mesh) -> bool:
    """Whether a later version of the extension wrote the record in a way that this one can't read. None has a 1."""
    version = _stored(mesh).get("version", 1)
    return isinstance(version, int) and version > VERSION


def placement_now(mesh: bpy.types.Mesh) -> Doubles:
    """From field units to the mesh's coordinates as they are now [4, 4]; the mesh must have a record.

    Apply Scale, Set Origin and the like move all vertices alike, without a word to us. A few remembered vertices
    tell by how much. Where they do not agree, the mesh was shaped by hand, and its record is the best that is known.
    """
    record, stored = record_or_none(mesh), _stored(mesh)
    assert record is not None, "only a mesh with a record has a placement"
    movement = movement_since(mesh, stored)
    return record.placement if movement is None else movement @ record.placement


def is_shaped_by_hand(mesh: bpy.types.Mesh) -> bool:
    """Whether its vertices are others than those it was made with, or were moved otherwise than all alike.

    In sculpt or edit mode that is seen when the mode ends. The mesh must have a record. The first records have neither
    a balance nor a number of triangles: there a few places must do.
    """
    stored = _stored(mesh)
    movement = movement_since(mesh, stored)
    if movement is None or stored.get("triangles", len(mesh.polygons)) != len(mesh.polygons):
        return True
    if "balance" not in stored:
        return False
    places = _all_places(mesh)
    expected = movement @ np.array([*stored["balance"], 0.0], np.float64)
    expected[:3] += movement[:3, 3] * _signs(len(places)).mean()
    off = np.abs(expected[:3] - _balance(places)).max()
    return bool(off > LARGEST_ROUNDING * np.abs(places).max() / np.sqrt(len(places)))


def moved(points: Doubles, matrix: Doubles) -> Doubles:
    """Points [N, 3] through a matrix [4, 4]."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def movement_since(mesh: bpy.types.Mesh, stored: Mapping[str, Any]) -> Doubles | None:
    """The affine map [4, 4] that all vertices went through since these marks were made; None where there is none."""
    if stored["vertices"] != len(mesh.vertices):
        return None
    before = np.array(stored["anchor_places"], np.float64).reshape(-1, 3)
    return _movement(before, _places(mesh, np.array(stored["anchors"], np.int32)))


def _movement(before: Doubles, after: Doubles) -> Doubles | None:
    """The affine map [4, 4] that takes `before` to `after` [n, 3], or None where there is none."""
    if np.array_equal(before, after):
        return np.eye(4)
    one = np.hstack([before, np.ones((len(before), 1))])
    solution, _, rank, _ = np.linalg.lstsq(one, after, rcond=None)
    size = float(np.ptp(after, axis=0).max())
    misfit = float(np.abs(one @ solution - after).max())
    if rank < 4 or misfit > LARGEST_MISFIT * size:
        return None
    return np.vstack([solution.T, [0.0, 0.0, 0.0, 1.0]])


def _spread_indices(count: int) -> Indices:
    return np.unique(np.linspace(0, count - 1, min(ANCHORS, count)).astype(np.int32))


def _places(mesh: bpy.types.Mesh, indices: Indices) -> Doubles:
    return np.array([mesh.vertices[int(index)].co[:] for index in indices], np.float64)


def _all_places(mesh: bpy.types.Mesh) -> Doubles:
    places = np.empty(3 * len(mesh.vertices), np.float32)
    cast("bpy.types.FloatVectorAttribute", mesh.attributes["position"]).data.foreach_get("vector", places)
    return places.reshape(-1, 3).astype(np.float64)


def _balance(places: Doubles) -> Doubles:
    """The mean [3] of all places [N, 3], each with its sign: one vertex that moves alone changes it."""
    balance: Doubles = _signs(len(places)) @ places / len(places)
    return balance


@functools.lru_cache(maxsize=4)
def _signs(count: int) -> Doubles:
    """1 or -1 for each vertex, without order: so the mean of them all stays small, and is not blurred by rounding."""
    mixed = np.arange(count, dtype=np.uint32) * np.uint32(2654435761)
    return np.where(mixed >> np.uint32(16) & np.uint32(1), 1.0, -1.0)


def _stored(mesh: bpy.types.Mesh) -> dict[str, Any]:
    return stored_group(mesh, RECORD)


def settings_from(stored: Mapping[str, Any]) -> SurfaceSettings:
    """Settings of another version of the extension: what it did not know is at its default.

    Raises AttributeError, TypeError, ValueError, OverflowError for what are none.
    """
    known = dataclasses.asdict(SurfaceSettings())
    read = {name: type(known[name])(value) for name, value in stored.items() if name in known}
    if not all(
        len(value) <= LONGEST_WORD if isinstance(value, str) else abs(value) <= LARGEST_SETTING
        for value in read.values()
    ):
        raise ValueError("a setting is no number that a slider could show")
    return SurfaceSettings(**read)
