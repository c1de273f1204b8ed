# SPDX-License-Identifier: GPL-3.0-or-later
"""What half precision changes: fields and meshes by a half precision network beside float32's, of real pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.mesh_distance import mesh_distance
from triposr_addon.protocol import PhotoSettings, SurfaceSettings
from triposr_addon.worker.checkpoint import PREVIEW_FOLDER, LoadedCheckpoint, load_checkpoint
from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.field_to_mesh import field_to_mesh
from triposr_addon.worker.image_to_field import image_to_field
from triposr_addon.worker.steps import Steps

RESOLUTION = 256
POINTS = 65_536
SEED = 1


@dataclass(frozen=True)
class MeshError:
    """One picture's mesh in half precision against float32's, both at RESOLUTION; distances in lattice steps."""

    picture: str
    scene_code_error: float
    chamfer_voxels: float
    f_score: float
    triangles_full: int
    triangles_half: int


@dataclass(frozen=True)
class MeanError:
    """Over several pictures."""

    scene_code_error: float
    chamfer_voxels: float
    lowest_f_score: float


def mesh_errors(pictures: Sequence[Path], device: torch.device) -> list[MeshError]:
    """One for each picture, by the built-in model: a synthetic one has no surface worth comparing."""
    full, half = load_checkpoint(PREVIEW_FOLDER, device, "full"), load_checkpoint(PREVIEW_FOLDER, device, "half")
    return [_mesh_error(path, full, half) for path in pictures]


def mean_error(errors: Sequence[MeshError]) -> MeanError:
    """Of at least one picture."""
    return MeanError(
        sum(error.scene_code_error for error in errors) / len(errors),
        sum(error.chamfer_voxels for error in errors) / len(errors),
        min(error.f_score for error in errors),
    )


def relative_error(out: Tensor, expected: Tensor) -> float:
    """norm(out - expected) / norm(expected)."""
    return float((out - expected).norm() / expected.norm())


def log_density_error(out: TriplaneField, expected: TriplaneField) -> float:
    """The mean absolute difference of log-densities, at points drawn evenly in the box."""
    drawn = torch.rand(POINTS, 3, generator=torch.Generator().manual_seed(SEED)).to(expected.device)
    points = (2 * drawn - 1) * expected.radius
    return float((out.raw_density(points) - expected.raw_density(points)).abs().mean())


def _mesh_error(path: Path, full: LoadedCheckpoint, half: LoadedCheckpoint) -> MeshError:
    expected, made = (_field(path, checkpoint) for checkpoint in (full, half))
    expected_mesh, mesh = (
        field_to_mesh(field, SurfaceSettings(RESOLUTION), _unheard()).mesh for field in (expected, made)
    )
    voxel = 2 * expected.radius / (RESOLUTION - 1)
    distance = mesh_distance(mesh.vertices, expected_mesh.vertices, voxel)
    return MeshError(
        path.stem,
        relative_error(made.planes, expected.planes),
        distance.chamfer_voxels,
        distance.f_score,
        len(expected_mesh.triangles),
        len(mesh.triangles),
    )


def _field(path: Path, checkpoint: LoadedCheckpoint) -> TriplaneField:
    return image_to_field(path, checkpoint, PhotoSettings(), None, _unheard()).field


def _unheard() -> Steps:
    return Steps(lambda *_told: None, lambda: False)
