# SPDX-License-Identifier: GPL-3.0-or-later
"""From field to mesh: extract, colour, orient."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from triposr_addon.protocol import SurfaceSettings
from triposr_addon.worker.axes import oriented
from triposr_addon.worker.device import extraction_device, naming_out_of_memory
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.marching_cubes import has_no_border
from triposr_addon.worker.mesh_file import Mesh
from triposr_addon.worker.steps import Advance, Steps
from triposr_addon.worker.surface import Entered, SurfaceCounts, extract_surface

COLOUR_CHUNK_VERTICES = 1 << 16
"""Between two of them the job can be cancelled."""


@dataclass(frozen=True)
class ExtractedMesh:
    """The mesh; whether it is closed, so that no side of a triangle is open; how the surface was found."""

    mesh: Mesh
    closed: bool
    counts: SurfaceCounts


def field_to_mesh(
    field: TriplaneField, settings: SurfaceSettings, steps: Steps, entered: Entered = lambda _stage: None
) -> ExtractedMesh:
    """Extract the surface, ask the field for its colours, and turn it into Blender's axes.

    `entered` as in extract_surface. Raises SettingsInvalid, FieldNotFinite, SurfaceEmpty, SurfaceFull, OutOfMemory,
    Cancelled.
    """
    field = replace(field.to(extraction_device(field.device)), symmetric=settings.symmetry)
    with naming_out_of_memory(field.device):
        with steps.step("extract") as advance:
            surface = extract_surface(field, settings, advance, entered)
            closed = has_no_border(surface.triangles)
        with steps.step("colour") as advance:
            colours = _colours(field, surface.vertices, advance)
        with steps.step("orient"):
            mesh = Mesh(
                vertices=oriented(surface.vertices).cpu().numpy(),
                triangles=surface.triangles.cpu().numpy(),
                colours=colours.cpu().numpy(),
            )
    return ExtractedMesh(mesh, closed, surface.counts)


def _colours(field: TriplaneField, vertices: Tensor, advance: Advance) -> Tensor:
    colours = torch.empty_like(vertices)
    for start in range(0, len(vertices), COLOUR_CHUNK_VERTICES):
        chunk = vertices[start : start + COLOUR_CHUNK_VERTICES]
        colours[start : start + len(chunk)] = field.colour(chunk)
        advance(start / len(vertices))
    return colours
