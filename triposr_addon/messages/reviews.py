# SPDX-License-Identifier: GPL-3.0-or-later
"""About finished meshes: how well one fits its cut-out, and from which camera."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class PhotoCamera:
    """A camera that looks at the middle of the field's box, upright, with a square picture.

    Field units and Blender's axes. It stands at distance * (cos(elevation) * sin(azimuth), -cos(elevation) *
    cos(azimuth), sin(elevation)): 0 and 0 is the front, a positive azimuth goes round to +X, a positive elevation up.
    As a Blender camera its rotation (XYZ) is (90 degrees - elevation, 0, azimuth).

    distance: from (0, 0, 0). elevation, azimuth: degrees. fov: degrees, of the whole picture, across and up alike.
    shift_x, shift_y: in shares of the picture's side, as Blender's cameras have them: what is seen moves left and down.
    """

    distance: float
    elevation: float = 0.0
    azimuth: float = 0.0
    fov: float = 40.0
    shift_x: float = 0.0
    shift_y: float = 0.0


@dataclass(frozen=True)
class Review:
    """Mesh at `mesh_path` (.npz, as `extract` writes it) and framed cut-out at `cutout_path` -> how they fit.

    picture_path: gets the mesh, drawn from the fitted camera: RGBA PNG of 256 x 256 pixels on nothing; empty: none.
    thumbnail_path: gets the cut-out as large as that.
    """

    METHOD: ClassVar[str] = "review"
    job: str
    mesh_path: str
    cutout_path: str
    picture_path: str = ""
    thumbnail_path: str = ""


@dataclass(frozen=True)
class Reviewed:
    """What a mesh is like beside its cut-out. Every share is 0..1.

    overlap_front: of the two silhouettes (what both cover / what either covers), from straight ahead: the camera may
    come closer and shift, not turn. overlap: the same from `camera`, the best that was found.
    missed: share of the cut-out that the mesh leaves open from there; missed_thin: of that, what lies in thin parts.
    beyond: what the mesh covers beside the cut-out, as a share of the cut-out.
    parts: connected ones; largest_part: its share of the triangles; closed: every edge has exactly two triangles.
    size: of the mesh's box along x, y, z, in field units.
    """

    picture_path: str
    thumbnail_path: str
    overlap_front: float
    overlap: float
    camera: PhotoCamera
    missed: float
    missed_thin: float
    beyond: float
    parts: int
    largest_part: float
    closed: bool
    triangles: int
    size: list[float] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
