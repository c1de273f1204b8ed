# SPDX-License-Identifier: GPL-3.0-or-later
"""About fields: a mesh of one, its colours at points."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..settings import SurfaceSettings


@dataclass(frozen=True)
class Extract:
    """Field at `field_path` -> mesh at `mesh_path` (.npz: see mesh_file)."""

    METHOD: ClassVar[str] = "extract"
    job: str
    field_path: str
    mesh_path: str
    settings: SurfaceSettings = field(default_factory=SurfaceSettings)


@dataclass(frozen=True)
class Extracted:
    """The mesh file and its counts; `closed` says that every edge has exactly two triangles. Else as Reconstructed."""

    mesh_path: str
    vertices: int
    triangles: int
    closed: bool
    seconds: dict[str, float] = field(default_factory=dict)
    device: str = ""
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SampleColours:
    """Field at `field_path` and points at `points_path` -> their colours at `colours_path` (.npz: see colour_sampling).

    symmetry: as in SurfaceSettings. Points outside the field's box get the colour of the nearest point inside.
    """

    METHOD: ClassVar[str] = "sample_colours"
    job: str
    field_path: str
    points_path: str
    colours_path: str
    symmetry: bool = False


@dataclass(frozen=True)
class ColoursSampled:
    """The colours file, how many points it has, and seconds by step."""

    colours_path: str
    points: int
    seconds: dict[str, float] = field(default_factory=dict)
