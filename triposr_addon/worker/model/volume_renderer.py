# SPDX-License-Identifier: GPL-3.0-or-later
"""Volume rendering of a field, as TripoSR was trained to look (TripoSR, section 3.2; NeRF, arXiv 2003.08934)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

FieldQuery = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Points [N, 3] in field units -> density [N] after activation, colour [N, 3] in 0..1."""

BOX_SHRINK = 1.0 - 1e-3
SHORTEST_PATH = 0.01
"""Rays that cross less of the box than this (field units) count as missing it, as in the reference."""


@dataclass(frozen=True)
class Rays:
    """Origins and unit directions, both [..., 3], in field units."""

    origins: Tensor
    directions: Tensor


def orbit_rays(
    azimuth_deg: float, elevation_deg: float, distance: float, fovy_deg: float, height: int, width: int
) -> Rays:
    """Rays [height, width, 3] of a camera that looks at the origin, Z up; azimuth 0 is +X, 90 is +Y."""
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    level = math.cos(elevation)
    towards_camera = torch.tensor([level * math.cos(azimuth), level * math.sin(azimuth), math.sin(elevation)])
    right = torch.tensor([-math.sin(azimuth), math.cos(azimuth), 0.0])
    up = torch.linalg.cross(towards_camera, right)
    pixel = 2.0 * math.tan(0.5 * math.radians(fovy_deg)) / height
    rows = (0.5 * height - torch.arange(height) - 0.5) * pixel
    columns = (torch.arange(width) + 0.5 - 0.5 * width) * pixel
    directions = rows[:, None, None] * up + columns[None, :, None] * right - towards_camera
    directions = directions / directions.norm(dim=-1, keepdim=True)
    return Rays((distance * towards_camera).expand_as(directions), directions)


def render_rays(query: FieldQuery, rays: Rays, radius: float, samples_per_ray: int) -> tuple[Tensor, Tensor]:
    """Colour [..., 3] over white and opacity [...], by alpha compositing `samples_per_ray` points inside the box.

    The step length is a share of the ray's way through the box (1 / samples), not a length: the released weights
    were trained with that, so densities only look right with it.
    """
    shape = rays.origins.shape[:-1]
    origins, directions = rays.origins.reshape(-1, 3), rays.directions.reshape(-1, 3)
    near, far = box_crossing(origins, directions, radius * BOX_SHRINK)
    hit = far - near > SHORTEST_PATH
    colour = origins.new_ones(len(origins), 3)
    opacity = origins.new_zeros(len(origins))
    if hit.any():
        colour[hit], opacity[hit] = _composite(
            query, origins[hit], directions[hit], near[hit], far[hit], samples_per_ray
        )
    return colour.view(*shape, 3), opacity.view(shape)


def _composite(
    query: FieldQuery, origins: Tensor, directions: Tensor, near: Tensor, far: Tensor, samples: int
) -> tuple[Tensor, Tensor]:
    share = (torch.arange(samples, dtype=origins.dtype, device=origins.device) + 0.5) / samples
    depth = torch.lerp(near[:, None], far[:, None], share)  # [R, samples]
    points = origins[:, None] + depth[..., None] * directions[:, None]
    density, colour = query(points.reshape(-1, 3))
    alpha = 1.0 - torch.exp(-density.view(-1, samples) / samples)
    reaching = torch.cumprod(1.0 - alpha[:, :-1] + 1e-10, dim=-1)
    weights = alpha * torch.cat([torch.ones_like(alpha[:, :1]), reaching], dim=-1)
    opacity = weights.sum(dim=-1)
    seen = (weights[..., None] * colour.view(-1, samples, 3)).sum(dim=-2)
    return seen + (1.0 - opacity)[:, None], opacity


def box_crossing(origins: Tensor, directions: Tensor, half_side: float | Tensor) -> tuple[Tensor, Tensor]:
    """Distances [R] at which rays enter and leave the cube of that half side; entry is never behind the camera.

    half_side: a tensor [3] for a box with a half side along each axis.
    """
    safe = torch.where(directions.abs() < 1e-6, torch.full_like(directions, 1e-6), directions)
    first, second = (half_side - origins) / safe, (-half_side - origins) / safe
    near = torch.minimum(first, second).amax(dim=-1).clamp_min(0.0)
    return near, torch.maximum(first, second).amin(dim=-1)
