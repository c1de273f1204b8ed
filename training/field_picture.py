# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a reconstructed field's surface, from the front and from elsewhere, for contact sheets."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from triposr_addon.worker.field import TriplaneField
from triposr_addon.worker.model.volume_renderer import orbit_rays

RESOLUTION = 96
DISTANCE, FIELD_OF_VIEW = 1.9, 40.0
MARCH_STEPS = 160
LIGHT = (0.55, -0.35, 0.75)


def _at(grid: Tensor, points: Tensor, radius: float) -> Tensor:
    """Trilinear values [N] of a grid [R, R, R] (x, y, z) at points [N, 3]; very negative outside the box."""
    unit = (points / radius).flip(-1)[None, None, None]
    inside = functional.grid_sample(grid[None, None], unit, align_corners=True)[0, 0, 0, 0]
    return torch.where(points.abs().amax(-1) < radius, inside, torch.full_like(inside, -9.0))


def _crossings(grid: Tensor, origins: Tensor, directions: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """First surface points [N, 3] on the rays, and which rays have one."""
    near, far = DISTANCE - radius * math.sqrt(3) * 0.75, DISTANCE + radius
    depths = torch.linspace(near, far, MARCH_STEPS)
    points = origins[:, None] + depths[None, :, None] * directions[:, None]
    values = _at(grid, points.reshape(-1, 3), radius).view(len(origins), -1)
    inside = values > 0
    hit = inside.any(1)
    first = inside.float().argmax(1).clamp(min=1)
    rows = torch.arange(len(origins))
    low, high = values[rows, first - 1], values[rows, first]
    share = (low / (low - high)).clamp(0, 1)
    depth = torch.lerp(depths[first - 1], depths[first], share)
    return origins + depth[:, None] * directions, hit


def _normals(grid: Tensor, points: Tensor, radius: float) -> Tensor:
    step = 1.5 * radius / RESOLUTION * torch.eye(3)
    slopes = [_at(grid, points - axis, radius) - _at(grid, points + axis, radius) for axis in step]
    return functional.normalize(torch.stack(slopes, dim=-1), dim=-1)


@torch.no_grad()
def field_pictures(
    field: TriplaneField, angles: list[tuple[float, float]], size: int = 128, threshold: float = 25.0
) -> list[NDArray[np.uint8]]:
    """RGB pictures [size, size, 3] of the surface over grey from (azimuth, elevation) angles in degrees."""
    places = torch.linspace(-field.radius, field.radius, RESOLUTION)
    nodes = torch.stack(torch.meshgrid(places, places, places, indexing="ij"), dim=-1).reshape(-1, 3)
    grid = (field.raw_density(nodes) - field.raw_threshold(threshold)).view(RESOLUTION, RESOLUTION, RESOLUTION)
    light = functional.normalize(torch.tensor(LIGHT), dim=0)
    pictures = []
    for azimuth, elevation in angles:
        rays = orbit_rays(azimuth, elevation, DISTANCE, FIELD_OF_VIEW, 2 * size, 2 * size)
        points, hit = _crossings(grid, rays.origins.reshape(-1, 3), rays.directions.reshape(-1, 3), field.radius)
        image = torch.full((len(hit), 3), 0.5)
        if hit.any():
            seen = points[hit]
            shade = 0.72 + 0.38 * (_normals(grid, seen, field.radius) @ light).clamp(-0.6, 1)
            image[hit] = (field.colour(seen) * shade[:, None]).clamp(0, 1)
        smooth = functional.avg_pool2d(image.view(1, 2 * size, 2 * size, 3).permute(0, 3, 1, 2), 2)[0]
        pictures.append(np.asarray((smooth.permute(1, 2, 0) * 255).round().numpy(), np.uint8))
    return pictures
